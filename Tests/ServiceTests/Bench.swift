import AuctionClient
import AuctionFacts
import AuctionService
import AuctionSigning
import AuctionWire
import BidService
import JournalKit
import MessagingKit
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting

/// One service alone on the simulated broker, with an ear on everything that it says, and a mouth for everyone else.
final class Bench<Process: SimulatedProcess> {
  let world: SimulatedWorld
  let service: Process
  /// What was published to `leilao` and `mortas`, in order.
  private(set) var heard: [Delivery] = []
  /// What came to the address that answers were asked to.
  private(set) var replies: [Delivery] = []
  private var mouths: [String: SimulatedSender] = [:]
  /// Whom the broker knows: each bidder, or all of them as one.
  fileprivate var profile = IdentityProfile.shared
  private let ear: SimulatedConnection

  init(_ world: SimulatedWorld, _ service: Process) throws {
    (self.world, self.service) = (world, service)
    let box = Box()
    ear = SimulatedConnection(
      world.broker, name: "ouvido", user: "operador",
      subscriptions: [
        Subscription(
          name: "tudo",
          source: .exclusive(
            bindings: [Exchange.leilao, .mortas, .notificacoes].map { MessagingKit.Binding(exchange: $0.rawValue, key: "#") }),
          automaticAcknowledgement: true)
      ]
    ) { event in
      if case .delivered(let deliveries) = event { box.owner?.heard += deliveries }
    }
    box.owner = self
    ear.connect()
    service.keysChanged()
    service.start()
    settle()
  }

  private final class Box {
    weak var owner: Bench?
  }

  /// Until nothing moves: every frame passed, every round done, without the time going on.
  func settle() {
    var moved = true
    while moved {
      moved = false
      for connection in service.connections + mouths.keys.sorted().compactMap({ mouths[$0]?.connection }) + [ear] {
        while connection.isUp, connection.requestCount > 0 || connection.noticeCount > 0 {
          connection.passRequest()
          connection.passNotices(100)
          moved = true
        }
      }
      while service.isRunning, service.hasWork {
        service.round(atMost: 1_000)
        moved = true
      }
    }
  }

  func after(_ interval: Interval) {
    settle()
    let end = world.time.now + interval
    while let due = service.wakeUp, due < end {
      world.time.advance(to: max(due, world.time.now))
      settle()
    }
    world.time.advance(to: end)
    settle()
  }

  /// Ends the service where it stands and starts it again.
  func restart(after interval: Interval = .milliseconds(100)) {
    service.crash(flushing: 0, losingPower: false)
    world.time.advance(by: interval)
    service.start()
    settle()
  }

  /// Publishes as a user of the broker, and lets everything happen that follows.
  func say(_ message: Publishing, as user: String) {
    mouth(of: user).send(message)
    settle()
  }

  /// Hands it to the broker, but lets nobody do anything about it yet.
  func queue(_ message: Publishing, as user: String) {
    mouth(of: user).send(message)
    while mouth(of: user).connection.requestCount > 0 { mouth(of: user).connection.passRequest() }
  }

  private func mouth(of user: String) -> SimulatedSender {
    if let known = mouths[user] { return known }
    let box = Box()
    box.owner = self
    let mouth = SimulatedSender(
      "boca de \(user)", as: user, on: world.broker, hearing: [Subscription(name: "respostas", source: .directReplies)]
    ) { box.owner?.replies.append($0) }
    mouth.connection.connect()
    mouths[user] = mouth
    return mouth
  }

  func forget() {
    heard.removeAll()
    replies.removeAll()
    world.trace.clear()
  }

  // MARK: - What was heard

  var keys: [String] { heard.map(\.routingKey) }
  func said(_ kind: Kind) -> [Delivery] { heard.filter { $0.routingKey == kind.routingKey } }
  var dead: [Delivery] { heard.filter { $0.exchange == Exchange.mortas.rawValue } }
  var reasons: [String] { dead.compactMap { $0.properties.headers[DeadLetter.reasonHeader] } }

