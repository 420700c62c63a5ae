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

  /// What else than the house's own hand could have written: escapes, other numbers, letters that look or count as others.
  private static let respellings: [(String, String)] = [
    ("K", "\u{212a}"), ("/", "\\/"), ("_", "\\u005f"), ("a", "\\u0061"), ("e", "e\u{301}"), (":", ": "), (":", ":0"), (":", ":-"),
    (",", ",0"), ("{", "\u{feff}{"), ("}", "}\n"), ("0", "0.0"), ("0", "0e0"), ("\"", "\"\""), ("a", "A"), ("=", ""),
    ("g=", "h="),
    ("A=", "B="), ("+", "-"), ("null", "NULL"), ("\"visto\"", "\"vista\""), ("{\"id_leilao\"", "{\"x\":1,\"id_leilao\""),
    ("\"payloadType\"", "\"payload\":\"\",\"payloadType\""), ("\"relogio\"", "\"maximo_compromisso\":null,\"relogio\""),
    ("]}", "],\"segredo\":{\"maximo_centavos\":1,\"sal\":\"000102030405060708090a0b0c0d0e0f\"}}"),
  ]

  private static func respelled(_ text: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
    guard Bool.random(using: &random), let (old, new) = respellings.randomElement(using: &random) else {
      return FuzzTests.mutated(text, &random)
    }
    let places = text.indices.filter { text[$0...].starts(with: old.utf8) }
    guard let place = places.randomElement(using: &random) else { return text }
    return Array(text[..<place]) + new.utf8 + text[(place + old.utf8.count)...]
  }

  @Test(arguments: [41, 42, 43, 44] as [UInt64])
  func `of an envelope is the one that the writer gives, and no other`(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let originals = try Self.names.map { try Golden.read($0) }.filter { $0.count < 1_500 }
    var (read, canonical) = (0, 0)
    for round in 0..<2_000 {
      let body = Self.respelled(originals[round % originals.count], &random)
      let parsed = try? Envelope(members: body)
      let expected = parsed.flatMap { $0.secret == nil && $0.encoded() == body ? $0 : nil }
      #expect(Envelope(canonical: body) == expected)
      guard let parsed else { continue }
      read += 1
      if expected != nil { canonical += 1 }
      #expect(try Envelope(parsing: body) == parsed && Envelope(parsing: body).evidence.bytes == parsed.encoded())
    }
    #expect(canonical > 20 && read > canonical + 20, "\(canonical) of \(read)")
  }

  @Test(arguments: [Kind.bidPlaced, .schedule, .opened, .bidsAccepted, .awarded], [0, 64, 1_023, 1_024, 1_025])
  func `of an envelope keeps to the limits of any other spelling`(kind: Kind, signature: Int) {
    let most = (kind.maximumBody - Envelope.size(kind, payload: 0, signature: signature)) / 4 * 3
    var read: [Bool] = []
    for payload in [0, most - 3, most, most + 1, most + 4, kind.maximumPayload - 1, kind.maximumPayload, kind.maximumPayload + 1]
    {
      let body = Envelope(
        kind: kind, payload: [UInt8](repeating: 0x7b, count: payload), keyID: TestKey.alpha.keyID,
        signature: [UInt8](repeating: 9, count: signature)
      ).encoded()
      let parsed = try? Envelope(members: body)
      let isSame = Envelope(canonical: body) == parsed
      #expect(isSame, "\(payload)")
      read.append(parsed != nil)
    }
    #expect(read.first == (signature <= WireLimits.signature) && read.last == false)
  }

  @Test(arguments: [51, 52, 53, 54] as [UInt64])
  func `of a bid is the one that the writer gives, and no other`(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let bid = try Bid(try Envelope(parsing: try Golden.read("lance-realizado")))
    let blind = Bid(
      id: bid.id, auction: bid.auction, edition: bid.edition, bidder: bid.bidder, amount: bid.amount, seen: nil, clock: bid.clock)
    var (read, canonical) = (0, 0)
    for round in 0..<2_000 {
      let payload = Self.respelled(round.isMultiple(of: 2) ? bid.payload : blind.payload, &random)
      let parsed = try? Bid(members: payload, .bidPlaced)
      let expected = parsed.flatMap { $0.maximumCommitment == nil && $0.payload == payload ? $0 : nil }
      #expect(Bid(canonical: payload) == expected)
      if parsed != nil { read += 1 }
      if expected != nil { canonical += 1 }
    }
    #expect(canonical > 20 && read > canonical + 20, "\(canonical) of \(read)")
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
