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
  private struct Asked {
    let id: UniqueID
    let subject: Query.Subject
    let at: Timestamp
    /// More was missed since it was asked.
    var isOutdated = false

    func isAboutBlocks(of auction: AuctionID) -> Bool { if case .blocks(auction, _) = subject { true } else { false } }
  }

  /// Those asked first come first.
  private var asked: [Asked] = []
  /// The number is the block to ask from; nil: whichever is missing by then.
  private var waiting: [(auction: AuctionID, from: Int64?)] = []
  private var pace = RateLimiter(perSecond: Self.perSecond, burst: 100)
  /// When the next of those that wait may be asked; nil when none waits.
  private var nextTurn: Timestamp?
  private var random: SplitMix64

  private static let perSecond: Int64 = 10
  /// A question without an answer is asked again after this.
  private static let patience = Interval.seconds(3)

  init(seed: UInt64) { random = SplitMix64(state: seed) }

  var wakeUp: Timestamp? { [asked.first.map { $0.at + Self.patience }, nextTurn].compactMap { $0 }.min() }

  mutating func forgetAll() { (asked, waiting, nextTurn) = ([], [], nil) }

  mutating func ask(_ subject: Query.Subject, at now: Timestamp) -> Query {
    let query = Query(id: random.nextID(), subject: subject)
    asked.append(Asked(id: query.id, subject: subject, at: now))
    return query
  }

  /// Wants an auction's blocks. While they are asked for, they are asked for once more after the answer.
  mutating func want(_ auction: AuctionID, from first: Int64? = nil) {
    if let place = asked.firstIndex(where: { $0.isAboutBlocks(of: auction) }) {
      asked[place].isOutdated = true
    } else if let place = waiting.firstIndex(where: { $0.auction == auction }) {
      waiting[place].from = first ?? waiting[place].from
    } else {
      waiting.append((auction, first))
    }
  }

  /// What an answer is about; nil when nobody asked, or was answered.
  mutating func take(_ answer: UniqueID) -> Query.Subject? {
    guard let place = asked.firstIndex(where: { $0.id == answer }) else { return nil }
    let one = asked.remove(at: place)
    if one.isOutdated, case .blocks(let auction, _) = one.subject { waiting.append((auction, nil)) }
    return one.subject
  }

  func contains(_ isMeant: (Query.Subject) -> Bool) -> Bool {
    asked.contains { isMeant($0.subject) } || waiting.contains { isMeant(.blocks($0.auction, from: $0.from ?? 0)) }
  }

  /// What is to be asked now: again what was not answered, and what waits, as far as the pace allows.
  /// - Parameter nextBlock: the first block that is missing of an auction; nil: none is any more.
  mutating func due(at now: Timestamp, nextBlock: (AuctionID) -> Int64?) -> [Query] {
    var queries: [Query] = []
    let unanswered = asked.filter { now - $0.at >= Self.patience }
    if !unanswered.isEmpty { asked.removeAll { now - $0.at >= Self.patience } }
    for one in unanswered {
      switch one.subject {
      case .auctions, .ledger: queries.append(ask(one.subject, at: now))
      case .blocks(let auction, _): want(auction)
      // Whoever wants to know what became of it asks by himself.
      case .bid: break
      }
    }
    var served = 0
    for (auction, first) in waiting {
      guard let block = first ?? nextBlock(auction) else {
        served += 1
        continue
      }
      guard pace.admit(nil, at: now) == .admitted else { break }
      served += 1
      queries.append(ask(.blocks(auction, from: block), at: now))
    }
    waiting.removeFirst(served)
    nextTurn = waiting.isEmpty ? nil : now + .microseconds(1_000_000 / Self.perSecond)
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
