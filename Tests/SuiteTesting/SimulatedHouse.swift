package import AuctionFacts
package import AuctionService
import AuctionSigning
import AuctionWire
package import BidService
import MessagingKit
import ServiceKit
package import SharedKernel

/// The whole suite in one process and on one thread: three services, an operator, an enemy and some bidders around a simulated
/// broker. One seed decides who does what when, what fails, and in which order frames travel.
package final class SimulatedHouse {
  package let seed: UInt64
  package let world: SimulatedWorld
  package let plan: HousePlan
  package let calendar: SimulatedService<CalendarDesk>
  package let books: SimulatedService<BidDesk>
  package let relay: SimulatedRelay
  package let bidders: [SimulatedBidder]
  package let `operator`: SimulatedSender
  package let enemy: SimulatedSender
  /// What the enemy sent, by message id, with the reason that its dead letter must carry.
  package internal(set) var poison: [String: String] = [:]
  /// Under keys that were taken away, so that their bids may be dead letters too.
  package internal(set) var revoked: Set<PrincipalID> = []
  package internal(set) var answers: [CommandAnswer] = []

  var random: SeededRandom
  private var agenda: [HousePlan.Event]
  private var reconnects: [String: Timestamp] = [:]
  private var restarts: [String: Timestamp] = [:]
  private var isQuiet = false
  package private(set) var steps = 0

  /// What a history may take at most; whatever does not come to rest within it never will.
  private static let mostSteps = 400_000
  private static let longestQuiet = Interval.seconds(1_200)

  package init(seed: UInt64, calm: Bool = false) throws {
    self.seed = seed
    var random = SeededRandom(seed: seed)
    let world = SimulatedWorld(seed: seed)
    world.time.advance(by: .seconds(1))
    let plan = HousePlan(start: world.time.now, calm: calm, random: &random)
    (self.world, self.plan, agenda) = (world, plan, plan.events)

    try world.keys.register(HousePrincipal.operator)
    let nonces = NonceSource(seed: seed)
    calendar = try SimulatedService(
      HousePrincipal.msLeilao, in: world, clock: plan.clock(&random, world), queue: .msLeilao
    ) { voice in CalendarDesk(voice: voice) { nonces.next() } }
    books = try SimulatedService(
      HousePrincipal.msLance, in: world, clock: plan.clock(&random, world), queue: .lanceRealizado, queryQueue: .leilaoConsulta
    ) { voice in BidDesk(voice: voice, profile: .shared, limiter: RateLimiter(perSecond: 1_000, burst: 2_000)) }
    relay = try SimulatedRelay(in: world)
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
    heard.house = self
  }

  private final class Heard {
    weak var house: SimulatedHouse?
  }

  private final class NonceSource: @unchecked Sendable {
    private var random: SeededRandom
    init(seed: UInt64) { random = SeededRandom(seed: seed &+ 77) }
    func next() -> [UInt8] { random.bytes(16) }
  }

  package var processes: [any SimulatedProcess] { [calendar, books, relay] }

  private var connections: [SimulatedConnection] {
    processes.flatMap(\.connections) + bidders.flatMap(\.connections) + [self.operator.connection, enemy.connection]
  }

  private func hear(_ delivery: Delivery) {
    guard let statement = try? HouseStatement(delivery.body, from: .leilao, ring: world.keys.ring),
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
        perform(next.what)
      } else {
        step(until: next.at)
      }
    }
    heal()
    let deadline = world.time.now + Self.longestQuiet
    while !(moves().isEmpty && isAtRest), world.time.now < deadline, steps < Self.mostSteps { step(until: deadline) }
  }

  /// One move of one part, or, when none can move, on to when one can.
  private func step(until limit: Timestamp) {
    steps += 1
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
    for connection in connections {
      if connection.isUp {
        if connection.requestCount > 0 { moves.append(.request(connection)) }
        if connection.noticeCount > 0 { moves.append(.notices(connection)) }
      } else if due(&reconnects, connection.name, within: 1_500) {
        moves.append(.connect(connection))
      }
    }
    for process in processes {
      if process.isRunning {
        if process.hasWork { moves.append(.round(process)) }
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
    return times.filter { $0 > world.time.now }.min()
  }

  private func make(_ move: Move) {
    switch move {
    case .request(let connection): connection.passRequest()
    case .notices(let connection):
      connection.passNotices(Int(random.interval(1...20)))
      // What has just been delivered can then only be acknowledged too late.
      if !isQuiet, !plan.isCalm, random.chance(1) { connection.lose("cut") }
    case .round(let process): process.round(atMost: random.chance(30) ? 1 : 1_000)
    case .bidder(let bidder): bidder.round()
    case .connect(let connection):
      reconnects[connection.name] = nil
      connection.connect()
    case .start(let process):
      restarts[process.name] = nil
      process.start()
      for connection in process.connections { reconnects[connection.name] = nil }
    }
  }

  /// The end of all faults.
  private func heal() {
    world.trace.say("scheduler", "quiet from here on")
    isQuiet = true
    for process in processes { process.plannedEnd = nil }
    (books.store.failure, calendar.store.failure) = (nil, nil)
    world.broker.unblock()
  }

  /// Nothing is under way, nothing is undecided, and everyone sees the same.
  private var isAtRest: Bool {
    guard processes.allSatisfy(\.isRunning), connections.allSatisfy(\.isUp) else { return false }
    self.operator.flush()
    enemy.flush()
    return calendar.isSilent && books.isSilent && relay.isSilent && world.broker.isEmpty && self.operator.isDone && enemy.isDone
      && bidders.allSatisfy(\.undecided.isEmpty) && calendar.desk?.wakeUp == nil && books.desk?.needsGoodClock == false
      && HouseInspection(self).everyoneIsUpToDate
  }
}
