import AuctionFacts
import AuctionWire
import ServiceKit
import SharedKernel

// What the house of a script says, by the wire's words.

extension ScriptReading {
  /// The `tipo` of an event.
  enum EventType: CaseIterable, WireNamed {
    case connecting, connected, live, disconnected, blocked, unblocked, accessRefused, silent, resyncing, roundTrip, houseClock
    case unverified
    case auction, bid, extended, voided, suspended, resumed, closed, passedOn, chainBroken
    case own, recalled, receipt

    var wireName: String {
      switch self {
      case .connecting: "conectando"
      case .connected: "conectado"
      case .live: "ao_vivo"
      case .disconnected: "desconectado"
      case .blocked: "bloqueado"
      case .unblocked: "desbloqueado"
      case .accessRefused: "acesso_negado"
      case .silent: "silencio"
      case .resyncing: "atualizando"
      case .roundTrip: "ida_e_volta"
      case .houseClock: "relogio"
      case .unverified: "nao_conferido"
      case .auction: "leilao"
      case .bid: "lance"
      case .extended: "prorrogado"
      case .voided: "anulado"
      case .suspended: "suspenso"
      case .resumed: "retomado"
      case .closed: "encerrado"
      case .passedOn: "repassado"
      case .chainBroken: "cadeia_quebrada"
      case .own: "meu_lance"
      case .recalled: "lance_recordado"
      case .receipt: "recibo"
      }
    }
  }

  static func event(_ members: inout ScriptMembers) throws(ScriptProblem) -> Script.Step {
    guard let type = try members.named("tipo", EventType.self) else {
      throw members.missing("tipo", EventType.allCases.map(\.wireName).joined(separator: ", "))
    }
    switch type {
    case .connecting: return .told(.connecting(attempt: try attempt(&members)))
    case .connected: return .told(.connected)
    case .live: return .told(.live)
    case .disconnected:
      return .told(
        .disconnected(
          reason: try members.reason(), attempt: try attempt(&members), retryAt: try members.instant("volta_ms") ?? members.now))
    case .blocked: return .told(.blocked(reason: try members.reason()))
    case .unblocked: return .told(.unblocked)
    case .accessRefused: return .told(.accessRefused(reason: try members.reason()))
    case .silent: return .told(.silent(since: try members.instant("desde_ms") ?? members.now))
    case .resyncing:
      let (done, total) = (try members.integer("feitos", 0...1_000_000) ?? 0, try members.integer("total", 0...1_000_000) ?? 0)
      return .told(.resyncing(done: Int(done), total: Int(total)))
    case .roundTrip: return .told(.roundTrip(try members.interval("ms") ?? .zero))
    case .houseClock:
      let status = try members.named("estado", ClockStatus.self) ?? .synchronized
      let uncertainty = try members.integer("incerteza_ms", 0...10_000) ?? 8
      return .told(.houseClock(ClockReading(members.now, uncertainty: .milliseconds(uncertainty), status: status)))
    case .unverified: return .told(.unverified(reason: try members.reason()))
    case .auction: return .told(.auction(try auction(&members)))
    case .bid: return .bid(try bid(&members))
    case .extended:
      return .extended(
        try members.auction(), closesAt: try members.requiredInstant("fim_ms"), by: try members.principal("por"),
        cause: try members.named("causa", Extension.Cause.self) ?? .bid)
    case .voided:
      return .voided(try members.auction(), by: try members.requiredPrincipal("id_usuario"), reason: try members.reason())
    case .suspended:
      return .told(
        .suspended(try members.auction(), reason: try members.reason(), minimum: try members.money("minimo_centavos")))
    case .resumed: return .told(.resumed(try members.auction(), closesAt: try members.requiredInstant("fim_ms")))
    case .closed:
      return .closed(
        try members.auction(),
        Script.Ending(
          outcome: try members.named("resultado"), winner: try members.principal("vencedor"),
          amount: try members.money("valor_centavos"), reason: try members.text("motivo")))
    case .passedOn: return .told(try passedOn(&members))
    case .chainBroken: return .told(.chainBroken(try members.auction(), reason: try members.reason()))
    case .recalled: return .told(.recalled(try recalled(&members)))
    case .receipt:
      if let reason = try members.text("motivo") { return .told(.receiptNotKept(reason: reason)) }
      return .told(.receiptKept(Ticket(Int(try members.integer("numero", -1_000_000...1_000_000) ?? 1))))
    case .own:
      return .own(Int(try members.integer("numero", -1_000_000...1_000_000) ?? 1), try progress(&members))
    }
  }

