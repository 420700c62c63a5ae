import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import BidService
import JournalKit
import LedgerProof
import MessagingKit
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting

/// Auctions of all kinds, each played to its end by the real desk: their ledgers are good ones.
enum LedgerScene: String, CaseIterable {
  /// Soft close, an outage at the end, refusals, and a bid that came too late.
  case vendido
  case semLances = "sem-lances"
  case cancelado
  /// Opened while the house was away, which is told in two parts.
  case abertoNaAusencia = "aberto-na-ausencia"
  /// Bought at once.
  case comprado
  /// Suspended and resumed.
  case suspenso
  /// A key revoked, and another in its place.
  case chaves
  /// Bidders who name no block that they have seen: nothing but the rules shows what a house makes of their bids.
  case calado
  /// More bids in one turn than fit into a block, from bidders with slow clocks.
  case cheio
  /// The house went on from an older copy of its journal.
  case restaurado
  /// Bidders who go up to secret maxima, refusals between; the highest leads by what beats the second.
  case maximos
  /// A secret maximum reaches what the lot costs at once.
  case maximoComprado = "maximo-comprado"
  case fechado
  /// Sealed, and the second price is paid; a bid that replaced another.
  case vickrey
  /// More to reveal than fits into a block.
  case muitosSegredos = "muitos-segredos"
  /// Maxima that nobody is ever told.
  case canceladoSecreto = "cancelado-secreto"
  case abertoSecreto = "aberto-secreto"
  case abertoFechado = "aberto-fechado"
  /// Sold by a maximum that reaches the reserve, which no open bid does.
  case reserva
  /// Not sold: the price stays below the reserve.
  case condicional
  /// Sealed, and the reserve is more than what the second offers.
  case reservaSelada = "reserva-selada"
  /// What is kept back is never told.
  case reservaCancelada = "reserva-cancelada"
  /// Bids that an operator voided: openly, under secret maxima, sealed.
  case anulado
  case anuladoSecreto = "anulado-secreto"
  case anuladoFechado = "anulado-fechado"
  case anuladoReserva = "anulado-reserva"
  case anuladoReservaAberta = "anulado-reserva-aberta"
  /// A price that falls until somebody meets it; it stood still twice.
  case holandes
  case naoVendido = "nao-vendido"
  case holandesSuspenso = "holandes-suspenso"
  /// Not over yet.
  case aberto
  /// Cancelled before it opened, with refusals before and after that, and then opened all the same.
  case canceladoAntes = "cancelado-antes"
  case holandesCanceladoAntes = "holandes-cancelado-antes"
  /// Suspended, and resumed by its end: no other resumption was heard.
  case retomadoPeloFim = "retomado-pelo-fim"
  /// The house was away when it should have opened, for less than an outage takes later.
  case ausenteNaAbertura = "ausente-na-abertura"
  /// A house and bidders on no server's word.
  case semNTP = "sem-ntp"
  /// Both of the house's keys were replaced while it was open.
  case chavesDaCasa = "chaves-da-casa"
  /// A suspension overtook the opening.
  case suspensoAntes = "suspenso-antes"
  /// The house went on from a copy of its journal that knew nothing of the opening.
  case esquecido

  var isOver: Bool {
    switch self {
    case .aberto, .abertoSecreto, .abertoFechado, .holandesSuspenso: false
    default: true
    }
  }

