import AuctionFacts
import JournalKit
import ServiceKit
import SharedKernel

/// An input of the books as the journal keeps it.
enum BidEntry {
  case bid(Evidence)
  case statement(Evidence)
  case key(KeyRecord)
  case outage(from: Timestamp, to: Timestamp)

  var entry: NewEntry {
    switch self {
    case .bid(let evidence): NewEntry(kind: "lance", body: evidence.bytes)
    case .statement(let evidence): NewEntry(kind: "calendario", body: evidence.bytes)
    case .key(let record): NewEntry(kind: record.standing == .active ? "chave" : "chave_revogada", body: Self.encode(record))
    case .outage(let from, let to): NewEntry(kind: "ausencia", body: Array("\(from.microseconds) \(to.microseconds)".utf8))
    }
  }

  init(_ entry: Entry) throws {
    switch entry.kind {
    case "lance": self = .bid(Evidence(entry.body))
    case "calendario": self = .statement(Evidence(entry.body))
    case "chave": self = .key(try Self.decode(entry.body, standing: .active))
    case "chave_revogada": self = .key(try Self.decode(entry.body, standing: .revoked))
    case "ausencia":
      let parts = String(decoding: entry.body, as: UTF8.self).split(separator: " ").compactMap { Int64($0) }
      guard parts.count == 2 else { throw Self.unreadable(entry.kind) }
      self = .outage(from: Timestamp(microseconds: parts[0]), to: Timestamp(microseconds: parts[1]))
    default: throw Self.unreadable(entry.kind)
    }
  }

  /// Owner, a zero byte, the key id (32 bytes), the SubjectPublicKeyInfo.
  private static func encode(_ record: KeyRecord) -> [UInt8] {
    Array(record.owner.text.utf8) + [0] + record.keyID.bytes + record.spki
  }

  private static func decode(_ bytes: [UInt8], standing: KeyRecord.Standing) throws -> KeyRecord {
    guard let end = bytes.firstIndex(of: 0), bytes.count > end + 33,
      let owner = PrincipalID(String(decoding: bytes[..<end], as: UTF8.self)), let id = Digest(bytes[(end + 1)..<(end + 33)])
    else { throw unreadable("chave") }
    return KeyRecord(owner: owner, keyID: id, spki: Array(bytes[(end + 33)...]), standing: standing)
  }

  private static func unreadable(_ kind: String) -> Failure {
    Failure(.ioError, said("o diário tem uma entrada ilegível (\(kind))", "the journal holds an unreadable entry (\(kind))"))
  }
}
