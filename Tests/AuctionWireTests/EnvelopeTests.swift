import AuctionFacts
import SharedKernel
import Testing

@testable import AuctionWire

@Suite struct `The envelope` {
  private func golden(_ name: String = "lance-realizado") throws -> String {
    String(decoding: try Golden.read(name), as: UTF8.self)
  }
  private func parse(_ text: String) throws(WireError) -> Envelope { try Envelope(parsing: Array(text.utf8)) }

  @Test func `is signed over the bytes that DSSE prescribes`() throws {
    let bytes = Envelope.pae(.bidPlaced, Array("{\"a\":1}".utf8))
    #expect(String(decoding: bytes, as: UTF8.self) == "DSSEv1 46 application/vnd.leilao.lance-realizado.v1+json 7 {\"a\":1}")
  }

  @Test func `counts bytes, not characters, and takes an empty payload`() throws {
    #expect(Envelope.pae(.snapshot, Array("ç".utf8)).suffix(5) == Array(" 2 ç".utf8))
    #expect(Envelope.pae(.snapshot, []).suffix(3) == Array(" 0 ".utf8))
  }

  @Test func `hands the pre-authentication encoding to the signer, once`() throws {
    var seen: [[UInt8]] = []
    let envelope = Envelope.seal(.closed, payload: [1, 2], keyID: TestKey.msLeilao.keyID) { pae in
      seen.append(pae)
      return [9]
    }
    #expect(seen == [envelope.preAuthenticationEncoding])
    #expect(envelope.signature == [9])
  }

  @Test func `takes other spellings of the same members and spells them canonically`() throws {
    let canonical = try golden()
    let envelope = try parse(canonical)
    let quoted = { (bytes: [UInt8]) in Base64.encode(bytes).replacing("/", with: "\\/") }
    let other = """
       { "signatures" : [ {"sig":"\(quoted(envelope.signature))", "keyid":"\(envelope.keyID.hex)"} ],
      "payloadType":"application\\/vnd.leilao.lance-realizado.v1+json", "payload":"\(quoted(envelope.payload))" }

      """
    #expect(try parse(other) == envelope)
    #expect(String(decoding: try parse(other).encoded(), as: UTF8.self) == canonical)
  }

