import AuctionFacts
import Foundation
import SharedKernel
import Testing

@testable import AuctionWire

@Suite struct `Golden files` {
  @Test func `hold the bytes and the real signatures of the whole story`() throws {
    let story = try Story()
    for message in story.messages {
      let file = Golden.folder.appending(path: "\(message.name).json")
      if Golden.isRewriting { try Golden.write(message.body, to: file) }
      #expect(try Golden.read(message.name) == message.body, "\(message.name): ATUALIZAR=1 writes it anew")
    }
    let keys = chaves
    if Golden.isRewriting { try Golden.write(keys, to: Golden.folder.appending(path: "chaves.json")) }
    #expect(try Golden.read("chaves") == keys)
    #expect(Set(try Golden.names()) == Set(story.messages.map(\.name) + ["chaves"]))
  }

  @Test func `read back to the facts they were made of, and spell the same bytes again`() throws {
    for message in try Story().messages {
      guard let value = message.value else {
        #expect(try Query(parsing: message.body).encoded() == message.body)
        continue
      }
      let envelope: Envelope
      if value is Snapshot {
        let reply = try SnapshotReply(parsing: message.body)
        #expect(reply.encoded() == message.body)
        envelope = reply.envelope
      } else {
        envelope = try Envelope(parsing: message.body)
        #expect(envelope.encoded() == message.body)
      }
      #expect(envelope.kind == value.kind)
      #expect(envelope.payload == value.payload)
      #expect(try same(envelope, value), "\(message.name)")
    }
  }

  /// Whether the envelope reads as an equal value.
  private func same<Value: WireValue>(_ envelope: Envelope, _ value: Value) throws -> Bool {
    try Value(envelope) == value
  }

  @Test func `cover each kind that has a payload`() throws {
    let spoken = try Story().messages.compactMap { $0.value?.kind }
    let types: [any WireValue.Type] = [
      Scheduling.self, Opening.self, CalendarNotice.self, Bid.self, Block.self, Receipt.self, Extension.self, Command.self,
      CommandAnswer.self, Snapshot.self, ClockRecord.self, LedgerSeal.self, ReserveDisclosure.self, PassedOn.self,
    ]
    #expect(Set(spoken) == Set(types.flatMap { $0.kinds }))
  }

  @Test func `are signed by those who may say so, over the pre-authentication encoding`() throws {
    for message in try Story().messages where message.value != nil {
      let envelope =
        message.value is Snapshot ? try SnapshotReply(parsing: message.body).envelope : try Envelope(parsing: message.body)
      let key = try #require(TestKey.all.first { $0.keyID == envelope.keyID })
      let owner = try #require(PrincipalID(key.owner))
      #expect(envelope.kind.speaker.admits(owner), "\(message.name)")
      #expect(try key.verifies(envelope.signature, over: envelope.preAuthenticationEncoding), "\(message.name)")
    }
  }

  @Test func `do not verify once a byte of what was signed has changed`() throws {
    let envelope = try Envelope(parsing: try Golden.read("lance-realizado"))
    var bytes = envelope.preAuthenticationEncoding
    bytes[bytes.count / 2] ^= 1
    #expect(try !TestKey.alpha.verifies(envelope.signature, over: bytes))
  }

  /// The people of the golden files and their published keys.
  private var chaves: [UInt8] {
    JSONWriter.object(pretty: true) { json in
      for key in TestKey.all {
        json.object(Name(stringLiteral: key.owner)) {
          $0.member("keyid", key.keyID.hex)
          $0.member("spki", Base64.encode(key.spki))
          $0.member("semente", key.seed)
        }
      }
    } + [0x0a]
  }
}

@Suite struct `docs/protocol.md` {
  private func document() throws -> String {
    try String(contentsOf: Golden.repository.appending(path: "docs/protocol.md"), encoding: .utf8)
  }

  @Test func `shows the payloads of the golden files as they are`() throws {
    let text = try document()
    for message in try Story().messages {
      guard let value = message.value else {
        #expect(text.contains(String(decoding: message.body, as: UTF8.self)), "\(message.name)")
        continue
      }
      // Payloads that hold whole envelopes are shown shortened.
      let payload = String(decoding: value.payload, as: UTF8.self)
      if !payload.contains("\"payloadType\"") { #expect(text.contains(payload), "\(message.name)") }
    }
    let bid = try Envelope(parsing: try Golden.read("lance-realizado"))
    #expect(text.contains(String(decoding: bid.encoded(), as: UTF8.self)))
    #expect(text.contains(Hex.encode(bid.signature)))
    #expect(text.contains(bid.keyID.hex))
  }

  @Test func `names every exchange, queue, key, kind and reason`() throws {
    let text = try document()
    let names =
      Exchange.allCases.map(\.rawValue) + Queue.allCases.map(\.rawValue) + Kind.allCases.map(\.rawValue)
      + Exchange.allCases.flatMap(\.kinds).map(\.routingKey) + Refusal.named.map(\.wireName)
      + CommandRefusal.named.map(\.wireName) + AuctionStatus.named.map(\.wireName) + AuctionResult.Outcome.named.map(\.wireName)
      + Extension.Cause.named.map(\.wireName) + ClockStatus.named.map(\.wireName) + AuctionFormat.named.map(\.wireName)
      + Query.Topic.named.map(\.wireName) + Snapshot.Decision.named.map(\.wireName)
    for name in names { #expect(text.contains(name), "\(name)") }
  }
}
