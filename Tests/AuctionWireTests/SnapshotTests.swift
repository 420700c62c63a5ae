import AuctionFacts
import SharedKernel
import SuiteTesting
import Testing

@testable import AuctionWire

@Suite struct `Queries and replies` {
  private func parse(_ text: String) throws(WireError) -> Query { try Query(parsing: Array(text.utf8)) }

  @Test(arguments: [
    #"{"id":"0190f5fe-7c00-7a00-8abc-000000000030","tipo":"leiloes","apos":"vaso-azul"}"#,
    #"{"id":"0190f5fe-7c00-7a00-8abc-000000000030","tipo":"leiloes","apos":null}"#,
    #"{"id":"0190f5fe-7c00-7a00-8abc-000000000030","tipo":"blocos","id_leilao":"vaso-azul","desde":0}"#,
    #"{"id":"0190f5fe-7c00-7a00-8abc-000000000030","tipo":"livro","id_leilao":"vaso-azul","apos":17}"#,
  ])
  func `are spelled as they are read`(text: String) throws { #expect(try parse(text).encoded() == Array(text.utf8)) }

  @Test(arguments: [
    "", "{}", "null", #"{"id":"x","tipo":"leiloes","apos":null}"#,
    #"{"id":"0190f5fe-7c00-7a00-8abc-000000000030","tipo":"leiloes"}"#,
    #"{"id":"0190f5fe-7c00-7a00-8abc-000000000030","tipo":"tudo","apos":null}"#,
    #"{"id":"0190f5fe-7c00-7a00-8abc-000000000030","tipo":"leiloes","apos":null,"x":1}"#,
    #"{"id":"0190f5fe-7c00-7a00-8abc-000000000030","tipo":"leiloes","apos":3}"#,
    #"{"id":"0190f5fe-7c00-7a00-8abc-000000000030","tipo":"blocos","id_leilao":"vaso-azul","desde":-1}"#,
    #"{"id":"0190f5fe-7c00-7a00-8abc-000000000030","tipo":"blocos","id_leilao":"A","desde":0}"#,
    #"{"id":"0190f5fe-7c00-7a00-8abc-000000000030","tipo":"livro","id_leilao":"vaso-azul","apos":null}"#,
  ])
  func `that cannot be read are refused`(text: String) { #expect(throws: WireError.self) { try parse(text) } }

  @Test func `are at most 1 KiB`() throws {
    let text = #"{"id":"0190f5fe-7c00-7a00-8abc-000000000030","tipo":"leiloes","apos":null}"#
    _ = try parse(text + String(repeating: " ", count: 1_024 - text.utf8.count))
    #expect(throws: WireError.self) { try parse(text + String(repeating: " ", count: 1_025 - text.utf8.count)) }
  }

  @Test(arguments: [
    ("amq.rabbitmq.reply-to.g1h2", true), ("amq.rabbitmq.reply-to", false), ("lance_realizado", false), ("", false),
    ("xamq.rabbitmq.reply-to.a", false), ("amq.gen-abc", false),
  ])
  func `are answered at direct reply-to addresses only`(address: String, accepted: Bool) {
    #expect(Query.isReplyAddress(address) == accepted)
  }

  private let clock = ClockReading(
    Timestamp(microseconds: WireLimits.integer), uncertainty: .seconds(10), status: .synchronized)
  private func sign(_ bytes: [UInt8]) -> [UInt8] { [UInt8](repeating: 7, count: 64) }
  private func body(_ page: SnapshotPage) -> [UInt8] { page.reply(keyID: SHA256.hash([]), sign: sign).encoded() }

  @Test(arguments: [0, 1, 2, 3, 60])
  func `fill a body and say that there is more`(count: Int) throws {
    let id = try #require(UniqueID("0190f5fe-7c00-7a00-8abc-000000000030"))
    let block = Envelope(
      kind: .bidsAccepted, payload: [UInt8](repeating: 0x20, count: 20_000), keyID: SHA256.hash([]),
      signature: sign([])
    ).evidence
    let auction = try #require(AuctionID(String(repeating: "a", count: 40)))
    let head = Seen(block: WireLimits.integer, digest: SHA256.hash([]))
    let page = SnapshotPage.of(
      .ledger(auction, after: WireLimits.integer, head: head), answering: id, Array(repeating: block, count: count),
      clock: clock)
    let bytes = body(page)
    #expect(bytes.count <= WireLimits.body)
    #expect(page.snapshot.more == (page.envelopes.count < count))
    if page.snapshot.more { #expect(bytes.count + block.bytes.count + 1_024 > WireLimits.body) }
    let read = try SnapshotReply(parsing: bytes)
    #expect(read.envelopes == page.envelopes)
    #expect(try Snapshot(read.envelope) == page.snapshot)
  }

  @Test func `hold one block of the largest size`() throws {
    let id = try #require(UniqueID("0190f5fe-7c00-7a00-8abc-000000000030"))
    let block = Envelope(
      kind: .bidsAccepted, payload: [UInt8](repeating: 0x20, count: WireLimits.blockPayload), keyID: SHA256.hash([]),
      signature: sign([])
    ).evidence
    let page = SnapshotPage.of(
      .blocks(AuctionID("a"), from: 0, head: nil), answering: id, [block, block], clock: clock)
    #expect(page.envelopes.count == 1)
    #expect(page.snapshot.more)
    #expect(try SnapshotReply(parsing: body(page)).envelopes == [block])
  }

  @Test func `hold as many auctions as fit, with their schedulings`() throws {
    let id = try #require(UniqueID("0190f5fe-7c00-7a00-8abc-000000000030"))
    let scheduling = Evidence(try Golden.read("leilao-agendado"))
    let leader = PrincipalID("cliente_de_nome_bem_comprido_123")
    var all: [(AuctionSummary, Evidence)] = []
    for n in 0..<300 {
      let summary = AuctionSummary(
        auction: try #require(AuctionID(String("leilao-de-nome-bem-comprido-\(100 + n)"))), edition: SHA256.hash([]),
        status: .suspended,
        head: Seen(block: WireLimits.integer, digest: SHA256.hash([])), price: .maximum,
        leader: leader, minimum: .maximum, closesAt: clock.instant, ending: nil)
      all.append((summary, scheduling))
    }
    let page = SnapshotPage.auctions(answering: id, all, clock: clock)
    #expect(page.snapshot.more)
    #expect(page.envelopes.count > 50)
    let bytes = body(page)
    #expect(bytes.count <= WireLimits.body)
    let read = try SnapshotReply(parsing: bytes)
    #expect(try Snapshot(read.envelope) == page.snapshot)
    #expect(read.envelopes.count == page.envelopes.count)
  }

  /// What is replaced in a good reply, by what, and the member that the error names.
  @Test(arguments: [
    (#","envelopes":["#, #","envelope":["#, "envelopes"), (#","envelopes":["#, #","envelopes":[{},"#, "envelopes[0]"),
    (#","envelopes":["#, #","x":1,"envelopes":["#, "x"), (#"vnd.leilao.retrato"#, #"vnd.leilao.leilao-agendado"#, "payloadType"),
    (#"lance-invalidado"#, #"lance-realizado"#, "envelopes[0]"),
  ])
  func `of another shape are refused`(part: String, replacement: String, path: String) throws {
    let good = String(decoding: try Golden.read("retrato-lance"), as: UTF8.self)
    #expect(good.contains(part))
    let bad = Array(good.replacing(part, with: replacement, maxReplacements: 1).utf8)
    let error = #expect(throws: WireError.self) { try SnapshotReply(parsing: bad) }
    #expect(error?.description.hasPrefix(path) == true, "\(error?.description ?? "")")
  }
}
