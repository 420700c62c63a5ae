import AuctionClient
package import AuctionFacts
import AuctionService
import AuctionSigning
import AuctionWire
import BidService
import JournalKit
import MessagingKit
import ServiceKit
package import SharedKernel

/// The whole suite in one process and on one thread: three services, an operator, an enemy and some bidders around a simulated
/// broker. One seed decides who does what when, what fails, and in which order frames travel.
package final class SimulatedHouse {
  package let seed: UInt64
  package let world: SimulatedWorld
  package let plan: HousePlan
  package let calendar: SimulatedService<CalendarUnderTest>
  package let books: SimulatedService<BooksUnderTest>
  package let relay: SimulatedRelay
  package let standby: SimulatedRelay
  package let bidders: [SimulatedBidder]
  package let `operator`: SimulatedSender
  package let enemy: SimulatedSender
  /// What the enemy sent, by message id, with the reason that its dead letter must carry.
  package internal(set) var poison: [String: String] = [:]
  struct KeyRemoval {
    let bidder: PrincipalID
    let from: Timestamp
    /// When it was put back.
    var to: Timestamp?
    /// Whether ms-lance had ever seen it: otherwise what it signs is nobody's until it is put back.
    let wasSeen: Bool
    /// How long a service that runs may take to notice.
    static let slack = Interval.seconds(3)
  }
  var removals: [KeyRemoval] = []
  package internal(set) var answers: [CommandAnswer] = []

  /// Rightly signed bids that no bidder's program knows of.
  package internal(set) var strange: Set<Digest> = []
  /// Poison of whoever floods that may lie behind a flood: shed with it where it comes too fast.
  package internal(set) var maybeShed: Set<String> = []
  var lastFlood: Timestamp?
  /// The signers of poison that is refused for its key first, if that was taken away.
  package internal(set) var poisonSigners: [String: PrincipalID] = [:]
  /// How many bids were placed, and how many faults happened.
  package internal(set) var bids = 0
  package internal(set) var faults = 0
  let witness: Witness

  static let heartbeat = Interval.seconds(10)

  var random: SeededRandom
  private var agenda: [HousePlan.Event]
  private var reconnects: [String: Timestamp] = [:]
  var restarts: [String: Timestamp] = [:]
  /// Until when which process is stopped.
  var paused: [String: Timestamp] = [:]
  /// Connections of processes that are gone, and when the broker finds out.
  var ghosts: [(connection: SimulatedConnection, until: Timestamp)] = []
  /// Connections whose confirms are held back.
  var slow: [SimulatedConnection] = []
  /// Dead links, and when who finds out.
  var severed: [(connection: SimulatedConnection, broker: Timestamp, process: Timestamp)] = []
  private var isQuiet = false
  /// How often something planned may still be put off.
  private var patience = 4_000
  package private(set) var steps = 0

  /// What a history may take at most; whatever does not come to rest within it never will.
  private static let mostSteps = 200_000
  private static let longestQuiet = Interval.seconds(14_400)

  package init(
    seed: UInt64, scale: HousePlan.Scale = .brief, calm: Bool = false, sabotage: Sabotage? = nil, traced: Bool = true
  ) throws {
    self.seed = seed
    var random = SeededRandom(seed: seed)
    let world = SimulatedWorld(seed: seed, sabotage: sabotage, traced: traced)
    world.time.advance(by: .seconds(1))
    let plan = HousePlan(start: world.time.now, scale: scale, calm: calm, random: &random)
    (self.world, self.plan, agenda) = (world, plan, plan.events)

    try world.keys.register(HousePrincipal.operator)
    let nonces = NonceSource(seed: seed)
    calendar = try SimulatedService(
      HousePrincipal.msLeilao, in: world, clock: plan.clock(&random, world), queue: .msLeilao
    ) { voice in CalendarUnderTest(CalendarDesk(voice: voice) { nonces.next() }, sabotage) }
    books = try SimulatedService(
      HousePrincipal.msLance, in: world, clock: plan.clock(&random, world), queue: .lanceRealizado, queryQueue: .leilaoConsulta
    ) { voice in
      let desk = BidDesk(voice: voice, profile: .shared, limiter: RateLimiter(perSecond: 50, burst: 100))
      return BooksUnderTest(desk, voice: voice, keys: world.keys, sabotage)
    }
    relay = try SimulatedRelay(in: world)
    standby = try SimulatedRelay(in: world, number: 2)
    for id in plan.bidders { try world.keys.register(id) }
    try world.keys.register(HousePlan.mallory)
    bidders = try plan.bidders.map {
      try SimulatedBidder($0, in: world, clock: plan.clock(&random, world), seed: random.next())
    }
    let heard = Heard()
    let hearing = MessagingKit.Subscription(
      name: "respostas",
      source: .exclusive(bindings: [MessagingKit.Binding(exchange: Exchange.leilao.rawValue, key: RoutingKey.commandAnswered)]),
      automaticAcknowledgement: true)
    self.operator = SimulatedSender("operador", as: "operador", on: world.broker, hearing: [hearing]) { heard.house?.hear($0) }
    enemy = SimulatedSender("inimigo", as: "cliente", on: world.broker)
    self.random = random
    witness = Witness(
      world, [HousePrincipal.msLance.text: books.store, HousePrincipal.msLeilao.text: calendar.store],
      isDisciplined: !plan.isUndisciplined)
    heard.house = self
    world.broker.onRouted = { [witness] user, message in witness.sees(message, by: user) }
  }

  private final class Heard {
    weak var house: SimulatedHouse?
  }

  private final class NonceSource: @unchecked Sendable {
    private var random: SeededRandom
    init(seed: UInt64) { random = SeededRandom(seed: seed &+ 77) }
    func next() -> [UInt8] { random.bytes(16) }
  }

  private(set) lazy var processes: [any SimulatedProcess] = [calendar, books, relay, standby]

  private var connections: [SimulatedConnection] { processes.flatMap(\.connections) + lasting }

  /// Those that live as long as the history.
  private lazy var lasting = bidders.flatMap(\.connections) + [self.operator.connection, enemy.connection]

  private func hear(_ delivery: Delivery) {
    guard let statement = try? world.statements.read(delivery.body, from: .leilao, keys: world.keys),
      case .answered(let answer) = statement.fact
    else { return }
    answers.append(answer)
  }

  // MARK: - The run

  /// Plays the plan, lets every fault heal, and waits until nothing moves any more.
  package func run() {
    for process in processes { restarts[process.name] = world.time.now + .milliseconds(random.interval(0...300)) }
    for connection in connections { reconnects[connection.name] = world.time.now + .milliseconds(random.interval(0...300)) }
    while let next = agenda.first, steps < Self.mostSteps {
      if next.at <= world.time.now {
        agenda.removeFirst()
        if !perform(next.what), patience > 0 { putOff(next.what) }
      } else {
        step(until: next.at)
      }
    }
    // Nor could everybody bid when they should have.
    var attempts = plan.scale == .whole ? 2_000 : 0
    while bids < HousePlan.leastBids, attempts > 0 {
      attempts -= 1
      _ = perform(.bid(Int(random.interval(0...Int64(bidders.count) - 1)), .honest, over: random.interval(0...2)))
      let until = world.time.now + .milliseconds(random.interval(1...200))
      while world.time.now < until { step(until: until) }
    }
    // What could not fail when it should have, because it was down, fails now.
    while !plan.isCalm, plan.scale == .whole, faults < HousePlan.leastFaults {
      inject(.loseLink(random.next()))
      let until = world.time.now + .milliseconds(500)
      while world.time.now < until { step(until: until) }
    }
    heal()
    let deadline = world.time.now + Self.longestQuiet
    while !(moves().isEmpty && isAtRest), world.time.now < deadline, steps < Self.mostSteps, !isHopeless {
      step(until: deadline)
    }
  }

  var hasPatience: Bool { patience > 2_000 }

  private func putOff(_ what: HousePlan.What) {
    // Who is the last with something to do waits in vain: nobody outbids him any more.
    patience -= agenda.count < 8 ? 100 : 1
    world.trace.say("plan", "puts off \(what)")
    let event = HousePlan.Event(at: world.time.now + .milliseconds(random.interval(100...900)), what: what)
    agenda.insert(event, at: agenda.firstIndex { $0.at > event.at } ?? agenda.count)
  }

  /// What comes by itself with time: stopped processes go on, dead links are found out, confirms arrive late.
  private func passTime() {
    let now = world.time.now
    for (name, until) in paused where until <= now { paused[name] = nil }
    for ghost in ghosts where ghost.until <= now { ghost.connection.bury() }
    ghosts.removeAll { $0.until <= now }
    for link in severed where link.broker <= now { link.connection.missHeartbeats() }
    for link in severed where link.process <= now { if link.connection.isSevered { link.connection.lose("silence") } }
    severed.removeAll { $0.process <= now || !$0.connection.isSevered }
    for connection in slow { if let until = connection.confirmsHeldUntil, until <= now { connection.releaseConfirms() } }
    slow.removeAll { $0.confirmsHeldUntil == nil }
  }

  /// One move of one part, or, when none can move, on to when one can.
  private func step(until limit: Timestamp) {
    steps += 1
    passTime()
    let moves = moves()
    guard !moves.isEmpty else { return world.time.advance(to: min(limit, nextDue() ?? limit)) }
    make(random.pick(moves))
    if random.chance(30) { world.time.advance(by: .microseconds(random.interval(0...3_000))) }
    // Now and then everything is slow.
    if !isQuiet, random.chance(1) { world.time.advance(by: .milliseconds(random.interval(1...700))) }
  }

  private enum Move {
    case request(SimulatedConnection)
    case notices(SimulatedConnection)
    case round(any SimulatedProcess)
    case bidder(SimulatedBidder)
    case connect(SimulatedConnection)
    case start(any SimulatedProcess)
  }

  private func moves() -> [Move] {
    var moves: [Move] = []
    let stopped = paused.isEmpty ? [] : processes.filter { paused[$0.name] != nil }.flatMap(\.connections)
    for connection in connections {
      let isStopped = !stopped.isEmpty && stopped.contains { $0 === connection }
      if connection.isUp {
        if connection.requestCount > 0 { moves.append(.request(connection)) }
        if connection.noticeCount > 0, !isStopped { moves.append(.notices(connection)) }
      } else if !isStopped, due(&reconnects, connection.name, within: 1_500) {
        moves.append(.connect(connection))
      }
    }
    for process in processes {
      if process.isRunning {
        if paused[process.name] == nil, process.hasWork { moves.append(.round(process)) }
      } else if due(&restarts, process.name, within: random.chance(20) ? 12_000 : 1_000) {
        moves.append(.start(process))
      }
    }
    for bidder in bidders where bidder.hasWork { moves.append(.bidder(bidder)) }
    return moves
  }

  /// Whether it is time for what is down to come back; draws that time when it is first seen to be down.
  private func due(_ times: inout [String: Timestamp], _ name: String, within milliseconds: Int64) -> Bool {
    let at = times[name] ?? world.time.now + .milliseconds(random.interval(0...milliseconds))
    times[name] = at
    return at <= world.time.now
  }

  private func nextDue() -> Timestamp? {
    var times = processes.compactMap(\.wakeUp) + bidders.compactMap(\.wakeUp)
    times += reconnects.values
    times += restarts.values
    times += paused.values
    times += ghosts.map(\.until)
    times += severed.flatMap { [$0.broker, $0.process] }
    times += slow.compactMap(\.confirmsHeldUntil)
    return times.filter { $0 > world.time.now }.min()
  }

  private func make(_ move: Move) {
    switch move {
    case .request(let connection): connection.passRequest()
    case .notices(let connection):
      connection.passNotices(Int(random.interval(1...20)))
      // What has just been delivered can then only be acknowledged too late.
      if !isQuiet, !plan.isCalm, isCut {
        faults += 1
        connection.lose("cut")
      }
    case .round(let process): process.round(atMost: random.chance(30) ? 1 : 1_000)
    case .bidder(let bidder): bidder.round()
    case .connect(let connection):
      reconnects[connection.name] = nil
      connection.connect()
    case .start(let process):
      restarts[process.name] = nil
      process.start()
    }
  }

  /// One in a hundred; in a whole history there is much more to cut.
  private var isCut: Bool { random.interval(0...(plan.scale == .whole ? 999 : 99)) == 0 }

  /// The end of all faults.
  private func heal() {
    world.trace.say("scheduler", "quiet from here on")
    isQuiet = true
    for process in processes { process.plannedEnd = nil }
    (books.store.failure, calendar.store.failure) = (nil, nil)
    world.broker.unblock()
    (world.broker.squeezedTo, world.broker.brokenExchanges) = (nil, [])
    for clock in [calendar.clock, books.clock] {
      if plan.isUndisciplined {
        // A house that is half an hour behind tells bidders half an hour later what will never be decided.
        (clock.offset, clock.isDeceived) = (max(clock.offset, .zero), false)
      } else {
        (clock.status, clock.uncertainty) = (.synchronized, .milliseconds(2))
      }
    }
    paused.removeAll()
  }

  /// A service that ends by itself again and again will do so for ever.
  private var isHopeless: Bool { books.failures.count + calendar.failures.count > 5 }

  /// Nothing is under way, nothing is undecided, and everyone sees the same.
  private var isAtRest: Bool {
    guard ghosts.isEmpty, severed.isEmpty, processes.allSatisfy(\.isRunning), connections.allSatisfy(\.isUp) else { return false }
    self.operator.flush()
    enemy.flush()
    return calendar.isSilent && books.isSilent && relay.isSilent && standby.isSilent && world.broker.isEmpty
      && self.operator.isDone && enemy.isDone
      && bidders.allSatisfy(\.undecided.isEmpty) && calendar.desk?.wakeUp == nil && books.desk?.needsGoodClock == false
      && everyoneIsUpToDate
  }

  private var everyoneIsUpToDate: Bool {
    bidders.allSatisfy { bidder in
      bidder.isLive
        && plan.auctions.allSatisfy { terms in
          guard let followed = bidder.session.auctions[terms.auction] else { return false }
          return followed.status == .closed && followed.head?.block == books.store.all("bloco", terms.auction.text).last?.number
            && followed.passedOn.count == books.store.all("repasse", terms.auction.text).count
        }
    }
  }
}
