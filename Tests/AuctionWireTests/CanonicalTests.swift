import AuctionFacts
import SharedKernel
import SuiteTesting
import Testing

@testable import AuctionWire

/// What is read by comparing must be what is read by parsing.
@Suite struct `The canonical spelling` {
  private static let names = [
    "lance-realizado", "lance-validado-0", "lance-validado", "lance-validado-2", "leilao-vencedor", "lance-invalidado",
    "leilao-agendado", "leilao-iniciado", "comando-respondido",
  ]

  /// Every byte replaced by some others, left out, doubled, and the text cut short there.
  private static func changes(of text: [UInt8]) -> [[UInt8]] {
    var random = SeededRandom(seed: 7)
    return text.indices.flatMap { i -> [[UInt8]] in
      var changed = [Array(text[..<i]), text, text]
      changed[1].remove(at: i)
      changed[2].insert(text[i], at: i)
      for byte in [text[i] ^ 1, text[i] ^ 0x20, 0x22, 0x5c, 0x20, .random(in: 0...255, using: &random)] where byte != text[i] {
        var other = text
        other[i] = byte
        changed.append(other)
      }
      return changed
    }
  }

  @Test(arguments: names)
  func `of an envelope reads as any other spelling does, and is kept`(name: String) throws {
    let body = try Golden.read(name)
    let read = try #require(Envelope(canonical: body))
    #expect(try read == Envelope(members: body))
    #expect(read.evidence.bytes == body && read.encoded() == body)
  }

  @Test(arguments: ["lance-realizado", "leilao-iniciado"])
  func `of an envelope is not seen where it is not`(name: String) throws {
    for body in Self.changes(of: try Golden.read(name)) {
      guard let read = Envelope(canonical: body) else { continue }
      #expect(try read == Envelope(members: body) && read.encoded() == body)
    }
  }

  @Test func `of a bid reads as any other spelling does`() throws {
    let payload = try Envelope(parsing: try Golden.read("lance-realizado")).payload
    let bid = try #require(Bid(canonical: payload))
    #expect(try bid == Bid(members: payload, .bidPlaced) && bid.payload == payload)
    for seen in [nil, Seen(block: 0, digest: bid.edition), Seen(block: 1 << 52, digest: bid.edition)] {
      let other = Bid(
        id: bid.id, auction: bid.auction, edition: bid.edition, bidder: bid.bidder, amount: bid.amount, seen: seen,
        clock: bid.clock)
      #expect(Bid(canonical: other.payload) == other)
      for payload in Self.changes(of: other.payload) {
        guard let read = Bid(canonical: payload) else { continue }
        #expect(try read == Bid(members: payload, .bidPlaced) && read.payload == payload)
      }
    }
  }

  @Test func `of a bid that hides its maximum is for the other reader`() throws {
    let bid = try Bid(try Envelope(parsing: try Golden.read("lance-realizado")))
    let hiding = Bid(
      id: bid.id, auction: bid.auction, edition: bid.edition, bidder: bid.bidder, amount: bid.amount, seen: bid.seen,
      clock: bid.clock, maximumCommitment: bid.edition)
    #expect(Bid(canonical: hiding.payload) == nil)
    #expect(try Bid(payload: hiding.payload, kind: .bidPlaced) == hiding)
  }

  @Test(arguments: [
    "0", "00", "01", "9007199254740991", "9007199254740992", "99999999999999999999", "-1", "1.0", "1e3", "", " 1",
  ])
  func `of a number is one only`(digits: String) {
    let text = Array((digits + ",").utf8)
    let (read, rest) = text.withUnsafeBufferPointer { bytes in
      var reader = CanonicalReader(bytes)
      let value = reader.integer()
      return (value, reader.skip([UInt8(ascii: ",")]))
    }
    let expected = Int64(digits).flatMap { (0...WireLimits.integer).contains($0) && String($0) == digits ? $0 : nil }
    #expect((rest ? read : nil) == expected)
  }
}
