package import ArgumentParser
import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import LedgerProof
import ServiceKit
import SharedKernel

/// `cliente-tui recibos`: what the house signed about a bidder, and whether a ledger agrees.
package struct ReceiptsCommand: ParsableCommand {
  package static var configuration: CommandConfiguration {
    .spoken(
      "recibos", "receipts",
      abstract: said(
        "Lista o que a casa assinou sobre os seus lances, e confere um livro.",
        "Lists what the house signed about one's bids, and checks a ledger."),
      discussion: said(
        """
        O terminal, lance e acompanhar guardam cada bloco e cada recusa que diz respeito \
        ao licitante. Com --livro, o que o livro omite ou diz diferente é mostrado com as \
        duas assinaturas da casa. Sai com 1 se isso acontece, com 78 se falta uma chave da casa.

        EXEMPLOS:
          cliente-tui recibos
          cliente-tui recibos violao-1978 --cliente cliente_alpha
          cliente-tui recibos violao-1978 --livro violao.livro
        """,
        """
        The terminal, bid and watch keep each block and each refusal that concerns the \
        bidder. With --ledger, what the ledger omits or says otherwise is shown with both \
        signatures of the house. Exits with 1 when that happens, with 78 when a key of the house is missing.

        EXAMPLES:
          cliente-tui receipts
          cliente-tui receipts guitar-1978 --bidder cliente_alpha
          cliente-tui receipts guitar-1978 --ledger guitar.livro
        """))
  }

  @OptionGroup var house: ClientHouse
  @Argument(help: ArgumentHelp(said("Só deste leilão.", "Of this auction alone."), valueName: said("LEILÃO", "AUCTION")))
  var auction: String?
  @Option(
    name: .spoken("cliente", "bidder"),
    help: ArgumentHelp(
      said("De quem (padrão: de todos os que têm recibos).", "Whose (default: everybody's who has some)."), valueName: "ID"),
    completion: .biddersOfHouse)
  var bidder: String?
  @Option(
    name: .spoken("livro", "ledger"),
    help: ArgumentHelp(
      said("O livro com que são comparados.", "The ledger that they are held against."), valueName: said("ARQUIVO", "FILE")),
    completion: .file())
  var ledger: String?
  @Flag(help: ArgumentHelp(said("Uma linha JSON por recibo.", "One JSON line for each receipt."))) var json = false

  package init() {}

  package func run() throws {
    let auction = try auction.map { try BidderAccess.auction($0) }
    let bidder = try bidder.map { try BidderAccess.bidder($0, option: BidderAccess.bidderOption) }
    let settings = try house.resolved(brokerUser: BidderAccess.brokerUser)
    let keys = try BidderAccess.keys(settings).ring
    var witnessed: WitnessedLedger?
    if let ledger {
      let bytes = try LocalFile.contents(of: ledger, atMost: LedgerFile.maximumBytes)
      guard let read = WitnessedLedger(bytes, keys: keys) else {
        throw Failure(
          .usage,
          said(
            "\(ledger) não é um livro; veja: cliente-tui verificar \(ledger)",
            "\(ledger) is no ledger; see: cliente-tui verify \(ledger)"))
      }
      witnessed = read
    }
    let root = ReceiptFolder.root(settings)
    let bidders = bidder.map { [$0] } ?? ReceiptFolder.names(in: root).compactMap { PrincipalID($0) }
    var list = ReceiptListing(json: json, keys: keys, ledger: witnessed)
    for bidder in bidders {
      let folder = ReceiptFolder(path: "\(root)/\(bidder)")
      for id in folder.auctions where auction.map({ $0 == id }) ?? true && witnessed.map({ $0.auction == id }) ?? true {
        for line in try folder.receipts(of: id) { list.show(line, of: bidder, id) }
      }
    }
    list.end()
    guard !list.isBroken else { throw ExitStatus.refused }
    guard witnessed?.lacksKeys != true else {
      throw Failure(
        .configuration,
        said(
          "falta em \(settings.keyPath) uma chave da casa que assinou \(ledger ?? "-"): o que está sob ela não foi comparado",
          "\(settings.keyPath) lacks a key of the house that signed \(ledger ?? "-"): what is under it was not compared"))
    }
  }
}

/// One line for each receipt, and both signed statements where the house contradicts itself.
struct ReceiptListing {
  let json: Bool
  let keys: KeyRing
  let ledger: WitnessedLedger?
  private var count = 0
  /// Of those, how many the house never signed, and how many a ledger contradicts.
  private var unsigned = 0
  private var contradicted = 0

  init(json: Bool, keys: KeyRing, ledger: WitnessedLedger?) { (self.json, self.keys, self.ledger) = (json, keys, ledger) }

  var isBroken: Bool { contradicted > 0 }

