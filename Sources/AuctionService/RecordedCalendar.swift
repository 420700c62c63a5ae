import AuctionCore
import AuctionFacts
import AuctionSigning
import AuctionWire
import JournalKit
import ServiceKit
import SharedKernel
import SigningKit

/// The calendar as the journal's entries build it: the same for the service and for who checks its journal.
struct RecordedCalendar: Sendable {
  var calendar: Calendar
  /// The journal was put back from a copy, and what was due then has not been cancelled yet.
  private(set) var isForgetful = false

  init(_ calendar: Calendar) { self.calendar = calendar }

  mutating func replay(_ entry: Entry, at clock: ClockReading) throws -> [Calendar.Output] {
    try replay(try CalendarInput(entry), at: clock)
  }

  mutating func replay(_ input: CalendarInput, at clock: ClockReading) throws -> [Calendar.Output] {
    switch input {
    case .command(let evidence, let nonce, let held):
      let envelope = try Envelope(evidence)
      let command = try Command(envelope)
      return calendar.handle(.command(command, digest: SHA256.of(envelope.payload), nonce: nonce, held: held), at: clock)
    case .filed(let command, let nonce):
      return calendar.handle(.command(command, digest: SHA256.of(command.payload), nonce: nonce), at: clock)
    case .statement(let evidence):
      return Self.input(of: try HouseStatement(trusted: evidence)).map { calendar.handle($0, at: clock) } ?? []
    case .tick: return calendar.handle(.tick, at: clock)
    case .restored: return take(.restored, at: clock)
    case .resumed: return take(.resumed, at: clock)
    case .answeredBefore(let answer, let digest): return calendar.handle(.answeredBefore(answer, digest: digest), at: clock)
    case .closed(let closed): return calendar.handle(.closed(closed), at: clock)
    }
  }

  enum Restoring { case restored, resumed }

  mutating func take(_ step: Restoring, at clock: ClockReading) -> [Calendar.Output] {
    switch step {
    case .restored:
      isForgetful = true
      return []
    case .resumed:
      isForgetful = false
      return calendar.handle(.forgotten(reason: RestoredHouse.reason), at: clock)
    }
  }

  static func input(of statement: HouseStatement) -> Calendar.Input? {
    switch statement.fact {
    case .extended(let extended): .extended(extended)
    case .block(let block):
      switch block.content {
      case .closing(let result, _):
        .finished(block.auction, block.edition, FinalWord(result, digest: statement.digest))
      case .opening, .entries: nil
      }
    case .scheduled, .reserve, .opened, .notice, .refused, .answered, .clock, .ledgerClosed, .voiding, .passedOn: nil
    }
  }
}