  private static func recalled(_ members: inout ScriptMembers) throws(ScriptProblem) -> RecalledBid {
    let number = Int(try members.integer("numero", -1_000_000...0) ?? 0)
    return RecalledBid(
      ticket: Ticket(number), auction: try members.auction(), id: Script.id(.recalled, number),
      amount: try members.requiredMoney("valor_centavos"), isSecret: try members.flag("segredo") ?? false, currency: .brl,
      sentAt: try members.instant("enviado_ms") ?? members.now)
  }

  private static func attempt(_ members: inout ScriptMembers) throws(ScriptProblem) -> Int {
    Int(try members.integer("tentativa", 1...1_000_000) ?? 1)
  }

  private static func bid(_ members: inout ScriptMembers) throws(ScriptProblem) -> Script.Bid {
    Script.Bid(
      auction: try members.auction(), bidder: try members.requiredPrincipal("id_usuario"),
      amount: try members.requiredMoney("valor_centavos"), price: try members.money("preco_centavos"),
      leader: try members.principal("lider"), minimum: try members.money("minimo_centavos"),
      closesAt: try members.instant("fim_ms"))
  }

  private static func passedOn(_ members: inout ScriptMembers) throws(ScriptProblem) -> GatewayEvent {
    let id = try members.auction()
    return .passedOn(
      id,
      PassingOn(
        auction: id, edition: Script.noDigest, result: Script.noDigest, from: try members.principal("de"),
        to: try members.requiredPrincipal("para"), amount: try members.requiredMoney("valor_centavos"),
        reason: try members.reason()))
  }

  /// How the house answers this terminal's bids.
  static func answering(_ members: inout ScriptMembers) throws(ScriptProblem) -> Script.Answering {
    let words = ["decide", "recusado", "incerto", "ocupado", "sem_decisao", "nao_enviado", "nenhuma"]
    let accepted = words.joined(separator: ", ")
    guard let word = try members.word("resposta", accepted, { words.contains($0) ? $0 : nil }) else {
      throw members.missing("resposta", accepted)
    }
    var answering = Script.Answering()
    if let after = try members.interval("apos_ms") { answering.after = after }
    answering.answer =
      switch word {
      case "recusado":
        .refused(try members.named("motivo") ?? .belowMinimum, minimum: try members.money("minimo_centavos"))
      case "incerto": .uncertain
      case "ocupado": .busy
      case "sem_decisao": .neverDecided
      case "nao_enviado": .notSent(reason: try members.reason())
      case "nenhuma": .nothing
      default: .decide
      }
    return answering
  }

  private static func progress(_ members: inout ScriptMembers) throws(ScriptProblem) -> BidProgress {
    let words = ["entregue", "incerto", "aceito", "recusado", "ocupado", "sem_decisao", "nao_enviado"]
    let accepted = words.joined(separator: ", ")
    guard let word = try members.word("estado", accepted, { words.contains($0) ? $0 : nil }) else {
      throw members.missing("estado", accepted)
    }
    switch word {
    case "entregue": return .delivered
    case "aceito": return .accepted
    case "recusado": return .refused(try members.named("motivo"), minimum: try members.money("minimo_centavos"))
    case "ocupado": return .busy
    case "sem_decisao": return .neverDecided
    case "nao_enviado": return .notSent(reason: try members.reason())
    default: return .uncertain
    }
  }
}
