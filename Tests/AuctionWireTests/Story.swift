import AuctionFacts
import AuctionWire
import SharedKernel
import SuiteTesting
import Testing

/// One auction from the operator's command to the result, with each kind of message that is spoken: the golden files.
struct Story {
  /// What a file holds: an envelope of a value, a whole reply, or a query.
  struct Message {
    let name: String
    let body: [UInt8]
    let value: (any WireValue)?
  }

  private(set) var messages: [Message] = []

  private let start: Int64 = 1_795_273_200_000_000
  private func instant(_ seconds: Int64, _ microseconds: Int64 = 0) -> Timestamp {
    Timestamp(microseconds: start + seconds * 1_000_000 + microseconds)
  }
  private func clock(_ seconds: Int64, _ microseconds: Int64 = 0, _ status: ClockStatus = .synchronized) -> ClockReading {
    ClockReading(instant(seconds, microseconds), uncertainty: .microseconds(1_850), status: status)
  }

  private mutating func say(_ value: some WireValue, by key: TestKey, name: String? = nil) throws -> Envelope {
    let envelope = try value.enveloped(keyID: key.keyID, sign: key.sign)
    messages.append(Message(name: name ?? value.kind.rawValue, body: envelope.encoded(), value: value))
    return envelope
  }

  private mutating func answer(_ page: SnapshotPage, to query: Query) throws {
    messages.append(Message(name: "consulta-\(query.topic.wireName)", body: query.encoded(), value: nil))
    let reply = try page.reply(keyID: TestKey.msLance.keyID, sign: TestKey.msLance.sign)
    messages.append(Message(name: "retrato-\(query.topic.wireName)", body: reply.encoded(), value: page.snapshot))
  }

