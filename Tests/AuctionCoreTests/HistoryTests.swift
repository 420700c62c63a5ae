import AuctionCore
import AuctionFacts
import SharedKernel
import SuiteTesting
import Testing

/// Random histories, played to the book-keeper and to the oracle side by side.
struct HistoryTests {
  static let length = 200

  @Test(arguments: 0..<320 as Range<UInt64>)
  func `the book-keeper says what the oracle says, and says it again on replay`(seed: UInt64) {
    var history = History(seed: seed)
    history.play(HistoryTests.length)

    var replay = BookKeeper(scribe: ToyScribe().scribe)
    let outputs = history.inputs.map { replay.handle($0.input, at: $0.clock) }
    #expect(outputs == history.outputs, "same inputs, same outputs")
    #expect(replay == history.house.keeper, "same inputs, same state")
  }

  @Test func `histories reach every branch`() {
    var kinds: Set<String> = []
    var reasons: Set<Refusal> = []
    var outcomes: Set<AuctionResult.Outcome> = []
    var edges: Set<History.Edge> = []
    var successions = 0
    var (isFull, isBought, isVoided, isRaised, hasFallen) = (false, false, false, false, false)
    for seed in 1_000..<1_100 as Range<UInt64> {
      var history = History(seed: seed)
      history.play(HistoryTests.length)
      successions += history.successions
      edges.formUnion(history.edges)
      for output in history.outputs.joined() {
        kinds.formUnion([output].kinds)
        reasons.formUnion([output].refusals)
        if case .extended(let said, _) = output { kinds.insert("\(said.cause)") }
      }
      for ledger in history.house.auditor.ledgers.values {
        if let outcome = ledger.result?.outcome { outcomes.insert(outcome) }
        isBought = isBought || ledger.blocks.last.map { if case .closing(_, nil) = $0.content { true } else { false } } == true
        for (before, entry) in zip(
          ledger.blocks.flatMap { BlockTests.entries($0) }, ledger.blocks.flatMap { BlockTests.entries($0) }.dropFirst())
        {
          guard case .voided = entry.fact else { continue }
          isVoided = isVoided || entry.price == nil
          isRaised = isRaised || entry.leader != before.leader && entry.leader != nil
        }
        hasFallen = hasFallen || history.hasFallen(ledger)
        isFull = isFull || ledger.blocks.contains { BlockTests.entries($0).count >= 63 }
      }
    }
    #expect(
      kinds == ["block", "result", "extended", "refused", "repeated", "accepted", "bid", "outage", "resumption", "revelation"])
    #expect(edges == Set(History.Edge.allCases), "bids to the microsecond, and one whose clock did not do")
    #expect(outcomes == [.sold, .conditional, .noBids, .cancelled])
    #expect(successions > 100, "lots go from hand to hand")
    #expect(isFull, "a block was sealed because it was full")
    #expect(isBought, "somebody bought at once")
    #expect(isVoided && isRaised, "the only bid was voided, and one so that another leads")
    #expect(hasFallen, "somebody met a falling price, between what it fell from and what it fell to, after a pause")
    #expect(
      reasons == [
        .unknownAuction, .wrongEdition, .reusedID, .notOpenYet, .closed, .sellerMayNotBid, .implausibleClock, .stale,
        .suspended, .seenMismatch, .alreadyLeading, .tieLost, .belowMinimum, .badCommitment,
      ])
  }
}

/// One random history: what is given follows from the seed alone.
struct History {
  private(set) var house = House()
  private(set) var oracle = Oracle()
  private(set) var inputs: [(input: BookKeeper.Input, clock: ClockReading)] = []
  private(set) var outputs: [[BookKeeper.Output]] = []
  private var random: SeededRandom
  private var now = Build.noon - .seconds(5)
  /// How often a lot could be passed on.
  private(set) var successions = 0
  /// Which edges bids have hit.
  private(set) var edges: Set<Edge> = []
  private var sent: [SubmittedBid] = []
  private var revoked: [KeyRecord] = []
  private var nextID: UInt64 = 1
  /// How seldom a turn ends, as one in so many inputs: some histories pile up whole blocks.
  private let turn: Int
  private let terms: [AuctionTerms]
  private let reserves: [AuctionID: Secret]
  private let editions: [AuctionID: Edition]
  /// Whether most bids are good ones, on one auction.
  private var isEager: Bool { turn > 10 }

