import AuctionCore
import AuctionFacts
import AuctionSigning
import AuctionWire
import JournalKit
import ServiceKit
import SharedKernel
import SigningKit

/// Rewrites ms-leilao's journal without what happened to auctions that ended long ago: an auction becomes one entry, each command
/// its answer.
struct CalendarCompaction {
  private let journal: Journal
  private var old = RecordedCalendar(Calendar(scribe: .unsigned))
  private var closed: [AuctionID: ClosedEntry] = [:]
  private var begun: Set<AuctionID> = []
  /// Payloads of commands of which the answer is written: they may have come more than once.
  private var answered: Set<Digest> = []
  private var commands: Int64 = 0

  init(_ journal: Journal) { self.journal = journal }

  mutating func run(closedBefore instant: Timestamp, _ progress: (Int64) -> Void) throws -> CompactionOutcome {
    let compaction = Compaction(journal, from: old) { recorded, turn in
      for entry in turn.entries { _ = try recorded.replay(entry, at: turn.clock) }
    }
    let before = try compaction.whole(progress: progress).calendar
    var compacted: Set<AuctionID> = []
    try journal.forEachEntry(from: 1) { entry in
      if entry.kind == CalendarInput.closedKind, case .closed(let auction) = try CalendarInput(entry) {
        compacted.insert(auction.auction)
      }
    }
    for auction in before.closed(before: instant) where !compacted.contains(auction.auction) {
      closed[auction.auction] = auction
    }
    let entriesBefore = journal.entryCount
    if !closed.isEmpty {
      try compaction.rewrite(isSame: { $0.calendar == before }, progress: progress) { turn in
        try turn.entries.flatMap { try shorten($0, at: turn.clock) }
      }
    }
    return CompactionOutcome(
      auctions: closed.count,
      parts: [("comandos_compactados", Sentence("pedidos de operadores", "operators' commands"), commands)],
      entriesBefore: entriesBefore, entriesAfter: journal.entryCount)
  }

  private mutating func shorten(_ entry: Entry, at clock: ClockReading) throws -> [NewEntry] {
    let asItIs = [NewEntry(kind: entry.kind, body: entry.body)]
    let input = try CalendarInput(entry)
    let outputs = try old.replay(entry, at: clock)
    switch input {
    case .command(let evidence, _, _):
      let envelope = try Envelope(evidence)
      return try shorten(try Command(envelope), SHA256.of(envelope.payload)) ?? asItIs
    case .filed(let command, _):
      return try shorten(command, SHA256.of(command.payload)) ?? asItIs
    case .statement(let evidence):
      return try HouseStatement(trusted: evidence).auction.flatMap { closed[$0] } == nil ? asItIs : []
    case .tick:
      return outputs.allSatisfy { $0.auction.flatMap { closed[$0] } != nil } ? [] : asItIs
    case .restored, .resumed, .answeredBefore, .closed: return asItIs
    }
  }

  /// Nil: it is about no auction that is compacted.
  private mutating func shorten(_ command: Command, _ digest: Digest) throws -> [NewEntry]? {
    guard let auction = closed[command.auction],
      let answer = old.calendar.answer(to: command.id, digest: digest)
    else { return nil }
    guard answered.insert(digest).inserted else { return [] }
    commands += 1
    let entry = CalendarInput.answeredBefore(answer, digest: digest).entry
    guard case .schedule = command.action, answer.refusal == nil, begun.insert(auction.auction).inserted else { return [entry] }
    return [CalendarInput.closed(auction).entry, entry]
  }
}

extension Calendar.Output {
  fileprivate var auction: AuctionID? {
    switch self {
    case .scheduled(let scheduling, _): scheduling.terms.auction
    case .reserve(let reserve, _): reserve.auction
    case .opened(let opening, _): opening.auction
    case .noticed(let notice, _): notice.auction
    case .passedOn(let said, _): said.auction
    case .answered(let answer, _): answer.auction
    case .handedOn(let command): command.auction
    }
  }
}
