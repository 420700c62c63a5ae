package import Foundation

/// What `scripts/broker/production` made for a house of a test's own, reached as `localhost`.
package final class ProductionFolder: Sendable {
  package let path: String
  /// Where the broker takes TLS.
  package let port: Int
  private let demandsCertificates: Bool

  package static let script =
    String(#filePath.dropLast("Tests/SuiteTesting/ProductionFolder.swift".count)) + "scripts/broker/production"

  /// - Parameter name: what the folder's name begins with.
  package init(bidders: [String], certificates: Bool = false, named name: String = "leilao-production") async throws {
    path = FileManager.default.temporaryDirectory.path + "/\(name)-\(UInt64.random(in: .min ... .max))"
    port = try FreePorts.take()
    demandsCertificates = certificates
    Orphans.adopt(folder: path)
    try await make(
      ["--host", "localhost", "--port", "\(port)"] + bidders.flatMap { ["--bidder", $0] }
        + (certificates ? ["--certificates"] : []))
  }

  /// Runs the script again: without arguments it changes every password and certificate.
  package func make(_ arguments: [String] = []) async throws {
    _ = try await Subprocess.output(Self.script, [path] + arguments, environment: ["LEILAO_BIN": PrivateHouse.executables])
  }

  /// Runs it again with something in its way, put first on its `PATH` as `openssl`.
  package func tryToMake(openssl: String? = nil) async throws -> Subprocess {
    let path = openssl.map { "\($0):/usr/bin:/bin" } ?? "/usr/bin:/bin"
    return try await Subprocess.run(
      Self.script, [self.path], environment: ["LEILAO_BIN": PrivateHouse.executables, "PATH": path])
  }

  /// What the script says to a mistake, and its exit code.
  package static func mistake(_ arguments: [String]) async throws -> Subprocess {
    try await Subprocess.run(script, arguments, environment: ["LEILAO_BIN": PrivateHouse.executables])
  }

  /// The folder of a user: a bidder's own, or the house's.
  package func folder(of user: String) -> String {
    let own = "\(path)/licitantes/\(user)"
    return FileManager.default.fileExists(atPath: own) ? own : "\(path)/casa"
  }

  package func environment(of user: String) -> [String: String] {
    let text = (try? String(contentsOfFile: "\(folder(of: user))/\(user).env", encoding: .utf8)) ?? ""
    let pairs = text.split(separator: "\n").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
    return Dictionary(uniqueKeysWithValues: pairs.filter { $0.count == 2 }.map { ($0[0], $0[1]) })
  }

  /// What a thief has who was once in a user's folder: its environment, with copies of what it believes and is known by.
  package func copyOfCertificates(of user: String) throws -> [String: String] {
    let copy = "\(path)/copy-\(UInt64.random(in: .min ... .max))"
    try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
    var variables = environment(of: user)
    for name in ["LEILAO_CA", "LEILAO_CERT", "LEILAO_CERT_KEY"] {
      guard let file = variables[name] else { continue }
      let target = "\(copy)/\(name).pem"
      try FileManager.default.copyItem(atPath: file, toPath: target)
      variables[name] = target
    }
    return variables
  }

  /// Hands a bidder's public key to the house, in one step.
  package func register(_ bidder: String) throws {
    let key = try Data(contentsOf: URL(filePath: "\(folder(of: bidder))/keys/public/\(bidder).pem"))
    try key.write(to: URL(filePath: "\(path)/casa/keys/public/\(bidder).pem"), options: .atomic)
  }

  /// Everything in the folder, by its mode.
  package func modes() throws -> [(path: String, mode: Int, isFolder: Bool)] {
    let all = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    return try all.map { name in
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
      return (
        name, (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1,
        attributes[.type] as? FileAttributeType == .typeDirectory
      )
    }
  }

  /// The bytes of every file, by its path in the folder.
  package func contents() throws -> [String: Data] {
    let files = try modes().filter { !$0.isFolder }.map(\.path)
    return Dictionary(uniqueKeysWithValues: try files.map { ($0, try Data(contentsOf: URL(filePath: "\(path)/\($0)"))) })
  }

  package func text(_ file: String) throws -> String { try String(contentsOfFile: "\(path)/\(file)", encoding: .utf8) }

  /// A private node that obeys the folder's configuration, on loopback only; it has a plain port too, for its own start.
  func broker() async throws -> PrivateBroker {
    let settings = try text("broker/rabbitmq.conf").split(separator: "\n").map(String.init).compactMap { line in
      if line.hasPrefix("listeners.tcp") || line.hasPrefix("load_definitions") { return nil as String? }
      return line.hasPrefix("listeners.ssl") ? "listeners.ssl.1 = 127.0.0.1:\(port)" : line
    }
    return try await PrivateBroker(
      definitions: "\(path)/broker/definitions.json", settings: settings,
      plugins: demandsCertificates ? ["rabbitmq_auth_mechanism_ssl"] : [])
  }
}