  func play() throws -> BooksBench {
    switch self {
    case .vendido: try Self.sold()
    case .semLances: try Self.noBids()
    case .cancelado: try Self.cancelled()
    case .abertoNaAusencia: try Self.openedInAbsence()
    case .comprado: try Self.bought()
    case .suspenso: try Self.suspended()
    case .chaves: try Self.keys()
    case .calado: try Self.silent()
    case .cheio: try Self.full()
    case .restaurado: try Self.restored()
    case .maximos: try Self.maxima()
    case .maximoComprado: try Self.boughtInSecret()
    case .fechado: try Self.sealed(.sealed)
    case .vickrey: try Self.sealed(.vickrey)
    case .muitosSegredos: try Self.manySecrets()
    case .canceladoSecreto: try Self.cancelledInSecret()
    case .abertoSecreto: try Self.openInSecret()
    case .abertoFechado: try Self.openSealed()
    case .reserva: try Self.reserve(closing: true)
    case .condicional: try Self.conditional()
    case .reservaSelada: try Self.sealedReserve()
    case .reservaCancelada: try Self.reserve(closing: false)
    case .anulado: try Self.voided()
    case .anuladoSecreto: try Self.voidedInSecret()
    case .anuladoFechado: try Self.voidedSealed()
    case .anuladoReserva: try Self.voidedUnderReserve()
    case .anuladoReservaAberta: try Self.voidedUnderOpenReserve()
    case .holandes: try Self.dutch()
    case .naoVendido: try Self.unmet()
    case .holandesSuspenso: try Self.pausedDutch()
    case .aberto: try Self.open()
    case .canceladoAntes: try Self.cancelledUnopened(Build.terms())
    case .holandesCanceladoAntes: try Self.cancelledUnopened(Self.falling, again: true)
    case .retomadoPeloFim: try Self.resumedByItsEnd()
    case .ausenteNaAbertura: try Self.awayAtTheOpening()
    case .semNTP: try Self.undisciplined()
    case .chavesDaCasa: try Self.rotated()
    case .suspensoAntes: try Self.suspendedUnopened()
    case .esquecido: try Self.forgotten()
    }
  }

  private static func sold() throws -> BooksBench {
    let bench = try BooksBench.open(opened: false)
    try bench.keepClock()
    bench.after(.seconds(5))
    try bench.keepClock()
    try bench.open()
    bench.after(.seconds(1))
    try bench.place(100_00, by: "alpha", number: 1)
    try bench.place(50_00, by: "beta", number: 2)
    bench.after(.seconds(1))
    try bench.place(110_00, by: "beta", number: 3)
    try bench.place(200_00, by: "beta", number: 4)
    bench.after(.seconds(1))
    try bench.place(120_00, by: "alpha", number: 5)
    try bench.keepClock()
    bench.after(.seconds(550))
    try bench.place(150_00, by: "beta", number: 6)
    bench.after(.seconds(60))
    bench.restart(after: .seconds(30))
    try bench.place(160_00, by: "alpha", number: 7)
    try bench.place(165_00, by: "beta", number: 8)
    try bench.keepClock()
    try bench.closeAtTheEnd()
    try bench.keepClock()
    try bench.place(500_00, by: "beta", number: 9)
    return bench
  }

  private static func noBids() throws -> BooksBench {
    let bench = try BooksBench.open()
    try bench.place(1_00, by: "beta", number: 1)
    try bench.closeAtTheEnd()
    return bench
  }

  private static func cancelled() throws -> BooksBench {
    let bench = try BooksBench.open()
    try bench.place(100_00, by: "alpha", number: 1)
    bench.after(.seconds(5))
    try bench.calendar(
      Build.notice(.cancel(reason: "peça danificada"), edition: bench.edition, sequence: 1, clock: bench.service.clock.now()))
    return bench
  }

  private static func openedInAbsence() throws -> BooksBench {
    let terms = Build.terms(opensAt: Build.noon + .seconds(20), lasting: .seconds(30))
    let bench = try BooksBench.open(terms, opened: false)
    bench.after(.seconds(10))
    bench.service.crash(flushing: 0, losingPower: false)
    bench.world.time.advance(by: .seconds(12))
    bench.service.start()
    bench.service.plannedEnd = .afterCommit
    bench.settle()
    bench.world.time.advance(by: .seconds(2))
    bench.service.start()
    bench.settle()
    // It is back, and has not heard of the opening.
    try bench.place(100_00, by: "beta", number: 2)
    let calendar = try bench.world.keys.voice(HousePrincipal.msLeilao)
    let scheduling = calendar.seal(Build.scheduling(terms))
    let opening = Build.opening(
      terms, edition: scheduling.digest, scheduling: scheduling.evidence, clock: bench.service.clock.now())
    bench.queue(Publishing(OutgoingMessage.event(opening, calendar.seal(opening))), as: "ms_leilao")
    bench.settle()
    try bench.place(100_00, by: "alpha", number: 1)
    try bench.closeAtTheEnd()
    return bench
  }

