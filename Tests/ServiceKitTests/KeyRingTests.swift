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
    #expect(ring.check(id, signature, over: [1, 2, 3])?.owner.text == "cliente_alpha")
    #expect(ring.check(id, signature, over: [1, 2]) == nil)
    #expect(ring.check(SHA256.of([]), signature, over: [1, 2, 3]) == nil)
  }

  @Test func `gives a key that stands under several ids to the house first`() throws {
    let ring = KeyRing([("a_bidder", key.publicKey), ("ms_lance", key.publicKey), ("z_bidder", key.publicKey)])
    let id = try #require(Digest(key.publicKey.id))
    #expect(ring.members[id]?.owner.text == "ms_lance")
    #expect(ring.shared.map(\.text) == ["a_bidder", "z_bidder"])
  }

  @Test func `knows what a service or an operator spoke under before, unless that stands again, and no bidder's past`() throws {
    let (now, past) = (try PrivateKey.generate(.ed25519).publicKey, key.publicKey)
    let instant = Timestamp(microseconds: 7)
    func retired(_ owner: String) throws -> KeyRing.Member {
      KeyRing.Member(owner: try #require(PrincipalID(owner)), key: past, retiredAt: instant)
    }
    let id = try #require(Digest(past.id))
    let ring = KeyRing([("ms_lance", now)], retired: [try retired("ms_lance")])
    #expect(ring.members[id]?.owner.text == "ms_lance" && ring.members[id]?.retiredAt == instant)
    #expect(ring.members.count == 2 && ring.members.values.count { $0.retiredAt == nil } == 1)
    #expect(KeyRing([("ms_lance", past)], retired: [try retired("ms_lance")]).members[id]?.retiredAt == nil)
    #expect(KeyRing([], retired: [try retired("operador")]).members[id]?.retiredAt == instant)
    #expect(KeyRing([], retired: [try retired("cliente_alpha")]).members.isEmpty)
  }

  @Test func `believes a service, and nobody else, what it signed together with others`() throws {
    let id = try #require(Digest(key.publicKey.id))
    let messages = (0..<5).map { [UInt8]("mensagem \($0)".utf8) }
    let signatures = BatchSignature.sign(messages) { [key] in (try? key.sign($0)) ?? [] }
    let ring = KeyRing([("ms_lance", key.publicKey)])
    // Twice: the second time the batch is known.
    for _ in 0..<2 {
      for (message, signature) in zip(messages, signatures) {
        #expect(ring.check(id, signature, over: message)?.owner.text == "ms_lance")
        #expect(ring.check(id, signature, over: message + [0]) == nil)
      }
      #expect(ring.check(id, signatures[0], over: messages[1]) == nil)
    }
    // A known root under another signature is another batch.
    var forged = signatures[0]
    forged[10] ^= 1
    #expect(ring.check(id, forged, over: messages[0]) == nil)
    for owner in ["cliente_alpha", "operador"] {
      #expect(KeyRing([(owner, key.publicKey)]).check(id, signatures[0], over: messages[0]) == nil)
    }
    // What one key's ring has verified is no other's word.
    let other = try PrivateKey.generate(.ed25519).publicKey
    let both = KeyRing([("ms_lance", key.publicKey), ("ms_leilao", other)])
    #expect(both.check(id, signatures[0], over: messages[0]) != nil)
    #expect(both.check(try #require(Digest(other.id)), signatures[0], over: messages[0]) == nil)
  }
}
