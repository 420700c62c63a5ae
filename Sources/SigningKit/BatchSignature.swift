/// One Ed25519 signature over several messages: they are the leaves of a Merkle tree (RFC 9162 §2.1), its root is signed, and each
/// message gets the signature with its own inclusion proof. Who holds one of them needs none of the others.
///
/// A signature of a batch is the 64 bytes of the root's signature, the message's place (1 byte, from 0 on), the number of
/// messages (1 byte), and 32 bytes for each step of the proof, from the leaf up. What is signed is
/// `"leilao-lote-v1"`, a zero byte, the number of messages (1 byte) and the root (32 bytes).
package struct BatchSignature: Hashable, Sendable {
  /// 32 bytes.
  package let root: [UInt8]
  /// What was signed: the root, and what sets it apart from everything else that a key signs.
  package let signedMessage: [UInt8]
  /// 64 bytes.
  package let signature: [UInt8]

  /// How many messages can be signed together.
  package static let most = 64
  private static let signatureLength = 64
  private static let digestLength = 32

  /// Follows the proof from the message up; nil where this is no signature of a batch that holds the message. The signature itself
  /// is still to be verified.
  package init?(_ bytes: [UInt8], over message: [UInt8]) {
    let proof = Self.signatureLength + 2
    guard bytes.count > proof, (bytes.count - proof).isMultiple(of: Self.digestLength) else { return nil }
    let (place, count) = (Int(bytes[proof - 2]), Int(bytes[proof - 1]))
    guard (2...Self.most).contains(count), place < count else { return nil }
    // RFC 9162 §2.1.3.2.
    var (node, last) = (place, count - 1)
    var hash = Self.leaf(message)
    for start in stride(from: proof, to: bytes.count, by: Self.digestLength) {
      let sibling = Array(bytes[start..<start + Self.digestLength])
      guard last > 0 else { return nil }
      if node & 1 == 1 || node == last {
        hash = Self.parent(sibling, hash)
        while node & 1 == 0, node != 0 { (node, last) = (node >> 1, last >> 1) }
      } else {
        hash = Self.parent(hash, sibling)
      }
      (node, last) = (node >> 1, last >> 1)
    }
    guard last == 0 else { return nil }
    root = hash
    signedMessage = Self.message(count, hash)
    signature = Array(bytes[..<Self.signatureLength])
  }

  /// One signature for each message, in their order; of a single one the plain signature.
  /// - Parameter sign: an Ed25519 signature: 64 bytes.
  /// - Precondition: at most `most` messages.
  package static func sign(_ messages: [[UInt8]], _ sign: ([UInt8]) -> [UInt8]) -> [[UInt8]] {
    precondition(messages.count <= most, "\(messages.count) messages in one batch")
    guard messages.count > 1 else { return messages.map(sign) }
    var proofs = [[UInt8]](repeating: [], count: messages.count)
    var level = messages.map(leaf)
    var height = 0
    while level.count > 1 {
      for place in messages.indices {
        let sibling = (place >> height) ^ 1
        if sibling < level.count { proofs[place] += level[sibling] }
      }
      // One without a sibling goes up as it is.
      level = stride(from: 0, to: level.count, by: 2).map { $0 + 1 < level.count ? parent(level[$0], level[$0 + 1]) : level[$0] }
      height += 1
    }
    let signature = sign(message(messages.count, level[0]))
    return proofs.enumerated().map { place, proof in signature + [UInt8(place), UInt8(messages.count)] + proof }
  }

  private static func leaf(_ message: [UInt8]) -> [UInt8] { SHA256.digest([[0], message]) }
  private static func parent(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] { SHA256.digest([[1], left, right]) }
  private static func message(_ count: Int, _ root: [UInt8]) -> [UInt8] {
    Array("leilao-lote-v1".utf8) + [0, UInt8(count)] + root
  }
}