  private static func bought() throws -> BooksBench {
    let bench = try BooksBench.open(Build.terms(rules: AuctionRules(buyNow: 500_00)))
    try bench.place(100_00, by: "alpha", number: 1)
    try bench.place(1_00, by: "beta", number: 2)
    bench.after(.seconds(1))
    try bench.place(700_00, by: "beta", number: 3)
    return bench
  }

  private static func suspended() throws -> BooksBench {
    let bench = try BooksBench.open()
    try bench.place(100_00, by: "alpha", number: 1)
    bench.after(.seconds(10))
    try bench.say(.suspend(reason: "conferência do lote"), 1)
    bench.after(.seconds(10))
    try bench.place(200_00, by: "beta", number: 2)
    bench.after(.seconds(40))
    try bench.say(.resume(closesAt: Build.noon + .seconds(630)), 2)
    bench.after(.seconds(1))
    try bench.place(200_00, by: "beta", number: 3)
    bench.after(.seconds(1))
    try bench.place(210_00, by: "alpha", number: 4)
    try bench.closeAtTheEnd(sequence: 3)
    return bench
  }

  private static func keys() throws -> BooksBench {
    let bench = try BooksBench.open(increment: .table([.init(upTo: 150_00, step: 10_00), .init(upTo: nil, step: 50_00)]))
    try bench.place(100_00, by: "alpha", number: 1)
    bench.after(.seconds(1))
    try bench.place(110_00, by: "beta", number: 2)
    bench.after(.seconds(1))
    bench.world.keys.remove("alpha")
    bench.service.keysChanged()
    bench.after(.seconds(1))
    try bench.world.keys.renew("alpha")
    bench.service.keysChanged()
    bench.after(.seconds(1))
    try bench.place(160_00, by: "alpha", number: 3)
    bench.after(.seconds(1))
    try bench.place(180_00, by: "beta", number: 4)
    bench.after(.seconds(1))
    try bench.place(210_00, by: "beta", number: 5)
    try bench.closeAtTheEnd()
    return bench
  }

  private static func silent() throws -> BooksBench {
    let bench = try BooksBench.open(
      Build.terms(seller: "vendedora", rules: AuctionRules(extensionWindow: .seconds(60))))
    for (number, amount) in [100_00, 110_00, 120_00, 130_00].enumerated() {
      try bench.placeUnseeing(
        Build.money(Int64(amount)), by: number.isMultiple(of: 2) ? "alpha" : "beta", number: UInt64(number) + 1)
      bench.after(.seconds(10))
    }
    try bench.placeUnseeing(131_00, by: "alpha", number: 5)
    bench.after(.seconds(10))
    try bench.placeUnseeing(132_00, by: "beta", number: 6)
    try bench.closeAtTheEnd()
    return bench
  }

  private static func full() throws -> BooksBench {
    let bench = try BooksBench.open(
      Build.terms(increment: .percentage(basisPoints: 100)), limiter: RateLimiter(perSecond: 1_000, burst: 1_000)
    ) { SimulatedClock($0, uncertainty: .milliseconds(40), status: .holdover) }
    for number in 0..<90 {
      let amount = Build.money(100_00 + Int64(number) * 5_00)
      let bid = Build.bid(
        amount, by: number.isMultiple(of: 2) ? "alpha" : "beta", id: Build.bidID(UInt64(number) + 1), edition: try bench.edition,
        seen: bench.head, clock: ClockReading(bench.world.time.now, uncertainty: .seconds(3), status: .systemClock))
      bench.queue(try bench.sealed(bid), as: "cliente")
    }
    bench.settle()
    try bench.closeAtTheEnd()
    return bench
  }

  private static func restored() throws -> BooksBench {
    let bench = try BooksBench.open()
    try bench.place(100_00, number: 1)
    let copy = bench.service.store.contents
    bench.after(.seconds(1))
    try bench.place(110_00, by: "beta", number: 2)
    bench.restore(copy)
    return bench
  }

