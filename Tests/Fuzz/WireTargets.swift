import AuctionFacts
import AuctionWire
import SharedKernel

/// Whole bodies as they come from the broker: envelopes, queries, answers.
enum Bodies {
  static func check(_ input: [UInt8]) throws(BrokenProperty) {
    try check(input, { bytes throws(WireError) in try Envelope(parsing: bytes) }, { $0.encoded(withSecret: true) })
    if let envelope = try? Envelope(parsing: input) {
      try require(envelope.evidence.bytes == envelope.encoded(), "what is kept of an envelope is not its canonical spelling")
    }
    try check(input, { bytes throws(WireError) in try Query(parsing: bytes) }, { $0.encoded() })
    try check(input, { bytes throws(WireError) in try SnapshotReply(parsing: bytes) }, { $0.encoded() })
  }

  /// What is read is spelled, and read again as the same.
  private static func check<Value: Equatable>(
    _ input: [UInt8], _ read: ([UInt8]) throws(WireError) -> Value, _ spelled: (Value) -> [UInt8]
  ) throws(BrokenProperty) {
    let value: Value
    do throws(WireError) {
      value = try read(input)
    } catch {
      return try requireFit("\(error)", most: 600)
    }
    let again: Value
    do throws(WireError) {
      again = try read(spelled(value))
    } catch {
      throw BrokenProperty("\(Value.self) was read, and what it is spelled as is not: \(error)")
    }
    try require(again == value, "\(Value.self) is another when it is read again")
  }
}

/// Payloads: the first line of the input names the kind, the rest is what was signed.
enum Payloads {
  static func check(_ input: [UInt8]) throws(BrokenProperty) {
    guard let end = input.firstIndex(of: 0x0a), let kind = Kind(rawValue: String(decoding: input[..<end], as: UTF8.self)) else {
      return
    }
    let payload = Array(input[(end + 1)...])
    switch kind {
    case .scheduled: try check(Scheduling.self, payload, kind)
    case .opened: try check(Opening.self, payload, kind)
    case .closed, .cancelled, .suspended, .resumed: try check(CalendarNotice.self, payload, kind)
    case .bidPlaced:
      _ = Bid.legible(in: payload)
      try check(Bid.self, payload, kind)
    case .bidsAccepted, .awarded:
      try checkHead(payload, kind)
      try check(Block.self, payload, kind)
    case .bidRefused: try check(Receipt.self, payload, kind)
    case .extended: try check(Extension.self, payload, kind)
    case .schedule, .cancel, .voidBid, .passOn: try check(Command.self, payload, kind)
    case .commandAnswered: try check(CommandAnswer.self, payload, kind)
    case .passedOn: try check(PassedOn.self, payload, kind)
    case .snapshot: try check(Snapshot.self, payload, kind)
    case .clockSynchronized: try check(ClockRecord.self, payload, kind)
    case .ledgerClosed: try check(LedgerSeal.self, payload, kind)
    case .reserve, .suspend, .resume, .close: break
    }
  }

  /// Who reads a block's head only reads what the block's reader reads.
  private static func checkHead(_ payload: [UInt8], _ kind: Kind) throws(BrokenProperty) {
    guard let nobody = Digest([UInt8](repeating: 0, count: 32)) else { return }
    let head = try? BlockHead(Envelope(kind: kind, payload: payload, keyID: nobody, signature: []))
    guard let block = try? Block(payload: payload, kind: kind) else { return }
    try require(head?.auction == block.auction && head?.clock == block.clock, "the head is another than the block's")
  }

  private static func check<Value: WireValue>(
    _ type: Value.Type, _ payload: [UInt8], _ kind: Kind
  ) throws(BrokenProperty) {
    let value: Value
    do {
      value = try Value(payload: payload, kind: kind)
    } catch {
      return try requireFit("\(error)", most: 600)
    }
    try require(value.kind == kind, "a \(kind.rawValue) was read as a \(value.kind.rawValue)")
    try require((try? Value(payload: value.payload, kind: value.kind)) == value, "\(type) is another when it is read again")
  }
}
