import AuctionCore
import AuctionFacts
import AuctionSigning
import AuctionWire
import JournalKit
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Testing

@testable import BidService

/// Random histories of turns, given to the desk itself: after each of them a second desk, which has only what the journal says,
/// must know the same.
@Suite("ms-lance's journal, turn by turn")
struct ReplayTests {
  private let scratch: ScratchFolder
  init() throws { scratch = try ScratchFolder() }

  @Test(arguments: [(1, isUpgraded: false), (2, isUpgraded: true)] as [(UInt64, isUpgraded: Bool)])
  func `gives the state that the desk was in, and compacted gives it too`(seed: UInt64, isUpgraded: Bool) throws {
    let history = try TurnHistory(seed: seed)
    try history.play()
    let contents = history.store.contents
    #expect(Set(contents.entries.map(\.kind)).isSuperset(of: Self.kinds))
    #expect(try contents.documents.contains { try Self.entryCount($0) >= 63 }, "a block was sealed because it was full")
    #expect(try contents.documents.contains { try Self.isPurchase($0) }, "somebody bought at once")

    // The first half as a program of version 2 would have left it.
    let written = isUpgraded ? try contents.asVersion2(through: Int64(contents.entries.count / 2)) : contents
    let journal = try makeJournal(written, in: scratch.file("data"))
    try check(journal, history) { $0 }
    #expect(try BooksJournal.compact(journal, closedBefore: Self.farAway) { _ in }.auctions == 4)
    try check(journal, history) { $0.forgettingTurnedAway(before: Self.farAway) }
  }

  private static let kinds: Set<String> = [
    "abandono", "aberto", "aceito", "ausencia", "bloco", "calendario", "chave", "chave_revogada", "dispensado", "poda_lances",
    "recusa",
  ]
  private static let farAway = Timestamp(microseconds: Int64.max / 2)

  private static func isPurchase(_ document: Document) throws -> Bool {
    guard document.collection == "bloco", case .block(let block) = try HouseStatement(trusted: Evidence(document.body)).fact,
      case .closing(_, nil) = block.content
    else { return false }
    return true
  }

  private static func entryCount(_ document: Document) throws -> Int {
    guard document.collection == "bloco", case .block(let block) = try HouseStatement(trusted: Evidence(document.body)).fact,
      case .entries(let entries) = block.content
    else { return 0 }
    return entries.count
  }

  /// Decided again it agrees; taken up it gives the history's state.
  private func check(_ journal: Journal, _ history: TurnHistory, _ comparable: (BookKeeper) -> BookKeeper) throws {
    _ = try BooksJournal.audit(try JournalReader(path: journal.path), keys: history.keys.ring) { _ in }
    let desk = try history.desk().takingUp(journal)
    #expect(comparable(desk.keeper) == comparable(history.live.keeper))
  }
}

/// One random history: what is given follows from the seed alone.
private final class TurnHistory {
  let keys = SimulatedKeys()
  let store = SimulatedStore("books", Trace(SimulatedTime(), isKept: false))
  private(set) var live: BidDesk
  /// Knows what the journal says and nothing else.
  private var reader: BidDesk
  private var written: Int64 = 0
  private var random: SeededRandom
  private var now = Build.noon - .seconds(600)
  private let terms: [AuctionTerms]
  private let schedulings: [AuctionID: Sealed]
  private let bidders: [PrincipalID]
  /// Whose keys stand in the desk's books.
  private var heard: [PrincipalID]
  private var sent: [BidDesk.Opened] = []
  private var nextBid: UInt64 = 1
  private var sequence: Int64 = 0

