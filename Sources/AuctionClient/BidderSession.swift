import AuctionCore
import AuctionFacts
import AuctionSigning
import AuctionWire
import ServiceKit
package import SharedKernel
import SigningKit

/// A bidder's standing conversation with the house, as a machine: follows auctions from a signed state forward, submits bids
/// and finds out what became of each. Does nothing itself: its outputs say what to ask, publish and tell.
package struct BidderSession: Machine {
  let interest: Interest
  var concerns: Concerns
  package internal(set) var auctions: [AuctionID: FollowedAuction] = [:]
  var attempts: [BidID: (attempt: BidAttempt, sealed: Sealed)] = [:]
  private var inquiries: [BidID: Inquiry] = [:]
  private struct Inquiry {
    let bidder: PrincipalID
    var askAt: Timestamp
    /// The house's clock when it first said that it had no decision.
    var unknownSince: ClockReading?
    /// Of partitions, none of which may know the bid.
    var answers = PartitionAnswers()
  }

  var questions: OpenQuestions
  /// To the question for the list that is open.
  var lists = PartitionAnswers()
  var listQuestion: UniqueID?
  private var isUp = false
  private(set) var isLive = false
  var refreshAt: Timestamp?
  private var endAskedAt: [AuctionID: Timestamp] = [:]
  var random: SplitMix64

  /// A newcomer reads the whole ledger when it has no more blocks than this; otherwise it trusts the signed head.
  private static let historyBlocks: Int64 = 1_000
  /// Of no more open auctions than this at once, where it did not ask for them by name; of the others when all are live.
  private static let mostHistories = 50
  private var histories = 0
  private var pasts = PastLedgers()
  /// What became of a bid is asked for again after this.
  private static let patience = Interval.seconds(3)
  /// How long after an auction's end its result is waited for before it is asked for.
  private static let endPatience = Interval.seconds(5)
  private static let endInterval = Interval.seconds(10)

  /// - Parameters:
  ///   - seed: makes the ids of questions; any number that is not used twice at the same time.
  ///   - bidder: who is told of what concerns him.
  package init(interest: Interest, seed: UInt64, bidder: PrincipalID? = nil) {
    self.interest = interest
    concerns = Concerns(of: bidder)
    questions = OpenQuestions(seed: seed)
    random = SplitMix64(state: ~seed)
  }

  package var wakeUp: Timestamp? {
    guard isUp else { return nil }
    var times =
      attempts.values.compactMap { $0.attempt.wakeUp } + inquiries.values.map(\.askAt)
      + [questions.wakeUp].compactMap { $0 }
    if let refreshAt { times.append(refreshAt) }
    times += auctions.values.compactMap { endDue(of: $0) }
    return times.min()
  }

  package mutating func handle(_ input: Input, at clock: ClockReading) -> [Output] {
    var outputs = take(input, clock.instant)
    guard isUp else { return outputs }
    outputs += liveIfDone()
    let (auctions, pasts) = (auctions, isLive ? pasts : PastLedgers())
    let asked = questions.due(
      at: clock.instant, nextBlock: { auctions[$0].flatMap { $0.health == .whole ? $0.nextBlock : nil } },
      urgency: { Self.urgency(of: auctions[$0]) },
      besides: { questions in pasts.next { !questions.isAskingForBlocks(of: $0) } })
    return outputs + incompleteness(of: asked) + asked.map { .ask($0) }
  }

  /// Nobody bids on what is over.
  private static func urgency(of auction: FollowedAuction?) -> OpenQuestions.Urgency {
    auction.map(\.isKnownOver) ?? false ? .later : .now
  }

  mutating func want(_ auction: AuctionID, from first: Int64? = nil) {
    questions.want(auction, from: first, Self.urgency(of: auctions[auction]))
  }

  private mutating func take(_ input: Input, _ now: Timestamp) -> [Output] {
    switch input {
    case .link(let event): return hear(event, now)
    case .submit(let bid, let sealed):
      attempts[bid.id] = (BidAttempt(bid: bid, digest: sealed.digest, at: now), sealed)
      return [.publish(bid, sealed)] + told(bid.id)
    case .resume(let bid, let sealed): return resume(bid, sealed, now)
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
      questions.forgetAll()
      return [.tell(.connected), askAuctions(after: nil, now)] + tick(now)
    case .down(let reason, let retryIn):
      isUp = false
      questions.forgetAll()
      return [.tell(.disconnected(reason: reason, retryIn: retryIn))]
    case .refused, .blocked, .unblocked, .silent, .heard, .dropped: return event.news.map { [.tell($0)] } ?? []
    case .statement(let statement): return hear(statement, now)
    case .snapshot(let answer): return hear(answer, now)
    case .receipt(let statement): return hear(statement, now)
    }
  }

  private mutating func hear(_ statement: HouseStatement, _ now: Timestamp) -> [Output] {
    (concerns.include(statement) ? [.tell(.concerning(statement))] : []) + take(statement)
  }

  private mutating func take(_ statement: HouseStatement) -> [Output] {
    switch statement.fact {
    case .scheduled(let scheduling): return begin(scheduling, edition: statement.digest)
    case .opened(let opening):
      guard let envelope = try? Envelope(opening.scheduling), let scheduling = try? Scheduling(envelope) else { return [] }
      // Block 0 follows on the auction's own topic; the announcement only tells of an auction that was not known.
      let outputs = begin(scheduling, edition: opening.edition)
      if auctions[opening.auction] != nil { want(opening.auction) }
      return outputs
    case .block(let block): return apply(block, statement.digest) + decided(by: block)
    case .refused(let receipt): return hear(receipt)
    case .notice(let notice):
      guard case .cancel(let reason) = notice.action, var auction = auctions[notice.auction], auction.edition == notice.edition
      else {
        return []
      }
      let changes = auction.takeCancellation(reason: reason, at: notice.clock.instant, asOf: notice.clock)
      auctions[notice.auction] = auction
      return changes.isEmpty ? [] : [.tell(.auction(auction, changes))]
    case .passedOn(let said): return hear(said)
    // The block that moved the end says it all, and in order.
    case .extended, .answered, .clock, .ledgerClosed, .reserve, .voiding: return []
    }
  }

  private mutating func begin(_ scheduling: Scheduling, edition: Edition) -> [Output] {
    let id = scheduling.terms.auction
    guard interest.includes(id), auctions[id] == nil else { return [] }
    let auction = FollowedAuction(scheduling, edition: edition)
    auctions[id] = auction
    return [.follow(id), .tell(.auction(auction, []))]
  }

  private mutating func apply(_ block: Block, _ digest: Digest) -> [Output] {
    // In its place: a copy would cost all that is remembered of the auction with each block.
    guard let step = auctions[block.auction]?.take(block, digest: digest), let auction = auctions[block.auction] else {
      return []
    }
    switch step {
    case .applied(let changes): return [.tell(.auction(auction, changes))]
    case .alreadyKnown: return []
    case .gap:
      want(block.auction)
      return []
    }
  }

  /// What was begun at the signed head is replaced by the whole of it when that has been read.
  private mutating func complete(
    _ id: AuctionID, with blocks: [(block: Block, digest: Digest)], askedFrom first: Int64
  ) -> [Output] {
    guard let known = auctions[id] else { return [] }
    let past = pasts.take(blocks, of: id, askedFrom: first, upTo: known.head)
    let bids: [Output] = past.changes.isEmpty ? [] : [.tell(.past(id, past.changes))]
    guard let whole = past.read, known.health == .whole else { return bids }
    let checked = whole.passedOn(as: known)
    auctions[id] = checked
    guard case .broken(let reason) = checked.health else { return bids + [.tell(.auction(checked, []))] }
    return bids + [.tell(.auction(checked, [.broken(reason)]))]
  }

  // MARK: - Answers

  private mutating func hear(_ answer: HouseAnswer, _ now: Timestamp) -> [Output] {
    let snapshot = answer.snapshot
    guard let subject = questions.subject(of: snapshot.id) else { return [] }
    // As if it had not come: it is asked for again.
    guard answer.answers(subject, about: questions.auction(of: snapshot.id)) else {
      return [
        .tell(
          .dropped(
            said("formato: uma resposta a outra pergunta, ou em parte", "formato: an answer to another question, or part of one"))
        )
      ]
    }
    if case .auctions = subject { return hear(list: answer, now) }
    var answer = answer
    if case .bid(_, let id) = subject, questions.auction(of: snapshot.id) == nil, var inquiry = inquiries[id] {
      inquiry.answers.add(answer)
      inquiries[id] = inquiry
      guard let decision = inquiry.answers.decision else { return [] }
      answer = decision
      inquiries[id]?.answers = PartitionAnswers()
    }
    return hear(answer.snapshot, answer, now)
  }

  private mutating func hear(_ snapshot: Snapshot, _ answer: HouseAnswer, _ now: Timestamp) -> [Output] {
    questions.take(snapshot.id)
    switch snapshot.content {
    case .auctions: return []
    case .blocks(let id, let first, let head):
      var outputs = compare(id, with: head, askedFrom: first, at: snapshot.clock)
      var blocks: [(block: Block, digest: Digest)] = []
      for statement in answer.statements {
        guard case .block(let block) = statement.fact else { continue }
        if concerns.include(statement) { outputs.append(.tell(.concerning(statement))) }
        outputs += apply(block, statement.digest) + decided(by: block)
        blocks.append((block, statement.digest))
      }
      outputs += hear(passings: answer.statements)
      // Of what is read besides, the next part is asked for when there is nothing else to ask.
      if snapshot.more, !pasts.isReading(id) { want(id) }
      return outputs + complete(id, with: blocks, askedFrom: first)
    case .bid(_, let id, let verdict):
      let statement = verdict == .unknown ? nil : answer.statements.first
      if verdict == .refused, statement == nil {
        inquiries[id] = nil
        return [.tell(.refusedLongAgo(id))] + change(id) { $0.refusedLongAgo() }
      }
      var outputs: [Output] = []
      if let statement, concerns.include(statement) { outputs.append(.tell(.concerning(statement))) }
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

  /// A known auction is brought up to date block by block; an unknown one begins at its first block, or at the signed head when
  /// the ledger is long or many are met.
  mutating func meet(_ summary: AuctionSummary, _ scheduling: Scheduling, asOf clock: ClockReading) -> [Output] {
    let id = summary.auction
    if let known = auctions[id] {
      guard known.health == .whole else {
        // What a house that contradicted itself says next proves nothing more; that it is over is still worth knowing.
        if summary.status == .closed, known.result == nil, let head = summary.head { want(id, from: head.block) }
        return []
      }
      guard known.edition == summary.edition else { return [] }
      // One that was heard to be cancelled may have a chain all the same: it was opened first.
      guard known.status != .closed || known.head == nil || known.lacksResult else {
        // What ended here has another end there: its last block tells.
        if let head = summary.head, head != known.head || known.lacksPassing(summary) { want(id, from: head.block) }
        return []
      }
      let behind = summary.head.flatMap { isBehind(id, $0) ? $0.block : nil }
      guard behind != nil || known.head != summary.head || known.lacksResult else {
        return closeWithoutChain(id, summary.ending, at: clock)
      }
      want(id, from: behind)
      return []
    }
    let readsAll = readsAll(of: summary)
    let auction = FollowedAuction(
      scheduling, summary: summary, asOf: clock, replayingFrom: readsAll && summary.head != nil ? 0 : nil)
    auctions[id] = auction
    var outputs: [Output] = summary.status == .closed ? [] : [.follow(id)]
    guard summary.head == nil || !readsAll else {
      want(id)
      return outputs
    }
    if !readsAll, summary.status != .closed, let head = summary.head, head.block < Self.historyBlocks {
      pasts.begin(FollowedAuction(scheduling, summary: summary, asOf: clock, replayingFrom: 0))
    }
    outputs.append(.tell(.auction(auction, [])))
    // Of a long ledger that is over, only how it ended.
    if auction.lacksResult { want(id) }
    return outputs
  }

  /// Whether an auction that was just met is read from its first block.
  private mutating func readsAll(of summary: AuctionSummary) -> Bool {
    guard let head = summary.head else { return true }
    guard head.block < Self.historyBlocks else { return false }
    // One that is over costs a question either way.
    guard interest == .everything, summary.status != .closed else { return true }
    histories += 1
    return histories <= Self.mostHistories
  }

  /// A house whose ledger ends before what is known of it: its last block then tells what became of the rest.
  private func isBehind(_ id: AuctionID, _ head: Seen) -> Bool {
    guard let known = auctions[id], known.status != .closed, let mine = known.head else { return false }
    return head.block < mine.block || head.block == mine.block && head.digest != mine.digest
  }

  private mutating func compare(_ id: AuctionID, with head: Seen?, askedFrom first: Int64, at clock: ClockReading) -> [Output] {
    guard let head else {
      // Blocks were known when it was asked, and the house holds none.
      guard first > 0, var auction = auctions[id] else { return [] }
      let changes = auction.takeForgotten(at: clock)
      auctions[id] = auction
      return changes.isEmpty ? [] : [.tell(.auction(auction, changes))]
    }
    // Asked from there already: what was answered is all there is.
    if isBehind(id, head), first > head.block { want(id, from: head.block) }
    return []
  }

  private mutating func closeWithoutChain(_ id: AuctionID, _ ending: AuctionSummary.Ending?, at clock: ClockReading) -> [Output] {
    guard var auction = auctions[id], let ending else { return [] }
    let changes = auction.takeCancellation(reason: nil, at: ending.at, asOf: clock)
    auctions[id] = auction
    return changes.isEmpty ? [] : [.tell(.auction(auction, changes))]
  }

  private mutating func liveIfDone() -> [Output] {
    let isOpenQuestion = questions.contains { subject in
      switch subject {
      case .auctions, .ledger: true
      // Nothing more is proved of a broken chain; among all auctions, how one ended may be told later.
      case .blocks(let auction, _):
        auctions[auction]?.health == .whole && (interest != .everything || Self.urgency(of: auctions[auction]) == .now)
      case .bid: false
      }
    }
    guard !isLive, !isOpenQuestion else { return [] }
    isLive = true
    return [.tell(.live)]
  }

  private mutating func hear(_ receipt: Receipt) -> [Output] {
    // Its name alone would not do: whoever saw it may have said something else under it.
    guard let digest = receipt.bidDigest, let id = attempts.first(where: { $0.value.attempt.digest == digest })?.key else {
      return []
    }
    return change(id) { $0.refused(receipt) }
  }

  private mutating func decided(by block: Block) -> [Output] {
    guard case .entries(let entries) = block.content, !attempts.isEmpty else { return [] }
    return entries.flatMap { entry -> [Output] in
      guard case .bid(let evidence, _) = entry.fact, let envelope = try? Envelope(evidence), let bid = try? Bid(envelope),
        attempts[bid.id]?.attempt.digest == SHA256.of(envelope.payload)
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
    if case .decided = known.attempt.state {
      attempts[id] = nil
      if inquiries[id] == nil { questions.forget(.bid(known.attempt.bid.bidder, id)) }
    }
    return outputs
  }

  func told(_ id: BidID) -> [Output] { attempts[id].map { [.tell(.attempt($0.attempt))] } ?? [] }

  // MARK: - Time

  private mutating func tick(_ now: Timestamp) -> [Output] {
    var outputs: [Output] = []
    let due = attempts.filter { $0.value.attempt.wakeUp.map { $0 <= now } ?? false }
    for id in due.keys.sorted(by: { $0.description < $1.description }) {
      guard var known = attempts[id], let action = known.attempt.due(at: now) else { continue }
      attempts[id] = known
      switch action {
      case .publish: outputs.append(.publish(known.attempt.bid, known.sealed))
      case .ask:
        let bid = known.attempt.bid
        outputs.append(.ask(questions.ask(.bid(bid.bidder, id), about: bid.auction, at: now)))
      }
      known = attempts[id] ?? known
      outputs += told(id)
    }
    let inquired = inquiries.filter { $0.value.askAt <= now }.sorted { $0.key.description < $1.key.description }
    for (id, inquiry) in inquired {
      inquiries[id]?.askAt = now + Self.patience
      outputs.append(.ask(questions.ask(.bid(inquiry.bidder, id), at: now)))
    }
    // A lost last block has no successor to show the gap: ask again from time to time, and after each end.
    for id in auctions.values.filter({ endDue(of: $0).map { $0 <= now } ?? false }).map(\.terms.auction).sorted() {
      endAskedAt[id] = now
      questions.want(id, .later)
    }
    if let due = refreshAt, due <= now {
      refreshAt = nil
      outputs.append(askAuctions(after: nil, now))
    }
    return outputs
  }

  /// When the end of an auction that should be over is asked for; nil while there is none to ask for.
  private func endDue(of auction: FollowedAuction) -> Timestamp? {
    guard auction.status == .open, auction.health == .whole else { return nil }
    // Who bought at once has ended it: the closing block comes with that bid's.
    let end = auction.isBought ? min(auction.closesAt, auction.asOf.instant) : auction.closesAt
    return max(
      end + Self.endPatience, endAskedAt[auction.terms.auction].map { $0 + Self.endInterval } ?? end)
  }
}
