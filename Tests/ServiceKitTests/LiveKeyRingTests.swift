import Glibc
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Testing

@Suite struct LiveKeyRingTests {
  private let scratch: ScratchFolder
  private let folder: KeyFolder

  init() throws {
    scratch = try ScratchFolder()
    folder = KeyFolder(path: scratch.path)
  }

  private func add(_ id: String) throws -> PublicKey {
    let key = try PrivateKey.generate(.ed25519).publicKey
    try folder.writePublicKey(key, for: id, replacing: true)
    return key
  }

  private func owners(_ ring: KeyRing?) -> Set<String>? { ring.map { Set($0.members.values.map(\.owner.text)) } }

  @Test func `A key that is added right after the folder was read is seen when someone speaks under it`() throws {
    let live = try LiveKeyRing(folder)
    _ = try add("operador")
    #expect(owners(live.renewed()) == ["operador"])
    _ = try add("ms_leilao")
    #expect(owners(live.renewed()) == ["operador", "ms_leilao"])
    #expect(owners(live.ring) == ["operador", "ms_leilao"])
  }

  @Test func `A folder that has not changed is not read again, whoever asks`() throws {
    _ = try add("ana")
    var times = [timespec(tv_sec: 1_000_000_000, tv_nsec: 0), timespec(tv_sec: 1_000_000_000, tv_nsec: 0)]
    #expect(utimensat(AT_FDCWD, folder.publicFolder, &times, 0) == 0)
    let live = try LiveKeyRing(folder)
    #expect(owners(live.ring) == ["ana"])
    #expect(live.renewed() == nil)
    _ = try add("bia")
    #expect(owners(live.renewed()) == ["ana", "bia"])
  }

  @Test func `A folder that does not exist yet is looked for each time`() throws {
    let live = try LiveKeyRing(KeyFolder(path: scratch.file("depois")))
    #expect(owners(live.ring) == [])
    let key = try PrivateKey.generate(.ed25519).publicKey
    try KeyFolder(path: scratch.file("depois")).writePublicKey(key, for: "ana", replacing: false)
    #expect(owners(live.renewed()) == ["ana"])
  }
}
