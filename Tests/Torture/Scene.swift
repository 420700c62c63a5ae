import AuctionClient
import AuctionFacts
import AuctionWire
import Glibc
import ServiceKit
import SharedKernel
import SuiteTesting
import Synchronization

/// What a fault needs of a house before it starts.
struct Setting: Sendable {
  /// Only for a service's first start.
  var environment: [PrivateHouse.Service: [String: String]] = [:]
  var wrapper: [PrivateHouse.Service: [String]] = [:]
  /// At every start.
  var data: [PrivateHouse.Service: String] = [:]
  /// What must live as long as the house.
  var disk: SmallDisk?
  var server: FakeNTPServer?
  /// ms-lance is away over the auction's end, and must give the time back.
  var expectsOutage = false
  /// From which queue the broker itself loses what it had confirmed.
  var loses: Queue?
  /// How long the auction lasts, in seconds: longer than the fault, so that its mending can be seen.
  var lasting = 6
  /// The fault meets the auction's scheduling too.
  var strikesAtOnce = false
}

/// Everything that a fault can lay hands on: a house with an auction, bidders who bid on it, and the ways between them.
final class Scene: Sendable {
  typealias Service = PrivateHouse.Service

  /// Whose way to the broker.
  enum Party: Sendable, Hashable, CaseIterable {
    case bids, calendar, notices, bidders

    var service: Service? {
      switch self {
      case .bids: .bids
      case .calendar: .calendar
      case .notices: .notices
      case .bidders: nil
      }
    }
  }

  let broker: PrivateBroker
  let house: PrivateHouse
  let setting: Setting
  let auction: AuctionID = "tortura"
  let links: [Party: LinkProxy]
  let bidders: [RecordingBidder]
  let tap: Tap
  let random: Mutex<SeededRandom>
  /// When the mending of the fault began, where that takes time itself.
  private let mending = Mutex<ContinuousClock.Instant?>(nil)
  private let launched = Mutex<[(service: Service, program: Program)]>([])

  init(on broker: PrivateBroker, setting: Setting, random: SeededRandom) async throws {
    (self.broker, self.setting) = (broker, setting)
    self.random = Mutex(random)
    let house = try await PrivateHouse(on: broker, ntp: setting.server?.address ?? "none", running: [])
    self.house = house
    links = try Dictionary(uniqueKeysWithValues: Party.allCases.map { ($0, try LinkProxy(to: broker.port)) })
    let names: [PrincipalID] = ["ana", "bia", "caio"]
    for name in names { try await house.makeKeys(name.text) }
    // Where a queue is deleted, a witness would take what the broker should return.
    tap = try await Tap(broker, hearing: setting.loses != nil ? [.notificacoes] : [.leilao, .notificacoes])
    let port = links[.bidders]?.port ?? broker.port
    // The last of them has a way of its own.
    bidders = try names.map { name in
      try RecordingBidder(name, of: house, on: "tortura", port: name == names.last ? broker.port : port)
    }
  }

  /// From here the time of recovery is taken.
  func beginMending() { mending.withLock { $0 = .now } }
  var mendingBegan: ContinuousClock.Instant? { mending.withLock { $0 } }

  func draw<Value: Sendable>(_ body: (inout SeededRandom) -> Value) -> Value { random.withLock { body(&$0) } }

  // MARK: - Services

  /// A service's way to the broker.
  func link(of service: Service) -> LinkProxy? { Party.allCases.first { $0.service == service }.flatMap { links[$0] } }

  func dataPath(_ service: Service) -> String { setting.data[service] ?? house.data }

  /// Starts a service; the first time with what the fault asks for.
  @discardableResult
  func launch(_ service: Service, _ arguments: [String] = []) throws -> (program: Program, ready: String) {
    let isFirst = !runs.contains { $0.service == service }
    if !isFirst { beginMending() }
    let port = link(of: service)?.port ?? broker.port
    var environment = ["LEILAO_DATA": dataPath(service)]
    environment["RABBITMQ_URL"] = broker.url(
      user: service.brokerUser, password: service.brokerUser, virtualHost: "leilao", port: port)
    if isFirst { environment.merge(setting.environment[service] ?? [:]) { $1 } }
    let launch = try house.launch(
      service, arguments, environment: environment, wrapper: isFirst ? setting.wrapper[service] ?? [] : [])
    launched.withLock { $0.append((service, launch.program)) }
    return launch
  }

  /// Every process that ran as a service, in the order of their starts.
  var runs: [(service: Service, program: Program)] { launched.withLock { $0 } }

  /// Starts a service and waits until it consumes, or has ended again.
  func start(_ service: Service) async throws {
    let (program, ready) = try launch(service)
    try await until("\(service.rawValue) is ready") { !program.isRunning || access(ready, F_OK) == 0 }
  }

  func startAll() async throws {
    try await withThrowingTaskGroup { group in
      for service in Service.allCases { group.addTask { try await self.start(service) } }
      try await group.waitForAll()
    }
  }

  func process(_ service: Service) throws -> Program { try house.process(service) }

  /// Waits until a service has ended by itself.
  func ended(_ service: Service) async throws -> Program.Ending {
    try await process(service).ending(within: .seconds(60))
  }

  func kill(_ service: Service) async throws { try await house.kill9(service) }

  // MARK: - The auction

  /// Schedules the auction, again where nobody can say whether it was.
  func schedule() async throws {
    try await until("the auction is scheduled") {
      let run = try await self.house.operator([
        "agendar", "--id", self.auction.text, "--titulo", "Tortura", "--inicio", "now", "--duracao", "\(self.setting.lasting)s",
        "--lance-inicial",
        "100,00", "--incremento", "10,00", "--prorrogacao", "4s",
      ])
      switch run.status {
      case 0: return true
      case 1 where run.text.contains("leilao_ja_existe"): return true
      case 3, 69: return false
      default: throw Program.Failure(description: "agendar: \(run)")
      }
    }
  }

  /// How many bids the house has decided.
  var decided: Int { bidders.reduce(0) { $0 + $1.record.entries.values.count { !$0.outcomes.isEmpty } } }

  /// Not at a time of anybody's choosing: some decisions from now, and a little later.
  func moment() async throws {
    let (more, milliseconds) = draw { ($0.interval(1...5), $0.interval(0...300)) }
    let enough = decided + Int(more)
    try await until("bids are decided") { self.decided >= enough || self.isOver }
    try await Task.sleep(for: .milliseconds(milliseconds))
  }

  /// Whether everybody has seen the auction's end.
  var isOver: Bool { bidders.allSatisfy { $0.record.auction?.status == .closed } }

  /// When the auction is to end, as the bidders know.
  var closesAt: Timestamp? { bidders.compactMap { $0.record.auction?.closesAt }.max() }

  func pauseBidding(_ paused: Bool) { for bidder in bidders { bidder.pause(paused) } }

  func leave() async {
    for bidder in bidders { await bidder.close() }
    await tap.leave()
    for link in links.values { link.close() }
    for service in Service.allCases { try? await house.kill9(service) }
  }
}
