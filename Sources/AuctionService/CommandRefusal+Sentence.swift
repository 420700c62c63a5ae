import AuctionCore
import AuctionFacts
import SharedKernel

extension CommandRefusal {
  /// The house's reason, for the operator who gave the command.
  ///
  /// - Parameter problem: what is wrong with the terms, where that can be told.
  func sentence(of problem: AuctionTerms.Problem?) -> Sentence {
    switch self {
    case .malformed: Sentence("a casa não conhece um comando assim", "the house knows no such command")
    case .stale:
      Sentence(
        "o comando chegou velho demais; o relógio desta máquina está certo?",
        "the command came too old; is this machine's clock right?")
    case .reusedID: Sentence("outro comando já tem este id", "another command already has this id")
    case .auctionExists:
      Sentence(
        "já há um leilão com este id; um id só é usado uma vez", "an auction already has this id; ids are used only once")
    case .unknownAuction: Sentence("a casa não conhece o leilão", "the house knows no such auction")
    case .wrongEdition: Sentence("o leilão é outra edição", "the auction is another edition")
    case .auctionOver: Sentence("o leilão já terminou", "the auction is over")
    case .notOpen: Sentence("o leilão não está aberto", "the auction is not open")
    case .notSuspended: Sentence("o leilão não está suspenso", "the auction is not suspended")
    case .beforeTheEnd:
      Sentence(
        "o fim do leilão ainda não chegou; para terminá-lo antes, cancele-o",
        "the auction's end has not come; to end it earlier, cancel it")
    case .notOver: Sentence("o leilão ainda não acabou", "the auction is not over")
    case .nothingToPassOn:
      Sentence(
        "não há o que repassar: ninguém levou nem podia levar o lote, ele já foi repassado \(FinishedLot.mostPassings) vezes, ou o resultado foi compactado por uma versão que não o guardava",
        "there is nothing to pass on: nobody won the lot or could have, it has been passed on \(FinishedLot.mostPassings) times, or its result was compacted by a version that did not keep it"
      )
    case .wrongResult: Sentence("a casa conhece outro resultado deste leilão", "the house knows another result of this auction")
    case .wrongHolder:
      Sentence(
        "para a casa, quem tem o lote não é aquele de quem o comando o tira: repassaram-no há pouco, ou o diário de ms-leilao voltou de uma cópia",
        "to the house, who has the lot is not the one from whom the command takes it: it was passed on just now, or the journal of ms-leilao was put back from a copy"
      )
    case .wrongRecipient:
      Sentence(
        "o lote não pode ir para quem já o teve, para quem o vende, nem para quem não é licitante",
        "the lot cannot go to one who has had it, to its seller, or to one who is no bidder")
    case .wrongAmount:
      Sentence("quem recebe o lote não paga mais do que o anterior", "who gets the lot pays no more than the one before")
    case .badTerms: problem?.sentence ?? Sentence("os termos se contradizem", "the terms contradict themselves")
    case .unsupported:
      Sentence("um formato ou opção que esta casa ainda não tem", "a format or option that this house does not hold yet")
    }
  }
}

extension AuctionTerms.Problem {
  /// The term as calendar files and, with `--`, commands name it.
  var term: String {
    typealias Name = CalendarReading.Name
    return switch self {
    case .seller: Name.seller
    case .title: Name.title
    case .description: Name.description
    case .openingPrice: Name.openingPrice
    case .increment: Name.increment
    case .buyNow: Name.buyNow
    case .reserve: Name.reserve
    case .opensAt: Name.start
    case .closesAt: Name.end
    case .latestClose: Name.latestEnd
    case .extensionWindow: Name.extensionWindow
    case .inFlightTolerance: Name.tolerance
    case .descent: Name.descent
    case .extensionWindowOfDescent: Name.extensionWindow
    case .reserveOfDescent: Name.reserve
    }
  }

  fileprivate var sentence: Sentence {
    typealias Bounds = AuctionTerms.Bounds
    return switch self {
    case .seller:
      Sentence(
        "quem vende tem de ser um licitante ou a casa, não um serviço ou operador",
        "the seller must be a bidder or the house, not a service or an operator")
    case .title:
      Sentence(
        "o título tem de \(Bounds.title.lowerBound) a \(Bounds.title.upperBound) caracteres",
        "a title has \(Bounds.title.lowerBound) to \(Bounds.title.upperBound) characters")
    case .description:
      Sentence(
        "a descrição tem até \(Bounds.description.upperBound) caracteres",
        "a description has up to \(Bounds.description.upperBound) characters")
    case .openingPrice: Sentence("o lance inicial tem de ser maior que zero", "the opening price must be above zero")
    case .increment:
      Sentence("cada passo do incremento tem de ser maior que zero", "each step of the increment must be above zero")
    case .buyNow:
      Sentence(
        "a compra imediata tem de ser maior que o lance inicial, e só há num leilão inglês",
        "buying at once must cost more than the opening price, and is for English auctions only")
    case .reserve:
      Sentence(
        "a reserva tem de ser maior que o lance inicial, e não passar da compra imediata",
        "a reserve is more than the opening price, and no more than it costs to buy at once")
    case .opensAt: Sentence("o início já passou há mais de uma hora", "the start is more than an hour past")
    case .closesAt:
      Sentence(
        "o fim tem de ser depois do início e dentro de dez anos", "the end must be after the start and within ten years")
    case .latestClose:
      Sentence(
        "o fim máximo não pode ser antes do fim, nem daqui a mais de dez anos",
        "the latest end must not be before the end, nor more than ten years ahead")
    case .extensionWindow:
      Sentence("a prorrogação vai de 0 s a um dia, em segundos inteiros", "an extension is 0 s to one day, in whole seconds")
    case .inFlightTolerance:
      Sentence("a tolerância vai de 0 a 10 s, em milissegundos inteiros", "a tolerance is 0 to 10 s, in whole milliseconds")
    case .descent:
      Sentence(
        "um leilão holandês, e só ele, tem um preço que cai, até o lance inicial, um tanto a cada 1 s a um dia",
        "a Dutch auction, and no other, has a price that falls, to the opening price, by something every 1 s to one day")
    case .extensionWindowOfDescent:
      Sentence(
        "um leilão holandês, que o primeiro lance encerra, tem prorrogação de 0 s",
        "a Dutch auction, which the first bid ends, has an extension of 0 s")
    case .reserveOfDescent:
      Sentence(
        "um leilão holandês não tem reserva: o preço não cai abaixo do lance inicial",
        "a Dutch auction has no reserve: its price falls no further than the opening price")
    }
  }
}
