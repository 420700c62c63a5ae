import ArgumentParser
import Glibc
import JournalKit
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
    try Identity.bind("ms_lance", to: journal, in: keys)
    journal.close()
  }
}
