import AuctionFacts
import SharedKernel
import SuiteTesting
import Testing

@testable import AuctionWire

/// Mutated golden messages: read or refused, never a trap; and what is read is spelled and read again as the same value.
@Suite("Any bytes") struct FuzzTests {
  private static let fragments = [
    "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud800", "null", "true", "-", "0", "9007199254740992", "1e9", ".", "=",
    "\u{0}",
    "\"payload\":", "\"relogio\":{}", "\u{feff}", "[[[[[[[[[[[[[[[[[[",
  ].map { Array($0.utf8) }

  static func mutated(_ original: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
    var bytes = original
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let at = bytes.isEmpty ? 0 : Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<7, using: &random) {
      case 0 where !bytes.isEmpty: bytes[at] = UInt8.random(in: 0...255, using: &random)
      case 1 where !bytes.isEmpty: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 2 where !bytes.isEmpty: bytes.remove(at: at)
      case 3: bytes.insert(contentsOf: fragments[Int.random(in: 0..<fragments.count, using: &random)], at: at)
      case 4: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 0..<40, using: &random)))
      case 5:
        let end = min(bytes.count, at + Int.random(in: 0..<40, using: &random))
        bytes.insert(contentsOf: bytes[at..<end], at: at)
      default: bytes.removeLast(min(bytes.count, Int.random(in: 0..<20, using: &random)))
      }
    }
    return bytes
  }

  private func check<Value: WireValue>(_ type: Value.Type, _ bytes: [UInt8], _ kind: Kind) throws -> Bool {
    guard let value = try? Value(payload: bytes, kind: kind) else { return false }
    #expect(try Value(payload: value.payload, kind: value.kind) == value)
    return true
  }

  /// Whether it was read.
  private func read(_ bytes: [UInt8], as kind: Kind) throws -> Bool {
    switch kind {
    case .scheduled: try check(Scheduling.self, bytes, kind)
    case .opened: try check(Opening.self, bytes, kind)
    case .closed, .cancelled, .suspended, .resumed: try check(CalendarNotice.self, bytes, kind)
    case .bidPlaced: try check(Bid.self, bytes, kind)
    case .bidsAccepted, .awarded: try check(Block.self, bytes, kind)
    case .bidRefused: try check(Receipt.self, bytes, kind)
    case .extended: try check(Extension.self, bytes, kind)
    case .schedule, .cancel, .voidBid, .passOn: try check(Command.self, bytes, kind)
    case .commandAnswered: try check(CommandAnswer.self, bytes, kind)
    case .passedOn: try check(PassedOn.self, bytes, kind)
    case .snapshot: try check(Snapshot.self, bytes, kind)
    case .clockSynchronized: try check(ClockRecord.self, bytes, kind)
    case .ledgerClosed: try check(LedgerSeal.self, bytes, kind)
    case .reserve, .suspend, .resume, .close: false
    }
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `are a payload or an error`(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let names = try Golden.names().filter { !$0.hasPrefix("retrato") && !$0.hasPrefix("consulta") && $0 != "chaves" }
    let originals = try names.map { try Envelope(parsing: try Golden.read($0)) }
    var accepted = 0
    let rounds = 25_000
    for _ in 0..<rounds {
      let original = originals[Int.random(in: 0..<originals.count, using: &random)]
      if try read(FuzzTests.mutated(original.payload, &random), as: original.kind) { accepted += 1 }
    }
    // Both branches were reached often.
    #expect(accepted > rounds / 100 && accepted < rounds / 2, "\(accepted) of \(rounds)")
  }

  @Test(arguments: [11, 12, 13, 14] as [UInt64])
  func `are a body or an error`(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    // The small ones: what counts is the number of inputs.
    let names = try Golden.names().filter { $0 != "chaves" }
    let originals = try names.map { (name: $0, body: try Golden.read($0)) }.filter { $0.body.count < 1_500 }
    var accepted = 0
    let rounds = 25_000
    for _ in 0..<rounds {
      let original = originals[Int.random(in: 0..<originals.count, using: &random)]
      let bytes = FuzzTests.mutated(original.body, &random)
      if original.name.hasPrefix("consulta") {
        guard let query = try? Query(parsing: bytes) else { continue }
        accepted += 1
        #expect(try Query(parsing: query.encoded()) == query)
      } else if original.name.hasPrefix("retrato") {
        guard let reply = try? SnapshotReply(parsing: bytes) else { continue }
        accepted += 1
        #expect(try SnapshotReply(parsing: reply.encoded()) == reply)
      } else {
        guard let envelope = try? Envelope(parsing: bytes) else { continue }
        accepted += 1
        #expect(try Envelope(parsing: envelope.encoded(withSecret: true)) == envelope)
      }
    }
    #expect(accepted > rounds / 100 && accepted < rounds / 2, "\(accepted) of \(rounds)")
  }

  @Test(arguments: [21, 22] as [UInt64])
  func `of pure chance are refused`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    for _ in 0..<10_000 {
      let bytes = (0..<Int.random(in: 0..<64, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect((try? Envelope(parsing: bytes)) == nil)
      #expect((try? Query(parsing: bytes)) == nil)
    }
  }
}