  init(seed: UInt64) throws {
    random = SeededRandom(seed: seed)
    let windows: [Interval] = [.seconds(120), .zero, .seconds(2), .seconds(120)]
    terms = windows.enumerated().map { index, window in
      Build.terms(
        AuctionID(stringLiteral: "leilao-\(index)"), openingPrice: 100, increment: .fixed(10), lasting: .seconds(60),
        rules: AuctionRules(extensionWindow: window, buyNow: index == 1 ? 200 : nil))
    }
    let calendar = try keys.voice(HousePrincipal.msLeilao)
    schedulings = Dictionary(uniqueKeysWithValues: terms.map { ($0.auction, calendar.seal(Build.scheduling($0))) })
    // More than a block has entries, so that revoking all of them fills one.
    bidders = (10..<80).map { PrincipalID(stringLiteral: "lic\($0)") }
    heard = bidders
    for id in bidders + [HousePrincipal.msLance, HousePrincipal.msLeilao] { try keys.register(id) }
    let voice = try keys.voice(HousePrincipal.msLance)
    (live, reader) = (Self.desk(voice), Self.desk(voice))
  }

  func desk() throws -> BidDesk { Self.desk(try keys.voice(HousePrincipal.msLance)) }

  private static func desk(_ voice: Voice) -> BidDesk {
    BidDesk(voice: voice, profile: .shared, limiter: RateLimiter(perSecond: 1, burst: 2))
  }

  // MARK: - Turns

  func play() throws {
    try hearKeys()
    try decide(terms.map { try say(Build.scheduling($0)) })
    now = Build.noon
    try decide([opening(terms[0]), opening(terms[1])] + bids(80))
    for _ in 0..<20 { try step() }
    // The third auction was to be open all this time; the fourth is cancelled before its opening comes.
    for _ in 0..<70 { try decide([], away: .seconds(6)) }
    try decide([notice(.cancel(reason: "erro"), of: terms[3])])
    try decide([opening(terms[2])] + bids(40, on: terms[2]) + [opening(terms[3])])
    for _ in 0..<10 { try step() }
    try decide(bids(30) + [notice(.close(closesAt: end(of: terms[0])), of: terms[0])] + bids(3))
    try restore()
    now = now + .seconds(90_000)
    for _ in 0..<3 { try decide([]) }
  }

  private func step() throws {
    now = now + .microseconds(random.pick([-3_000, 0, 1, 1_000, 100_000, 400_000, 1_500_000]))
    switch Int.random(in: 0..<10, using: &random) {
    case 0:
      let gone = random.chance(50) ? bidders : [random.pick(bidders)]
      gone.forEach(keys.remove)
      try hearKeys()
      for bidder in gone { try keys.register(bidder) }
      if random.chance(70) { try hearKeys() }
    case 1...4: try decide(bids(Int.random(in: 1...4, using: &random)), away: random.chance(20) ? .seconds(6) : .zero)
    case 5: try decide(bids(70), away: random.chance(50) ? .seconds(40) : .zero)
    default:
      let terms = random.pick(Array(terms.prefix(2)))
      let named = random.chance(10) ? end(of: terms) : terms.closesAt - .seconds(1)
      let said = try notice(random.chance(3) ? .cancel(reason: "erro") : .close(closesAt: named), of: terms)
      try decide(bids(Int.random(in: 0...20, using: &random)) + [said] + bids(5), away: random.chance(20) ? .seconds(20) : .zero)
    }
  }

  private func hearKeys() throws {
    heard = bidders.filter(keys.registered.contains)
    try take { $0.keysChanged(keys.ring, at: $1) }
  }

  private func decide(_ opened: [BidDesk.Opened], away: Interval = .zero) throws {
    let silence = away > .zero ? (from: now, to: now + away) : nil
    now = now + away
    try take { $0.decide(opened, away: silence, at: $1) }
  }

  /// As if the journal had been put back from a copy: what is open ends.
  private func restore() throws {
    _ = try store.commit(Commit(entries: RestoredMark.entries(at: clock)))
    try read()
    live = reader
    try take { $0.resume(at: $1) }
  }

  private var clock: ClockReading { ClockReading(now, uncertainty: .milliseconds(1), status: .synchronized) }