  @Test func `keeps a bid's secret beside the signed bytes and out of everything else`() throws {
    let salt = (0..<16).map { UInt8($0) }
    let maximum = try #require(Money(minorUnits: 987_654))
    let secret = try #require(Secret(amount: maximum, salt: salt))
    let bid = try parse(try golden()).with(secret)
    let published = bid.encoded(withSecret: true)
    #expect(
      String(decoding: published, as: UTF8.self).hasSuffix(
        #","segredo":{"maximo_centavos":987654,"sal":"000102030405060708090a0b0c0d0e0f"}}"#))
    #expect(try Envelope(parsing: published) == bid)
    #expect(try Envelope(parsing: published).secret == secret)
    #expect(String(decoding: bid.encoded(), as: UTF8.self) == (try golden()))
    #expect(String(decoding: bid.evidence.bytes, as: UTF8.self) == (try golden()))
    for text in ["\(bid)", "\(secret)", String(reflecting: secret), String(reflecting: bid)] {
      #expect(!text.contains("987654"))
    }
  }

  @Test(arguments: [
    #"{"maximo_centavos":987654}"#, #"{"maximo_centavos":987654,"sal":"00"}"#,
    #"{"maximo_centavos":"987654","sal":"000102030405060708090a0b0c0d0e0f"}"#,
    #"{"maximo_centavos":98765498765498765432,"sal":"000102030405060708090a0b0c0d0e0f"}"#, "987654", "null", #""987654""#,
    #"{"maximo_centavos":987654,"sal":"000102030405060708090a0b0c0d0e0F"}"#,
    #"{"maximo_centavos":0,"sal":"000102030405060708090a0b0c0d0e0f"}"#,
    #"{"maximo_centavos":987654,"sal":"000102030405060708090a0b0c0d0e0f","x":1}"#,
  ])
  func `refuses a bad secret without repeating it`(secret: String) throws {
    let error = #expect(throws: WireError.self) { try parse(try golden().dropLast() + #","segredo":\#(secret)}"#) }
    #expect(error?.description.contains("98765") == false)
    #expect(error?.description.contains("0102") == false)
  }

  @Test func `takes a secret beside bids only`() throws {
    let secret = #","segredo":{"maximo_centavos":1,"sal":"000102030405060708090a0b0c0d0e0f"}}"#
    _ = try parse(try golden().dropLast() + secret)
    for name in ["leilao-agendar", "lance-validado", "retrato-lance"] {
      #expect(throws: WireError.self) { try parse(try golden(name).dropLast() + secret) }
    }
  }

  /// What is replaced in a good envelope, by what, and the member that the error names.
  @Test(arguments: [
    (#""payload":""#, #""payload":"!"#, "payload"),
    (#""payload":""#, #""payload":" "#, "payload"),
    (#""payload":""#, #""Payload":""#, "payload"),
    (#""payload":""#, #""payload":1,"x":""#, "payload"),
    (#""payload":""#, #""payload":"","payload":""#, "payload"),
    ("lance-realizado", "lance-desconhecido", "payloadType"),
    ("application/vnd", "application/json", "payloadType"),
    (#""signatures":["#, #""signatures":[[],"#, "signatures"),
    (#""signatures":[{"#, #""signatures":[{"x":1,"#, "signatures[0].x"),
    (#""keyid":""#, #""keyid":"0"#, "signatures[0].keyid"),
    (#""sig":""#, #""sig":"="#, "signatures[0].sig"),
    (#""sig":""#, #""sig":null,"y":""#, "signatures[0].sig"),
    (#"{"payload""#, #"{"envelopes":[],"payload""#, "envelopes"),
    (#"{"payload""#, #"{"extra":null,"payload""#, "extra"),
  ])
  func `refuses any other shape and names the member`(part: String, replacement: String, path: String) throws {
    let text = try golden().replacing(part, with: replacement, maxReplacements: 1)
    let error = #expect(throws: WireError.self) { try parse(text) }
    #expect(error?.description.hasPrefix(path) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: [
    "[]", "null", "{}", "\"\"", #"{"payload":"","payloadType":"application/vnd.leilao.retrato.v1+json","signatures":[]}"#,
  ])
  func `refuses what is no envelope`(text: String) { #expect(throws: WireError.self) { try parse(text) } }

  @Test func `refuses two signatures`() throws {
    let text = try golden().replacing("}]}", with: "},{}]}")
    #expect(throws: WireError.value(path: "signatures", seen: "an array", accepted: "exactly one signature")) { try parse(text) }
  }

  @Test func `refuses upper-case key ids`() throws {
    let id = TestKey.alpha.keyID.hex
    #expect(throws: WireError.self) { try parse(try golden().replacing(id, with: id.uppercased())) }
  }

  @Test func `bounds a bid at 16 KiB and everything at 112 KiB`() throws {
    let padding = { (count: Int) in String(repeating: " ", count: count) }
    let bid = try golden()
    _ = try parse(bid + padding(16_384 - bid.utf8.count))
    #expect(throws: WireError.tooLarge(path: "", bytes: 16_385, limit: 16_384)) {
      try parse(bid + padding(16_385 - bid.utf8.count))
    }
    let event = try golden("leilao-iniciado")
    _ = try parse(event + padding(114_688 - event.utf8.count))
    #expect(throws: WireError.tooLarge(path: "", bytes: 114_689, limit: 114_688)) {
      try parse(event + padding(114_689 - event.utf8.count))
    }
  }

  @Test func `knows its size before it is made`() throws {
    for name in ["lance-realizado", "lance-validado", "leilao-iniciado"] {
      let envelope = try parse(try golden(name))
      let size = Envelope.size(envelope.kind, payload: envelope.payload.count, signature: envelope.signature.count)
      #expect(size == envelope.encoded().count)
    }
  }

  @Test func `is read as what it says only`() throws {
    let envelope = try parse(try golden())
    _ = try Bid(envelope)
    #expect(throws: WireError.self) { try Block(envelope) }
    #expect(throws: WireError.self) { try CalendarNotice(envelope) }
  }
}
