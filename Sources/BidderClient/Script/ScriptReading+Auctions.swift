import AuctionCore
import AuctionFacts
import AuctionSigning
import AuctionWire
import ServiceKit
import SharedKernel

// An auction as a script writes it: its terms by the wire's names, and where it stands. Only what it is called, its first price
// and its end must be said.

extension ScriptReading {
  static func auction(_ members: inout ScriptMembers) throws(ScriptProblem) -> AuctionView {
    let terms = try terms(&members)
    let status = try members.named("status", AuctionStatus.self) ?? .open
    let bids = try bids(&members)
    let price = try members.money("preco_centavos") ?? (terms.isSealed ? nil : bids.last?.price)
    let leader = try members.principal("lider") ?? (terms.isSealed ? nil : bids.last?.leader)
    let count = try members.integer("lances_validos", 0...1_000_000_000).map { Int($0) } ?? bids.count
    let minimum = try members.money("minimo_centavos") ?? terms.minimum(after: price)
    let own = try members.money("meu_ultimo_centavos")
    let isReserveMet = try members.flag("reserva_atingida")
    let chain = try members.text("cadeia").map { Chain.broken(reason: $0) } ?? .whole
    let reason = try members.text("motivo")
    var result: AuctionResult?
    if status == .closed {
      let outcome = try members.named("resultado", AuctionResult.Outcome.self) ?? (leader == nil ? .noBids : .sold)
      result = AuctionResult(
        outcome: outcome, winner: outcome == .sold ? leader : nil, amount: outcome == .sold ? price : nil,
        acceptedBids: Int64(count), refusedBids: 0, refusals: Script.noDigest, closesAt: terms.closesAt)
    }
    let head = try members.integer("bloco", 0...1_000_000_000) ?? (status == .scheduled ? nil : Int64(bids.count))
    return AuctionView(
      terms: terms, status: status, head: head, price: price, leader: leader, minimum: minimum, closesAt: terms.closesAt,
      isReserveMet: isReserveMet, bids: bids, bidCount: count, ownLast: own, chain: chain, result: result, reason: reason)
  }

  private static func terms(_ members: inout ScriptMembers) throws(ScriptProblem) -> AuctionTerms {
    let id = try members.auction()
    let currency = try members.word("moeda", Currency.known.map(\.code).joined(separator: ", ")) { Currency(code: $0) } ?? .brl
    let format = try members.named("formato", AuctionFormat.self) ?? .english
    let least = try members.requiredMoney("lance_inicial_centavos")
    let closesAt = try members.requiredInstant("fim_ms")
    var rules = AuctionRules(
      extensionWindow: .seconds(try members.integer("prorrogacao_s", 0...86_400) ?? 0),
      latestClose: try members.instant("fim_maximo_ms"), buyNow: try members.money("compra_imediata_centavos"))
    rules.descent = try descent(&members, to: least)
    return AuctionTerms(
      auction: id, title: try members.text("titulo") ?? id.text, description: try members.text("descricao") ?? "",
      seller: try members.principal("vendedor") ?? HousePrincipal.house, currency: currency, format: format, openingPrice: least,
      increment: try increment(&members), opensAt: try members.instant("inicio_ms") ?? members.now - .seconds(3_600),
      closesAt: closesAt, rules: rules)
  }

  /// `{"centavos":5000}` or `{"base_pontos":500}`; R$ 1,00 where nothing is said.
  private static func increment(_ members: inout ScriptMembers) throws(ScriptProblem) -> Increment {
    guard var object = try members.object("incremento") else { return .fixed(Money(minorUnits: 100) ?? .zero) }
    let points = try object.integer("base_pontos", 1...1_000_000)
    let increment: Increment
    if let points {
      increment = .percentage(basisPoints: points)
    } else {
      increment = .fixed(try object.requiredMoney("centavos"))
    }
    try object.finish()
    return increment
  }

  private static func descent(
    _ members: inout ScriptMembers, to least: Money
  ) throws(ScriptProblem) -> AuctionRules.Descent? {
    guard var object = try members.object("passo") else { return nil }
    let from = try object.requiredMoney("de_centavos")
    let step = try object.requiredMoney("centavos")
    let every = try object.integer("cada_s", 1...86_400) ?? 30
    try object.finish()
    return AuctionRules.Descent(from: from, step: step, every: .seconds(every), to: least)
  }

  /// Oldest first. Their ids follow from where they stand.
  private static func bids(_ members: inout ScriptMembers) throws(ScriptProblem) -> [BidLine] {
    var lines: [BidLine] = []
    for var bid in try members.objects("historico") {
      let (bidder, amount) = (try bid.requiredPrincipal("id_usuario"), try bid.requiredMoney("valor_centavos"))
      let receivedAt = try bid.instant("recebido_ms") ?? bid.now
      try bid.finish()
      lines.append(BidLine(bid: Script.id(.past, lines.count + 1), bidder: bidder, amount: amount, receivedAt: receivedAt))
    }
    return lines
  }
}
