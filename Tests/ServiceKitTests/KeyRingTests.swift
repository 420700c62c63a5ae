import ServiceKit
import SharedKernel
import SigningKit
import Testing

@Suite struct KeyRingTests {
  private let key: PrivateKey
  init() throws { key = try PrivateKey.generate(.ed25519) }

  @Test func `tells whose signature it is`() throws {
    let ring = KeyRing([("cliente_alpha", key.publicKey)])
    let id = try #require(Digest(key.publicKey.id))
    let signature = try key.sign([1, 2, 3])
    #expect(ring.check(id, signature, over: [1, 2, 3])?.text == "cliente_alpha")
    #expect(ring.check(id, signature, over: [1, 2]) == nil)
    #expect(ring.check(SHA256.of([]), signature, over: [1, 2, 3]) == nil)
  }

  @Test func `gives a key that stands under several ids to the house first`() throws {
    let ring = KeyRing([("a_bidder", key.publicKey), ("ms_lance", key.publicKey), ("z_bidder", key.publicKey)])
    let id = try #require(Digest(key.publicKey.id))
    #expect(ring.members[id]?.owner.text == "ms_lance")
    #expect(ring.shared.map(\.text) == ["a_bidder", "z_bidder"])
  }
}
