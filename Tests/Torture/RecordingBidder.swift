import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import MessagingKit
import NTPKit
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Synchronization

/// A bidder's program over the real wire that remembers all it ever signed and was told.
final class RecordingBidder: Sendable {
  /// One signed bid and what its bidder was told of it.
  struct Entry: Sendable {
    let bid: Bid
    let sealed: Sealed
    let at: ContinuousClock.Instant
    /// The broker confirmed it: from then on it must be decided.
    var isDelivered = false
    var outcomes: [BidAttempt.Outcome] = []
    var decidedAt: ContinuousClock.Instant?
  }

  struct Record: Sendable {
    var order: [BidID] = []
    var entries: [BidID: Entry] = [:]
    /// Every head of the ledger that it saw proved.
    var heads: [Seen] = []
    var auction: FollowedAuction?
    /// When it first saw the auction's end, by this machine's clock.
    var sawClosedAt: Timestamp?
    var complaints: [String] = []
    /// What came, in order, for the folder of evidence.
    var lines: [String] = []
    var bids: [Entry] { order.compactMap { entries[$0] } }
    var isUndecided: Bool { entries.values.contains { $0.outcomes.isEmpty } }
  }

  let id: PrincipalID
  private let auction: AuctionID
  private let voice: Voice
  private let clock: TrustedClock
  private let driver: SessionDriver
  private let memory: Memory
  private let isPaused = Mutex(true)

  private final class Memory: Sendable {
    let record = Mutex(Record())
  }

  /// - Parameter port: where the broker is, or a proxy before it.
  init(_ id: PrincipalID, of house: PrivateHouse, on auction: AuctionID, port: Int) throws {
    (self.id, self.auction) = (id, auction)
    let folder = KeyFolder(path: house.keys)
    voice = try Voice(principal: id, key: folder.privateKey(of: id.text) { nil })
    clock = TrustedClock(TrustedClockOptions(source: .none, anchorFile: nil))
    clock.start()
    let memory = Memory()
    self.memory = memory
    let url = try BrokerURL(house.broker.url(user: "cliente", password: "cliente", virtualHost: "leilao", port: port))
    driver = SessionDriver(
      broker: BrokerAccess(url: url, tls: nil, defaultUser: "cliente", profile: .shared), name: id.text, bidder: id,
      keys: try LiveKeyRing(folder), interest: .only([auction]), clock: clock
    ) { event in memory.record.withLock { $0.hear(event) } }
  }

  var record: Record { memory.record.withLock { $0 } }

  func pause(_ paused: Bool) { isPaused.withLock { $0 = paused } }

  /// Bids, one bid after another, mostly honestly, until the task is cancelled.
  func run(seed: UInt64) async {
    var random = SeededRandom(seed: seed)
    while !Task.isCancelled {
      try? await Task.sleep(for: .milliseconds(random.interval(40...160)))
      guard !isPaused.withLock({ $0 }) else { continue }
      let record = record
      guard !record.isUndecided, let auction = record.auction, auction.status == .open else { continue }
      bid(on: auction, &random)
    }
  }

  func close() async {
    await driver.close()
    clock.stop()
  }

  private func bid(on auction: FollowedAuction, _ random: inout SeededRandom) {
    let isFoolish = random.chance(12)
    guard auction.leader != id || isFoolish else { return }
    let least = auction.minimum.minorUnits + 500 * random.interval(0...2)
    let amount = isFoolish && auction.leader != id ? least / 2 : least
    guard let unique = UniqueID(random: random.bytes(16)) else { return }
    let bid = Bid(
      id: BidID(unique), auction: self.auction, edition: auction.edition, bidder: id, amount: Build.money(amount),
      seen: auction.head, clock: clock.now(), maximumCommitment: nil)
    let sealed = voice.seal(bid)
    memory.record.withLock { record in
      record.order.append(bid.id)
      record.entries[bid.id] = Entry(bid: bid, sealed: sealed, at: .now)
      record.lines.append("bid \(bid.id) \(amount)")
    }
    driver.submit(bid, sealed)
  }
}

extension RecordingBidder.Record {
  fileprivate mutating func hear(_ event: BidderSession.Event) {
    switch event {
    case .attempt(let attempt):
      lines.append("told \(attempt.bid.id) \(attempt.state.brief)")
      if attempt.state == .delivered { entries[attempt.bid.id]?.isDelivered = true }
      if case .decided(let outcome) = attempt.state {
        entries[attempt.bid.id]?.outcomes.append(outcome)
        entries[attempt.bid.id]?.decidedAt = .now
      }
    case .auction(let followed, let changes):
      auction = followed
      if followed.status == .closed, sawClosedAt == nil { sawClosedAt = .systemNow }
      if let head = followed.head, heads.last != head { heads.append(head) }
      lines.append("auction head \(followed.head?.block ?? -1) \(followed.status) \(changes)")
      if case .broken(let reason) = followed.health { complaints.append("the ledger is broken: \(reason)") }
    case .dropped(let reason): complaints.append("dropped: \(reason)")
    case .connected, .disconnected, .refused, .blocked, .unblocked, .silent, .heard, .live, .incomplete: lines.append("\(event)")
    case .decision, .refusedLongAgo, .past, .concerning: break
    }
  }
}