  mutating func show(_ line: [UInt8], of bidder: PrincipalID, _ auction: AuctionID) {
    count += 1
    guard let kept = KeptReceipt(line, keys: keys) else {
      unsigned += 1
      return tell(
        bidder, auction, "ilegivel", nil,
        said("não tem a assinatura da casa, ou não se lê", "not signed by the house, or unreadable")
      ) { _ in }
    }
    switch ledger?.standing(of: kept) {
    case nil: show(kept, bidder, auction, nil, nil, nil)
    case .confirmed: show(kept, bidder, auction, "confere", said("o livro diz o mesmo", "the ledger says the same"), nil)
    case .silent(let why): show(kept, bidder, auction, "nada", said("nada se conclui: ", "nothing follows: ") + said(why), nil)
    case .equivocation(let other):
      contradicted += 1
      show(
        kept, bidder, auction, "contradicao",
        said("A CASA ASSINOU DUAS COISAS DIFERENTES", "THE HOUSE SIGNED TWO DIFFERENT THINGS"), other)
    case .omission(let other):
      contradicted += 1
      show(
        kept, bidder, auction, "omissao", said("O LIVRO OMITE O QUE A CASA ASSINOU", "THE LEDGER OMITS WHAT THE HOUSE SIGNED"),
        other)
    }
  }

  private func show(
    _ kept: KeptReceipt, _ bidder: PrincipalID, _ auction: AuctionID, _ standing: String?, _ verdict: String?, _ other: Evidence?
  ) {
    tell(
      bidder, auction, standing, kept.statement,
      [words(kept.statement.fact, bidder), verdict].compactMap { $0 }.joined(separator: ": ")
    ) {
      guard json, let other else { return }
      $0.add("guardado", String(decoding: kept.statement.envelope.evidence.bytes, as: UTF8.self))
      $0.add("livro", String(decoding: other.bytes, as: UTF8.self))
    }
    guard !json, let other else { return }
    ServiceKit.tell(said("  guardado: ", "  kept:   ") + String(decoding: kept.statement.envelope.evidence.bytes, as: UTF8.self))
    ServiceKit.tell(said("  no livro: ", "  ledger: ") + String(decoding: other.bytes, as: UTF8.self))
  }

  private func words(_ fact: HouseStatement.Fact, _ bidder: PrincipalID) -> String {
    switch fact {
    case .block(let block):
      switch block.content {
      case .closing(let result, _):
        return said("resultado, bloco \(block.number): ", "result, block \(block.number): ") + result.outcome.words
      case .opening: return said("bloco \(block.number)", "block \(block.number)")
      case .entries(let entries):
        let own = entries.compactMap { entry -> String? in
          guard case .bid(let evidence, _) = entry.fact, let bid = (try? Envelope(evidence)).flatMap({ try? Bid($0) }),
            bid.bidder == bidder
          else { return nil }
          // In which currency, only the terms say, and they are not kept.
          let amount =
            bid.amount > .zero
            ? said("\(bid.amount.minorUnits) centavos", "\(bid.amount.minorUnits) minor units") : said("em segredo", "in secret")
          return "\(bid.id) (\(amount))"
        }
        let bids = own.isEmpty ? said("a sua chave", "one's key") : said("aceito ", "accepted ") + own.joined(separator: ", ")
        return said("bloco \(block.number): ", "block \(block.number): ") + bids
      }
    case .refused(let receipt):
      let number = receipt.number.map { " \($0)" } ?? ""
      return said("recusa\(number): ", "refusal\(number): ") + "\(receipt.reason.wireName) (\(receipt.bid?.description ?? "-"))"
    case .passedOn(let said):
      let (from, to) = (said.passing.from?.text ?? "-", said.passing.to.text)
      return ServiceKit.said("repasse: \(from) → \(to)", "passed on: \(from) → \(to)")
    default: return said("outra coisa", "something else")
    }
  }

  private func tell(
    _ bidder: PrincipalID, _ auction: AuctionID, _ standing: String?, _ statement: HouseStatement?, _ text: String,
    _ more: (inout JSONLine) -> Void
  ) {
    guard json else { return ServiceKit.tell("\(bidder) \(auction) \(text)") }
    var line = JSONLine()
    line.add("tipo", "recibo")
    line.add("id_usuario", bidder.text)
    line.add("id_leilao", auction.text)
    line.add("de", statement?.envelope.kind.rawValue)
    switch statement?.fact {
    case .block(let block): line.add("bloco", block.number)
    case .refused(let receipt): line.add("numero", receipt.number)
    default: break
    }
    line.add("sha256", statement?.digest.hex)
    line.add("situacao", standing)
    more(&line)
    ServiceKit.tell(line.text)
  }

  func end() {
    guard !json else { return }
    var text = said("\(count) recibos", "\(count) receipts")
    if unsigned > 0 { text += said(", \(unsigned) sem a assinatura da casa", ", \(unsigned) not signed by the house") }
    if ledger != nil { text += said(", \(contradicted) contra o livro", ", \(contradicted) against the ledger") }
    ServiceKit.tell(text)
  }
}
