import Glibc
import LedgerProof
import ServiceKit
import SharedKernel
import SigningKit

/// Files that a command is given.
enum LocalFile {
  /// - Throws: a usage failure naming the file.
  static func contents(of path: String, atMost limit: Int) throws -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw unreadable(path) }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(file, &buffer, buffer.count)
      if count == 0 { return bytes }
      if count < 0 {
        guard errno == EINTR else { throw unreadable(path) }
        continue
      }
      bytes += buffer[..<count]
      guard bytes.count <= limit else {
        throw Failure(
          .usage, said("\(path) passa de \(limit) bytes", "\(path) is larger than \(limit) bytes"))
      }
    }
  }

  /// The house's keys in a PEM file, or in the files of a folder that are named for a service or an operator.
  static func houseKeys(at path: String) throws -> [PinnedKey] {
    guard let listing = opendir(path) else { return [try houseKey(in: path, of: nil)] }
    defer { closedir(listing) }
    var names: [String] = []
    while let entry = readdir(listing) {
      names.append(withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    let keys = try names.sorted().compactMap { name -> PinnedKey? in
      guard name.hasSuffix(".pem"), let owner = PrincipalID(String(name.dropLast(4).prefix { $0 != "-" })),
        owner.role == .service || owner.role == .operator
      else { return nil }
      return try houseKey(in: "\(path)/\(name)", of: owner)
    }
    guard !keys.isEmpty else {
      throw Failure(
        .usage,
        said(
          "em \(path) não há chave da casa (ms_lance.pem, ms_leilao.pem)",
          "\(path) has no key of the house (ms_lance.pem, ms_leilao.pem)"))
    }
    return keys
  }

  private static func houseKey(in path: String, of owner: PrincipalID?) throws -> PinnedKey {
    let pem = try contents(of: path, atMost: 1 << 16)
    let retiredAt = try retirement(in: path)
    do {
      return PinnedKey(key: try PublicKey(pem: pem), owner: owner, retiredAt: retiredAt)
    } catch {
      throw Failure(.usage, "\(path): \(said(error))")
    }
  }

  /// A retired key is named for its owner and the instant up to which it spoke.
  private static func retirement(in path: String) throws -> Timestamp? {
    let name = path.split(separator: "/").last ?? ""
    guard name.hasSuffix(".pem"), let dash = name.firstIndex(of: "-"),
      let owner = PrincipalID(String(name[..<dash])), owner.role == .service || owner.role == .operator
    else { return nil }
    guard let instant = TimeText.instant(String(name[name.index(after: dash)...].dropLast(4))) else {
      throw Failure(
        .usage,
        said(
          "\(path): o nome de uma chave aposentada diz até quando ela falou, como em \(owner)-2026-11-21T12:00:00Z.pem",
          "\(path): the name of a retired key says until when it spoke, as in \(owner)-2026-11-21T12:00:00Z.pem"))
    }
    return instant
  }

  private static func unreadable(_ path: String) -> Failure {
    let reason = systemReason()
    return Failure(.usage, said("não consigo ler \(path): \(reason)", "cannot read \(path): \(reason)"))
  }
}
