import AuctionFacts
import SharedKernel
import SuiteTesting
import Testing

@testable import AuctionWire

@Suite struct `The head of a block` {
  private func envelope(_ payload: String, kind: Kind = .bidsAccepted) throws -> Envelope {
    let golden = try Envelope(parsing: try Golden.read("lance-validado"))
    return Envelope(kind: kind, payload: Array(payload.utf8), keyID: golden.keyID, signature: golden.signature)
  }

  @Test(arguments: ["lance-validado-0", "lance-validado", "lance-validado-2", "leilao-vencedor"])
  func `is the block's own`(name: String) throws {
    let envelope = try Envelope(parsing: try Golden.read(name))
    let (head, block) = (try #require(try BlockHead(envelope)), try Block(envelope))
    #expect(head.auction == block.auction && head.clock == block.clock)
  }

  @Test(arguments: [61, 62, 63, 64] as [UInt64])
  func `is the block's own wherever the block is read`(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let names = ["lance-validado-0", "lance-validado", "lance-validado-2", "leilao-vencedor"]
    let originals = try names.map { try Envelope(parsing: try Golden.read($0)) }
    var blocks = 0
    for round in 0..<2_000 {
      let original = originals[round % originals.count]
      let payload = FuzzTests.mutated(original.payload, &random)
      let envelope = Envelope(kind: original.kind, payload: payload, keyID: original.keyID, signature: original.signature)
      let head = try? BlockHead(envelope)
      guard let block = try? Block(envelope) else { continue }
      blocks += 1
      #expect(head?.auction == block.auction && head?.clock == block.clock)
    }
    #expect(blocks > 40, "\(blocks)")
  }

  @Test func `is of blocks only`() throws {
    #expect(try BlockHead(Envelope(parsing: Golden.read("lance-invalidado"))) == nil)
  }

  private static let clock = #""relogio":{"em_us":5,"incerteza_us":0,"estado":"sincronizado"}"#

  @Test(arguments: [
    #""}\"]\\""#, "[]", "{}", #"[{"a":"]"},["}"]]"#, "1", "null", #"{"id_leilao":"outro","relogio":1}"#,
    #"[ 1 , {"b" : "\\\"" } ]"#,
  ])
  func `is found behind whatever else stands there`(value: String) throws {
    for payload in [
      #"{"x":\#(value),"id_leilao":"moto",\#(Self.clock)}"#, #"{ "id_leilao":"moto" ,"x" : \#(value) , \#(Self.clock) }"#,
      #"{"id_leilao":"moto",\#(Self.clock),"x":\#(value)}"#,
    ] {
      let head = try BlockHead(try envelope(payload))
      #expect(head?.auction == "moto" && head?.clock.instant == Timestamp(microseconds: 5), "\(payload)")
    }
  }

  @Test func `is not found in what is cut short, and nothing traps there`() throws {
    let whole = try Envelope(parsing: try Golden.read("lance-validado-2"))
    for count in 0..<whole.payload.count {
      let cut = Envelope(
        kind: whole.kind, payload: Array(whole.payload.prefix(count)), keyID: whole.keyID, signature: whole.signature)
      #expect(throws: WireError.self) { try BlockHead(cut) }
    }
  }

  @Test(arguments: [
    #"{"x":,"id_leilao":"moto",\#(clock)}"#, #"{"x":"}"#, #"{"x":]}"#, #"{"x":\"#, #"{"x":[[[}"#, #"{"x":1"#, "[]", "7", "",
    #"{"id_leilao":"moto"}"#, #"{"id_leilao":"MOTO",\#(clock)}"#, #"{"id_leilao":"moto","id_leilao":"moto",\#(clock)}"#,
  ])
  func `is not found where there is none`(payload: String) throws {
    #expect(throws: WireError.self) { try BlockHead(try envelope(payload)) }
  }
}
