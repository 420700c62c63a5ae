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
  }

  private struct Asked {
    let id: UniqueID
    let subject: Query.Subject
    let tries: Int
    let at: Timestamp
    var againAt: Timestamp { at + OpenQuestions.patience(after: tries) }
    /// How urgently it is to be asked once more after the answer, because more was missed meanwhile.
    var outdated: Urgency?

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

  var wakeUp: Timestamp? { [asked.map(\.againAt).min(), nextTurn].compactMap { $0 }.min() }

  mutating func forgetAll() { (asked, waiting, nextTurn) = ([], [], nil) }

  mutating func ask(_ subject: Query.Subject, at now: Timestamp) -> Query { ask(subject, id: random.nextID(), tries: 0, at: now) }

  private mutating func ask(_ subject: Query.Subject, id: UniqueID, tries: Int, at now: Timestamp) -> Query {
    asked.append(Asked(id: id, subject: subject, tries: tries, at: now))
    return Query(id: id, subject: subject)
  }

  /// Wants an auction's blocks. While they are asked for, they are asked for once more after the answer.
  mutating func want(_ auction: AuctionID, from first: Int64? = nil, _ urgency: Urgency, tries: Int = 0) {
    if let place = asked.firstIndex(where: { $0.isAboutBlocks(of: auction) }) {
      if asked[place].outdated != .now { asked[place].outdated = urgency }
    } else if let place = waiting.firstIndex(where: { $0.auction == auction }) {
      let before = waiting[place]
      let wanted = Wanted(
        auction: auction, from: first ?? before.from, urgency: before.urgency == .now ? .now : urgency, tries: before.tries)
      guard wanted.urgency != before.urgency else { return waiting[place] = wanted }
      waiting.remove(at: place)
      queue(wanted)
    } else {
      queue(Wanted(auction: auction, from: first, urgency: urgency, tries: tries))
    }
  }

  private mutating func queue(_ wanted: Wanted) {
    switch wanted.urgency {
    case .now: waiting.insert(wanted, at: waiting.firstIndex { $0.urgency == .later } ?? waiting.endIndex)
    case .later: waiting.append(wanted)
    }
  }

  /// What an answer is about; nil when nobody asked, or was answered.
  mutating func take(_ answer: UniqueID) -> Query.Subject? {
    guard let place = asked.firstIndex(where: { $0.id == answer }) else { return nil }
    let one = asked.remove(at: place)
    if let urgency = one.outdated, case .blocks(let auction, _) = one.subject { want(auction, urgency) }
    return one.subject
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
    let unanswered = asked.filter { $0.againAt <= now }
    if !unanswered.isEmpty { asked.removeAll { $0.againAt <= now } }
    for one in unanswered {
      switch one.subject {
      // The same question: whichever answer comes first will do.
      case .auctions, .ledger: queries.append(ask(one.subject, id: one.id, tries: one.tries + 1, at: now))
      case .blocks(let auction, _): want(auction, urgency(auction), tries: one.tries + 1)
      // Whoever wants to know what became of it asks by himself.
      case .bid: break
      }
    }
    var served = 0
    for wanted in waiting {
      guard let block = wanted.from ?? nextBlock(wanted.auction) else {
        served += 1
        continue
      }
      guard pace.admit(nil, at: now) == .admitted else { break }
      served += 1
      queries.append(ask(.blocks(wanted.auction, from: block), id: random.nextID(), tries: wanted.tries, at: now))
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
