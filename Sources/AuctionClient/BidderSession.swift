import AuctionCore
package import AuctionFacts
package import AuctionSigning
package import AuctionWire
package import SharedKernel

/// A bidder's standing conversation with the house, as a machine: follows auctions from a signed state forward, submits bids
/// and finds out what became of each. Does nothing itself: its outputs say what to ask, publish and tell.
package struct BidderSession: Machine {
  package enum Input: Sendable {
    case link(HouseLink.Event)
    /// A signed bid to be sent.
    case submit(Bid, Sealed)
    case published(BidID, PublishResult)
    /// Only ask what became of a bid that was sent some other time.
    case inquire(PrincipalID, BidID)
    case tick
  }

  package enum PublishResult: Sendable, Hashable { case confirmed, refused, unroutable, lost }

  package enum Output: Sendable {
    case ask(Query)
    case publish(Bid, Sealed)
    case follow(AuctionID)
    case tell(Event)
  }

  package enum Event: Sendable {
    case connected
    case disconnected(reason: String, retryIn: Duration)
    case refused(String)
    case blocked(String)
    case unblocked
    /// Every auction of interest has been asked for and heard.
    case live
    case auction(FollowedAuction, [FollowedAuction.Change])
    case attempt(BidAttempt)
    /// What the house says of a bid that was asked for; nil: it has not decided such a bid.
    case decision(BidID, HouseStatement?, asOf: ClockReading)
    /// The house refused a bid that was asked for, so long ago that it no longer keeps the receipt.
    case refusedLongAgo(BidID)
    /// Something arrived that the house did not say.
    case dropped(String)
  }

  /// What to follow.
  package enum Interest: Sendable, Hashable {
    case everything
    case only(Set<AuctionID>)

    func includes(_ auction: AuctionID) -> Bool {
      switch self {
      case .everything: true
      case .only(let set): set.contains(auction)
      }
    }
  }

  private enum Question: Sendable {
    case auctions
    case blocks(AuctionID)
    case bid(BidID)
  }

  private let interest: Interest
  private(set) package var auctions: [AuctionID: FollowedAuction] = [:]
  private var attempts: [BidID: (attempt: BidAttempt, sealed: Sealed)] = [:]
  private var inquiries: [BidID: Inquiry] = [:]
  private struct Inquiry {
    let bidder: PrincipalID
    var askAt: Timestamp
    /// The house's clock when it first said that it had no decision.
    var unknownSince: ClockReading?
  }

  /// In the order of asking.
  private var questions: [(id: UniqueID, question: Question, askedAt: Timestamp)] = []
  private var isUp = false
  private var isLive = false
  private var refreshAt: Timestamp?
  private var endAskedAt: [AuctionID: Timestamp] = [:]
  private var random: SplitMix64

  /// A newcomer reads the whole ledger when it has no more blocks than this; otherwise it trusts the signed head.
  private static let historyBlocks: Int64 = 1_000
  /// A question without an answer is asked again after this.
  private static let patience = Interval.seconds(3)
  /// How long after an auction's end its result is waited for before it is asked for.
  private static let endPatience = Interval.seconds(5)

  /// - Parameter seed: makes the ids of questions; any number that is not used twice at the same time.
  package init(interest: Interest, seed: UInt64) {
    self.interest = interest
    random = SplitMix64(state: seed)
  }

  package var wakeUp: Timestamp? {
    guard isUp else { return nil }
    var times =
      attempts.values.compactMap { $0.attempt.wakeUp } + inquiries.values.map(\.askAt)
      + questions.map { $0.askedAt + Self.patience }
    if let refreshAt { times.append(refreshAt) }
    times += auctions.values.filter { $0.status == .open }.map {
      max($0.closesAt, endAskedAt[$0.terms.auction] ?? $0.closesAt) + Self.endPatience
    }
    return times.min()
  }

  package mutating func handle(_ input: Input, at clock: ClockReading) -> [Output] {
    let now = clock.instant
    switch input {
    case .link(let event): return hear(event, now)
    case .submit(let bid, let sealed):
      attempts[bid.id] = (BidAttempt(bid: bid, digest: sealed.digest, at: now), sealed)
      return [.publish(bid, sealed)] + told(bid.id)
    case .published(let id, let result): return settle(id, result, now)
    case .inquire(let bidder, let id):
      inquiries[id] = Inquiry(bidder: bidder, askAt: now)
      return isUp ? tick(now) : []
    case .tick: return isUp ? tick(now) : []
    }
  }

  // MARK: - The link

  private mutating func hear(_ event: HouseLink.Event, _ now: Timestamp) -> [Output] {
    switch event {
    case .up:
      (isUp, isLive) = (true, false)
      questions.removeAll()
      return [.tell(.connected), ask(.auctions(after: nil), .auctions, now)] + tick(now)
    case .down(let reason, let retryIn):
      isUp = false
      questions.removeAll()
      return [.tell(.disconnected(reason: reason, retryIn: retryIn))]
    case .refused(let reason): return [.tell(.refused(reason))]
    case .blocked(let reason): return [.tell(.blocked(reason))]
    case .unblocked: return [.tell(.unblocked)]
    case .dropped(let reason): return [.tell(.dropped(reason))]
    case .statement(let statement): return hear(statement, now)
    case .snapshot(let answer): return hear(answer, now)
    case .receipt(let receipt): return hear(receipt)
    }
  }

  private mutating func hear(_ statement: HouseStatement, _ now: Timestamp) -> [Output] {
    switch statement.fact {
    case .scheduled(let scheduling): return begin(scheduling, edition: statement.digest)
    case .opened(let opening):
      guard let envelope = try? Envelope(opening.scheduling), let scheduling = try? Scheduling(envelope) else { return [] }
      // Block 0 follows on the auction's own topic; the announcement only tells of an auction that was not known.
      return begin(scheduling, edition: opening.edition) + askBlocks(of: opening.auction, now)
    case .block(let block): return apply(block, statement.digest, now) + decided(by: block)
    case .refused(let receipt): return hear(receipt)
    case .notice(let notice):
      guard case .cancel(let reason) = notice.action, var auction = auctions[notice.auction], auction.edition == notice.edition
      else {
        return []
      }
      let changes = auction.takeCancellation(reason: reason, at: notice.clock.instant, asOf: notice.clock)
      auctions[notice.auction] = auction
      return changes.isEmpty ? [] : [.tell(.auction(auction, changes))]
    // The block that moved the end says it all, and in order.
    case .extended, .answered: return []
    }
  }

  private mutating func begin(_ scheduling: Scheduling, edition: Edition) -> [Output] {
    let id = scheduling.terms.auction
    guard interest.includes(id), auctions[id] == nil else { return [] }
    let auction = FollowedAuction(scheduling, edition: edition)
    auctions[id] = auction
    return [.follow(id), .tell(.auction(auction, []))]
  }

  private mutating func apply(_ block: Block, _ digest: Digest, _ now: Timestamp) -> [Output] {
    // In its place: a copy would cost all that is remembered of the auction with each block.
    guard let step = auctions[block.auction]?.take(block, digest: digest), let auction = auctions[block.auction] else {
      return []
    }
    switch step {
    case .applied(let changes): return [.tell(.auction(auction, changes))]
    case .alreadyKnown: return []
    case .gap(let first): return [ask(.blocks(block.auction, from: first), .blocks(block.auction), now)]
    }
  }

  // MARK: - Answers

  private mutating func hear(_ answer: HouseAnswer, _ now: Timestamp) -> [Output] {
    let snapshot = answer.snapshot
    guard let place = questions.firstIndex(where: { $0.id == snapshot.id }) else { return [] }
    let question = questions.remove(at: place).question
    switch snapshot.content {
    case .auctions(let summaries): return hear(summaries, answer, now)
    case .blocks(let id, let first, let head):
      guard case .blocks = question else { return [] }
      var outputs = compare(id, with: head, askedFrom: first, at: snapshot.clock, now)
      for statement in answer.statements {
        guard case .block(let block) = statement.fact, block.auction == id else { continue }
        outputs += apply(block, statement.digest, now) + decided(by: block)
      }
      if snapshot.more { outputs += askBlocks(of: id, now) }
      return outputs + liveIfDone()
    case .bid(_, let id, let verdict):
      let statement = verdict == .unknown ? nil : answer.statements.first
      if verdict == .refused, statement == nil {
        inquiries[id] = nil
        return [.tell(.refusedLongAgo(id))]
      }
      var outputs: [Output] = []
      if statement != nil || isFinallyUnknown(id, at: snapshot.clock, now) {
        inquiries[id] = nil
        outputs.append(.tell(.decision(id, statement, asOf: snapshot.clock)))
      }
      switch statement?.fact {
      case .block(let block): outputs += decided(by: block)
      case .refused(let receipt): outputs += hear(receipt)
      default: outputs += change(id) { $0.unknown(at: snapshot.clock, now: now) }
      }
      return outputs
    case .ledger: return []
    }
  }

  /// A bid that was on its way when it was asked for may still be decided. It was signed by then: once the house would refuse
  /// it as stale, no decision is the last word.
  private mutating func isFinallyUnknown(_ id: BidID, at house: ClockReading, _ now: Timestamp) -> Bool {
    guard var inquiry = inquiries[id] else { return true }
    let since = inquiry.unknownSince ?? house
    inquiry.unknownSince = since
    inquiry.askAt = now + BidAttempt.askInterval
    inquiries[id] = inquiry
    return since.isStaleForGood(from: house)
  }

  private mutating func hear(_ summaries: [AuctionSummary], _ answer: HouseAnswer, _ now: Timestamp) -> [Output] {
    var outputs: [Output] = []
    for (summary, statement) in zip(summaries, answer.statements) {
      guard interest.includes(summary.auction), case .scheduled(let scheduling) = statement.fact,
        statement.digest == summary.edition
      else { continue }
      outputs += meet(summary, scheduling, asOf: answer.snapshot.clock, now)
    }
    if answer.snapshot.more, let last = summaries.last { return outputs + [ask(.auctions(after: last.auction), .auctions, now)] }
    refreshAt = now + .seconds(30) + .microseconds(Int64(random.next() % 60_000_000))
    return outputs + liveIfDone()
  }

  /// A known auction is brought up to date block by block; an unknown one begins at its first block, or at the signed head when
  /// the ledger is long.
  private mutating func meet(_ summary: AuctionSummary, _ scheduling: Scheduling, asOf clock: ClockReading, _ now: Timestamp)
    -> [Output]
  {
    let id = summary.auction
    if let known = auctions[id] {
      // One that was heard to be cancelled may have a chain all the same: it was opened first.
      guard known.edition == summary.edition, known.status != .closed || known.head == nil || known.lacksResult else { return [] }
      if let head = summary.head, isBehind(id, head) { return [ask(.blocks(id, from: head.block), .blocks(id), now)] }
      guard known.head != summary.head || known.lacksResult else { return closeWithoutChain(id, summary.ending, at: clock) }
      return askBlocks(of: id, now)
    }
    let readsAll = summary.head.map { $0.block < Self.historyBlocks } ?? true
    let auction = FollowedAuction(
      scheduling, summary: summary, asOf: clock, replayingFrom: readsAll && summary.head != nil ? 0 : nil)
    auctions[id] = auction
    var outputs: [Output] = summary.status == .closed ? [] : [.follow(id)]
    guard summary.head == nil || !readsAll else { return outputs + askBlocks(of: id, now) }
    outputs.append(.tell(.auction(auction, [])))
    // Of a long ledger that is over, only how it ended.
    return auction.lacksResult ? outputs + askBlocks(of: id, now) : outputs
  }

  /// A house whose ledger ends before what is known of it: its last block then tells what became of the rest.
  private func isBehind(_ id: AuctionID, _ head: Seen) -> Bool {
    guard let known = auctions[id], known.status != .closed, let mine = known.head else { return false }
    return head.block < mine.block || head.block == mine.block && head.digest != mine.digest
  }

  private mutating func compare(
    _ id: AuctionID, with head: Seen?, askedFrom first: Int64, at clock: ClockReading, _ now: Timestamp
  ) -> [Output] {
    guard let head else {
      // Blocks were known when it was asked, and the house holds none.
      guard first > 0, var auction = auctions[id] else { return [] }
      let changes = auction.takeForgotten(at: clock)
      auctions[id] = auction
      return changes.isEmpty ? [] : [.tell(.auction(auction, changes))]
    }
    // Asked from there already: what was answered is all there is.
    guard isBehind(id, head), first > head.block else { return [] }
    return [ask(.blocks(id, from: head.block), .blocks(id), now)]
  }

  private mutating func closeWithoutChain(_ id: AuctionID, _ ending: AuctionSummary.Ending?, at clock: ClockReading) -> [Output] {
    guard var auction = auctions[id], let ending else { return [] }
    let changes = auction.takeCancellation(reason: nil, at: ending.at, asOf: clock)
    auctions[id] = auction
    return changes.isEmpty ? [] : [.tell(.auction(auction, changes))]
  }

  private mutating func liveIfDone() -> [Output] {
    let isOpenQuestion = questions.contains {
      if case .bid = $0.question { false } else { true }
    }
    guard !isLive, !isOpenQuestion else { return [] }
    isLive = true
    return [.tell(.live)]
  }

  private mutating func hear(_ receipt: Receipt) -> [Output] {
    if let id = receipt.bid { return change(id) { $0.refused(receipt) } }
    guard let digest = receipt.bidDigest, let id = attempts.first(where: { $0.value.attempt.digest == digest })?.key else {
      return []
    }
    return change(id) { $0.refused(receipt) }
  }

  private mutating func decided(by block: Block) -> [Output] {
    guard case .entries(let entries) = block.content, !attempts.isEmpty else { return [] }
    return entries.flatMap { entry -> [Output] in
      guard case .bid(let evidence, _) = entry.fact, let envelope = try? Envelope(evidence), let bid = try? Bid(envelope)
      else { return [] }
      return change(bid.id) { $0.accepted(block: block.number) }
    }
  }

  // MARK: - Attempts

  private mutating func settle(_ id: BidID, _ result: PublishResult, _ now: Timestamp) -> [Output] {
    change(id) { attempt in
      switch result {
      case .confirmed: attempt.confirmed(at: now)
      case .refused: attempt.refusedByBroker()
      case .unroutable: attempt.unroutable()
      case .lost: attempt.lost(at: now)
      }
    }
  }

  private mutating func change(_ id: BidID, _ body: (inout BidAttempt) -> Void) -> [Output] {
    guard var known = attempts[id] else { return [] }
    let before = known.attempt.state
    body(&known.attempt)
    attempts[id] = known
    guard known.attempt.state != before else { return [] }
    let outputs = told(id)
    if case .decided = known.attempt.state { attempts[id] = nil }
    return outputs
  }

  private func told(_ id: BidID) -> [Output] { attempts[id].map { [.tell(.attempt($0.attempt))] } ?? [] }

  // MARK: - Time

  private mutating func tick(_ now: Timestamp) -> [Output] {
    var outputs: [Output] = []
    let due = attempts.filter { $0.value.attempt.wakeUp.map { $0 <= now } ?? false }
    for id in due.keys.sorted(by: { $0.description < $1.description }) {
      guard var known = attempts[id], let action = known.attempt.due(at: now) else { continue }
      attempts[id] = known
      switch action {
      case .publish: outputs.append(.publish(known.attempt.bid, known.sealed))
      case .ask: outputs.append(ask(.bid(known.attempt.bid.bidder, id), .bid(id), now))
      }
      known = attempts[id] ?? known
      outputs += told(id)
    }
    let inquired = inquiries.filter { $0.value.askAt <= now }.sorted { $0.key.description < $1.key.description }
    for (id, inquiry) in inquired {
      inquiries[id]?.askAt = now + Self.patience
      outputs.append(ask(.bid(inquiry.bidder, id), .bid(id), now))
    }
    // A lost last block has no successor to show the gap: ask again from time to time, and after each end.
    let unanswered = questions.filter { now - $0.askedAt >= Self.patience }
    questions.removeAll { now - $0.askedAt >= Self.patience }
    for one in unanswered {
      switch one.question {
      case .auctions: outputs.append(ask(.auctions(after: nil), .auctions, now))
      case .blocks(let auction): outputs += askBlocks(of: auction, now)
      case .bid: break
      }
    }
    let ended = auctions.filter { $0.value.status == .open && now - $0.value.closesAt >= Self.endPatience }
    for id in ended.keys.sorted() {
      guard (endAskedAt[id].map { now - $0 >= .seconds(10) }) ?? true else { continue }
      endAskedAt[id] = now
      outputs += askBlocks(of: id, now)
    }
    if let due = refreshAt, due <= now {
      refreshAt = nil
      outputs.append(ask(.auctions(after: nil), .auctions, now))
    }
    return outputs
  }

  private mutating func askBlocks(of id: AuctionID, _ now: Timestamp) -> [Output] {
    guard let auction = auctions[id] else { return [] }
    return [ask(.blocks(id, from: auction.nextBlock), .blocks(id), now)]
  }

  private mutating func ask(_ subject: Query.Subject, _ question: Question, _ now: Timestamp) -> Output {
    let id = random.nextID()
    questions.append((id, question, now))
    return .ask(Query(id: id, subject: subject))
  }
}

/// Steele, Lea and Flood's SplitMix64: enough to tell questions apart; never used for anything secret.
struct SplitMix64: Sendable {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func nextID() -> UniqueID {
    let words = [next(), next()]
    let bytes = words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
    guard let id = UniqueID(random: bytes) else { preconditionFailure("sixteen bytes make a UUID") }
    return id
  }
}
