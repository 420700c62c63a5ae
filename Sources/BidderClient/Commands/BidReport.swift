import AuctionClient
import AuctionFacts
import AuctionWire
import ServiceKit
import SharedKernel

/// Says what became of a bid, and leaves with its status. Under `--json` one line says it, whatever it is; what this command
/// does not know of the bid is null in it.
struct BidReport: Sendable {
  let json: Bool
  let bidder: PrincipalID
  let money: MoneyText = Language.current.money
  /// What a command that is named must have behind it for this house.
  let words: String
  var auction: AuctionID?
  var amount: Money?
  /// How far the house is to go, in secret.
  var maximum: Money?

  init(json: Bool, bidder: PrincipalID, at house: HouseSettings) {
    (self.json, self.bidder, words) = (json, bidder, house.words)
  }

  /// - Parameters:
  ///   - currency: nil where the auction's is not known; then people are not told the amount.
  ///   - standing: what it left the auction at, where that is known.
  func accepted(_ id: BidID, block: Int64, currency: Currency?, standing: (price: Money?, leader: PrincipalID?)?) {
    guard !json else {
      return line(id, "aceito") {
        $0.add("bloco", block)
        $0.add("preco_centavos", standing?.price?.minorUnits)
        $0.add("lider", standing?.leader?.text)
      }
    }
    let price = currency.flatMap { currency in amount.map { ": " + money.format($0, in: currency) } } ?? ""
    tell(said("aceito", "accepted") + price + said(" (bloco \(block), lance \(id))", " (block \(block), bid \(id))"))
    if let currency, let maximum {
      let shown = money.format(maximum, in: currency)
      tell(said("a casa vai por você até \(shown), em segredo", "the house goes up to \(shown) for you, in secret"))
    }
    // Somebody goes further in secret, or the price is less than what was offered at most.
    guard let currency, let standing, let now = standing.price, let leader = standing.leader else { return }
    if leader == bidder, let amount, now < amount {
      let shown = money.format(now, in: currency)
      tell(said("o preço é \(shown), menos do que você ofereceu", "the price is \(shown), less than you offered"))
    }
    if leader != bidder {
      let shown = money.format(now, in: currency)
      tell(
        said(
          "coberto na hora por \(leader), que ia mais longe em segredo: agora \(shown)",
          "outbid at once by \(leader), who went further in secret: \(shown) now"))
    }
  }

  /// - Parameter auction: nil where only the receipt is known; then people are not told amounts and times.
  func refused(_ id: BidID, _ receipt: Receipt, on auction: FollowedAuction?) -> any Error {
    guard !json else {
      line(id, "recusado") {
        $0.add("motivo", receipt.reason.wireName)
        $0.add("minimo_centavos", receipt.minimum?.minorUnits)
      }
      return ExitStatus.refused
    }
    // An end that had not come yet is not what ended it.
    let end = auction.flatMap { $0.endsAt <= receipt.receivedAt ? $0.endsAt : nil }
    let refused = RefusedBid(
      receipt.reason, minimum: auction == nil ? nil : receipt.minimum, span: auction.map { ($0.terms.opensAt, end) })
    let reason = "\(receipt.reason.words(.current)) (\(receipt.reason.wireName))"
    let accepted = refused.accepted(
      .current, money: { money.format($0, in: auction?.terms.currency ?? .brl) },
      clock: { Zone.here.moment($0, asOf: receipt.receivedAt, .current) })
    return Failure(
      .refused,
      said("recusado: ", "refused: ") + reason + (accepted.map { "; " + $0 } ?? "") + said(" [lance \(id)]", " [bid \(id)]"))
  }

  func refused(_ id: BidID?, because reason: String, _ sentence: String) -> any Error {
    guard !json else {
      line(id, "recusado") { $0.add("motivo", reason) }
      return ExitStatus.refused
    }
    return Failure(.refused, sentence)
  }

  func refusedLongAgo(_ id: BidID) -> any Error {
    refused(
      id, because: "recibo_nao_guardado",
      said(
        "recusado há mais de um dia; a casa já não guarda o recibo (\(id))",
        "refused more than a day ago; the house no longer keeps the receipt (\(id))"))
  }

  func unknownAuction(_ auction: AuctionID) -> any Error {
    let reason = Refusal.unknownAuction.wireName
    return refused(
      nil, because: reason,
      said(
        "recusado: a casa não conhece o leilão \(auction) (\(reason)); os que há: cliente-tui leiloes",
        "refused: the house knows no auction \(auction) (\(reason)); those that there are: cliente-tui auctions"))
  }

  func unknown(_ id: BidID) -> any Error {
    guard !json else {
      line(id, "incerto") { $0.add("consultar", "cliente-tui lance --consultar \(id) --cliente \(bidder)\(words)") }
      return ExitStatus.unknown
    }
    return Failure(
      .unknown,
      said(
        "incerto: não veio decisão a tempo. Pergunte depois: cliente-tui lance --consultar \(id) --cliente \(bidder)\(words)",
        "unknown: no decision came in time. Ask later: cliente-tui bid --inquire \(id) --bidder \(bidder)\(words)"))
  }

  /// Runs what places a bid or asks about one. Where it cannot reach the house, the line says so before the sentence does.
  func telling(_ id: BidID? = nil, _ body: () async throws -> Void) async throws {
    do {
      try await body()
    } catch let failure as Failure where json && failure.status == .unavailable {
      line(id, "indisponivel") { _ in }
      throw failure
    }
  }

  private func line(_ id: BidID?, _ standing: String, _ more: (inout JSONLine) -> Void) {
    var line = JSONLine()
    line.add("tipo", "lance")
    line.add("id_lance", id?.description)
    line.add("id_usuario", bidder.text)
    line.add("id_leilao", auction?.text)
    line.add("valor_centavos", amount?.minorUnits)
    line.add("situacao", standing)
    more(&line)
    tell(line.text)
  }
}
