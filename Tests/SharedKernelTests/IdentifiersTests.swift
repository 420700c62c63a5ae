import SharedKernel
import Testing

struct IdentifiersTests {
  @Test(arguments: ["a", "0", "-", "moto-cg-125", String(repeating: "z", count: 40)]) func `auction ids are slugs`(text: String) {
    #expect(AuctionID(text)?.text == text)
    #expect(AuctionID(text)?.description == text)
  }

  @Test(arguments: ["", "A", "a_b", "á", "a b", "a/b", "../a", "a\0", "a\n", String(repeating: "z", count: 41), "ａ"])
  func `anything else is no auction id`(text: String) {
    #expect(AuctionID(text) == nil)
  }

  @Test(arguments: ["a", "cliente_alpha", "9", "_", String(repeating: "z", count: 32)])
  func `principal ids are names without dashes`(text: String) {
    #expect(PrincipalID(text)?.text == text)
  }

  @Test(arguments: ["", "A", "a-b", "a.b", "a#", "a*", "..", "a/b", String(repeating: "z", count: 33)])
  func `anything else is no principal id`(text: String) {
    #expect(PrincipalID(text) == nil)
  }

  @Test(
    arguments: [
      ("ms_lance", .service), ("ms_", .service), ("ms", .bidder), ("msx", .bidder), ("operador", .operator),
      ("operador_1", .operator), ("casa", .house), ("casa_de_leiloes", .house), ("cliente_alpha", .bidder), ("xcasa", .bidder),
    ] as [(String, PrincipalID.Role)])
  func `roles follow from ids`(text: String, role: PrincipalID.Role) {
    #expect(PrincipalID(text)?.role == role)
  }

  @Test func `ids are ordered by their bytes`() throws {
    let auctions = ["-", "0", "9", "a", "a-", "a0", "aa", "b"].compactMap(AuctionID.init)
    #expect(auctions.shuffled().sorted() == auctions)
    let principals = ["0", "_", "a", "a_", "aa"].compactMap { PrincipalID($0) }
    #expect(principals.shuffled().sorted() == principals)
  }

  static let uuid = "0192f0c1-7b3a-7def-8123-456789abcdef"

  @Test func `a unique id keeps its sixteen bytes and its text`() throws {
    let id = try #require(UniqueID(IdentifiersTests.uuid))
    #expect(id.description == IdentifiersTests.uuid)
    #expect(id.bytes.count == 16 && UniqueID(id.bytes) == id)
    #expect(BidID(IdentifiersTests.uuid)?.value == id && CommandID(IdentifiersTests.uuid)?.value == id)
    #expect(BidID(IdentifiersTests.uuid)?.description == IdentifiersTests.uuid)
  }

  @Test(
    arguments: [
      "", "0192F0C1-7b3a-7def-8123-456789abcdef", "0192f0c17b3a7def8123456789abcdef", "0192f0c1-7b3a-7def-8123-456789abcde",
      "0192f0c1-7b3a-7def-8123-456789abcdeff", "0192f0c1-7b3a-7def-81234456789abcdef", "g192f0c1-7b3a-7def-8123-456789abcdef",
      "0192f0c1-7b3a-7def-8123-456789abcd-f", "{192f0c1-7b3a-7def-8123-456789abcde}",
    ])
  func `anything else is no unique id`(text: String) {
    #expect(UniqueID(text) == nil && BidID(text) == nil && CommandID(text) == nil)
  }

  @Test(arguments: 0..<36) func `each place of a unique id takes its own letters only`(place: Int) throws {
    let takes = [8, 13, 18, 23].contains(place) ? "-" : "0123456789abcdef"
    for letter in (0..<128).map({ Character(Unicode.Scalar(UInt8($0))) }) {
      var text = Array(IdentifiersTests.uuid)
      text[place] = letter
      let read = UniqueID(String(text))
      #expect((read != nil) == takes.contains(letter))
      guard let read else { continue }
      #expect(read.description == String(text) && read.bytes == Hex.decode(String(text.filter { $0 != "-" })))
    }
  }

  @Test(arguments: [0x00, 0xff] as [UInt8]) func `random bytes become a version 4 UUID`(byte: UInt8) throws {
    let id = try #require(UniqueID(random: [UInt8](repeating: byte, count: 16)))
    let text = Array(id.description)
    #expect(text[14] == "4")
    #expect(["8", "9", "a", "b"].contains(text[19]))
    #expect(UniqueID(random: []) == nil && UniqueID([1, 2, 3]) == nil)
  }

  /// RFC 9562, appendix B.2.
  @Test func `a digest becomes a version 8 UUID`() throws {
    let digest = try #require(Digest(hex: "5c146b143c524afd938a375d0df1fbf6fe12a66b645f72f6158759387e51f3c8"))
    #expect(UniqueID(digest).description == "5c146b14-3c52-8afd-938a-375d0df1fbf6")
    let ones = try #require(Digest([UInt8](repeating: 0xff, count: 32)))
    #expect(UniqueID(ones).description == "ffffffff-ffff-8fff-bfff-ffffffffffff")
  }
}
