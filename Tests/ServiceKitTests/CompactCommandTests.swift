import ArgumentParser
import JournalKit
import ServiceKit
import SharedKernel
import SuiteTesting
import Testing

/// A service whose compaction finds the disk full.
private enum FullDisk: JournalOwner {
  static let principal: PrincipalID = "ms_lance"
  static let program = "ms-lance"
  static let compacting = Sentence(verbatim: "")
  static func audit(_ journal: JournalReader, keys: KeyRing, progress: (Int64) -> Void) throws -> JournalTally { JournalTally() }
  static func compact(
    _ journal: Journal, closedBefore instant: Timestamp, progress: (Int64) -> Void
  ) throws -> CompactionOutcome { throw Failure(.ioError, "no space left on device") }
}

/// A service of whose first three entries one is left.
private enum Shortening: JournalOwner {
  static let principal: PrincipalID = "ms_lance"
  static let program = "ms-lance"
  static let compacting = Sentence(verbatim: "")
  static func audit(_ journal: JournalReader, keys: KeyRing, progress: (Int64) -> Void) throws -> JournalTally { JournalTally() }
  static func compact(
    _ journal: Journal, closedBefore instant: Timestamp, progress: (Int64) -> Void
  ) throws -> CompactionOutcome {
    _ = try journal.rewrite(
      { $0.number == 1 ? [($0.kind, $0.body)] : [] }, end: { [] }, removals: [], check: { _ in }, isSound: { true })
    return CompactionOutcome(auctions: 1, parts: [], entriesBefore: 3, entriesAfter: journal.entryCount)
  }
}

@Suite struct CompactCommandTests {
  private let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  private func open() throws -> Journal {
    try Journal.open(folder: scratch.file("data"), name: "ms_lance", waitingForLock: false) { _ in }
  }

  /// A journal of three entries that the presence file knows of.
  private func prepare() throws {
    let journal = try open()
    _ = try journal.commit(Commit(entries: (0..<3).map { _ in ("turno", [1]) }))
    try PresenceFile(beside: journal).write(Build.noon)
    journal.close()
  }

  private func run<Owner: JournalOwner>(_ owner: Owner.Type) throws {
    try CompactCommand<Owner>.parse(["--dados", scratch.file("data"), "--chaves", scratch.file("keys")]).run()
  }

  private func remembered() throws -> (count: Int64?, last: Timestamp?) {
    let journal = try open()
    defer { journal.close() }
    let presence = try PresenceFile(beside: journal)
    return (presence.knownCount, presence.last)
  }

  @Test func `A compaction that fails leaves a journal of which the count is known`() throws {
    try prepare()
    #expect(throws: Failure.self) { try run(FullDisk.self) }
    #expect(try remembered() == (3, Build.noon))
  }

  @Test func `A compaction leaves a journal of which the new count is known`() throws {
    try prepare()
    try run(Shortening.self)
    #expect(try remembered() == (1, Build.noon))
  }
}
