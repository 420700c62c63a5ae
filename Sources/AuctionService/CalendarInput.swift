import AuctionFacts
import AuctionWire
import JournalKit
import ServiceKit

/// An input of the calendar as the journal keeps it.
enum CalendarInput {
  case command(Evidence, nonce: [UInt8])
  case filed(Command, nonce: [UInt8])
  case statement(Evidence)
  case tick
  /// The journal was put back from a copy here.
  case restored
  /// What was open or due then has been cancelled.
  case resumed

  private static let nonceLength = 16

  var entry: NewEntry {
    switch self {
    case .command(let evidence, let nonce): NewEntry(kind: "comando", body: nonce + evidence.bytes)
    case .filed(let command, let nonce): NewEntry(kind: "arquivo", body: nonce + command.payload)
    case .statement(let evidence): NewEntry(kind: "lance", body: evidence.bytes)
    case .tick: NewEntry(kind: "hora", body: [])
    case .restored: NewEntry(kind: RestoredMark.kind, body: [])
    case .resumed: NewEntry(kind: "retomado", body: [])
    }
  }

  init(_ entry: Entry) throws {
    func split() throws -> (nonce: [UInt8], rest: [UInt8]) {
      guard entry.body.count > Self.nonceLength else { throw Self.unreadable(entry.kind) }
      return (Array(entry.body.prefix(Self.nonceLength)), Array(entry.body.dropFirst(Self.nonceLength)))
    }
    switch entry.kind {
    case "comando":
      let (nonce, rest) = try split()
      self = .command(Evidence(rest), nonce: nonce)
    case "arquivo":
      let (nonce, rest) = try split()
      self = .filed(try Command(payload: rest, kind: .schedule), nonce: nonce)
    case "lance": self = .statement(Evidence(entry.body))
    case "hora": self = .tick
    case RestoredMark.kind: self = .restored
    case "retomado": self = .resumed
    default: throw Self.unreadable(entry.kind)
    }
  }

  private static func unreadable(_ kind: String) -> Failure {
    Failure(.ioError, said("o diário tem uma entrada ilegível (\(kind))", "the journal holds an unreadable entry (\(kind))"))
  }
}