  init() throws {
    func unique(_ n: Int) throws -> UniqueID { try #require(UniqueID("0190f5fe-7c00-7a00-8abc-0000000000\(n)")) }
    func money(_ n: Int64) throws -> Money { try #require(Money(minorUnits: n)) }
    let auction = AuctionID("vaso-azul")
    let alpha = PrincipalID("cliente_alpha")
    let beta = PrincipalID("cliente_beta")
    let nonce = try #require(Hex.decode("00112233445566778899aabbccddeeff"))

    // Scheduled and opened.
    let terms = AuctionTerms(
      auction: auction, title: "Vaso azul", description: "Porcelana, \"s\u{e9}culo XIX\"\nsem restauros",
      seller: PrincipalID("vendedora_ana"), openingPrice: try money(100_000),
      increment: .fixed(try money(5_000)), opensAt: instant(60), closesAt: instant(360),
      rules: AuctionRules(latestClose: instant(3_600)))
    let schedule = Command(id: CommandID(try unique(10)), action: .schedule(terms), clock: clock(0))
    _ = try say(schedule, by: .operador)
    let scheduling = try say(Scheduling(terms: terms, nonce: nonce, clock: clock(0, 12_000)), by: .msLeilao)
    let edition = SHA256.hash(scheduling.payload)
    _ = try say(
      CommandAnswer(command: schedule.id, auction: auction, refusal: nil, edition: edition, clock: clock(0, 12_500)),
      by: .msLeilao)
    let opening = try say(
      Opening(
        auction: auction, edition: edition, opensAt: instant(60), closesAt: instant(360), scheduling: scheduling.evidence,
        clock: clock(60, 3_000)), by: .msLeilao)
    let zero = Block(
      auction: auction, edition: edition, number: 0, previous: edition, content: .opening(opening.evidence),
      clock: clock(60, 9_000))
    let first = try say(zero, by: .msLance, name: "lance-validado-0")

    // Bids: one accepted, one refused, one that moves the end.
    func bid(
      _ n: Int, _ bidder: PrincipalID, _ amount: Int64, _ seen: Envelope, _ block: Int64, _ clock: ClockReading
    ) throws -> Bid {
      Bid(
        id: BidID(try unique(n)), auction: auction, edition: edition, bidder: bidder, amount: try money(amount),
        seen: Seen(block: block, digest: SHA256.hash(seen.payload)), clock: clock)
    }
    func key(_ key: TestKey, _ owner: PrincipalID) -> BlockEntry.Fact {
      .key(KeyRecord(owner: owner, keyID: key.keyID, spki: key.spki, standing: .active))
    }
    let one = try bid(20, alpha, 120_000, first, 0, clock(90))
    let oneEnvelope = try say(one, by: .alpha)
    let second = try say(
      Block(
        auction: auction, edition: edition, number: 1, previous: SHA256.hash(first.payload),
        content: .entries([
          BlockEntry(
            fact: key(.alpha, alpha), price: nil, leader: nil, minimum: try money(100_000), closesAt: instant(360)),
          BlockEntry(
            fact: .bid(oneEnvelope.evidence, receivedAt: instant(90, 4_000)), price: try money(120_000), leader: alpha,
            minimum: try money(125_000), closesAt: instant(360)),
        ]), clock: clock(90, 5_000)), by: .msLance)
    let low = try bid(21, beta, 110_000, second, 1, clock(100, 0, .holdover))
    let receipt = try say(
      Receipt(
        auction: auction, bid: low.id, bidder: beta, bidDigest: SHA256.hash(low.payload), reason: .belowMinimum,
        minimum: try money(125_000), afterBlock: 1, receivedAt: instant(100, 4_000), number: 1, clock: clock(100, 5_000)),
      by: .msLance)
    let late = try bid(22, beta, 130_000, second, 1, clock(300))
    let lateEnvelope = try late.enveloped(keyID: TestKey.beta.keyID, sign: TestKey.beta.sign)
    let suspended = try say(
      CalendarNotice(
        auction: auction, edition: edition, sequence: 1, action: .suspend(reason: "conferência do lote"),
        clock: clock(310)), by: .msLeilao)
    let resumed = try say(
      CalendarNotice(
        auction: auction, edition: edition, sequence: 2, action: .resume(closesAt: instant(440, 4_000)), clock: clock(330)),
      by: .msLeilao)
    func after(
      _ fact: BlockEntry.Fact, _ closesAt: Int64, _ microseconds: Int64 = 0, leader: PrincipalID, price: Int64
    ) throws -> BlockEntry {
      BlockEntry(
        fact: fact, price: try money(price), leader: leader, minimum: try money(price + 5_000),
        closesAt: instant(closesAt, microseconds))
    }
    let third = try say(
      Block(
        auction: auction, edition: edition, number: 2, previous: SHA256.hash(second.payload),
        content: .entries([
          try after(key(.beta, beta), 360, leader: alpha, price: 120_000),
          try after(.bid(lateEnvelope.evidence, receivedAt: instant(300, 4_000)), 420, 4_000, leader: beta, price: 130_000),
          try after(.suspended(suspended.evidence, receivedAt: instant(310)), 420, 4_000, leader: beta, price: 130_000),
          try after(.resumed(resumed.evidence, receivedAt: instant(330)), 440, 4_000, leader: beta, price: 130_000),
          try after(.outage(from: instant(420), to: instant(430)), 550, leader: beta, price: 130_000),
        ]), clock: clock(430)), by: .msLance, name: "lance-validado-2")
    _ = try say(
      Extension(
        auction: auction, edition: edition, block: 2, closesAt: instant(550), by: nil, cause: .outage, clock: clock(430)),
      by: .msLance)

    // The end.
    let closed = try say(
      CalendarNotice(
        auction: auction, edition: edition, sequence: 3, action: .close(closesAt: instant(550)), clock: clock(550, 2_500)),
      by: .msLeilao)
    let result = AuctionResult(
      outcome: .sold, winner: beta, amount: try money(130_000), acceptedBids: 2, refusedBids: 1,
      refusals: SHA256.hash(SHA256.hash(receipt.payload).bytes), closesAt: instant(550))
    let last = try say(
      Block(
        auction: auction, edition: edition, number: 3, previous: SHA256.hash(third.payload),
        content: .closing(result, closed.evidence), clock: clock(550, 9_000)), by: .msLance)
    let cancel = Command(
      id: CommandID(try unique(11)), action: .cancel(auction: auction, edition: edition, reason: "lote retirado"),
      clock: clock(600))
    _ = try say(cancel, by: .operador)
    let changes: [Command.Action] = [
      .suspend(auction: auction, edition: edition, reason: "conferência do lote"),
      .resume(auction: auction, edition: edition, reason: "lote conferido"),
      .close(auction: auction, edition: edition, reason: "servidores de tempo fora do ar"),
      .void(Voiding(auction: auction, edition: edition, bid: late.id, bidder: beta, reason: "valor digitado errado")),
    ]
    for (number, action) in changes.enumerated() {
      _ = try say(Command(id: CommandID(try unique(12 + number)), action: action, clock: clock(600)), by: .operador)
    }
    _ = try say(
      CommandAnswer(command: cancel.id, auction: auction, refusal: .auctionOver, edition: edition, clock: clock(600, 9_000)),
      by: .msLeilao, name: "comando-respondido-recusado")
    _ = try say(
      CalendarNotice(
        auction: auction, edition: edition, sequence: 3, action: .cancel(reason: "lote retirado"),
        clock: clock(600, 0, .systemClock)),
      by: .msLeilao)

    // The winner does not pay.
    let passing = PassingOn(
      auction: auction, edition: edition, result: SHA256.hash(last.payload), from: beta, to: alpha, amount: try money(120_000),
      reason: "o vencedor não pagou")
    _ = try say(Command(id: CommandID(try unique(16)), action: .passOn(passing), clock: clock(650)), by: .operador)
    let passedOn = try say(PassedOn(passing, sequence: 4, clock: clock(650, 8_000)), by: .msLeilao)

    // What else stands in a ledger.
    let server = ClockRecord.Server(
      name: "a.st1.ntp.br", address: "200.160.7.186:123", isUsed: true, standing: "usado",
      word: ClockRecord.Word(
        offset: .microseconds(-120), delay: .microseconds(4_000), dispersion: .microseconds(30),
        uncertainty: .microseconds(1_850),
        age: .seconds(9), stratum: 1))
    let silent = ClockRecord.Server(
      name: "b.st1.ntp.br", address: nil, isUsed: false, standing: "sem_resposta", word: nil)
    _ = try say(
      ClockRecord(
        number: 7, clock: clock(60, 1_000), age: .seconds(9), systemOffset: .microseconds(-3_000), servers: [server, silent]),
      by: .msLance)
    _ = try say(
      LedgerSeal(
        auction: auction, edition: edition, head: Seen(block: 3, digest: SHA256.hash(last.payload)), lostReceipts: 0,
        clockRecords: 7...7, clock: clock(550, 9_000)), by: .msLance)

    let reserve = try #require(Secret(amount: try money(150_000), salt: Array(0..<16)))
    _ = try say(ReserveDisclosure(auction: auction, edition: edition, secret: reserve, clock: clock(0, 12_200)), by: .msLeilao)

    // Queries and what is answered.
    let head = Seen(block: 3, digest: SHA256.hash(last.payload))
    let chain = [first, second, third, last].map(\.evidence)
    var summary = AuctionSummary(
      auction: auction, edition: edition, status: .closed, head: head, price: try money(130_000), leader: beta,
      minimum: try money(135_000), closesAt: instant(550),
      ending: AuctionSummary.Ending(outcome: .sold, at: instant(550) + .microseconds(9_000)))
    summary.passedOn = AuctionSummary.Holder(id: alpha, amount: try money(120_000), sequence: 4, at: instant(650, 8_000))
    let now = clock(700)
    let auctions = Query(id: try unique(30), subject: .auctions(after: nil))
    try answer(.auctions(answering: auctions.id, [(summary, scheduling.evidence)], clock: now), to: auctions)
    let blocks = Query(id: try unique(31), subject: .blocks(auction, from: 2))
    try answer(
      .of(.blocks(auction, from: 2, head: head), answering: blocks.id, chain.dropFirst(2) + [passedOn.evidence], clock: now),
      to: blocks)
    let decided = Query(id: try unique(32), subject: .bid(beta, low.id))
    try answer(
      .of(.bid(beta, low.id, .refused), answering: decided.id, [receipt.evidence], clock: now), to: decided)
    let ledger = Query(id: try unique(33), subject: .ledger(auction, after: 3))
    try answer(
      .of(
        .ledger(auction, after: 3, head: head), answering: ledger.id, [last.evidence, receipt.evidence], clock: now),
      to: ledger)
  }
}
