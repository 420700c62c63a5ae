import Testing

@testable import AuctionWire

@Suite struct `The JSON reader` {
  private func parse(_ bytes: [UInt8]) throws(WireError) -> JSON { try JSONParser.parse(bytes, limit: 1_024) }

  /// What a string literal reads as.
  private func string(_ literal: String) throws -> String? {
    guard case .string(let text) = try parse(Array(literal.utf8)) else { return nil }
    return text
  }

  @Test(arguments: [
    ("0", 0), ("-0", 0), ("7", 7), ("-7", -7), (" 10 ", 10), ("9007199254740991", 9_007_199_254_740_991),
    ("-9007199254740991", -9_007_199_254_740_991),
  ])
  func `reads integers`(text: String, number: Int64) throws {
    guard case .integer(let read) = try parse(Array(text.utf8)) else { throw WireError.missing(path: "integer") }
    #expect(read == number)
  }

  @Test(arguments: [
    #""ação""#: "ação", #""a\"\\\/\b\f\n\r\tz""#: "a\"\\/\u{8}\u{c}\n\r\tz", #""\u0041\u00e7\u2028""#: "Aç\u{2028}",
    #""\ud83d\ude00""#: "😀", #""\uD83D\uDE00x""#: "😀x", #""\u0000""#: "\0", "\"\u{7f}\u{ffff}\"": "\u{7f}\u{ffff}", #""""#: "",
  ])
  func `reads strings`(literal: String, text: String) throws { #expect(try string(literal) == text) }

  @Test(arguments: [
    "", " ", "{", "}", "[", "]", "{]", "[}", "[1,]", "[,1]", "{,}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{"a" 1}"#, "{a:1}",
    "{1:1}", "tru", "True", "nul", "nulll", "truefalse", "undefined", "NaN", "Infinity", "-", "--1", "+1", "01", "-01", "00",
    "1.0",
    "1.", ".5", "1e3", "1E3", "0x10", "1_000", "１", "9007199254740992", "-9007199254740992", "9223372036854775808",
    "99999999999999999999999999", "1 2", "1,", "{}{}", "// c\n1", "/* c */1", "'a'", "\"a", "\"\\\"", "\"\\x\"", "\"\\u12\"",
    "\"\\u12g4\"",
    "\"\\ud800\"", "\"\\ud800x\"", "\"\\ud800\\n\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\\ud800\\ud800\"", "\"\n\"",
    "\"\t\"",
    "\"\u{0}\"", "\u{feff}1", "\u{a0}1", #"{"a":1,"a":1}"#, #"{"a":1,"\u0061":2}"#, #"{"x":{"b":1,"c":2,"b":3}}"#,
  ])
  func `refuses`(text: String) { #expect(throws: WireError.self) { try parse(Array(text.utf8)) } }

  @Test(
    arguments: [
      [0x80], [0xff], [0xc0, 0x80], [0xc1, 0xbf], [0xe0, 0x80, 0xaf], [0xf0, 0x80, 0x80, 0xaf], [0xed, 0xa0, 0x80],
      [0xed, 0xbf, 0xbf], [0xf4, 0x90, 0x80, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0xe2, 0x82], [0xc3],
    ] as [[UInt8]])
  func `refuses what is not UTF-8: overlong forms, surrogates, fragments`(bytes: [UInt8]) {
    #expect(throws: WireError.self) { try parse([0x22] + bytes + [0x22]) }
    #expect(throws: WireError.self) { try parse([0x22, 0x5c, 0x6e] + bytes + [0x22]) }
    #expect(throws: WireError.self) { try parse(bytes) }
  }

  @Test func `holds canonically equivalent names apart`() throws {
    guard case .object(let members) = try parse(Array("{\"\u{e9}\":1,\"e\u{301}\":2}".utf8)) else { return #expect(Bool(false)) }
    #expect(members.count == 2)
  }

  @Test func `takes sixteen levels and no more`() throws {
    func nested(_ n: Int) -> [UInt8] { Array((String(repeating: "[", count: n) + String(repeating: "]", count: n)).utf8) }
    _ = try parse(nested(16))
    #expect(throws: WireError.self) { try parse(nested(17)) }
    #expect(throws: WireError.self) { try JSONParser.parse(nested(10_000), limit: 1 << 20) }
    let objects = String(repeating: #"{"a":"#, count: 10_000)
    #expect(throws: WireError.self) { try JSONParser.parse(Array(objects.utf8), limit: 1 << 20) }
  }

  @Test func `takes sixty-four members and no more`() throws {
    func wide(_ n: Int) -> [UInt8] { Array(("{" + (0..<n).map { "\"m\($0)\":0" }.joined(separator: ",") + "}").utf8) }
    _ = try parse(wide(64))
    #expect(throws: WireError.self) { try parse(wide(65)) }
  }

  @Test func `takes as many bytes as allowed and no more`() throws {
    _ = try JSONParser.parse(Array("123".utf8), limit: 3)
    #expect(throws: WireError.tooLarge(path: "", bytes: 4, limit: 3)) { try JSONParser.parse(Array("1234".utf8), limit: 3) }
  }

  @Test(arguments: [
    (#"{"relogio":{"em_us":1.5}}"#, "relogio.em_us, byte 21: \".\" where an integer without fraction or exponent is accepted"),
    (#"{"a":[{},{"b":1,"b":2}]}"#, "a[1].b stands there twice"),
    ("[1,2", "the message, byte 4: the end where \",\" or \"]\" is accepted"),
    ("{\"\u{1b}\":1}", "the message, byte 2: byte 0x1b where control characters as escapes is accepted"),
    (#"{"a\u001b[31m":tru}"#, "a\\u{1b}[31m, byte 15: \"t\" where true is accepted"),
  ])
  func `says where, what was seen and what is accepted`(text: String, description: String) throws {
    let error = #expect(throws: WireError.self) { try parse(Array(text.utf8)) }
    #expect(error?.description == description)
  }

  @Test(arguments: ["\u{1b}[31m", "a\"b\\c", "\0", "日本\n", "\u{1f}\u{7f}\u{80}"])
  func `reads what the writer writes`(text: String) throws {
    let bytes = JSONWriter.object { $0.member("a", text) }
    guard case .object(let members) = try parse(bytes), case .string(let read) = members[0].value else {
      return #expect(Bool(false), "an object with a string")
    }
    #expect(read == text)
  }
}
