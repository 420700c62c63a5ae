import SuiteTesting
import Testing

@testable import SigningKit

/// Signatures over which implementations of Ed25519 differ (Chalkias, Garillot, Nikolaenko, "Taming the many EdDSAs", 2020), made
/// anew with small points added to an honest key or nonce; T is a point of order 8, L the order of the base point. Whoever reads
/// a ledger may verify with OpenSSL: what the house takes must be valid there.
@Suite struct `At the edges of Ed25519` {
  enum Takers: Sendable { case both, openSSL, none }

  struct Edge: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let takers: Takers
    let point: [UInt8], message: [UInt8], signature: [UInt8]

    init(_ name: String, _ takers: Takers, key: String, message: String, r: String, s: String) {
      (testDescription, self.takers, point) = (name, takers, hex(key))
      (self.message, signature) = (Array(message.utf8), hex(r) + hex(s))
    }
  }

  static let edges = [
    Edge(
      "honest", .both, key: "db2cb5aeaa674d231b4709681cdfa2a949dddbbfebf1e65c6850e17de743cff9", message: "leilao 0",
      r: "3e54c441927f9f0ee5e13e34f0b0404c5043651a8f4b7ef087a1c42262a85d0a",
      s: "4f870de259d05bdc7433d5e36c95ba5ac818dc421fcd4ecbd9f5a66532864904"),
    Edge(
      "S + 1L", .none, key: "db2cb5aeaa674d231b4709681cdfa2a949dddbbfebf1e65c6850e17de743cff9", message: "leilao 0",
      r: "3e54c441927f9f0ee5e13e34f0b0404c5043651a8f4b7ef087a1c42262a85d0a",
      s: "3c5b033f74336e344bd0cc864b8f996fc818dc421fcd4ecbd9f5a66532864914"),
    Edge(
      "S + 2L", .none, key: "db2cb5aeaa674d231b4709681cdfa2a949dddbbfebf1e65c6850e17de743cff9", message: "leilao 0",
      r: "3e54c441927f9f0ee5e13e34f0b0404c5043651a8f4b7ef087a1c42262a85d0a",
      s: "292ff99b8e96808c216dc4292a897884c818dc421fcd4ecbd9f5a66532864924"),
    Edge(
      "S + 15L", .none, key: "db2cb5aeaa674d231b4709681cdfa2a949dddbbfebf1e65c6850e17de743cff9", message: "leilao 0",
      r: "3e54c441927f9f0ee5e13e34f0b0404c5043651a8f4b7ef087a1c42262a85d0a",
      s: "32f27454e59e6f05046457707839cb93c918dc421fcd4ecbd9f5a665328649f4"),
    Edge(
      "S with its highest bit", .none, key: "db2cb5aeaa674d231b4709681cdfa2a949dddbbfebf1e65c6850e17de743cff9",
      message: "leilao 0",
      r: "3e54c441927f9f0ee5e13e34f0b0404c5043651a8f4b7ef087a1c42262a85d0a",
      s: "4f870de259d05bdc7433d5e36c95ba5ac818dc421fcd4ecbd9f5a66532864984"),
    Edge(
      "R of order 1 (0T), honest key", .openSSL, key: "db2cb5aeaa674d231b4709681cdfa2a949dddbbfebf1e65c6850e17de743cff9",
      message: "leilao 0",
      r: "0100000000000000000000000000000000000000000000000000000000000000",
      s: "288e0bbe501824fc8030740c3092cd1f1012305c505a55f2aaec94a725619308"),
    Edge(
      "R of order 8 (1T), honest key", .none, key: "db2cb5aeaa674d231b4709681cdfa2a949dddbbfebf1e65c6850e17de743cff9",
      message: "leilao 0",
      r: "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      s: "468057f1faa1bb5da588639c008d5681a7e354ef332b70770b5bcd660ed48906"),
    Edge(
      "R of order 4 (2T), honest key", .none, key: "db2cb5aeaa674d231b4709681cdfa2a949dddbbfebf1e65c6850e17de743cff9",
      message: "leilao 0",
      r: "0000000000000000000000000000000000000000000000000000000000000000",
      s: "036f7123a9eee3cc1e36eff9d4688a9f2e6bcf975c0442504bedb2c868338f08"),
    Edge(
      "R of order 8 (3T), honest key", .none, key: "db2cb5aeaa674d231b4709681cdfa2a949dddbbfebf1e65c6850e17de743cff9",
      message: "leilao 0",
      r: "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
      s: "c0b09b2dd1a8cb6f93ffa0a4203c389f7a968d882a6412193e71d63630509708"),
    Edge(
      "R of order 2 (4T), honest key", .none, key: "db2cb5aeaa674d231b4709681cdfa2a949dddbbfebf1e65c6850e17de743cff9",
      message: "leilao 0",
      r: "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      s: "881b8d4557d89cbf404460f2446680875e7f418d74c3bf91cb52927306175c01"),
    Edge(
      "R of order 8 (5T), honest key", .none, key: "db2cb5aeaa674d231b4709681cdfa2a949dddbbfebf1e65c6850e17de743cff9",
      message: "leilao 0",
      r: "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
      s: "11eb8a06f4e9333e5026009b32c0ec80075b727332495a69f9ef17d3532b7102"),
    Edge(
      "R of order 4 (6T), honest key", .none, key: "db2cb5aeaa674d231b4709681cdfa2a949dddbbfebf1e65c6850e17de743cff9",
      message: "leilao 0",
      r: "0000000000000000000000000000000000000000000000000000000000000080",
      s: "b93211e4955d1a8684d34f76e8a6a24428cc196397a2d6ee10981e8533376d02"),
    Edge(
      "R of order 8 (7T), honest key", .none, key: "db2cb5aeaa674d231b4709681cdfa2a949dddbbfebf1e65c6850e17de743cff9",
      message: "leilao 0",
      r: "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
      s: "9282ca9af9c7be7b8bb4e57f8cff1aa3994cdc7a82de6edb9187ed37346ac90a"),
    Edge(
      "R spelled as p + 1", .none, key: "db2cb5aeaa674d231b4709681cdfa2a949dddbbfebf1e65c6850e17de743cff9", message: "leilao 0",
      r: "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      s: "b99bada8b201837542ab5883326632271bb0a309ee5199178469e7ee0db3c50f"),
    Edge(
      "R spelled as p", .none, key: "db2cb5aeaa674d231b4709681cdfa2a949dddbbfebf1e65c6850e17de743cff9", message: "leilao 0",
      r: "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      s: "9d1d74745ec08b541ff53d1f9e4ed15fbd710f1f355d65d970da3d8e7df28a0c"),
    Edge(
      "R spelled as 1 with the sign", .none, key: "db2cb5aeaa674d231b4709681cdfa2a949dddbbfebf1e65c6850e17de743cff9",
      message: "leilao 0",
      r: "0100000000000000000000000000000000000000000000000000000000000080",
      s: "80bab8967bbf571e56589a7e363c3c59927a80eb6c71808f0f93399e61c87301"),
    Edge(
      "R spelled as p + 1 with the sign", .none, key: "db2cb5aeaa674d231b4709681cdfa2a949dddbbfebf1e65c6850e17de743cff9",
      message: "leilao 0",
      r: "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
      s: "b7bea3a803654b8f0c867f3d8c32e02a49f7d74c7b2d89a2bdcfa670963aee01"),
    Edge(
      "R spelled as -1 with the sign", .none, key: "db2cb5aeaa674d231b4709681cdfa2a949dddbbfebf1e65c6850e17de743cff9",
      message: "leilao 0",
      r: "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
      s: "144e96dc6b81e7670ba34c87dedd7d01d27b7eac33da5761d593ef0b8d6d6a0a"),
    Edge(
      "key with a part of order 8, the hash a multiple of it", .both,
      key: "86ca6b1c18b33f4ee8c18c1326202d03d2ee705abc27920175e7c31e399ae381", message: "leilao 2",
      r: "3e54c441927f9f0ee5e13e34f0b0404c5043651a8f4b7ef087a1c42262a85d0a",
      s: "cf9f0f6357823ca24c5532d8157925bc4b4e729054b220209ba32e42d80e6d0d"),
    Edge(
      "key with a part of order 8, the hash no multiple of it", .none,
      key: "86ca6b1c18b33f4ee8c18c1326202d03d2ee705abc27920175e7c31e399ae381", message: "leilao 0",
      r: "3e54c441927f9f0ee5e13e34f0b0404c5043651a8f4b7ef087a1c42262a85d0a",
      s: "a6eb0da34b3f496a56ab36f7a5dbeaec73174e20b2135e3a91921e3534a21003"),
    Edge(
      "key and R with a part of order 8 that cancel", .both,
      key: "86ca6b1c18b33f4ee8c18c1326202d03d2ee705abc27920175e7c31e399ae381", message: "leilao 6",
      r: "607055ca3d4aa8af26961afb12b1e60a75fac88f9c260ff25806631dbb269159",
      s: "6d3a5866a3075f7f2801ca6bc4993bb4ef2088c17e3e3df17b2d1a5deb837603"),
    Edge(
      "key with a part of order 8, R of that order", .openSSL,
      key: "86ca6b1c18b33f4ee8c18c1326202d03d2ee705abc27920175e7c31e399ae381", message: "leilao 15",
      r: "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      s: "d1e586a7a409f6528e37f9e38a5c921435fb318c05280428dba835e766341200"),
    Edge(
      "honest key, R with a part of order 8", .none, key: "db2cb5aeaa674d231b4709681cdfa2a949dddbbfebf1e65c6850e17de743cff9",
      message: "leilao 0",
      r: "607055ca3d4aa8af26961afb12b1e60a75fac88f9c260ff25806631dbb269159",
      s: "6f5115cc56d637b5cd1dd46a59140692744e4ad7e3244041de92f7e151f5ec0b"),
    Edge(
      "key with a part of order 4, the hash a multiple of it", .both,
      key: "ea0028f2d43b3c8565573233b466291e115af882ba9829caa3d65dcd449df5d0", message: "leilao 8",
      r: "3e54c441927f9f0ee5e13e34f0b0404c5043651a8f4b7ef087a1c42262a85d0a",
      s: "e236e01a250d1b17bdd6d2628495b6cf747becc63f90aaf3c9cc6a088cb61e03"),
    Edge(
      "key with a part of order 4, the hash no multiple of it", .none,
      key: "ea0028f2d43b3c8565573233b466291e115af882ba9829caa3d65dcd449df5d0", message: "leilao 0",
      r: "3e54c441927f9f0ee5e13e34f0b0404c5043651a8f4b7ef087a1c42262a85d0a",
      s: "bf4c5f6f85559b90c3017428e1a381cfd88fcec931662f90f60d02bf43f7cf0b"),
    Edge(
      "key and R with a part of order 4 that cancel", .both,
      key: "ea0028f2d43b3c8565573233b466291e115af882ba9829caa3d65dcd449df5d0", message: "leilao 2",
      r: "d3f149b866f1a4ed683984ddeb000a43d0edd47ca8f86feed1ade712c8e01440",
      s: "7edea2a621c6e3d95e89ffa07b3e5cd9ef1a8e54957eacdfe1a8425a9c23c20d"),
    Edge(
      "key with a part of order 4, R of that order", .openSSL,
      key: "ea0028f2d43b3c8565573233b466291e115af882ba9829caa3d65dcd449df5d0", message: "leilao 3",
      r: "0000000000000000000000000000000000000000000000000000000000000000",
      s: "9a64bdad899d21f4ff94bc1d2c86b30d70f3d48f174f68e7e621440fe178cc07"),
    Edge(
      "honest key, R with a part of order 4", .none, key: "db2cb5aeaa674d231b4709681cdfa2a949dddbbfebf1e65c6850e17de743cff9",
      message: "leilao 0",
      r: "d3f149b866f1a4ed683984ddeb000a43d0edd47ca8f86feed1ade712c8e01440",
      s: "8f01cce78cdfdfb5a664e94385fc484f65f425c4c3026206a337ba31290eb003"),
    Edge(
      "key with a part of order 2, the hash a multiple of it", .both,
      key: "12d34a515598b2dce4b8f697e3205d56b6222440140e19a397af1e8218bc3006", message: "leilao 4",
      r: "3e54c441927f9f0ee5e13e34f0b0404c5043651a8f4b7ef087a1c42262a85d0a",
      s: "992ea9432e8031b196876cc3beee1f6e10716b0f295eda85888eeb246e04ab01"),
    Edge(
      "key with a part of order 2, the hash no multiple of it", .none,
      key: "12d34a515598b2dce4b8f697e3205d56b6222440140e19a397af1e8218bc3006", message: "leilao 0",
      r: "3e54c441927f9f0ee5e13e34f0b0404c5043651a8f4b7ef087a1c42262a85d0a",
      s: "b20438ff8a5083f42a59d988bfbbfc1e93fd8c341dc12ebf219bf8e3390c820f"),
    Edge(
      "key and R with a part of order 2 that cancel", .both,
      key: "12d34a515598b2dce4b8f697e3205d56b6222440140e19a397af1e8218bc3006", message: "leilao 3",
      r: "afab3bbe6d8060f11a1ec1cb0f4fbfb3afbc9ae570b4810f785e3bdd9d57a2f5",
      s: "defc669821dd96c9e237d8a470f5cab10783a46f9613f5851c061d6052ebdf03"),
    Edge(
      "key with a part of order 2, R of that order", .openSSL,
      key: "12d34a515598b2dce4b8f697e3205d56b6222440140e19a397af1e8218bc3006", message: "leilao 3",
      r: "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      s: "d1cb2c3dcb47618af22e01dd65bb7bb9fba9761e68e3fd9e39adf3490d75c007"),
    Edge(
      "honest key, R with a part of order 2", .none, key: "db2cb5aeaa674d231b4709681cdfa2a949dddbbfebf1e65c6850e17de743cff9",
      message: "leilao 0",
      r: "afab3bbe6d8060f11a1ec1cb0f4fbfb3afbc9ae570b4810f785e3bdd9d57a2f5",
      s: "058fba525ebd1ba4dee13f533178d8be565d005e441fd6e462817908f07dd20f"),
  ]

  @Test(arguments: edges)
  func `libsodium takes what OpenSSL takes, but for an R of small order`(_ edge: Edge) throws {
    let slow = try EVPKey(spki: DER.ed25519Key(edge.point)).isValid(edge.signature, for: edge.message)
    let fast = try #require(Ed25519.Verifier(point: edge.point)).isValid(edge.signature, for: edge.message)
    #expect((slow, fast) == (edge.takers != .none, edge.takers == .both))
    #expect(try PublicKey(spki: DER.ed25519Key(edge.point)).isValid(edge.signature, for: edge.message) == fast)
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `what either takes of the rest, the other takes too`(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    var valid = 0
    for round in 0..<500 {
      let edge = Self.edges[round % Self.edges.count]
      guard edge.takers != .openSSL else { continue }
      var (point, signature) = (edge.point, edge.signature)
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        let (place, byte) = (Int.random(in: 0..<64, using: &random), [0, 0xff, UInt8.random(in: 0...255, using: &random)])
        let value = byte[Int.random(in: 0...2, using: &random)]
        if place < 32, Bool.random(using: &random) { point[place] = value } else { signature[place] = value }
      }
      guard let key = try? PublicKey(spki: DER.ed25519Key(point)) else { continue }
      let isValid = key.isValid(signature, for: edge.message)
      #expect(try EVPKey(spki: DER.ed25519Key(point)).isValid(signature, for: edge.message) == isValid)
      if isValid { valid += 1 }
    }
    #expect(valid > 10, "\(valid)")
  }

  @Test(arguments: 0..<20)
  func `both sign any message with the same bytes`(round: Int) throws {
    var random = SeededRandom(seed: UInt64(round))
    var seed = (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
    let slow = try EVPKey(pkcs8: hex("302e020100300506032b657004220420") + seed, isEncrypted: false, passphrase: nil)
    let fast = try #require(Ed25519.Signer(seed: &seed))
    for length in [0, 1, 63, 64, 111, 112, 127, 128, 129, 4_096] {
      let message = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(try fast.sign(message) == slow.sign(message))
    }
    #expect(seed.allSatisfy { $0 == 0 })
  }
}
