import AuctionCore
import AuctionFacts
import SharedKernel

extension CommandRefusal {
  /// The house's reason, for the operator who gave the command.
  func sentence(of command: Command, at now: Timestamp) -> Sentence {
    switch self {
    case .malformed: Sentence("a casa não conhece um comando assim", "the house knows no such command")
    case .stale:
      Sentence(
        "o comando chegou velho demais; o relógio desta máquina está certo?",
        "the command came too old; is this machine's clock right?")
    case .reusedID: Sentence("o id do comando já serviu a outro", "the command's id has served another")
    case .auctionExists:
      Sentence("já há um leilão com este id, e um id serve uma vez", "there is an auction under this id, and an id serves once")
    case .unknownAuction: Sentence("a casa não conhece o leilão", "the house knows no such auction")
    case .wrongEdition: Sentence("o leilão é outra edição", "the auction is another edition")
    case .auctionOver: Sentence("o leilão já terminou", "the auction is over")
    case .badTerms:
      if case .schedule(let terms) = command.action, let problem = terms.problem(at: now) {
        problem.sentence
      } else {
        Sentence("os termos se contradizem", "the terms contradict themselves")
      }
    case .unsupported:
      Sentence("um formato ou opção que esta casa ainda não tem", "a format or option that this house does not hold yet")
    }
  }
}

extension AuctionTerms.Problem {
  fileprivate var sentence: Sentence {
    typealias Bounds = AuctionTerms.Bounds
    return switch self {
    case .seller:
      Sentence(
        "quem vende é um licitante ou a casa, não um serviço ou operador", "a bidder or the house sells, no service or operator")
    case .title:
      Sentence(
        "o título tem de \(Bounds.title.lowerBound) a \(Bounds.title.upperBound) caracteres",
        "a title has \(Bounds.title.lowerBound) to \(Bounds.title.upperBound) characters")
    case .description:
      Sentence(
        "a descrição tem até \(Bounds.description.upperBound) caracteres",
        "a description has up to \(Bounds.description.upperBound) characters")
    case .openingPrice: Sentence("o lance inicial é maior que zero", "an opening price is above zero")
    case .increment: Sentence("cada passo do incremento é maior que zero", "each step of an increment is above zero")
    case .opensAt: Sentence("o início já passou há mais de uma hora", "the start is more than an hour past")
    case .closesAt: Sentence("o fim vem depois do início, e em até dez anos", "the end comes after the start, within ten years")
    case .latestClose: Sentence("o fim máximo não vem antes do fim", "the latest end is not before the end")
    case .extensionWindow:
      Sentence("a prorrogação vai de 0 s a um dia, em segundos inteiros", "an extension is 0 s to a day, in whole seconds")
    case .inFlightTolerance:
      Sentence("a tolerância vai de 0 a 10 s, em milissegundos inteiros", "a tolerance is 0 to 10 s, in whole milliseconds")
    }
  }
}
