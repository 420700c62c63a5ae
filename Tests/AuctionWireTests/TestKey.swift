import AuctionWire
import Foundation
import SharedKernel

/// The key pairs of RFC 8032 section 7.1, given to the people of the golden files. Published, therefore worthless.
struct TestKey: Hashable, Sendable {
  let owner: String
  let seed: String
  let publicKey: String

  static let msLeilao = TestKey(
    owner: "ms_leilao", seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
  static let msLance = TestKey(
    owner: "ms_lance", seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
  static let alpha = TestKey(
    owner: "cliente_alpha", seed: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    publicKey: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025")
  static let beta = TestKey(
    owner: "cliente_beta", seed: "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
    publicKey: "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf")
  static let operador = TestKey(
    owner: "operador", seed: "f5e5767cf153319517630f226876b86c8160cc583bc013744c6bf255f5cc0ee5",
    publicKey: "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e")
  static let all = [msLeilao, msLance, alpha, beta, operador]

  // RFC 8410: the fixed DER before the 32 bytes.
  private var pkcs8: [UInt8] { (Hex.decode("302e020100300506032b657004220420") ?? []) + (Hex.decode(seed) ?? []) }
  var spki: [UInt8] { (Hex.decode("302a300506032b6570032100") ?? []) + (Hex.decode(publicKey) ?? []) }
  var keyID: Digest { SHA256.hash(spki) }

  fileprivate func pem(_ label: String, _ der: [UInt8]) -> Data {
    Data("-----BEGIN \(label)-----\n\(Base64.encode(der))\n-----END \(label)-----\n".utf8)
  }

  /// Signs with the system's OpenSSL.
  func sign(_ bytes: [UInt8]) throws -> [UInt8] {
    try OpenSSL.inFolder { folder in
      try pem("PRIVATE KEY", pkcs8).write(to: folder.appending(path: "key"))
      try Data(bytes).write(to: folder.appending(path: "message"))
      try OpenSSL.run(["pkeyutl", "-sign", "-rawin", "-inkey", "key", "-in", "message", "-out", "signature"], in: folder)
      return Array(try Data(contentsOf: folder.appending(path: "signature")))
    }
  }
}

/// The `openssl` command: another implementation than the house's own.
enum OpenSSL {
  struct Failure: Error { let arguments: [String], status: Int32 }

  static func inFolder<Value>(_ body: (URL) throws -> Value) throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appending(path: "leilao-wire-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }

  static func run(_ arguments: [String], in folder: URL) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    process.currentDirectoryURL = folder
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(arguments: arguments, status: process.terminationStatus) }
  }
}

extension TestKey {
  /// Asks the system's OpenSSL.
  func verifies(_ signature: [UInt8], over bytes: [UInt8]) throws -> Bool {
    try OpenSSL.inFolder { folder in
      try pem("PUBLIC KEY", spki).write(to: folder.appending(path: "key"))
      try Data(bytes).write(to: folder.appending(path: "message"))
      try Data(signature).write(to: folder.appending(path: "signature"))
      do {
        try OpenSSL.run(
          ["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "key", "-in", "message", "-sigfile", "signature"], in: folder)
        return true
      } catch let failure as OpenSSL.Failure where failure.status == 1 {
        return false
      }
    }
  }
}