  /// Where a microsecond more, or another word of a clock's, makes the difference.
  enum Edge: CaseIterable {
    /// Accepted at the end.
    case end
    /// Refused as too late, a microsecond after it.
    case afterEnd
    /// Changed who leads, as long before the end as bids begin to move it: not yet.
    case window
    /// Moved the end, a microsecond later than that.
    case insideWindow
    /// Refused for its clock's status alone, where the auction demands a synchronised one.
    case clockDemanded
  }

  init(seed: UInt64) {
    random = SeededRandom(seed: seed)
    var random = random
    turn = [2, 5, 100].randomElement(using: &random) ?? 2
    terms = ["a", "b"].map { name in
      let window = [0, 0, 2, 30].randomElement(using: &random) ?? 0
      let bounded = Int.random(in: 0..<4, using: &random) == 0
      let increment: Increment =
        [.fixed(10), .percentage(basisPoints: 1_234), .table([.init(upTo: 200, step: 70), .init(upTo: nil, step: 3)])]
        .randomElement(using: &random) ?? .fixed(10)
      let buyNow = ([nil, nil, nil, 180, 100_000] as [Int64?]).randomElement(using: &random) ?? nil
      let lasting = Interval.seconds(60)
      let format =
        [.english, .english, .english, AuctionFormat.sealed, .vickrey, .dutch].randomElement(using: &random) ?? .english
      let isFalling = format == .dutch
      let step = ([1, 37, 5_000] as [Int64]).randomElement(using: &random) ?? 1
      let every = Interval.seconds(([1, 1, 3, 25] as [Int64]).randomElement(using: &random) ?? 1)
      return Build.terms(
        AuctionID(stringLiteral: name), seller: "dono", format: format, openingPrice: 100, increment: increment, lasting: lasting,
        rules: AuctionRules(
          extensionWindow: isFalling ? .zero : .seconds(Int64(window)), latestClose: bounded ? Build.noon + .seconds(65) : nil,
          inFlightTolerance: .milliseconds([0, 1, 250].randomElement(using: &random) ?? 0),
          clockRequired: Int.random(in: 0..<4, using: &random) == 0,
          // What a price falls to is its reserve.
          reserveCommitment: !isFalling && Int.random(in: 0..<4, using: &random) == 0 ? Build.digest("reserva") : nil,
          buyNow: format == .english ? buyNow.map { Build.money($0) } : nil,
          descent: isFalling ? .init(from: Build.money(100 + 20 * step), step: Build.money(step), every: every, to: 100) : nil))
    }
    reserves = terms.reduce(into: [:]) { reserves, terms in
      guard terms.rules.reserveCommitment != nil else { return }
      reserves[terms.auction] = Build.secret([101, 130, 180, 400].randomElement(using: &random) ?? 101)
    }
    editions = Dictionary(uniqueKeysWithValues: terms.map { ($0.auction, House.edition(of: $0)) })
    self.random = random
  }

  mutating func play(_ length: Int) {
    for terms in terms {
      schedule(terms)
      if isEager || chance(80) { keepReserve(of: terms) }
    }
    if isEager { terms.forEach { open($0) } }
    for _ in 0..<length { step() }
    give(.endTurn) { oracle, clock in oracle.endTurn(at: clock) }
    for (id, auction) in oracle.auctions { passOn(auction, of: id) }
  }

