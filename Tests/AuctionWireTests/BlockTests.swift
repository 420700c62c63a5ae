import AuctionFacts
import SharedKernel
import SuiteTesting
import Testing

@testable import AuctionWire

@Suite struct `Blocks` {
  private func golden(_ name: String) throws -> Block { try Block(try Envelope(parsing: try Golden.read(name))) }
  private func entries(_ name: String) throws -> [BlockEntry] {
    guard case .entries(let entries) = try golden(name).content else { return [] }
    return entries
  }
  private func block(_ entries: [BlockEntry]) throws -> Block {
    let block = try golden("lance-validado")
    return Block(
      auction: block.auction, edition: block.edition, number: 1, previous: block.previous, content: .entries(entries),
      clock: block.clock)
  }

  @Test func `chain from the edition to the result`() throws {
    var previous = try golden("lance-validado-0").edition
    for (number, name) in ["lance-validado-0", "lance-validado", "lance-validado-2", "leilao-vencedor"].enumerated() {
      let envelope = try Envelope(parsing: try Golden.read(name))
      let block = try Block(envelope)
      #expect(block.number == Int64(number))
      #expect(block.previous == previous)
      previous = SHA256.hash(envelope.payload)
    }
  }

  @Test func `hold the whole envelope of what they decide, byte for byte`() throws {
    guard case .bid(let evidence, _) = try #require(try entries("lance-validado").last).fact else { return #expect(Bool(false)) }
    #expect(evidence.bytes == (try Golden.read("lance-realizado")))
    guard case .opening(let opening) = try golden("lance-validado-0").content else { return #expect(Bool(false)) }
    #expect(opening.bytes == (try Golden.read("leilao-iniciado")))
    #expect(try Opening(try Envelope(opening)).scheduling.bytes == Golden.read("leilao-agendado"))
  }

  @Test(arguments: ["lance-validado", "lance-validado-2"])
  func `end with how their last entry leaves the auction standing`(name: String) throws {
    let payload = try Envelope(parsing: try Golden.read(name)).payload
    let last = try #require(try entries(name).last)
    func ends(
      _ price: Money?, _ leader: PrincipalID?, _ minimum: Money, _ closesAt: Timestamp, isReserveMet: Bool? = nil
    ) -> Bool {
      let ending = Block.ending(
        price: price, leader: leader, minimum: minimum, closesAt: closesAt, isReserveMet: isReserveMet)
      return payload.suffix(ending.count) == ending[...]
    }
    #expect(ends(last.price, last.leader, last.minimum, last.closesAt))
    #expect(!ends(last.price, last.leader, last.minimum, last.closesAt, isReserveMet: false))
    #expect(!ends(1, last.leader, last.minimum, last.closesAt) && !ends(nil, last.leader, last.minimum, last.closesAt))
    #expect(!ends(last.price, "outro", last.minimum, last.closesAt) && !ends(last.price, nil, last.minimum, last.closesAt))
    #expect(!ends(last.price, last.leader, 1, last.closesAt))
    #expect(!ends(last.price, last.leader, last.minimum, last.closesAt + .microseconds(1)))
  }

  @Test func `take sixty-four entries and no more`() throws {
    let outage = try #require(try entries("lance-validado-2").last)
    let full = try block(Array(repeating: outage, count: 64))
    #expect(try Block(payload: full.payload, kind: .bidsAccepted) == full)
    let over = try block(Array(repeating: outage, count: 65))
    #expect(throws: WireError.value(path: "entradas", seen: "an array of 65", accepted: "at most 64 elements")) {
      try Block(payload: over.payload, kind: .bidsAccepted)
    }
  }

  @Test func `have the size that their entries say, and no more than 72 KiB`() throws {
    let bid = try #require(try entries("lance-validado").last)
    for count in [1, 7, 64] {
      let payload = try block(Array(repeating: bid, count: count)).payload
      #expect(payload.count <= Block.frameSize + count * bid.wireSize)
      #expect(payload.count > count * bid.wireSize)
    }
    #expect(throws: WireError.self) {
      try Block(payload: [UInt8](repeating: 0x20, count: WireLimits.blockPayload + 1), kind: .bidsAccepted)
    }
  }

  @Test func `fit the frame at its largest`() throws {
    let block = Block(
      auction: try #require(AuctionID(String(repeating: "a", count: 40))), edition: SHA256.hash([]), number: WireLimits.integer,
      previous: SHA256.hash([]), content: .entries([]),
      clock: ClockReading(
        Timestamp(microseconds: WireLimits.integer), uncertainty: .seconds(10), status: .synchronized))
    #expect(block.payload.count <= Block.frameSize)
  }

  @Test func `in a full envelope still fit one reply`() throws {
    #expect(
      Envelope.size(.bidsAccepted, payload: WireLimits.blockPayload, signature: 64) + 1_025 <= WireLimits.body)
  }
}
