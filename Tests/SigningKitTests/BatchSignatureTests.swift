import Foundation
import Testing

@testable import SigningKit

@Suite("Messages signed together")
struct BatchSignatureTests {
  private let key: PrivateKey
  init() throws { key = try PrivateKey.generate(.ed25519) }

  private func sign(_ messages: [[UInt8]]) throws -> [[UInt8]] {
    let key = key
    return BatchSignature.sign(messages) { (try? key.sign($0)) ?? [] }
  }

  private func messages(_ count: Int) -> [[UInt8]] { (0..<count).map { Array("mensagem \($0)".utf8) } }

  private func holds(_ signature: [UInt8], _ message: [UInt8]) -> Bool {
    guard let batch = BatchSignature(signature, over: message) else {
      return key.publicKey.isValid(signature, for: message)
    }
    return key.publicKey.isValid(batch.signature, for: batch.signedMessage)
  }

  @Test(arguments: 0...64) func `are each proved without the others`(count: Int) throws {
    let messages = messages(count)
    let signatures = try sign(messages)
    #expect(signatures.count == count)
    for (place, signature) in signatures.enumerated() {
      for (other, message) in messages.enumerated() { #expect(holds(signature, message) == (place == other)) }
    }
    #expect(signatures.allSatisfy { count == 1 ? $0.count == 64 : $0.count > 66 && $0.count <= 66 + 6 * 32 })
  }

  @Test(arguments: [2, 3, 5, 8, 16]) func `are proved by no other byte`(count: Int) throws {
    let messages = messages(count)
    for (place, signature) in try sign(messages).enumerated() {
      for index in signature.indices {
        var changed = signature
        changed[index] ^= 1 << UInt8.random(in: 0..<8)
        #expect(!holds(changed, messages[place]), "byte \(index) of \(signature.count)")
      }
      for length in 0..<signature.count { #expect(!holds(Array(signature[..<length]), messages[place])) }
      #expect(!holds(signature + [UInt8](repeating: 0, count: 32), messages[place]))
    }
  }

  @Test func `is never mistaken for what is signed alone`() throws {
    let signatures = try sign(messages(2))
    let batch = try #require(BatchSignature(signatures[0], over: messages(2)[0]))
    // The root's own signature is one over a message that no envelope's encoding begins like.
    #expect(key.publicKey.isValid(batch.signature, for: batch.signedMessage))
    #expect(!batch.signedMessage.starts(with: Array("DSSEv1".utf8)))
    #expect(!holds(batch.signature, messages(2)[0]))
  }

  /// The roots of Certificate Transparency's reference trees (RFC 9162 §2.1; the leaves are those of its implementations' tests).
  @Test(arguments: [
    (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
    (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
    (4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    (5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
    (6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
    (7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
    (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
  ]) func `have the root that the RFC gives their tree`(count: Int, root: String) throws {
    let leaves: [[UInt8]] = [
      [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], Array(0x40...0x43), Array(0x50...0x57), Array(0x60...0x6f),
    ]
    for (place, signature) in try sign(Array(leaves[..<count])).enumerated() {
      let batch = try #require(BatchSignature(signature, over: leaves[place]))
      #expect(digits(batch.root) == root)
    }
  }
}

/// The example that other languages check themselves against: messages in text, signatures in hexadecimal.
@Suite("The example of messages signed together")
struct BatchExampleTests {
  private struct Example: Codable, Equatable {
    let publicKey: String
    let messages: [String]
    let signatures: [String]

    private enum CodingKeys: String, CodingKey {
      case publicKey = "chave_publica"
      case messages = "mensagens"
      case signatures = "assinaturas"
    }
  }

  private static let file = URL(
    filePath: String(#filePath.dropLast("SigningKitTests/BatchSignatureTests.swift".count)) + "Interop/assinados-juntos.json")

  @Test func `is what the house signs`() throws {
    // RFC 8032 §7.1, TEST 3.
    let seed = "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"
    let der = hex("302e020100300506032b657004220420") + hex(seed)
    let key = try PrivateKey(pem: pem("PRIVATE KEY", Data(der).base64EncodedString()), passphrase: nil)
    let messages = ["um", "dois", "três", "quatro", "cinco"]
    let signatures = BatchSignature.sign(messages.map { Array($0.utf8) }) { (try? key.sign($0)) ?? [] }
    let example = Example(
      publicKey: digits(Array(key.publicKey.spki.suffix(32))), messages: messages, signatures: signatures.map(digits))
    if ProcessInfo.processInfo.environment["ATUALIZAR"] != nil {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      try (encoder.encode(example) + Data("\n".utf8)).write(to: Self.file)
    }
    #expect(try JSONDecoder().decode(Example.self, from: Data(contentsOf: Self.file)) == example, "ATUALIZAR=1 writes it anew")
  }

}

/// Lower-case hexadecimal.
private func digits(_ bytes: [UInt8]) -> String {
  bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}
