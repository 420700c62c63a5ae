import Glibc
import JournalKit
import ServiceKit
import SharedKernel
import SuiteTesting
import Testing

/// What a service knows of itself beside its journal.
struct PresenceFileTests {
  let scratch: ScratchFolder
  var path: String { scratch.file("data/ms_lance.presence") }

  init() throws { scratch = try ScratchFolder() }

  private func open(_ folder: String = "data") throws -> Journal {
    try Journal.open(folder: scratch.file(folder), name: "ms_lance", waitingForLock: false) { _ in }
  }

  private func write(_ count: Int, to journal: Journal) throws {
    _ = try journal.commit(Commit(entries: (0..<count).map { _ in ("turno", [1]) }))
  }

  private func refusal(_ journal: Journal) throws -> Failure? {
    do {
      try PresenceFile(beside: journal).checkNothingIsMissing()
      return nil
    } catch let failure as Failure { return failure }
  }

  @Test func `A journal with less in it than was committed is refused, and one with as much or more is not`() throws {
    let journal = try open()
    try write(3, to: journal)
    let presence = try PresenceFile(beside: journal)
    presence.write(Build.noon)
    #expect(presence.last == Build.noon && presence.knownCount == 3)
    journal.close()
    let old = try scratch.read("data/ms_lance.sqlite")

    let grown = try open()
    try write(1, to: grown)
    #expect(try refusal(grown) == nil, "it had committed more before it ended")
    try PresenceFile(beside: grown).write(Build.noon + .seconds(1))
    #expect(try refusal(grown) == nil)
    grown.close()

    try scratch.write(old, "data/ms_lance.sqlite")
    let replaced = try open()
    let failure = try #require(try refusal(replaced))
    #expect(failure.status == .configuration)
    for part in [replaced.path, "3 ", "4 ", "restaurar"] { #expect(failure.sentence.contains(part), "\(failure)") }

    try PresenceFile.forgetCount(beside: replaced.path)
    #expect(try refusal(replaced) == nil)
    #expect(try PresenceFile(beside: replaced).last == Build.noon + .seconds(1), "when it was there last is still known")
  }

  @Test func `A file that is missing, cut short, of an earlier version or of another journal stops nobody`() throws {
    let other = try open("other")
    try write(9, to: other)
    try PresenceFile(beside: other).write(Build.noon)
    let full = try scratch.read("other/ms_lance.presence")

    let journal = try open()
    try PresenceFile.forgetCount(beside: journal.path)
    #expect(access(path, F_OK) != 0, "there was nothing to forget")
    #expect(try refusal(journal) == nil)
    for count in 0...full.count {
      try scratch.write(full.prefix(count), "data/ms_lance.presence")
      #expect(try refusal(journal) == nil, "\(count) bytes")
      #expect(try PresenceFile(beside: journal).last == (count < 8 ? nil : Build.noon))
      try PresenceFile.forgetCount(beside: journal.path)
      #expect(try scratch.read("data/ms_lance.presence").count == min(count, 8))
    }
  }
}
