import ArgumentParser
import Foundation
import Glibc
import JournalKit
import Logging
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Testing

@Suite struct HouseServiceTests {
  @Test func `A house whose presence file cannot be made binds its key to no journal`() async throws {
    let scratch = try ScratchFolder()
    let (data, keys) = (scratch.file("data"), KeyFolder(path: scratch.file("keys")))
    try keys.writePair(try PrivateKey.generate(.ed25519), for: "ms_lance", passphrase: nil, replacing: false)
    // A folder where the file would be.
    #expect(mkdir(data, 0o700) == 0 && mkdir(data + "/ms_lance.presence", 0o700) == 0)
    let options = try HouseOptions.parse(["--chaves", keys.path, "--dados", data, "--ntp", "none", "--log", "error"])
    let service = HouseService<IdleDesk>(
      principal: "ms_lance", settings: try options.resolved(brokerUser: "ms_lance"), isStandby: false, queue: "q",
      queryQueue: nil, exchanges: []
    ) { _ in IdleDesk() }
    let failure = await #expect(throws: Failure.self) { try await service.run() }
    #expect(failure?.status == .ioError && failure?.sentence.contains("ms_lance.presence") == true)
    #expect(access(data + "/ms_lance.sqlite", F_OK) != 0, "the new journal is given up")

    // Another one may be made under the same key.
    #expect(rmdir(data + "/ms_lance.presence") == 0)
    let journal = try Journal.open(folder: data, name: "ms_lance", waitingForLock: false) { _ in }
    try Identity.bind("ms_lance", as: "ms_lance", to: journal, in: keys)
    journal.close()
  }

  @Test func `A part of a house has a journal of its own, and no other part takes it up`() async throws {
    let scratch = try ScratchFolder()
    let (data, keys) = (scratch.file("data"), KeyFolder(path: scratch.file("keys")))
    try keys.writePair(try PrivateKey.generate(.ed25519), for: "ms_lance", passphrase: nil, replacing: false)
    func take(_ instance: String, _ division: String?) throws {
      let journal = try Journal.open(folder: data, name: instance, waitingForLock: false) { _ in }
      defer { journal.close() }
      try JournalDivision.claim(division, in: journal)
      try Identity.bind("ms_lance", as: instance, of: division, to: journal, in: keys)
    }
    for _ in 0..<2 {
      try take("ms_lance.0", "0/2")
      try take("ms_lance.1", "1/2")
    }
    for (instance, division) in [
      ("ms_lance.0", "0/3"), ("ms_lance.0", nil), ("ms_lance.1", "0/2"), ("ms_lance", nil), ("ms_lance.2", "2/3"),
    ] {
      let failure = #expect(throws: Failure.self) { try take(instance, division) }
      #expect(failure?.status == .configuration, "\(instance) \(division ?? "-")")
    }
  }

  @Test func `Those that start at the same time share one key pair`() throws {
    let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    for _ in 0..<20 {
      let keys = KeyFolder(path: try ScratchFolder().file("keys"))
      let made = Recorder<Digest>()
      DispatchQueue.concurrentPerform(iterations: 4) { _ in
        if let voice = try? Identity.voice(of: "ms_lance", in: keys, log: log) { made.record(voice.keyID) }
      }
      #expect(made.count == 4 && Set(made.values).count == 1 && keys.hasPair("ms_lance"))
    }
  }

  @Test func `The key of a whole house speaks for no part of one, and a whole house's journal is no part's`() throws {
    let scratch = try ScratchFolder()
    let (data, keys) = (scratch.file("data"), KeyFolder(path: scratch.file("keys")))
    try keys.writePair(try PrivateKey.generate(.ed25519), for: "ms_lance", passphrase: nil, replacing: false)
    let whole = try Journal.open(folder: data, name: "ms_lance", waitingForLock: false) { _ in }
    try JournalDivision.claim(nil, in: whole)
    try Identity.bind("ms_lance", as: "ms_lance", to: whole, in: keys)
    // Somebody's copy is nobody's part.
    try scratch.write([1], "keys/private/ms_lance.old.journal")
    try Identity.bind("ms_lance", as: "ms_lance", to: whole, in: keys)
    _ = try whole.commit(Commit(entries: [(kind: "lance", body: [1])]))
    let claim = #expect(throws: Failure.self) { try JournalDivision.claim("0/2", in: whole) }
    #expect(claim?.status == .configuration)
    whole.close()
    let part = try Journal.open(folder: data, name: "ms_lance.0", waitingForLock: false) { _ in }
    defer { part.close() }
    let bind = #expect(throws: Failure.self) { try Identity.bind("ms_lance", as: "ms_lance.0", of: "0/2", to: part, in: keys) }
    #expect(bind?.status == .configuration)
  }
}