  /// One turn, committed; the reader reads what was written.
  private func take(_ body: (inout BidDesk, ClockReading) -> Turn) throws {
    let turn = body(&live, clock)
    let record = NewEntry(kind: TurnRecord.kind, body: TurnRecord.encode(clock))
    _ = try store.commit(
      Commit(
        entries: turn.entries.isEmpty ? [] : ([record] + turn.entries).map { ($0.kind, $0.body) }, documents: turn.documents,
        removals: turn.removals))
    try read()
    #expect(reader.keeper == live.keeper, "after \(written) entries: \(turn.entries.map(\.kind))")
  }

  private func read() throws {
    var entries: [Entry] = []
    try store.forEachEntry(from: written + 1) { entry in
      written = entry.number
      if entry.kind != TurnRecord.kind { entries.append(entry) }
    }
    if !entries.isEmpty { try reader.replay(RecordedTurn(entries: entries, clock: clock)) }
  }

  // MARK: - What is given

  private func end(of terms: AuctionTerms) -> Timestamp { live.keeper.summary(of: terms.auction)?.closesAt ?? terms.closesAt }

  private func say(_ statement: some WireValue) throws -> BidDesk.Opened {
    .statement(try HouseStatement(trusted: keys.voice(HousePrincipal.msLeilao).seal(statement).evidence))
  }

  private func sealed(_ terms: AuctionTerms) throws -> Sealed {
    guard let sealed = schedulings[terms.auction] else { throw Missing("a scheduling") }
    return sealed
  }

  private func opening(_ terms: AuctionTerms) throws -> BidDesk.Opened {
    let sealed = try sealed(terms)
    return try say(
      Opening(
        auction: terms.auction, edition: sealed.digest, opensAt: terms.opensAt, closesAt: terms.closesAt,
        scheduling: sealed.evidence, clock: Build.clock()))
  }

  private func notice(_ action: CalendarNotice.Action, of terms: AuctionTerms) throws -> BidDesk.Opened {
    sequence += 1
    return try say(
      Build.notice(action, of: terms.auction, edition: try sealed(terms).digest, sequence: sequence, clock: Build.clock()))
  }

  /// Most of them good ones; some come once more, offer too little or bear an id that was used.
  private func bids(_ count: Int, on only: AuctionTerms? = nil) throws -> [BidDesk.Opened] {
    var prices: [AuctionID: Int64] = [:]
    return try (0..<(heard.isEmpty ? 0 : count)).map { _ in
      if random.chance(4), let again = sent.randomElement(using: &random) { return again }
      let terms = only ?? (random.chance(60) ? terms[0] : random.pick(terms))
      let summary = live.keeper.summary(of: terms.auction)
      var amount = (prices[terms.auction] ?? (summary?.minimum.minorUnits ?? 100) - 10) + 10
      if random.chance(15) { amount -= random.pick([5, 10, 50]) }
      amount = max(1, amount)
      prices[terms.auction] = max(prices[terms.auction] ?? 0, amount)
      let voice = try keys.voice(random.pick(heard))
      let bid = Build.bid(
        Build.money(amount), by: voice.principal, id: Build.bidID(random.chance(2) ? 1 : nextBid), auction: terms.auction,
        edition: try sealed(terms).digest, seen: summary?.head,
        clock: ClockReading(now, uncertainty: .milliseconds(100), status: .synchronized))
      nextBid += 1
      let sealed = voice.seal(bid)
      let key = voice.key.publicKey
      guard let id = Digest(key.id) else { throw Missing("a key's id") }
      let record = KeyRecord(owner: voice.principal, keyID: id, spki: key.spki, standing: .active)
      let opened = BidDesk.Opened.bid(
        SubmittedBid(bid: bid, digest: sealed.digest, key: record, evidence: sealed.evidence), replyTo: nil)
      sent.append(opened)
      return opened
    }
  }
}
