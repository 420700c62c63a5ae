import AuctionClient
import AuctionCore
import AuctionFacts
import SharedKernel
import SuiteTesting
import Testing

/// PROTOCOL.md, "To bid": publish confirmed, once more without a confirm in time, then only ask.
struct BidAttemptTests {
  private let digest = Build.digest("lance")

  private func attempt(status: ClockStatus = .synchronized) -> BidAttempt {
    let bid = Build.bid(edition: Build.digest("edição"), clock: Build.clock(status: status))
    return BidAttempt(bid: bid, digest: digest, at: Build.noon)
  }

  private func at(_ milliseconds: Int64) -> Timestamp { Build.noon + .milliseconds(milliseconds) }

  private func house(_ milliseconds: Int64, _ status: ClockStatus = .synchronized) -> ClockReading {
    Build.clock(.milliseconds(milliseconds), uncertainty: .milliseconds(3), status: status)
  }

  @Test func `confirmed and accepted`() {
    var bid = attempt()
    #expect(bid.state == .sent && bid.wakeUp == at(3_000))
    bid.confirmed(at: at(5))
    #expect(bid.state == .delivered && bid.wakeUp == at(2_005))
    bid.accepted(block: 7)
    #expect(bid.state == .decided(.accepted(block: 7)))
    #expect(bid.wakeUp == nil && bid.due(at: at(60_000)) == nil)
  }

  @Test func `decided before the confirm came`() {
    var bid = attempt()
    bid.accepted(block: 1)
    bid.confirmed(at: at(5))
    #expect(bid.state == .decided(.accepted(block: 1)) && bid.wakeUp == nil)
  }

  @Test func `refused with its receipt`() {
    var bid = attempt()
    let receipt = Receipt(auction: "moto", reason: .belowMinimum, minimum: 110_00, receivedAt: at(4), clock: Build.clock())
    bid.confirmed(at: at(3))
    bid.refused(receipt)
    #expect(bid.state == .decided(.refused(receipt)))
  }

  @Test func `nothing is due before its time`() {
    var bid = attempt()
    #expect(bid.due(at: at(2_999)) == nil && bid.state == .sent)
  }

  @Test func `without a confirm the same bytes go once more, and after that it only asks`() {
    var bid = attempt()
    #expect(bid.due(at: at(3_000)) == .publish)
    #expect(bid.state == .uncertain && bid.wakeUp == at(5_000))
    #expect(bid.due(at: at(4_999)) == nil)
    #expect(bid.due(at: at(5_000)) == .ask)
    #expect(bid.due(at: at(7_000)) == .ask)
    #expect(bid.due(at: at(700_000)) == .ask)
  }

  @Test func `what the broker has confirmed is never sent again`() {
    var bid = attempt()
    bid.confirmed(at: at(10))
    #expect(bid.due(at: at(2_010)) == .ask)
    #expect(bid.due(at: at(4_010)) == .ask)
    bid.lost(at: at(5_000))
    #expect(bid.due(at: at(6_010)) == .ask)
  }

  @Test func `a confirm that comes after the second time ends the sending too`() {
    var bid = attempt()
    #expect(bid.due(at: at(3_000)) == .publish)
    bid.confirmed(at: at(3_100))
    #expect(bid.state == .delivered && bid.wakeUp == at(5_100))
    #expect(bid.due(at: at(5_100)) == .ask)
  }

  @Test func `a link that is lost makes it due at once`() {
    var bid = attempt()
    bid.lost(at: at(100))
    #expect(bid.state == .uncertain && bid.wakeUp == at(100))
    #expect(bid.due(at: at(100)) == .publish)
    bid.lost(at: at(200))
    #expect(bid.due(at: at(2_100)) == .ask)
  }

  @Test func `a link that is lost after the confirm makes it ask at once`() {
    var bid = attempt()
    bid.confirmed(at: at(10))
    bid.lost(at: at(20))
    #expect(bid.state == .uncertain)
    #expect(bid.due(at: at(20)) == .ask)
  }

  @Test func `a full house is told at once`() {
    var bid = attempt()
    bid.refusedByBroker()
    #expect(bid.state == .decided(.busy))
    var other = attempt()
    other.unroutable()
    #expect(other.state == .decided(.unroutable))
  }

  @Test func `a second time that the broker refuses says nothing of the first`() {
    var bid = attempt()
    #expect(bid.due(at: at(3_000)) == .publish)
    bid.refusedByBroker()
    bid.unroutable()
    #expect(bid.state == .uncertain)
    #expect(bid.due(at: at(5_000)) == .ask)
    bid.accepted(block: 2)
    #expect(bid.state == .decided(.accepted(block: 2)))
  }

  /// The bid's own clock says noon ± 2 ms; five seconds make it stale, and the house may come to doubt its clock by ten.
  @Test(arguments: ClockStatus.allCases)
  func `unknown is final only once the house would refuse it as stale, however little it came to trust its clock`(
    status: ClockStatus
  ) {
    var bid = attempt(status: status)
    _ = bid.due(at: at(3_000))
    bid.unknown(at: house(15_002, status), now: at(15_000))
    #expect(bid.state == .uncertain && bid.wakeUp == at(17_000))
    let later = Build.clock(.microseconds(15_002_001), uncertainty: .milliseconds(3), status: status)
    bid.unknown(at: later, now: at(17_000))
    #expect(bid.state == .decided(.neverDecided))
  }

  @Test(arguments: ClockStatus.allCases)
  func `a bid that is called lost is stale for a house that lost its servers since`(status: ClockStatus) {
    let called = Build.clock(.microseconds(15_002_001), uncertainty: .milliseconds(3), status: status)
    let mine = Build.clock(uncertainty: .milliseconds(2))
    #expect(mine.isStaleForGood(from: called))
    for uncertainty in [Interval.milliseconds(3), .seconds(2), .seconds(10)] {
      for worse in ClockStatus.allCases {
        #expect(mine.isStale(at: ClockReading(called.instant, uncertainty: uncertainty, status: worse)))
      }
    }
  }

  @Test func `the first decision stands`() {
    var bid = attempt()
    bid.accepted(block: 3)
    bid.refusedByBroker()
    bid.unroutable()
    bid.lost(at: at(1))
    bid.unknown(at: house(60_000), now: at(60_000))
    bid.refused(Receipt(reason: .stale, receivedAt: at(1), clock: Build.clock()))
    bid.accepted(block: 4)
    #expect(bid.state == .decided(.accepted(block: 3)))
  }

  /// Whatever happens: at most two publications, none after a confirm, and nothing at all after a decision.
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `no conversation sends a bid more than twice`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var repeated = 0
    for _ in 0..<500 {
      var bid = attempt()
      var (publications, isConfirmed) = (1, false)
      var now: Int64 = 0
      for _ in 0..<20 {
        now += Int64.random(in: 0...3_000, using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0:
          bid.confirmed(at: at(now))
          isConfirmed = true
        case 1: bid.lost(at: at(now))
        case 2: bid.unknown(at: house(now), now: at(now))
        case 3 where Bool.random(using: &random): bid.accepted(block: 1)
        default:
          let wasDecided = if case .decided = bid.state { true } else { false }
          switch bid.due(at: at(now)) {
          case .publish:
            publications += 1
            #expect(!wasDecided && !isConfirmed)
          case .ask: #expect(!wasDecided)
          case nil: break
          }
        }
      }
      #expect(publications <= 2)
      repeated += publications - 1
    }
    #expect(repeated > 0)
  }
}
