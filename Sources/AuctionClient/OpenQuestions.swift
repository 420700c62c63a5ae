import AuctionFacts
import AuctionWire
import ServiceKit
import SharedKernel

/// What a bidder's session wants to know of the house: asked, or waiting for its turn.
///
/// Lists and bids are asked about at once. For the blocks of many auctions it asks at half the pace at which a house answers one
/// user (docs/protocol.md, Limits), so that lists, bids and another program of the same bidder's are answered meanwhile. Of each
/// auction's blocks one question is open at a time.
struct OpenQuestions: Sendable {
  /// What is asked first: what a bidder needs in order to bid, before how something ended.
  enum Urgency: Sendable { case now, later }

  private struct Wanted {
    let auction: AuctionID
    /// The block to ask from; nil: whichever is missing by then.
    let from: Int64?
    let urgency: Urgency
    /// How often it was asked in vain.
    var tries = 0
    /// Under which it was: the answer may still come, and will do.
    var id: UniqueID?
    var outdated: Urgency?
  }

  private struct Asked {
    let id: UniqueID
    let subject: Query.Subject
    /// A bid's auction, if it is known.
    let auction: AuctionID?
    let tries: Int
    let at: Timestamp
    /// How urgently it is to be asked once more after the answer, because more was missed meanwhile.
    var outdated: Urgency?
    /// Nil of a bid: whoever wants to know what became of it asks again by himself.
    var againAt: Timestamp? { if case .bid = subject { nil } else { at + OpenQuestions.patience(after: tries) } }

    func isDue(at now: Timestamp) -> Bool { againAt.map { $0 <= now } ?? false }

    func isAboutBlocks(of auction: AuctionID) -> Bool { if case .blocks(auction, _) = subject { true } else { false } }
  }

  /// Those asked first come first.
  private var asked: [Asked] = []
  /// Urgent ones first.
  private var waiting: [Wanted] = []
  private var pace = RateLimiter(perSecond: Self.perSecond, burst: 100)
  /// When the next of those that wait may be asked; nil when none waits.
  private var nextTurn: Timestamp?
  private var random: SplitMix64

  private static let perSecond: Int64 = 10

  /// A question without an answer is asked again after half a second, then after twice as long each time, up to four seconds: it may
  /// have been pushed out of a full queue.
  static func patience(after tries: Int) -> Interval { .milliseconds(500 << Int64(min(tries, 3))) }

  init(seed: UInt64) { random = SplitMix64(state: seed) }

  var wakeUp: Timestamp? { [asked.compactMap(\.againAt).min(), nextTurn].compactMap { $0 }.min() }

  mutating func forgetAll() { (asked, waiting, nextTurn) = ([], [], nil) }

  /// The same question as before where it is still open: whichever answer comes first will do.
  mutating func ask(_ subject: Query.Subject, about auction: AuctionID? = nil, at now: Timestamp) -> Query {
    let before = asked.firstIndex { $0.subject == subject }.map { asked.remove(at: $0) }
    return ask(
      subject, about: auction, id: before?.id ?? random.nextID(), tries: before?.tries ?? 0, outdated: before?.outdated, at: now)
  }

  private mutating func ask(
    _ subject: Query.Subject, about auction: AuctionID? = nil, id: UniqueID, tries: Int, outdated: Urgency? = nil,
    at now: Timestamp
  ) -> Query {
    asked.append(Asked(id: id, subject: subject, auction: auction, tries: tries, at: now, outdated: outdated))
    return Query(id: id, subject: subject, about: auction)
  }

  /// Nobody wants to know it any more.
  mutating func forget(_ subject: Query.Subject) { asked.removeAll { $0.subject == subject } }

  /// Wants an auction's blocks. While they are asked for, they are asked for once more after the answer.
  mutating func want(_ auction: AuctionID, from first: Int64? = nil, _ urgency: Urgency) {
    if let place = asked.firstIndex(where: { $0.isAboutBlocks(of: auction) }) {
      if asked[place].outdated != .now { asked[place].outdated = urgency }
    } else if let place = waiting.firstIndex(where: { $0.auction == auction }) {
      let before = waiting[place]
      let either = before.urgency == .now ? .now : urgency
      // An answer to what was asked before may not have what is missing now.
      let wanted = Wanted(
        auction: auction, from: first ?? before.from, urgency: either, tries: before.tries, id: before.id,
        outdated: before.id.map { _ in either })
      guard wanted.urgency != before.urgency else { return waiting[place] = wanted }
      waiting.remove(at: place)
      queue(wanted)
    } else {
      queue(Wanted(auction: auction, from: first, urgency: urgency))
    }
  }