  private static func open() throws -> BooksBench {
    let bench = try BooksBench.open()
    try bench.place(100_00, by: "alpha", number: 1)
    try bench.place(1_00, by: "beta", number: 2)
    return bench
  }
}

/// What may come before the opening, or in its place.
extension LedgerScene {
  /// - Parameter again: whether the first thing after the cancellation is a bid under an id that has been used.
  fileprivate static func cancelledUnopened(_ terms: AuctionTerms, again: Bool = false) throws -> BooksBench {
    let bench = try BooksBench.open(terms, opened: false)
    try bench.place(100_00, by: "alpha", number: 1)
    bench.after(.seconds(1))
    try bench.say(.cancel(reason: "peça danificada"), 1)
    for (number, bidder) in (again ? [(1, "alpha")] : []) + [(2, "alpha"), (3, "beta")] as [(UInt64, PrincipalID)] {
      bench.after(.seconds(1))
      try bench.place(100_01, by: bidder, number: number)
    }
    bench.after(.seconds(1))
    try bench.open(terms)
    return bench
  }

  fileprivate static func awayAtTheOpening() throws -> BooksBench {
    let terms = Build.terms(opensAt: Build.noon + .seconds(20), lasting: .seconds(25))
    let bench = try BooksBench.open(terms, opened: false)
    bench.after(.seconds(5))
    try bench.place(100_00, by: "alpha", number: 1)
    bench.after(.seconds(5))
    bench.service.crash(flushing: 0, losingPower: false)
    bench.world.time.advance(by: .seconds(14))
    try bench.open(terms, at: bench.service.clock.now())
    bench.service.start()
    bench.settle()
    bench.after(.seconds(1))
    try bench.place(100_00, by: "beta", number: 2)
    try bench.closeAtTheEnd()
    return bench
  }

  fileprivate static func suspendedUnopened() throws -> BooksBench {
    let bench = try BooksBench.open(opened: false)
    try bench.say(.suspend(reason: "conferência do lote"), 1)
    bench.after(.seconds(1))
    try bench.open()
    bench.after(.seconds(1))
    try bench.place(100_00, by: "alpha", number: 1)
    bench.after(.seconds(10))
    try bench.say(.resume(closesAt: Build.noon + .seconds(620)), 2)
    bench.after(.seconds(1))
    try bench.place(100_00, by: "beta", number: 2)
    try bench.closeAtTheEnd(sequence: 3)
    return bench
  }

  fileprivate static func forgotten() throws -> BooksBench {
    let bench = try BooksBench.open(opened: false)
    try bench.place(100_00, by: "alpha", number: 1)
    let copy = bench.service.store.contents
    bench.after(.seconds(1))
    try bench.open()
    try bench.place(110_00, by: "beta", number: 2)
    bench.restore(copy)
    return bench
  }

  // MARK: While it is open

  fileprivate static func resumedByItsEnd() throws -> BooksBench {
    let bench = try BooksBench.open()
    try bench.place(100_00, by: "alpha", number: 1)
    bench.after(.seconds(10))
    try bench.say(.suspend(reason: "conferência do lote"), 1)
    bench.after(.seconds(640))
    try bench.say(.close(closesAt: Build.noon + .seconds(640)), 2)
    bench.after(.seconds(1))
    try bench.place(110_00, by: "beta", number: 2)
    try bench.closeAtTheEnd(sequence: 3)
    return bench
  }

  fileprivate static func undisciplined() throws -> BooksBench {
    let bench = try BooksBench.open { SimulatedClock($0, uncertainty: .milliseconds(2), status: .systemClock) }
    for (number, claimed) in ([.zero, .seconds(4), .seconds(-9), .seconds(11)] as [Interval]).enumerated() {
      bench.after(.seconds(1))
      let bid = Build.bid(
        Build.money(100_00 + Int64(number) * 10_00), by: number.isMultiple(of: 2) ? "alpha" : "beta",
        id: Build.bidID(UInt64(number) + 1), edition: try bench.edition, seen: number == 2 ? nil : bench.head,
        clock: ClockReading(bench.world.time.now + claimed, uncertainty: .milliseconds(2), status: .systemClock))
      try bench.send(bid)
    }
    try bench.closeAtTheEnd()
    return bench
  }

