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

  @Test func `A service's former key is known with the instant up to which it spoke`() throws {
    let former = try PrivateKey.generate(.ed25519)
    try folder.writePair(former, for: "ms_lance", passphrase: nil, replacing: false)
    let live = try LiveKeyRing(folder)
    let fresh = try PrivateKey.generate(.ed25519)
    try folder.rotatePair(to: fresh, of: "ms_lance", passphrase: nil, retiredAt: "2026-11-21T12:00:00Z")
    let ring = try #require(live.renewed())
    let (old, new) = (try #require(Digest(former.publicKey.id)), try #require(Digest(fresh.publicKey.id)))
    #expect(ring.members[old]?.retiredAt == TimeText.instant("2026-11-21T12:00:00Z"))
    #expect(ring.members[new]?.retiredAt == nil && ring.members.count == 2)
    #expect(try folder.privateKey(of: "ms_lance") { nil }.publicKey == fresh.publicKey)

    // A file there that is no such key is somebody's mistake: it is told, and costs nothing.
    for name in ["cliente_alpha-2026-11-21T12:00:00Z.pem", "ms_lance-ontem.pem", "leiame.txt"] {
      let path = "\(folder.retiredFolder)/\(name)"
      #expect(link("\(folder.retiredFolder)/ms_lance-2026-11-21T12:00:00Z.pem", path) == 0)
    }
    try live.read()
    #expect(live.ring.members.count == 2)
  }

  @Test func `A rotation that was cut off leaves the key that stands`() throws {
    let former = try PrivateKey.generate(.ed25519)
    try folder.writePair(former, for: "ms_lance", passphrase: nil, replacing: false)
    try folder.rotatePair(
      to: try PrivateKey.generate(.ed25519), of: "ms_lance", passphrase: nil, retiredAt: "2026-11-21T12:00:00Z")
    // As if it had ended before the new pair took its place.
    try folder.writePair(former, for: "ms_lance", passphrase: nil, replacing: true)
    let ring = try LiveKeyRing(folder).ring
    #expect(ring.members.count == 1 && ring.members.values.allSatisfy { $0.retiredAt == nil })
  }
}
