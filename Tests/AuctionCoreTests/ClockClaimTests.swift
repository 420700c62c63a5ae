import AuctionFacts
import SharedKernel
import SuiteTesting
import Testing

@testable import AuctionCore

/// RULES.md, Order 2, to the microsecond.
struct ClockClaimTests {
  struct Case: CustomTestStringConvertible {
    let testDescription: String
    var claimed: Int64
    var half: Int64 = 2_000
    var status = ClockStatus.synchronized
    var receivedHalf: Int64 = 3_000
    var houseStatus = ClockStatus.synchronized
    /// The block seen: when, how certain, by which clock.
    var seen: (at: Int64, half: Int64, status: ClockStatus)?
    let refusal: Refusal?
  }

  /// All in microseconds from the stamp.
  static let cases = [
    Case(testDescription: "exact", claimed: 0, refusal: nil),
    Case(testDescription: "as far ahead as both may be wrong", claimed: 5_000, refusal: nil),
    Case(testDescription: "beyond that", claimed: 5_001, refusal: .implausibleClock),
    Case(testDescription: "a claim is no finer than 1 ms", claimed: 4_000, half: 0, refusal: nil),
    Case(testDescription: "nor coarser for it", claimed: 4_001, half: 0, refusal: .implausibleClock),
    Case(testDescription: "unsynchronised bidder ahead", claimed: 5_002_000, status: .unsynchronized, refusal: nil),
    Case(testDescription: "too far", claimed: 5_002_001, status: .unsynchronized, refusal: .implausibleClock),
    Case(testDescription: "a system clock on purpose", claimed: 5_002_000, status: .systemClock, refusal: nil),
    Case(testDescription: "unsynchronised house", claimed: 5_002_000, houseStatus: .unsynchronized, refusal: nil),
    Case(testDescription: "house on its system clock", claimed: 5_002_001, houseStatus: .systemClock, refusal: .implausibleClock),
    Case(
      testDescription: "more than 5 s is kept", claimed: 7_002_000, receivedHalf: 7_000_000, houseStatus: .unsynchronized,
      refusal: nil),
    Case(testDescription: "holdover counts as disciplined", claimed: 5_001, status: .holdover, refusal: .implausibleClock),

    Case(testDescription: "not older than 5 s beyond doubt", claimed: -5_005_000, refusal: nil),
    Case(testDescription: "older", claimed: -5_005_001, refusal: .stale),
    Case(testDescription: "unsynchronised and old", claimed: -10_002_000, status: .unsynchronized, refusal: nil),
    Case(testDescription: "unsynchronised and older", claimed: -10_002_001, status: .unsynchronized, refusal: .stale),

    Case(testDescription: "touching the seen block", claimed: -4_000, seen: (-1_000, 1_000, .synchronized), refusal: nil),
    Case(
      testDescription: "before the seen block", claimed: -4_001, seen: (-1_000, 1_000, .synchronized), refusal: .implausibleClock),
    Case(
      testDescription: "before the seen block, unsynchronised", claimed: -5_000_000, status: .unsynchronized,
      seen: (-1_000, 1_000, .synchronized), refusal: nil),
    Case(
      testDescription: "far before the seen block, unsynchronised", claimed: -5_003_001, status: .unsynchronized,
      seen: (-1_000, 1_000, .synchronized), refusal: .implausibleClock),
    Case(
      testDescription: "a block sealed by a system clock", claimed: -5_000_000, seen: (-1_000, 1_000, .systemClock), refusal: nil),
    Case(
      testDescription: "implausible comes before stale", claimed: -6_000_000, seen: (-1_000, 1_000, .synchronized),
      refusal: .implausibleClock),
  ]

  @Test(arguments: cases) func `a claim is judged by the intervals`(_ example: Case) {
    func reading(_ at: Int64, _ half: Int64, _ status: ClockStatus) -> ClockReading {
      ClockReading(Build.noon + .microseconds(at), uncertainty: .microseconds(half), status: status)
    }
    let claim = ClockClaim(
      claimed: reading(example.claimed, example.half, example.status),
      received: reading(0, example.receivedHalf, example.houseStatus),
      seen: example.seen.map { reading($0.at, $0.half, $0.status) })
    #expect(claim.refusal == example.refusal)
  }

  @Test(arguments: [Int64.min, -1, 0, 1, .max], [Int64.min, 0, Int64.max])
  func `no claim from outside traps`(instant: Int64, half: Int64) {
    let claimed = ClockReading(
      Timestamp(microseconds: instant), uncertainty: .microseconds(half), status: .unsynchronized)
    _ = ClockClaim(claimed: claimed, received: Build.clock(), seen: Build.clock()).refusal
    _ = ClockClaim(claimed: Build.clock(), received: claimed, seen: claimed).refusal
    let claim = ClockClaim(claimed: claimed, received: Build.clock(), seen: nil)
    #expect((claim.refusal == nil) == (half == .max && instant > .min))
  }

  @Test(arguments: ClockStatus.allCases) func `an auction may demand a clock`(status: ClockStatus) {
    var house = House(open: Build.terms(rules: AuctionRules(clockRequired: true)))
    var draft = house.draft(100_00)
    draft.clock = Build.clock(.seconds(1), status: status)
    let isDemanded = status == .synchronized || status == .holdover
    #expect(house.give(.bid(draft.submitted)).refusals == (isDemanded ? [] : [.implausibleClock]))
  }

  @Test func `whoever names no block of this auction is not measured by one`() {
    var house = House(open: Build.terms())
    house.at(.seconds(60))
    house.bid(100_00)
    house.endTurn()
    var draft = house.draft(110_00, by: "beta")
    draft.clock = Build.clock(.seconds(58))
    #expect(house.give(.bid(draft.submitted)).refusals == [.implausibleClock])
    draft.id = Build.bidID(90)
    draft.seen = Seen(block: 1, digest: Build.digest("outro"))
    #expect(house.give(.bid(draft.submitted)).refusals == [.seenMismatch])
    for (i, block) in [Int64.min, -1, 2, .max].enumerated() {
      draft.id = Build.bidID(100 + UInt64(i))
      draft.seen = Seen(block: block, digest: Build.digest("outro"))
      #expect(house.give(.bid(draft.submitted)).refusals == [.seenMismatch])
    }
    draft.id = Build.bidID(91)
    draft.seen = nil
    #expect(house.give(.bid(draft.submitted)).kinds == ["accepted"])
  }
}
