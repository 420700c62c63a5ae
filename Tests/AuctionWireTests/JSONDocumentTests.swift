import SuiteTesting
import Testing

@testable import AuctionWire

@Suite struct `A JSON document` {
  /// Everything in a document with its line, in the order of the text: `3 "a"` for a name, `3 7` for a value.
  private func lines(_ text: String) throws -> [String] {
    func walk(_ value: JSONDocument.Value) -> [String] {
      switch value.content {
      case .null: ["\(value.line) null"]
      case .boolean(let flag): ["\(value.line) \(flag)"]
      case .integer(let n): ["\(value.line) \(n)"]
      case .text(let text): ["\(value.line) \(text)"]
      case .list(let elements): ["\(value.line) ["] + elements.flatMap(walk)
      case .object(let members): ["\(value.line) {"] + members.flatMap { ["\($0.line) \"\($0.name)\""] + walk($0.value) }
      }
    }
    return walk(try JSONDocument.read(Array(text.utf8)))
  }

  @Test(
    arguments: [
      ("7", ["1 7"]), ("\n\n 7\n", ["3 7"]), ("[]", ["1 ["]), ("{\n}", ["1 {"]), ("\r\n\r\n\"a\\nb\"", ["3 a\nb"]),
      (
        "{\"a\":\n1,\n\"b\"\n:\n[\n2\n,\n{\"c\":null}\n]}",
        ["1 {", "1 \"a\"", "2 1", "3 \"b\"", "5 [", "6 2", "8 {", "8 \"c\"", "8 null"]
      ),
      ("[[],[\n[]],\ntrue]", ["1 [", "1 [", "1 [", "2 [", "3 true"]),
    ])
  func `knows the line of each name and value`(text: String, expected: [String]) throws {
    #expect(try lines(text) == expected)
  }

  @Test func `keeps members that stand twice`() throws {
    #expect(try lines("{\"a\":1,\n\"a\":2}") == ["1 {", "1 \"a\"", "1 1", "2 \"a\"", "2 2"])
  }

  @Test(
    arguments: [
      ("", 1, "", .value), ("\n\n", 3, "", .value), ("{\"a\":1\n\"b\":2}", 2, "\"b\":2}", .commaOrBrace),
      ("[1,\n2\n", 3, "", .commaOrBracket),
      ("{\n  a: 1}", 2, "a: 1}", .memberName), ("{\"a\"\n=1}", 2, "=1}", .colon), ("[\n1.5]", 2, ".5]", .noFraction),
      ("[\n\n12345678901234567890]", 3, "12345678901234567890]", .integerRange), ("{}\n{}", 2, "{}", .end),
      ("[\ntru]", 2, "tru]", .word("true")), ("[\"a\nb\"]", 1, "", .escapedControl), ("[\"a\r\nb\"]", 1, "", .escapedControl),
      ("[\n\"a", 2, "", .closingQuote), ("\u{feff}[]", 1, "\u{feff}[]", .value),
      ("[\n" + String(repeating: "x", count: 100), 2, String(repeating: "x", count: 40), .value),
    ] as [(String, Int, String, JSONExpectation)])
  func `says where it stops being JSON, what stands there and what is accepted`(
    text: String, line: Int, seen: String, accepted: JSONExpectation
  ) throws {
    let problem = try #require(throws: JSONDocument.Problem.self) { try JSONDocument.read(Array(text.utf8)) }
    #expect(problem.line == line)
    #expect(String(decoding: problem.seen, as: UTF8.self) == seen)
    #expect(problem.accepted == accepted)
  }

  @Test func `refuses what is not UTF-8 on the line where its string begins`() throws {
    let problem = try #require(throws: JSONDocument.Problem.self) { try JSONDocument.read([0x5b, 0x0a, 0x22, 0xff, 0x22, 0x5d]) }
    #expect(problem.line == 2 && problem.accepted == .utf8)
  }

  /// The same reader: what it reads or refuses on the wire it reads or refuses here, but for members that stand twice.
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `reads what the wire reads, and refuses what it refuses`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let pieces = ["{", "}", "[", "]", ",", ":", "\"a\"", "\"b\"", "1", "-0", "true", "null", "\n", " ", "\"", "\\", "é"]
    var read = 0
    for _ in 0..<4_000 {
      let text = (0..<Int.random(in: 1...9, using: &random)).compactMap { _ in pieces.randomElement(using: &random) }.joined()
      let bytes = Array(text.utf8)
      let here = Result { try JSONDocument.read(bytes) }
      switch Result(catching: { try JSONParser.parse(bytes, limit: 1_024) }) {
      case .success:
        read += 1
        #expect(throws: Never.self) { try here.get() }
      case .failure(WireError.duplicate): break
      case .failure:
        let problem = #expect(throws: JSONDocument.Problem.self) { try here.get() }
        #expect((1...1 + bytes.count { $0 == 0x0a }).contains(problem?.line ?? 0), "\(text)")
      }
    }
    #expect(read > 0)
  }
}
