import AuctionFacts
import AuctionSigning
import AuctionWire
import Foundation
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Synchronization
import Testing

@testable import AuctionClient
@testable import BidderClient

/// What is on disk of bids of which it is not known what became.
@Suite("Sent bids")
struct SentBidsTests {
  private let scratch: ScratchFolder
  private let voice: Voice
  private let file: String

  init() throws {
    scratch = try ScratchFolder()
    let world = SimulatedWorld()
    try world.keys.register("alpha")
    voice = try world.keys.voice("alpha")
    file = scratch.file("recibos/alpha/lances.enviados")
  }

  private var sent: SentBids { SentBids(path: file) }

  @discardableResult
  private func record(_ number: UInt64, upTo maximum: Int64? = nil, in book: SentBids) throws -> Bid {
    let draft = Build.bid(id: Build.bidID(number), edition: Build.digest("edição"))
    let secret = maximum.map { Build.secret($0) }
    let bid = secret.map { draft.committing(to: $0) } ?? draft
    try book.record(bid, voice.seal(bid, with: secret), in: .brl)
    return bid
  }

  private func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  private func append(_ text: String) throws {
    let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: file))) + Array(text.utf8)
    try Data(bytes).write(to: URL(fileURLWithPath: file))
  }

  @Test func `stay open until they are struck out, whoever reads; the file is its owner's alone`() throws {
    #expect(try sent.load().open.isEmpty)
    let book = sent
    for number in 1...3 as ClosedRange<UInt64> { try record(number, in: book) }
    #expect(try sent.load().open.map(\.bid.id) == [1, 2, 3].map(Build.bidID))
    #expect(try mode(file) == 0o600)
    #expect(try mode(scratch.file("recibos/alpha")) == 0o700)
    book.strike(Build.bidID(2), .refused)
    // Another program knows of a bid only when it has read of it.
    sent.strike(Build.bidID(3), .refused)
    #expect(try sent.load().open.map(\.bid.id) == [1, 3].map(Build.bidID))
    let other = sent
    _ = try other.load()
    other.strike(Build.bidID(3), .neverDecided)
    other.strike(Build.bidID(9), .refused)
    let left = try sent.load()
    #expect(left.open.map(\.bid.id) == [Build.bidID(1)] && left.strange == 0)
    #expect(left.open.first?.currency == .brl && left.open.first?.secret == nil)
  }

  @Test func `keep a secret until the ledger tells it, also of those that count`() throws {
    let book = sent
    let bid = try record(1, upTo: 300_00, in: book)
    book.strike(bid.id, .accepted)
    try record(2, in: book)
    book.strike(Build.bidID(2), .accepted)
    let kept = try sent.load()
    #expect(kept.open.isEmpty && kept.secrets.map(\.bid.id) == [bid.id] && kept.secrets.first?.secret == 300_00)
    // The whole opening, with its salt.
    let envelope = try Envelope(try #require(kept.secrets.first).sealed.evidence)
    let secret = try #require(envelope.secret)
    #expect(bid.maximumCommitment == SHA256.of(secret.commitment(to: bid.id, of: "alpha", in: bid.edition)))
    book.strike(bid.id, .revealed)
    #expect(try sent.load().secrets.isEmpty)
  }

  @Test(arguments: ["enviado", "enviado BRL {\"payload\":\"", "x"])
  func `lose nothing to a line that a crash tore`(torn: String) throws {
    try record(1, in: sent)
    try append(torn)
    #expect(try sent.load().open.map(\.bid.id) == [Build.bidID(1)])
    try record(2, in: sent)
    let whole = try sent.load()
    #expect(whole.open.map(\.bid.id) == [1, 2].map(Build.bidID) && whole.strange == 0)
  }

  @Test func `keep lines that they do not understand, and say how many`() throws {
    try record(1, in: sent)
    try append("futuro coisa nova\nenviado XXX {}\ndecidido nada aceito\n")
    let book = sent
    #expect(try book.load().strange == 3)
    // Until what is decided is taken out: those stay.
    for number in 2...200 as ClosedRange<UInt64> {
      try record(number, in: book)
      book.strike(Build.bidID(number), .refused)
    }
    let after = try sent.load()
    #expect(after.open.map(\.bid.id) == [Build.bidID(1)] && after.strange == 3)
    #expect(sent.warning(of: after)?.contains(": 3;") == true && sent.warning(of: SentBids.Contents()) == nil)
    let size = try #require(FileManager.default.attributesOfItem(atPath: file)[.size] as? Int)
    #expect(size < 2 * SentBids.compactBytes)
    #expect(try mode(file) == 0o600)
  }

  @Test func `of auctions long over are no secrets to keep, and those of the others are`() throws {
    let (book, now) = (sent, SystemTime.reading.instant)
    try record(1, upTo: 200_00, in: book)
    book.strike(Build.bidID(1), .accepted, closing: now + .seconds(60))
    for number in 2...200 as ClosedRange<UInt64> {
      try record(number, upTo: 200_00, in: book)
      book.strike(Build.bidID(number), .accepted, closing: now - SentBids.secretKept)
    }
    let kept = try sent.load()
    #expect(kept.open.isEmpty && kept.secrets.first?.bid.id == Build.bidID(1))
    let size = try #require(FileManager.default.attributesOfItem(atPath: file)[.size] as? Int)
    #expect(size < 2 * SentBids.compactBytes && kept.secrets.count < 190 && kept.strange == 0)
  }

  @Test func `leave room in a full file for what became of them`() throws {
    let book = sent
    try record(1, in: book)
    try append(String(repeating: "x", count: SentBids.maximumBytes - (1 << 20) - 200) + "\n")
    #expect(throws: Failure.self) { try record(2, in: book) }
    book.strike(Build.bidID(1), .refused)
    #expect(try sent.load().open.isEmpty)
  }

  @Test func `go into a full file as soon as what is decided makes room there`() throws {
    let book = sent
    try record(1, in: book)
    try append(String(repeating: "x", count: 5 << 20) + "\n")
    try record(2, in: book)
    let decided = String(decoding: try Data(contentsOf: URL(fileURLWithPath: file)).prefix { $0 != 0x0a }, as: UTF8.self)
    let count = (2 << 20) / (decided.utf8.count + 1)
    try append(String(repeating: decided + "\n", count: count))
    book.strike(Build.bidID(1), .refused)
    try record(3, in: book)
    #expect(try sent.load().open.map(\.bid.id) == [2, 3].map(Build.bidID))
    #expect(try #require(FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) < 6 << 20)
  }

  @Test func `of two programs at once are all there, while the file is replaced again and again`() async throws {
    try await withThrowingTaskGroup { group in
      for program in 0..<2 as Range<UInt64> {
        let book = sent
        group.addTask {
          for number in 1...150 as ClosedRange<UInt64> {
            try record(program * 1_000 + number, in: book)
            if number % 10 != 0 { book.strike(Build.bidID(program * 1_000 + number), .refused) }
          }
        }
      }
      try await group.waitForAll()
    }
    let wanted = (0..<2).flatMap { program in (1...15).map { Build.bidID(UInt64(program * 1_000 + $0 * 10)) } }
    #expect(try Set(sent.load().open.map(\.bid.id)) == Set(wanted))
  }

  @Test func `that cannot be written down are not sent, and it says so`() throws {
    #expect {
      try record(1, in: SentBids(path: "/dev/null/recibos/lances.enviados"))
    } throws: { error in
      (error as? Failure)?.status == .ioError && "\(error)".contains("nada foi enviado")
    }
    try FileManager.default.createDirectory(atPath: scratch.file("recibos/alpha/"), withIntermediateDirectories: true)
    // What no more fits is not half there.
    try Data([UInt8](repeating: 0x78, count: SentBids.maximumBytes - 10) + [0x0a]).write(to: URL(fileURLWithPath: file))
    #expect(throws: Failure.self) { try record(1, in: sent) }
    try Data(count: SentBids.maximumBytes + 1).write(to: URL(fileURLWithPath: file))
    #expect(throws: Failure.self) { try sent.load() }
    try FileManager.default.removeItem(atPath: file)
    try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: scratch.file("anderswo"))
    #expect(throws: Failure.self) { try record(1, in: sent) }
    #expect(!FileManager.default.fileExists(atPath: scratch.file("anderswo")))
  }

  // MARK: - What is made of them

  @Test func `are asked for and not sent again, and what became of them is told`() throws {
    let bench = try BooksBench.open()
    let accepted = try bench.place(100_00, by: "alpha", number: 1)
    let lost = try bench.bid(500_00, by: "alpha", number: 2)
    let client = AskingClient(bench)
    for bid in [accepted, lost] { try client.give(.resume(bid, try bench.world.keys.voice("alpha").seal(bid))) }
    try client.give(.link(.up))
    try client.pass(.seconds(20))
    #expect(client.outcomes.count == 2 && client.outcomes.contains(.neverDecided))
    #expect(client.outcomes.contains { if case .accepted = $0 { true } else { false } })
    // One outcome is the last word, and nothing was published.
    var session = BidderSession(interest: .everything, seed: 1)
    var outputs = session.handle(.resume(lost, try bench.world.keys.voice("alpha").seal(lost)), at: Build.clock())
    outputs += session.handle(.link(.up), at: Build.clock())
    for second in 1...60 as ClosedRange<Int64> { outputs += session.handle(.tick, at: Build.clock(.seconds(second))) }
    #expect(!outputs.contains { if case .publish = $0 { true } else { false } })
  }

  @Test func `are told to the terminal, with the maximum that counts`() throws {
    let bench = try BooksBench.open()
    let voice = try bench.world.keys.voice("alpha")
    let receipts = ReceiptFolder(path: scratch.file("recibos/alpha"))
    let book = SentBids(beside: receipts)
    let maximum = try bench.place(100_00, upTo: 300_00, by: "alpha", number: 1)
    let edition = try bench.edition
    let open = Build.bid(id: Build.bidID(2), edition: edition).committing(to: Build.secret(400_00))
    try book.record(maximum, voice.seal(maximum, with: Build.secret(300_00)), in: .brl)
    book.strike(maximum.id, .accepted)
    try book.record(open, voice.seal(open, with: Build.secret(400_00)), in: .brl)

    let inbox = try #require(Inbox())
    let gateway = TerminalGateway(voice: voice, clock: bench.service.clock, inbox: inbox, receipts: receipts)
    #expect(gateway.recall(try gateway.sent.load()).map(\.bid.id) == [open.id])
    let client = AskingClient(bench)
    try client.give(.link(.up))
    for event in client.told { gateway.hear(event) }
    let events = inbox.fetch().compactMap { if case .gateway(let event, _) = $0 { event } else { nil } }
    let recalled = events.compactMap { if case .recalled(let bid) = $0 { bid } else { nil } }
    #expect(recalled.map(\.amount) == [400_00] && recalled.first?.isSecret == true && recalled.first?.id == open.id)
    let views = events.compactMap { if case .auction(let view) = $0 { view } else { nil } }
    #expect(views.last?.ownMaximum == 300_00)
    gateway.hear(.attempt(decided(open, .neverDecided)))
    #expect(try book.load().open.isEmpty)
  }

  @Test(arguments: [false, true])
  func `of which the last has no maximum leave none`(bidsAgain: Bool) throws {
    let bench = try BooksBench.open()
    let voice = try bench.world.keys.voice("alpha")
    let receipts = ReceiptFolder(path: scratch.file("recibos/alpha"))
    let maximum = try bench.place(100_00, upTo: 120_00, by: "alpha", number: 1)
    let book = SentBids(beside: receipts)
    try book.record(maximum, voice.seal(maximum, with: Build.secret(120_00)), in: .brl)
    book.strike(maximum.id, .accepted)
    try bench.place(200_00, by: "beta", number: 2)
    if bidsAgain { try bench.place(300_00, by: "alpha", number: 3) }
    let inbox = try #require(Inbox())
    let gateway = TerminalGateway(voice: voice, clock: bench.service.clock, inbox: inbox, receipts: receipts)
    #expect(gateway.recall(try gateway.sent.load()).isEmpty)
    let client = AskingClient(bench)
    try client.give(.link(.up))
    for event in client.told { gateway.hear(event) }
    let views = inbox.fetch().compactMap { if case .gateway(.auction(let view), _) = $0 { view } else { nil } }
    #expect(views.last?.ownMaximum == (bidsAgain ? nil : 120_00) && views.last?.ownLast == (bidsAgain ? 300_00 : 100_00))
  }

  @Test func `that count are known before the past is read, and what is read of it comes behind nothing`() throws {
    let terms = Build.terms(format: .vickrey)
    let bench = try BooksBench.open(terms)
    let voice = try bench.world.keys.voice("alpha")
    let receipts = ReceiptFolder(path: scratch.file("recibos/alpha"))
    let book = SentBids(beside: receipts)
    var bids: [Bid] = []
    for (number, amount) in [(1, 900_00), (2, 700_00)] as [(UInt64, Int64)] {
      let bid = try bench.place(0, upTo: amount, by: "alpha", number: number)
      try book.record(bid, voice.seal(bid, with: Build.secret(amount)), in: .brl)
      book.strike(bid.id, .accepted)
      bids.append(bid)
    }
    let inbox = try #require(Inbox())
    let gateway = TerminalGateway(voice: voice, clock: bench.service.clock, inbox: inbox, receipts: receipts)
    #expect(gateway.recall(try gateway.sent.load()).isEmpty)
    let client = AskingClient(bench)
    try client.give(.link(.up))
    let read = try #require(client.told.compactMap { if case .auction(let state, _) = $0 { state } else { nil } }.last)
    let met = FollowedAuction(
      Build.scheduling(terms), summary: try #require(try bench.summary()), asOf: Build.clock(), replayingFrom: nil)
    func last(_ auction: FollowedAuction) -> Money? { gateway.state.withLock { $0.ownLast(of: auction) } }
    #expect(last(met) == 700_00 && met.trustedTo == 2)
    #expect(read.trustedTo == nil && last(read) == nil, "in a past that was read none of them stood")
    // The newer one is heard first, the older one when the past has been read.
    for bid in read.bids.reversed() {
      gateway.hear(.past(read.terms.auction, [.bid(bid)]))
      #expect(last(read) == 700_00)
    }
    #expect(read.bids.map(\.id) == bids.map(\.id))
  }

  @Test func `with a maximum say nothing of it where a later bid may have ended it unread`() throws {
    let bench = try BooksBench.open()
    let voice = try bench.world.keys.voice("alpha")
    let receipts = ReceiptFolder(path: scratch.file("recibos/alpha"))
    let maximum = try bench.place(100_00, upTo: 500_00, by: "alpha", number: 1)
    let book = SentBids(beside: receipts)
    try book.record(maximum, voice.seal(maximum, with: Build.secret(500_00)), in: .brl)
    book.strike(maximum.id, .accepted)
    let inbox = try #require(Inbox())
    let gateway = TerminalGateway(voice: voice, clock: bench.service.clock, inbox: inbox, receipts: receipts)
    _ = gateway.recall(try gateway.sent.load())
    let met = FollowedAuction(
      Build.scheduling(Build.terms()), summary: try #require(try bench.summary()), asOf: Build.clock(), replayingFrom: nil)
    #expect(met.leader == "alpha" && gateway.state.withLock { $0.ownMaximum(of: met) } == nil)
    let client = AskingClient(bench)
    try client.give(.link(.up))
    for event in client.told { gateway.hear(event) }
    #expect(gateway.state.withLock { $0.ownMaximum(of: met) } == 500_00, "it was read")
  }

  private func decided(_ bid: Bid, _ outcome: BidAttempt.Outcome) -> BidAttempt {
    var attempt = BidAttempt(resuming: bid, digest: Build.digest("lance"), at: Build.noon)
    if case .neverDecided = outcome { attempt.unknown(at: Build.clock(.seconds(600)), now: Build.noon) }
    return attempt
  }
}
