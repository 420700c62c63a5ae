package import AuctionWire
internal import Glibc
internal import Synchronization

/// A whole house of a test's own: a private RabbitMQ node with the house's definitions, a key folder, a data folder, and the
/// services as they were built, each under the broker user that it has in a development house.
///
/// The services and the node are ended with the value, and with the test process, however that ends.
package final class PrivateHouse: Sendable {
  /// The programs, by the names of their executables.
  package enum Service: String, CaseIterable, Sendable {
    case calendar = "ms-leilao"
    case bids = "ms-lance"
    case notices = "ms-notificacao"

    package var brokerUser: String { rawValue.replacing("-", with: "_") }
  }

  /// A command that has run to its end.
  package struct Run: Sendable, CustomStringConvertible {
    /// Its exit code; a signal's number, negative.
    package let status: Int32
    package let output: [String]
    package let errors: [String]
    package var description: String { "status \(status), output \(output), errors \(errors)" }
    /// Everything that it said.
    package var text: String { (output + errors).joined(separator: "\n") }
  }

  package let broker: PrivateBroker
  package let folder: String
  private let ntp: String
  /// Its secrets, in a house of the production profile.
  package let production: ProductionFolder?
  private struct State {
    /// The last one of each.
    var running: [Service: Program] = [:]
    var partitions: [Partition: Program] = [:]
    /// All of them.
    var launched: [Program] = []
  }
  private let state = Mutex(State())
  private let nextReady = Atomic(0)

  /// Where the executables are: beside the tests' own.
  package static let executables: String = {
    var buffer = [CChar](repeating: 0, count: 4_096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    let path = String(decoding: buffer.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return path.split(separator: "/").dropLast().map { "/" + $0 }.joined()
  }()

  package static let definitions =
    String(#filePath.dropLast("Tests/SuiteTesting/PrivateHouse.swift".count)) + "scripts/broker/definitions.json"

  private static let sharedHouse = Task {
    let house = try await PrivateHouse()
    for bidder in ["cliente_alpha", "cliente_beta"] { try await house.makeKeys(bidder) }
    return house
  }

  /// One house for the whole test run, with the bidders `cliente_alpha` and `cliente_beta`; nothing in it is ever stopped.
  package static var shared: PrivateHouse {
    get async throws { try await sharedHouse.value }
  }

  /// A house whose ms-lance is partitioned, with each partition's running.
  package convenience init(partitions: Int) async throws {
    let partitions = Partition.all(of: partitions)
    try await self.init(
      on: PrivateBroker(Topology.house(partitions: partitions)), running: [.calendar, .notices])
    // One after the other: `process(.bids)` is the last one's.
    for partition in partitions { try await start(partition) }
  }

  /// A node with the house's topology, users and settings.
  package static func node() async throws -> PrivateBroker {
    try await PrivateBroker(definitions: definitions, settings: PrivateBroker.houseSettings())
  }

  /// - Parameters:
  ///   - broker: a node with nothing in its queues, whose houses come one after the other; otherwise one of its own.
  ///   - ntp: `LEILAO_NTP`.
  ///   - services: what runs when this returns, and consumes.
  package init(
    on broker: PrivateBroker? = nil, ntp: String = "none", running services: [Service] = Service.allCases
  ) async throws {
    var template = Array("/tmp/leilao-house-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Program.Failure(description: "no temporary folder: errno \(errno)") }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    Orphans.adopt(folder: folder)
    self.ntp = ntp
    production = nil
    if let broker { self.broker = broker } else { self.broker = try await Self.node() }
    try await start(services)
  }

  /// A house of the production profile: its secrets made by `scripts/broker/production`, its broker over TLS, nothing running.
  package init(production: ProductionFolder) async throws {
    self.production = production
    (folder, ntp) = (production.path, "none")
    broker = try await production.broker()
  }

  deinit { for program in state.withLock({ $0.launched }) { program.send(SIGKILL) } }

  package var keys: String { production.map { $0.path + "/casa/keys" } ?? folder + "/keys" }
  package var data: String { folder + "/data" }
  package var cache: String { folder + "/cache" }

  // MARK: - Services

  /// Starts services at the same time, and returns when all of them consume.
  package func start(_ services: [Service]) async throws {
    try await withThrowingTaskGroup { group in
      for service in services { group.addTask { try await self.start(service) } }
      try await group.waitForAll()
    }
  }

  /// Starts a service and waits until it consumes; what it was before must have ended.
  package func start(_ service: Service, _ arguments: [String] = [], environment: [String: String] = [:]) async throws {
    let (program, ready) = try launch(service, arguments, environment: environment)
    try await until("\(service.rawValue) is ready") {
      guard program.isRunning else {
        throw Program.Failure(description: "\(service.rawValue) ended while starting: \(program.errors.values.suffix(5))")
      }
      return access(ready, F_OK) == 0
    }
  }

  /// Starts a partition's ms-lance, with no limit that matters to what one bidder may send, and waits until it consumes.
  @discardableResult
  package func start(_ partition: Partition) async throws -> Program {
    try await start(.bids, ["--particao", partition.description, "--lances-por-segundo", "1000000"])
    let program = try process(.bids)
    state.withLock { $0.partitions[partition] = program }
    return program
  }

  /// The process that was started for a partition last, standbys left out.
  package func process(_ partition: Partition) throws -> Program {
    guard let program = state.withLock({ $0.partitions[partition] }) else {
      throw Program.Failure(description: "\(partition) was never started")
    }
    return program
  }

  /// Starts one that takes over when the partition's ms-lance ends; `ready` is the file that appears when it consumes.
  package func standby(_ partition: Partition) async throws -> (program: Program, ready: String) {
    let standby = try launch(.bids, ["--particao", partition.description, "--lances-por-segundo", "1000000", "--reserva"])
    try await standby.program.errors.first { $0.contains("de reserva") ? () : nil }
    return standby
  }

  /// Starts a service without waiting for anything; `ready` is the file that appears when it consumes.
  ///
  /// - Parameter wrapper: a program and its arguments that becomes the service: its process is the service's.
  @discardableResult
  package func launch(
    _ service: Service, _ arguments: [String] = [], environment: [String: String] = [:], wrapper: [String] = []
  ) throws -> (program: Program, ready: String) {
    let number = nextReady.wrappingAdd(1, ordering: .relaxed).newValue
    let ready = "\(folder)/ready-\(number)"
    let program = try Program(
      wrapper + ["\(Self.executables)/\(service.rawValue)"] + arguments,
      environment: variables(service.brokerUser).merging(["LEILAO_READY_FILE": ready]) { $1 }.merging(environment) { $1 })
    state.withLock { state in
      state.running[service] = program
      state.launched.append(program)
    }
    return (program, ready)
  }

  /// The process that runs a service, or the last one that did.
  package func process(_ service: Service) throws -> Program {
    guard let program = state.withLock({ $0.running[service] }) else {
      throw Program.Failure(description: "\(service.rawValue) was never started")
    }
    return program
  }

  /// Ends a service the way a power cut does.
  package func kill9(_ service: Service) async throws { try await process(service).kill9() }

  /// Asks a service to end, and answers with what it came to.
  package func terminate(_ service: Service) async throws -> Program.Ending {
    let program = try process(service)
    program.send(SIGTERM)
    return try await program.ending()
  }

  // MARK: - Commands

  /// Makes a bidder's key pair.
  package func makeKeys(_ bidder: String, _ arguments: String...) async throws {
    let run = try await client(["keygen", bidder] + arguments)
    guard run.status == 0 else { throw Program.Failure(description: "keygen \(bidder): \(run)") }
  }

  /// `cliente-tui …` to its end.
  package func client(_ arguments: [String], environment: [String: String] = [:]) async throws -> Run {
    try await run("cliente-tui", arguments, as: "cliente", environment)
  }

  /// `ms-leilao …` to its end.
  package func `operator`(_ arguments: [String], environment: [String: String] = [:]) async throws -> Run {
    try await run("ms-leilao", arguments, as: "operador", environment)
  }

  /// Any of the programs to its end.
  package func run(
    _ program: String, _ arguments: [String], as user: String, _ environment: [String: String] = [:]
  ) async throws -> Run {
    try await run(["\(Self.executables)/\(program)"] + arguments, variables(user).merging(environment) { $1 })
  }

  /// A line of a shell's, to whom `$CLIENT` is a bidder's program.
  package func shell(_ line: String) async throws -> Run {
    try await run(["/bin/sh", "-c", line], variables("cliente").merging(["CLIENT": Self.executables + "/cliente-tui"]) { $1 })
  }

  private func run(_ command: [String], _ environment: [String: String]) async throws -> Run {
    let process = try Program(command, environment: environment)
    let status: Int32 =
      switch try await process.ending() {
      case .code(let code): code
      case .signal(let signal): -signal
      }
    return Run(status: status, output: process.output.values, errors: process.errors.values)
  }

  /// Starts `cliente-tui …` and leaves it running.
  package func startClient(_ arguments: [String], environment: [String: String] = [:]) throws -> Program {
    try Program(
      ["\(Self.executables)/cliente-tui"] + arguments, environment: variables("cliente").merging(environment) { $1 })
  }

  /// The environment of a program of this house, as that user of the broker; in Portuguese, since no locale is named.
  package func variables(_ user: String) -> [String: String] {
    if let production {
      return ["PATH": "/usr/bin:/bin", "HOME": folder, "XDG_CACHE_HOME": cache, "LEILAO_NTP": ntp, "TZ": "UTC"]
        .merging(production.environment(of: user)) { $1 }
    }
    return [
      "PATH": "/usr/bin:/bin", "HOME": folder, "XDG_CACHE_HOME": cache, "LEILAO_KEYS": keys, "LEILAO_DATA": data,
      "LEILAO_NTP": ntp,
      "RABBITMQ_URL": broker.url(user: user, password: user, virtualHost: "leilao"), "TZ": "UTC",
    ]
  }
}
