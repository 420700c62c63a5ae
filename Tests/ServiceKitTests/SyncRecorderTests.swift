import JournalKit
import Logging
import ServiceKit
import SharedKernel
import SuiteTesting
import Synchronization
import Testing

/// Sync records in a journal.
struct SyncRecorderTests {
  let scratch: ScratchFolder
  init() throws { scratch = try ScratchFolder() }

  /// A clock that says what a test wants.
  final class ToldClock: HouseClock {
    let record: Mutex<SyncRecord>
    init(_ record: SyncRecord) { self.record = Mutex(record) }
    func now() -> ClockReading { syncRecord.reading }
    var syncRecord: SyncRecord { record.withLock { $0 } }
    func set(_ new: SyncRecord) { record.withLock { $0 = new } }
  }

  func open(_ folder: String = "data") throws -> Journal {
    try Journal.open(folder: scratch.file(folder), name: "ms_lance", waitingForLock: false) { _ in }
  }

  /// One that looks in every turn.
  func recorder(_ journal: Journal, _ clock: ToldClock, most: Int64 = SyncRecords.most) throws -> SyncRecorder {
    try SyncRecorder(journal, clock, most: most, lookInterval: .zero, log: LogLines().logger)
  }

  /// Records 20 s apart, of a clock whose status changes each time.
  func fill(_ recorder: SyncRecorder, _ clock: ToldClock, _ places: ClosedRange<Int64>) throws {
    for second in places {
      clock.set(SyncLogTests.record(second * 20, second % 2 == 0 ? .synchronized : .holdover))
      recorder.turn(isAttentive: false)
    }
  }

  /// Which of them those are.
  func places(_ records: [(number: Int64, record: SyncRecord)]) -> [Int64] {
    records.map { ($0.record.reading.instant - Build.noon).microseconds / 20_000_000 }
  }

  @Test func `what changed is kept with the whole of it, and no entry of the machine is added`() throws {
    let (journal, clock) = (try open(), ToldClock(SyncLogTests.record(0)))
    let recorder = try recorder(journal, clock)
    for _ in 0..<5 { recorder.turn(isAttentive: false) }
    clock.set(SyncLogTests.record(17, .holdover))
    recorder.turn(isAttentive: false)
    let kept = try SyncRecords.last(10, in: journal)
    #expect(kept.map(\.number) == [2, 1] && kept.map(\.record) == [SyncLogTests.record(17, .holdover), SyncLogTests.record(0)])
    #expect(journal.entryCount == 0)
    try JournalReader(path: journal.path).check()
  }

  @Test func `a restart goes on where the last one ended`() throws {
    let clock = ToldClock(SyncLogTests.record(0))
    let first = try open()
    try recorder(first, clock).turn(isAttentive: false)
    first.close()
    let second = try open()
    clock.set(SyncLogTests.record(1))
    let recorder = try recorder(second, clock)
    recorder.turn(isAttentive: false)
    #expect(try SyncRecords.last(10, in: second).count == 1)
    clock.set(SyncLogTests.record(18, .holdover))
    recorder.turn(isAttentive: false)
    #expect(try SyncRecords.last(10, in: second).map(\.number) == [2, 1])
  }

  @Test func `only the last ones are kept, however long it goes on`() throws {
    let (journal, clock) = (try open(), ToldClock(SyncLogTests.record(0)))
    let recorder = try recorder(journal, clock, most: 16)
    try fill(recorder, clock, 1...100)
    #expect(try places(SyncRecords.last(1_000, in: journal)) == (85...100).reversed())
    #expect(try journal.documentCount(SyncRecords.collection, "", in: .min ... .max) == 16)
  }

  @Test func `what held at an instant is what was kept before it, and what came after`() throws {
    let (journal, clock) = (try open(), ToldClock(SyncLogTests.record(0)))
    try fill(try recorder(journal, clock), clock, 1...700)
    func around(_ second: Int64) throws -> [Int64?] {
      let (before, after) = try SyncRecords.around(Build.noon + .seconds(second * 20) + .milliseconds(1), in: journal)
      return [before, after].map { $0.map { ($0.reading.instant - Build.noon).microseconds / 20_000_000 } }
    }
    #expect(try around(350) == [350, 351])
    #expect(try around(5) == [5, 6], "further back than is read at once")
    #expect(try around(0) == [nil, 1])
    #expect(try around(9_999) == [700, nil])
    #expect(try SyncRecords.around(Build.noon, in: open("empty")).before == nil)
  }

  @Test func `records go with copies, stay through compacting, and a journal that has none is read as one without`() throws {
    let (journal, clock) = (try open(), ToldClock(SyncLogTests.record(0)))
    _ = try journal.commit(Commit(entries: [("turno", [1])]))
    #expect(try SyncRecords.last(10, in: JournalReader(path: journal.path)).isEmpty)
    try fill(try recorder(journal, clock), clock, 1...3)
    let isDone = try journal.rewrite(
      { [($0.kind, $0.body)] }, end: { [] }, removals: [], check: { _ in }, isSound: { true })
    #expect(isDone)
    #expect(try places(SyncRecords.last(10, in: journal)) == [3, 2, 1])
    let copy = scratch.file("copy.sqlite")
    try JournalCopy.make(of: journal.path, at: copy)
    #expect(try places(SyncRecords.last(10, in: JournalReader(path: copy))) == [3, 2, 1])
  }

  @Test func `a record that this program cannot read is passed over`() throws {
    let (journal, clock) = (try open(), ToldClock(SyncLogTests.record(0)))
    _ = try journal.commit(Commit(documents: [Document(collection: SyncRecords.collection, key: "", number: 7, body: [1, 2])]))
    try recorder(journal, clock).turn(isAttentive: false)
    #expect(try SyncRecords.last(10, in: journal).map(\.number) == [8])
  }

  @Test func `a journal that takes nothing more ends nobody who only tells of the clock, and that is logged once`() throws {
    let (journal, clock, lines) = (try open(), ToldClock(SyncLogTests.record(0)), LogLines())
    let recorder = try SyncRecorder(journal, clock, lookInterval: .zero, log: lines.logger)
    journal.close()
    for second in [0, 20, 40] as [Int64] {
      clock.set(SyncLogTests.record(second, second == 20 ? .holdover : .synchronized))
      recorder.turn(isAttentive: false)
    }
    #expect(lines.all.count == 1 && lines.all.allSatisfy { $0.level == .warning })
  }
}