  func statement(_ delivery: Delivery) throws -> HouseStatement { try HouseStatement(delivery.body, ring: world.keys.ring) }
  func facts(_ kind: Kind) throws -> [HouseStatement.Fact] { try said(kind).map { try statement($0).fact } }
  var receipts: [Receipt] {
    get throws {
      try facts(.bidRefused).compactMap { if case .refused(let receipt) = $0 { receipt } else { nil } }
    }
  }
  var blocks: [Block] {
    get throws {
      try (facts(.bidsAccepted) + facts(.awarded)).compactMap { if case .block(let block) = $0 { block } else { nil } }
    }
  }

  /// What the service and its journal did, as verbs: `takes`, `commit`, `acknowledges`, `publishes`, `mark`.
  var verbs: [String] {
    world.trace.events.filter { $0.who == service.name || $0.who == "\(service.name) journal" }
      .map { String($0.what.prefix { $0 != " " }) }
  }
}

typealias BooksBench = Bench<SimulatedService<BidDesk>>
typealias CalendarBench = Bench<SimulatedService<CalendarDesk>>

extension Bench where Process == SimulatedService<BidDesk> {
  /// ms-lance with one auction scheduled and open, and two bidders that it knows.
  /// - Parameter reserve: what the terms commit to, if they do.
  static func open(
    _ terms: AuctionTerms = Build.terms(), reserve: Secret? = nil, limiter: RateLimiter = RateLimiter(perSecond: 20, burst: 40),
    opened: Bool = true,
    profile: IdentityProfile = .shared, partition: Partition? = nil, bidders: [PrincipalID] = ["alpha", "beta"],
    clock: (SimulatedTime) -> SimulatedClock = { SimulatedClock($0) }
  ) throws -> BooksBench {
    let world = profile == .own ? SimulatedWorld(topology: .house(of: bidders)) : SimulatedWorld()
    for id in [HousePrincipal.msLeilao] + bidders { try world.keys.register(id) }
    let service = try SimulatedService(
      HousePrincipal.msLance, in: world, clock: clock(world.time), queue: .lanceRealizado, queryQueue: .leilaoConsulta
    ) { BidDesk(voice: $0, profile: profile, limiter: limiter, partition: partition) }
    let bench = try BooksBench(world, service)
    bench.profile = profile
    try bench.calendar(Build.scheduling(terms))
    if let reserve { try bench.tell(reserve) }
    if opened {
      try bench.open(terms)
      world.time.advance(by: .seconds(1))
      bench.settle()
      bench.forget()
    }
    return bench
  }

  /// What ms-leilao says to ms-lance alone.
  func tell(_ reserve: Secret, edition: Edition? = nil) throws {
    let disclosure = ReserveDisclosure(
      auction: "moto", edition: try edition ?? self.edition, secret: reserve, clock: service.clock.now())
    let sealed = try world.keys.voice(HousePrincipal.msLeilao).seal(disclosure)
    say(Publishing(OutgoingMessage.confidence(disclosure, sealed)), as: "ms_leilao")
  }

  /// Something that ms-leilao says.
  func calendar(_ statement: some WireValue) throws {
    let sealed = try world.keys.voice(HousePrincipal.msLeilao).seal(statement)
    say(Publishing(OutgoingMessage.event(statement, sealed)), as: "ms_leilao")
  }

  func open(_ terms: AuctionTerms = Build.terms(), at clock: ClockReading = Build.clock()) throws {
    let scheduling = try world.keys.voice(HousePrincipal.msLeilao).seal(Build.scheduling(terms))
    try calendar(
      Opening(
        auction: terms.auction, edition: scheduling.digest, opensAt: terms.opensAt, closesAt: terms.closesAt,
        scheduling: scheduling.evidence, clock: clock))
  }

  /// Of `moto`, as it was scheduled.
  var edition: Edition {
    get throws {
      guard let kept = service.store.all("agendamento", "moto").first else {
        return try world.keys.voice(HousePrincipal.msLeilao).seal(Build.scheduling()).digest
      }
      return SHA256.of(try Envelope(Evidence(kept.body)).payload)
    }
  }

  /// The blocks of `moto`, from the opening on.
  var ledger: [Block] {
    get throws {
      try service.store.all("bloco", "moto").compactMap { document in
        guard case .block(let block) = try HouseStatement(document.body, ring: world.keys.ring).fact else { return nil }
        return block
      }
    }
  }

