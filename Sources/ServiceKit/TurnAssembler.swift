package import JournalKit
package import SharedKernel

/// What was written in one turn, and what the clock said then.
package struct RecordedTurn: Sendable {
  package let entries: [Entry]
  package let clock: ClockReading

  package init(entries: [Entry], clock: ClockReading) { (self.entries, self.clock) = (entries, clock) }
}

/// Puts a journal's entries together again to the turns that they were written in.
package struct TurnAssembler {
  private var clock: ClockReading?
  private var entries: [Entry] = []

  package init() {}

  /// Takes the next entry; answers with the turn before it when it begins another.
  package mutating func add(_ entry: Entry) throws -> RecordedTurn? {
    guard entry.kind == TurnRecord.kind else {
      guard clock != nil else {
        throw Failure(
          .ioError,
          said("a entrada \(entry.number) do diário não é de turno algum", "entry \(entry.number) of the journal is of no turn"))
      }
      entries.append(entry)
      return nil
    }
    let ended = end()
    clock = try TurnRecord.decode(entry.body)
    return ended
  }

  /// The last turn.
  package mutating func end() -> RecordedTurn? {
    defer { (clock, entries) = (nil, []) }
    return clock.map { RecordedTurn(entries: entries, clock: $0) }
  }
}

extension JournalReader {
  /// Every turn in its order; tells how many entries have been read.
  package func forEachTurn(
    progress: (Int64) -> Void, _ body: (RecordedTurn) throws -> Void
  ) throws -> (entries: Int64, turns: Int64) {
    var assembler = TurnAssembler()
    var (entries, turns): (Int64, Int64) = (0, 0)
    try forEachEntry(from: 1) { entry in
      if let turn = try assembler.add(entry) {
        try body(turn)
        turns += 1
      }
      entries = entry.number
      progress(entries)
    }
    if let turn = assembler.end() {
      try body(turn)
      turns += 1
    }
    return (entries, turns)
  }
}