  private mutating func queue(_ wanted: Wanted) {
    switch wanted.urgency {
    case .now: waiting.insert(wanted, at: waiting.firstIndex { $0.urgency == .later } ?? waiting.endIndex)
    case .later: waiting.append(wanted)
    }
  }

  /// The auction of the bid that an answer is about, where it was known when it was asked.
  func auction(of answer: UniqueID) -> AuctionID? { asked.first { $0.id == answer }?.auction }

  /// What an answer is about; nil when nobody asked, or was answered.
  func subject(of answer: UniqueID) -> Query.Subject? {
    asked.first { $0.id == answer }?.subject ?? waiting.first { $0.id == answer }.map { .blocks($0.auction, from: $0.from ?? 0) }
  }

  /// The question is answered.
  mutating func take(_ answer: UniqueID) {
    let outdated: Urgency?
    guard let subject = subject(of: answer) else { return }
    if let place = asked.firstIndex(where: { $0.id == answer }) {
      outdated = asked.remove(at: place).outdated
    } else {
      outdated = waiting.firstIndex { $0.id == answer }.flatMap { waiting.remove(at: $0).outdated }
    }
    if let outdated, case .blocks(let auction, _) = subject { want(auction, outdated) }
  }

  func contains(_ isMeant: (Query.Subject) -> Bool) -> Bool {
    asked.contains { isMeant($0.subject) } || waiting.contains { isMeant(.blocks($0.auction, from: $0.from ?? 0)) }
  }

  func isAskingForBlocks(of auction: AuctionID) -> Bool {
    asked.contains { $0.isAboutBlocks(of: auction) } || waiting.contains { $0.auction == auction }
  }

  /// What is to be asked now: again what was not answered, what waits, and then what may be read besides, as far as the pace
  /// allows.
  /// - Parameters:
  ///   - nextBlock: the first block that is missing of an auction; nil: none is any more.
  ///   - urgency: how urgent an auction is.
  ///   - besides: blocks that are worth reading when there is nothing else to ask.
  mutating func due(
    at now: Timestamp, nextBlock: (AuctionID) -> Int64?, urgency: (AuctionID) -> Urgency,
    besides: (OpenQuestions) -> (auction: AuctionID, from: Int64)?
  ) -> [Query] {
    var queries: [Query] = []
    let unanswered = asked.filter { $0.isDue(at: now) }
    if !unanswered.isEmpty { asked.removeAll { $0.isDue(at: now) } }
    for one in unanswered {
      guard case .blocks(let auction, _) = one.subject else {
        queries.append(ask(one.subject, id: one.id, tries: one.tries + 1, at: now))
        continue
      }
      queue(
        Wanted(
          auction: auction, from: nil, urgency: urgency(auction), tries: one.tries + 1, id: one.id, outdated: one.outdated))
    }
    var served = 0
    for wanted in waiting {
      guard let block = wanted.from ?? nextBlock(wanted.auction) else {
        served += 1
        continue
      }
      guard pace.admit(nil, at: now) == .admitted else { break }
      served += 1
      queries.append(
        ask(
          .blocks(wanted.auction, from: block), id: wanted.id ?? random.nextID(), tries: wanted.tries, outdated: wanted.outdated,
          at: now))
    }
    waiting.removeFirst(served)
    let turn = now + .microseconds(1_000_000 / Self.perSecond)
    guard waiting.isEmpty else {
      nextTurn = turn
      return queries
    }
    // One at each turn.
    if let nextTurn, nextTurn > now { return queries }
    let extra = besides(self)
    nextTurn = extra == nil ? nil : turn
    if let extra, pace.admit(nil, at: now) == .admitted { queries.append(ask(.blocks(extra.auction, from: extra.from), at: now)) }
    return queries
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