  /// Who the lot of each auction that is over goes to, one after the other until nobody is left.
  private mutating func passOn(_ auction: Oracle.Auction, of id: AuctionID) {
    guard auction.outcome == .sold || auction.outcome == .conditional else { return }
    let offers = auction.counting.map {
      Contest.Offer(bidder: $0.bid.bidder, amount: $0.bid.amount, maximum: $0.secret?.amount ?? $0.bid.amount)
    }
    let succession = Succession(offers, under: auction.terms, reserve: auction.reserve.flatMap { Money(minorUnits: $0) })
    let summary = house.keeper.summary(of: id)
    let leading = succession.next()
    // What one pays for a price that fell is not what he offers, and nobody else has bid.
    let isFalling = auction.terms.format == .dutch
    #expect(leading?.bidder == summary?.leader && (isFalling || leading?.amount == summary?.price))
    var (gone, most) = (Set<PrincipalID>(), leading?.amount ?? .zero)
    while true {
      let heir = succession.next(without: gone)
      #expect(heir == auction.next(without: gone))
      guard let heir else { break }
      #expect(heir.amount <= most && heir.amount >= auction.terms.openingPrice && !gone.contains(heir.bidder))
      most = heir.amount
      gone.insert(heir.bidder)
      successions += 1
    }
    #expect(gone == Set(offers.map(\.bidder)), "everybody has his turn")
    #expect(
      succession.heirs(without: [], atMost: 2).map(\.bidder)
        == Array(succession.heirs(without: [], atMost: 9).prefix(2)).map(\.bidder))
  }

  private func edition(_ terms: AuctionTerms) -> Edition { editions[terms.auction] ?? Build.digest("nenhuma") }
  private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
  private mutating func pick<Value>(_ values: [Value]) -> Value { values[Int.random(in: values.indices, using: &random)] }

  private mutating func step() {
    if chance(50) { moveClock() }
    if Int.random(in: 0..<turn, using: &random) == 0 { return give(.endTurn) { oracle, clock in oracle.endTurn(at: clock) } }
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<80: bid()
    case 80..<84:
      open(pick(terms))
    case 84..<90: notice()
    case 90..<92: void()
    case 92..<95:
      let key = Build.key(of: pick(["alpha", "beta", "gamma"]), standing: .revoked)
      give(.key(key)) { oracle, clock in oracle.revoke(key, at: clock) }
    case 95..<97:
      let from = now - pick([.seconds(5), .microseconds(5_000_001), .seconds(20)])
      // Since it was back the clock may have been set back.
      let to = now + pick([.zero, .zero, .zero, .seconds(4)])
      give(.outage(from: from, to: to)) { oracle, clock in oracle.outage(from: from, to: to, at: clock) }
    case 97: schedule(pick(terms))
    case 98: keepReserve(of: pick(terms))
    default: give(.endTurn) { oracle, clock in oracle.endTurn(at: clock) }
    }
  }

  /// Mostly a little forward, sometimes to a boundary, rarely a little back.
  private mutating func moveClock() {
    let ends = oracle.auctions.values.map(\.end).sorted()
    let boundary = pick(ends) + .microseconds(Int64.random(in: -2...2, using: &random))
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<70: now = now + .microseconds(pick([0, 1, 100, 1_000, 249_999, 250_000, 250_001, 700_000]))
    case 70..<90: now = now + .milliseconds(Int64.random(in: 0...2_000, using: &random))
    case 90..<96: if boundary > now, boundary - now < .seconds(40) { now = boundary }
    case 96..<98: now = max(now, boundary - pick(terms).rules.extensionWindow)
    default: now = now - .milliseconds(3)
    }
  }

  private mutating func open(_ terms: AuctionTerms) {
    let opening = Build.opening(terms, edition: edition(terms))
    give(.opened(opening, Build.evidence("iniciado"))) { oracle, clock in
      oracle.open(terms.auction, opensAt: terms.opensAt, at: clock)
    }
  }

  private mutating func schedule(_ terms: AuctionTerms) {
    let scheduling = Build.scheduling(terms)
    let sealed = ToyScribe.seal(scheduling)
    give(.scheduled(scheduling, sealed)) { oracle, _ in
      if oracle.auctions[terms.auction] == nil {
        oracle.auctions[terms.auction] = Oracle.Auction(terms: terms, edition: sealed.digest, end: terms.closesAt)
      }
      return []
    }
  }

  private mutating func keepReserve(of terms: AuctionTerms) {
    // Told of a house without one, or of another edition, it means nothing.
    let (reserve, edition) = (
      reserves[terms.auction] ?? Build.secret(120), chance(95) ? edition(terms) : Build.digest("outra")
    )
    give(.reserve(terms.auction, edition, reserve)) { oracle, clock in
      oracle.keep(reserve.amount, of: terms.auction, edition, at: clock)
    }
  }

  private mutating func bid() {
    if let again = sent.randomElement(using: &random), chance(8) { return give(again) }
    let terms = isEager && chance(90) ? terms[0] : pick(terms)
    let auction = oracle.auctions[terms.auction]
    let ledger = house.auditor[terms.auction]
    let minimum = auction?.minimum(at: now) ?? 100
    let isFalling = terms.format == .dutch
    let price = auction?.price ?? 99
    let buyNow = terms.rules.buyNow?.minorUnits ?? minimum + 50
    var draft = Draft(
      id: Build.bidID(nextID), auction: terms.auction, edition: edition(terms),
      bidder: pick(["alpha", "beta", "gamma", "delta"]),
      amount: Build.money(
        max(
          1,
          pick([
            minimum, minimum, minimum, minimum + 1, minimum - 1, price, price + 1, price - 1, minimum + 50, buyNow - 1, buyNow,
            buyNow + 7,
          ]))),
      seen: ledger.head, clock: ClockReading(now, uncertainty: .milliseconds(2), status: .synchronized))
    nextID += 1
    let isSealed = terms.isSealed
    if isSealed || chance(25) {
      draft.maximum = Build.money(max(1, pick([minimum, minimum + 1, price + 3, minimum + 50, price * 2, 100, 101, 99, 250])))
      draft.maximumCommitment = Build.digest("compromisso")
      if isSealed { draft.amount = .zero }
    }
    if chance(2) { draft.maximum = nil }
    if chance(2) { draft.maximumCommitment = nil }
    if isEager, chance(90) {
      if !isSealed { draft.amount = Build.money(isFalling && !chance(2) ? max(1, minimum - 1) : minimum) }
      if isFalling { (draft.maximum, draft.maximumCommitment) = (nil, nil) }
      if draft.maximum != nil, chance(95) { draft.maximum = Build.money(max(minimum, draft.maximum?.minorUnits ?? 0)) }
      if draft.bidder == auction?.leader { draft.bidder = draft.bidder == "alpha" ? "beta" : "alpha" }
      return send(draft.submitted)
    }

    if isFalling, !chance(10) { draft.amount = Build.money(max(1, minimum - pick([1, 2, 50]))) }
    if chance(30), let number = ledger.digests.indices.randomElement(using: &random) {
      draft.seen = Seen(block: Int64(number), digest: ledger.digests[number])
    }
    if chance(8) { draft.seen = nil }
    if chance(3) { draft.seen = Seen(block: pick([-1, 0, 1, 500]), digest: Build.digest("nunca")) }
    if chance(2) { draft.bidder = "dono" }
    if chance(2) { draft.edition = Build.digest("outra") }
    if chance(1) { draft.auction = "nenhum" }
    if chance(3), let other = sent.randomElement(using: &random) { (draft.id, draft.bidder) = (other.bid.id, other.bid.bidder) }
    if chance(20) {
      let offsets: [Int64] = [-20_000_000, -5_003_001, -5_003_000, -1_000_000, -3_001, 3_000, 3_001, 4_999_000, 5_002_001]
      let status = pick(ClockStatus.allCases)
      draft.clock = ClockReading(
        now + .microseconds(pick(offsets)), uncertainty: .microseconds(pick([0, 2_000])), status: status)
    }
    if chance(3) { draft.evidence = Evidence([UInt8](repeating: 1, count: 16_000)) }
    send(draft.submitted)
  }

  private mutating func send(_ bid: SubmittedBid) {
    give(bid)
    sent.append(bid)
  }

  private mutating func give(_ bid: SubmittedBid) {
    let before = oracle.auctions[bid.bid.auction]
    give(.bid(bid)) { oracle, clock in oracle.decide(bid, at: clock) }
    if let before, let after = oracle.auctions[bid.bid.auction], after.stamps.count > before.stamps.count {
      note(bid.bid, before, after)
    }
  }

  /// Which edge the last bid hit.
  private mutating func note(_ bid: Bid, _ before: Oracle.Auction, _ after: Oracle.Auction) {
    guard let received = after.stamps.last, let said = outputs.last else { return }
    let (begins, tick) = (before.end - before.terms.rules.extensionWindow, Interval.microseconds(1))
    let isAccepted = !said.accepted.isEmpty
    if isAccepted, received == before.end { edges.insert(.end) }
    if said.refusals == [.closed], before.outcome == nil, received == before.end + tick { edges.insert(.afterEnd) }
    let isOnTime = abs((bid.clock.instant - received).microseconds) < 5_000_000
    if said.refusals == [.implausibleClock], isOnTime, bid.clock.status == .systemClock { edges.insert(.clockDemanded) }
    guard isAccepted, begins < before.end else { return }
    let hasMoved = (before.price, before.leader) != (after.price, after.leader)
    if received == begins, hasMoved, after.end == before.end { edges.insert(.window) }
    if received == begins + tick, after.end == before.end + tick { edges.insert(.insideWindow) }
  }

  private mutating func notice() {
    let terms = pick(terms)
    let auction = oracle.auctions[terms.auction]
    let end = auction?.end ?? terms.closesAt
    // An end that is announced too early would end nearly every history in its first tenth.
    let isDue = now > end
    let named = isDue && chance(80) ? end : pick([terms.closesAt - .seconds(1), end + .microseconds(1)])
    let isSuspended = auction?.suspended != nil
    let action: CalendarNotice.Action =
      chance(4)
      ? .cancel(reason: "erro")
      : chance(isSuspended ? 60 : 5)
        ? .resume(closesAt: end + .seconds(pick([-1, 0, 3])))
        : chance(15) ? .suspend(reason: "lote") : .close(closesAt: named)
    let notice = Build.notice(
      action, of: terms.auction, edition: chance(95) ? edition(terms) : Build.digest("outra"),
      sequence: (auction?.heard ?? 0) + pick([-1, 0, 1, 1, 1, 2]))
    give(.noticed(notice, Build.evidence("aviso"))) { oracle, clock in
      oracle.hear(notice, bytes: Build.evidence("aviso").bytes.count, at: clock)
    }
  }

  /// Mostly one that counts; or one that was refused, or of another edition, or under another's name.
  private mutating func void() {
    let known = oracle.auctions.values.sorted { $0.end < $1.end }.flatMap(\.counting)
    guard let bid = chance(85) ? known.randomElement(using: &random) : sent.randomElement(using: &random) else { return }
    let voiding = Voiding(
      auction: bid.bid.auction, edition: chance(95) ? bid.bid.edition : Build.digest("outra"), bid: bid.bid.id,
      bidder: chance(95) ? bid.bid.bidder : "delta", reason: "valor errado")
    let evidence = Build.evidence("anular")
    give(.voided(voiding, evidence)) { oracle, clock in oracle.void(voiding, bytes: evidence.bytes.count, at: clock) }
  }

  /// Whether somebody bought at a price that had fallen, and not all the way, in spite of a pause.
  func hasFallen(_ ledger: Auditor.Ledger) -> Bool {
    guard let auction = ledger.blocks.first?.auction, let terms = terms.first(where: { $0.auction == auction }),
      let descent = terms.rules.descent, let price = ledger.result?.amount, let end = ledger.closesAt
    else { return false }
    return descent.from > price && price > descent.to && end > terms.closesAt
  }

  // MARK: Comparing

  private mutating func give(_ input: BookKeeper.Input, _ expected: (inout Oracle, ClockReading) -> [Said]) {
    let status: ClockStatus = now.microseconds.isMultiple(of: 7) ? .systemClock : .synchronized
    house.clock = ClockReading(now, uncertainty: .milliseconds(1), status: status)
    let said = house.give(input)
    inputs.append((input, house.clock))
    outputs.append(said)
    let expected = expected(&oracle, house.clock)
    for auction in Set(expected.map(\.auction)).union(["a", "b"]) {
      let (is_, should) = (said.compactMap(translate).filter { $0.auction == auction }, expected.filter { $0.auction == auction })
      #expect(is_ == should, "after \(inputs.count) inputs")
    }
    for (id, auction) in oracle.auctions {
      let digests = house.auditor[id].digests
      guard digests.count == auction.blocks.count else { continue }
      for i in digests.indices { oracle.auctions[id]?.blocks[i].digest = digests[i] }
      let summary = house.keeper.summary(of: id)
      #expect(summary?.price?.minorUnits == auction.price && summary?.leader == auction.leader)
      #expect(summary?.closesAt == auction.end && summary?.minimum.minorUnits == auction.minimum)
      #expect(house.keeper.summary(of: id, at: now)?.minimum.minorUnits == auction.minimum(at: now))
    }
  }

  private func translate(_ output: BookKeeper.Output) -> Said? {
    switch output {
    case .block(let auction, let number, let sealed), .revelation(let auction, let number, let sealed):
      guard let block = house.auditor.scribe.block(sealed.digest) else { return nil }
      let lines = BlockTests.entries(block).map { Said.Line($0) }
      return .block(auction, number, block.clock, lines)
    case .result(let auction, let number, let sealed):
      guard case .closing(let result, _)? = house.auditor.scribe.block(sealed.digest)?.content else { return nil }
      return .result(
        auction, number, result.outcome, result.winner, result.amount?.minorUnits, result.acceptedBids, result.refusedBids,
        result.closesAt)
    case .extended(let said, _): return .extended(said.auction, said.block, said.closesAt, said.by)
    case .accepted(let bid, let block): return .accepted(bid.auction, bid.bid, block)
    case .resultAgain(let auction, _, _): return .repeated(auction, isResult: true)
    case .extendedAgain(let said, _): return .repeated(said.auction, isResult: false)
    case .refused(let receipt, _):
      guard let auction = receipt.auction, let bid = receipt.bid else { return nil }
      return .refused(
        auction, bid, receipt.reason, receipt.minimum?.minorUnits, after: receipt.afterBlock, at: receipt.receivedAt,
        number: receipt.number)
    }
  }
}