  /// What a follower makes of blocks that are numbered and sealed anew, as a house that lies would: every block names the one before,
  /// whatever stands in it.
  func follow(_ blocks: [Block], of terms: AuctionTerms = Build.terms()) throws -> FollowedAuction {
    let voice = try world.keys.voice(HousePrincipal.msLance)
    var auction = FollowedAuction(Build.scheduling(terms), edition: try edition)
    var previous: Digest?
    for (number, block) in blocks.enumerated() {
      let made = Block(
        auction: block.auction, edition: block.edition, number: Int64(number), previous: previous ?? block.previous,
        content: block.content, clock: block.clock)
      let digest = voice.seal(made).digest
      _ = auction.take(made, digest: digest)
      previous = digest
    }
    return auction
  }

  var head: Seen? {
    guard let last = service.store.all("bloco", "moto").last, let envelope = try? Envelope(Evidence(last.body)) else {
      return nil
    }
    return Seen(block: last.number, digest: SHA256.of(envelope.payload))
  }

  /// A bid that a bidder signs now, having seen the last block.
  func bid(_ amount: Money, by bidder: PrincipalID = "alpha", number: UInt64 = 1) throws -> Bid {
    Build.bid(
      amount, by: bidder, id: Build.bidID(number), edition: try edition, seen: head,
      clock: ClockReading(world.time.now, uncertainty: .milliseconds(2), status: .synchronized))
  }

  func sealed(_ bid: Bid, by signer: PrincipalID? = nil) throws -> Publishing {
    .bid(bid, try world.keys.voice(signer ?? bid.bidder).seal(bid), as: user(of: bid.bidder), replyTo: Publishing.directReplyTo)
  }

  func user(of bidder: PrincipalID) -> String { profile == .own ? bidder.text : "cliente" }

  func send(_ bid: Bid) throws { say(try sealed(bid), as: user(of: bid.bidder)) }

  @discardableResult
  func place(_ amount: Money, by bidder: PrincipalID = "alpha", number: UInt64 = 1) throws -> Bid {
    let bid = try bid(amount, by: bidder, number: number)
    try send(bid)
    return bid
  }

  /// A bid that offers the one openly, and goes up to the other in secret.
  @discardableResult
  func place(_ open: Int64, upTo maximum: Int64, by bidder: PrincipalID, number: UInt64) throws -> Bid {
    let (draft, secret) = (try bid(Build.money(open), by: bidder, number: number), Build.secret(maximum))
    let bid = draft.committing(to: secret)
    say(
      .bid(bid, try world.keys.voice(bidder).seal(bid, with: secret), as: user(of: bidder), replyTo: Publishing.directReplyTo),
      as: user(of: bidder))
    return bid
  }

  func close(at end: Timestamp, sequence: Int64 = 1) throws {
    try calendar(
      Build.notice(.close(closesAt: end), edition: try edition, sequence: sequence, clock: service.clock.now()))
  }

  /// Where the house says an auction stands.
  func summary(of auction: AuctionID = "moto") throws -> AuctionSummary? {
    guard case .auctions(let summaries)? = try ask(.auctions(after: nil))?.snapshot.content else { return nil }
    return summaries.first { $0.auction == auction }
  }

  /// Asks as a client does, and reads the answer as a client does.
  func ask(_ subject: Query.Subject) throws -> HouseAnswer? { try ask(Query(id: Build.uniqueID(7), subject: subject)) }

  /// - Parameter passedOn: what whoever passes the answer on makes of it.
  func ask(_ query: Query, passedOn: (SnapshotReply) throws -> SnapshotReply = { $0 }) throws -> HouseAnswer? {
    let before = replies.count
    say(
      Publishing(
        exchange: Exchange.consultas.rawValue, routingKey: RoutingKey.query,
        properties: MessageProperties(
          contentType: Query.contentType, correlationID: query.auction?.text, replyTo: Publishing.directReplyTo),
        body: query.encoded()),
      as: "cliente")
    guard replies.count == before + 1, let last = replies.last else { return nil }
    return try HouseAnswer(passedOn(SnapshotReply(parsing: last.body)), ring: world.keys.ring)
  }
}

extension SimulatedService {
  /// Ends it where it stands, with a copy in the place of its journal.
  func putBack(_ copy: SimulatedStore.Contents) {
    crash(flushing: 0, losingPower: false)
    store.restore(copy, appending: RestoredMark.entries(at: clock.now()))
  }
}
