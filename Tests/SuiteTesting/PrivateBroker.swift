internal import Foundation
internal import Glibc

/// A real RabbitMQ node of a test's own: own folder, ports, name and cookie, on loopback, gone with the test process.
///
/// The node is guarded by a line whose other end only this process holds: however the process ends, the node is killed
/// and its folder removed. Starting takes about four seconds on an idle machine: suites that need no node to themselves
/// use `shared`, each test with names of its own.
package final class PrivateBroker: Sendable {
  package let port: Int
  /// Everything the node writes is in here.
  package let directory: String
  /// Where it takes TLS, if it was started with `tls`.
  package let tlsPort: Int?

  private let lifeline: Int32
  private let script: String

  private static let sharedNode = Task { try await PrivateBroker() }

  /// One node for the whole test run. Nobody stops it, fills its memory or closes all of its connections.
  package static var shared: PrivateBroker {
    get async throws { try await sharedNode.value }
  }

  /// Starts a node and waits until it takes connections.
  ///
  /// - Parameters:
  ///   - definitions: a definitions file that is imported at boot; otherwise there is the user `test` (password `test`)
  ///     with all rights on the virtual host `test`.
  ///   - tls: what the broker shows on a further, TLS port.
  ///   - settings: further lines for `rabbitmq.conf`.
  ///   - plugins: as `["rabbitmq_management"]`.
  package init(
    definitions: String? = nil, tls: TLSFiles? = nil, settings: [String] = [], plugins: [String] = []
  ) async throws {
    directory = FileManager.default.temporaryDirectory.path + "/leilao-broker-\(UInt64.random(in: .min ... .max))"
    script = Self.repositoryRoot + "/scripts/broker/private-node"
    let ports = try FreePorts.take(4)
    port = ports[0]
    tlsPort = tls == nil ? nil : ports[3]

    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    var lines = settings
    if let tls {
      lines += [
        "listeners.ssl.1 = 127.0.0.1:\(ports[3])", "ssl_options.cacertfile = \(tls.caFile)",
        "ssl_options.certfile = \(tls.certificateFile)", "ssl_options.keyfile = \(tls.keyFile)",
        "ssl_options.verify = verify_peer", "ssl_options.fail_if_no_peer_cert = false",
        "auth_mechanisms.1 = PLAIN", "auth_mechanisms.2 = EXTERNAL", "ssl_cert_login_from = common_name",
      ]
    }
    let configuration = directory + "/settings.conf"
    try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: URL(filePath: configuration))
    let imported = directory + "/test-definitions.json"
    if definitions == nil { try Data(Self.testDefinitions.utf8).write(to: URL(filePath: imported)) }

    let (theirs, ours) = try socketPair()
    lifeline = ours
    defer { close(theirs) }
    var arguments = ["start", directory, "--port", "\(ports[0])", "--dist-port", "\(ports[1])", "--epmd-port", "\(ports[2])"]
    arguments += ["--definitions", definitions ?? imported, "--config", configuration, "--until-eof"]
    if !plugins.isEmpty { arguments += ["--plugins", plugins.joined(separator: ",")] }
    _ = try await Subprocess.output(script, arguments, input: theirs)
  }

  /// Ends the node: its guard kills it and removes its folder.
  deinit { close(lifeline) }

  /// `amqp://user:password@127.0.0.1:port/vhost`, through another port of this machine if one stands in between.
  package func url(user: String = "test", password: String = "test", virtualHost: String = "test", port: Int? = nil) -> String {
    "amqp://\(user):\(password)@127.0.0.1:\(port ?? self.port)/\(virtualHost == "/" ? "%2F" : virtualHost)"
  }

  /// The output of `rabbitmqctl`; it takes a second or more.
  @discardableResult
  package func rabbitmqctl(_ arguments: [String]) async throws -> String {
    try await Subprocess.output(script, ["ctl", directory] + arguments)
  }

  /// Ends the node the way a power cut does.
  package func kill9() async throws {
    _ = try await Subprocess.output(script, ["kill", directory])
  }

  /// Ends the node in an orderly way; its data stays.
  package func stop() async throws {
    _ = try await Subprocess.output(script, ["stop", directory])
  }

  /// Starts it again with what it had, after `stop` or `kill9`.
  package func restart() async throws {
    _ = try await Subprocess.output(script, ["start", directory])
  }

  /// What the house's broker is configured with, but for ports and paths: those are each node's own.
  package static func houseSettings() throws -> [String] {
    let shipped = try String(contentsOfFile: repositoryRoot + "/scripts/broker/rabbitmq.conf", encoding: .utf8)
    let own = ["#", "listeners.", "management.", "load_definitions"]
    return shipped.split(separator: "\n").map(String.init).filter { line in !own.contains { line.hasPrefix($0) } }
  }

  private static let repositoryRoot = String(#filePath.dropLast("/Tests/SuiteTesting/PrivateBroker.swift".count))

  private static let testDefinitions = """
    {"users": [{"name": "test", "password": "test", "tags": ["administrator"]}],
     "vhosts": [{"name": "test"}],
     "permissions": [{"user": "test", "vhost": "test", "configure": ".*", "write": ".*", "read": ".*"}]}
    """
}

/// PEM files that a broker shows to its clients.
package struct TLSFiles: Sendable {
  package let caFile: String
  package let certificateFile: String
  package let keyFile: String

  package init(caFile: String, certificateFile: String, keyFile: String) {
    self.caFile = caFile
    self.certificateFile = certificateFile
    self.keyFile = keyFile
  }
}