  fileprivate static func rotated() throws -> BooksBench {
    let bench = try BooksBench.open()
    try bench.keepClock()
    try bench.place(100_00, by: "alpha", number: 1)
    try bench.place(50_00, by: "beta", number: 2)
    bench.after(.seconds(2))
    bench.service.crash(flushing: 0, losingPower: false)
    for id in [HousePrincipal.msLance, HousePrincipal.msLeilao] { try bench.world.keys.rotate(id, at: bench.world.time.now) }
    bench.world.time.advance(by: .seconds(2))
    bench.service.start()
    bench.settle()
    try bench.place(110_00, by: "beta", number: 3)
    try bench.place(60_00, by: "alpha", number: 4)
    try bench.keepClock()
    try bench.closeAtTheEnd()
    return bench
  }
}

extension Bench where Process == SimulatedService<BidDesk> {
  fileprivate static func open(increment: Increment) throws -> BooksBench { try open(Build.terms(increment: increment)) }

  /// As the calendar does it: when its clock is certain that the end has passed.
  func closeAtTheEnd(sequence: Int64 = 1) throws {
    let end = try summary()?.closesAt ?? Build.noon
    after(end + .milliseconds(10) - world.time.now)
    try close(at: end, sequence: sequence)
  }

  /// The house goes on from an older copy of its journal.
  func restore(_ copy: SimulatedStore.Contents) {
    service.putBack(copy)
    service.start()
    settle()
  }

  /// What ms-lance's clock rests on now: two servers that agree, one that has not answered.
  func keepClock() throws {
    func server(_ name: String, offset: Int64?) -> SyncRecord.Server {
      SyncRecord.Server(
        name: name, address: offset == nil ? nil : "127.0.0.1:123", reachability: 255,
        word: offset.map {
          SyncRecord.Word(
            offset: .microseconds($0), delay: .milliseconds(4), dispersion: .microseconds(30), uncertainty: .milliseconds(2),
            age: .seconds(9), stratum: 1)
        }, isUsed: offset != nil, standing: offset == nil ? "sem_resposta" : "usado", reason: Sentence("x", "x"))
    }
    try service.keepClock(
      SyncRecord(
        reading: service.clock.now(), age: .seconds(9), systemOffset: .milliseconds(-3),
        servers: [server("a.casa", offset: -120), server("b.casa", offset: 80), server("c.casa", offset: nil)]))
  }

  func say(_ action: CalendarNotice.Action, _ sequence: Int64) throws {
    try calendar(Build.notice(action, edition: edition, sequence: sequence, clock: service.clock.now()))
  }

  func placeUnseeing(_ amount: Money, by bidder: PrincipalID, number: UInt64) throws {
    try send(
      Build.bid(
        amount, by: bidder, id: Build.bidID(number), edition: try edition, seen: nil,
        clock: ClockReading(world.time.now, uncertainty: .milliseconds(2), status: .synchronized)))
  }

  /// The ledger of `moto` as a client asks for it, page by page.
  func statements() throws -> [HouseStatement] {
    var pages = LedgerPages()
    while !pages.isWhole {
      guard let after = pages.next, let answer = try ask(.ledger("moto", after: after)) else { throw Missing("a ledger") }
      pages.add(answer)
    }
    return pages.statements
  }

  func ledgerFile() throws -> [UInt8] {
    guard let copy = LedgerCopy(try statements(), keys: world.keys.ring) else { throw Missing("a ledger") }
    return copy.encoded()
  }

  /// The house's keys as somebody knows them from elsewhere.
  var pinned: [PinnedKey] {
    houseKeys.map { PinnedKey(key: $0.key, owner: $0.owner, retiredAt: $0.retiredAt) }
  }

  /// Also those that spoke for it before.
  var houseKeys: [KeyRing.Member] {
    world.keys.ring.members.values.filter {
      [HousePrincipal.msLance, HousePrincipal.msLeilao, HousePrincipal.operator].contains($0.owner)
    }
  }
}
