import AuctionCore
import AuctionFacts
import SharedKernel
import SuiteTesting
import Testing

/// PROTOCOL.md, Refusals, 0 and 3: each reason, what its receipt says, and which comes first.
struct RefusalTests {
  /// What is wrong with a bid, in the order of testing.
  enum Fault: Int, CaseIterable, Comparable, CustomTestStringConvertible {
    case unknownAuction, wrongEdition, reusedID, closed, seller, implausible, stale, seenMismatch, commitment, leading, low

    static func < (a: Fault, b: Fault) -> Bool { a.rawValue < b.rawValue }
    var testDescription: String { "\(self)" }

    var reason: Refusal {
      switch self {
      case .unknownAuction: .unknownAuction
      case .wrongEdition: .wrongEdition
      case .reusedID: .reusedID
      case .closed: .closed
      case .seller: .sellerMayNotBid
      case .implausible: .implausibleClock
      case .stale: .stale
      case .seenMismatch: .seenMismatch
      case .leading: .alreadyLeading
      case .low: .belowMinimum
      case .commitment: .badCommitment
      }
    }

    /// A house one minute after noon, in which `alpha` leads with R$ 150,00 since ten seconds after noon; what is wrong with
    /// the time of the auction is wrong before a bid is made.
    static func house(_ faults: [Fault]) -> House {
      var house = House(
        open: Build.terms(
          seller: "dono", lasting: faults.contains(.closed) ? .seconds(30) : .seconds(600),
          rules: AuctionRules(extensionWindow: .zero)))
      house.at(.seconds(10))
      house.bid(150_00, by: "alpha")
      house.bid(170_00, by: "beta")
      house.endTurn()
      house.bid(190_00, by: "alpha")
      house.endTurn()
      house.at(.seconds(60))
      return house
    }

    func spoil(_ draft: inout Draft, _ house: House) {
      switch self {
      case .unknownAuction: draft.auction = "outro"
      case .wrongEdition: draft.edition = Build.digest("outra casa")
      case .reusedID: draft.id = Build.bidID(2)
      case .closed: break
      case .seller: draft.bidder = "dono"
      case .implausible: draft.clock = Build.clock(.seconds(61))
      case .stale: draft.clock = Build.clock(.seconds(50))
      case .seenMismatch: draft.seen = Seen(block: 1, digest: Build.digest("nunca"))
      case .leading: draft.bidder = "alpha"
      case .low: draft.amount = 199_99
      case .commitment: draft.maximumCommitment = Build.digest("segredo")
      }
    }

    /// Both cannot be wrong with one bid.
    static let apart: [Set<Fault>] = [
      [.seller, .leading], [.implausible, .stale], [.reusedID, .seller], [.reusedID, .leading],
    ]
  }

  static let pairs = Fault.allCases.flatMap { a in Fault.allCases.filter { a <= $0 }.map { (a, $0) } }
    .filter { pair in !Fault.apart.contains([pair.0, pair.1]) }

  @Test(arguments: pairs)
  func `the first reason in the order of testing is named`(first: Fault, second: Fault) throws {
    var house = Fault.house([first, second])
    var draft = house.draft(200_00, by: "beta")
    second.spoil(&draft, house)
    first.spoil(&draft, house)
    let outputs = house.give(.bid(draft.submitted))
    #expect(outputs.refusals == [first.reason])

    let receipt = try #require(outputs.receipts.first)
    #expect(receipt.bid == draft.id && receipt.bidder == draft.bidder && receipt.auction == draft.auction)
    #expect(receipt.bidDigest == draft.submitted.digest)
    #expect(receipt.minimum == (first == .unknownAuction ? nil : 200_00))
    #expect(receipt.afterBlock == (first == .unknownAuction ? nil : 2))
    #expect(receipt.number == (first <= .wrongEdition ? nil : 1))
  }

  @Test func `a bid without fault is accepted by that house`() {
    var house = Fault.house([])
    #expect(house.bid(200_00, by: "beta").accepted == [Build.bidID(4)])
  }

  @Test func `before the opening a bid is refused, journalled, and names no block`() {
    var house = House()
    house.schedule()
    let receipt = house.bid(100_00).receipts.first
    #expect(receipt?.reason == .notOpenYet)
    #expect(receipt?.number == 1 && receipt?.afterBlock == nil && receipt?.minimum == 100_00)
  }

  @Test func `after the result a bid is refused with the next number`() {
    var house = House(open: Build.terms())
    #expect(house.bid(1_00).receipts.first?.number == 1)
    house.notice(.close(closesAt: Build.noon + .seconds(600)))
    let receipt = house.bid(100_00).receipts.first
    #expect(receipt?.reason == .closed && receipt?.number == 2 && receipt?.afterBlock == 1)
  }

  @Test func `the same bid again says nothing, whatever was decided and whenever it comes`() {
    var house = House(open: Build.terms())
    let accepted = house.draft(100_00).submitted
    let refused = house.draft(100_00, by: "beta").submitted
    house.give(.bid(accepted))
    #expect(house.give(.bid(accepted)).isEmpty)
    house.endTurn()
    #expect(house.give(.bid(refused)).refusals == [.tieLost])

    let before = house.keeper
    house.at(.seconds(700))
    #expect(house.give(.bid(accepted)).isEmpty && house.give(.bid(refused)).isEmpty)
    #expect(house.keeper == before)
    house.notice(.close(closesAt: Build.noon + .seconds(600)))
    #expect(house.give(.bid(accepted)).isEmpty && house.give(.bid(refused)).isEmpty)
  }

  @Test func `a reused id gets one receipt for each payload, and the first decision stands`() {
    var house = House(open: Build.terms())
    house.schedule(Build.terms("carro"))
    house.open(Build.terms("carro"))
    let first = house.draft(100_00)
    house.give(.bid(first.submitted))
    var other = first
    other.amount = 500_00
    #expect(house.give(.bid(other.submitted)).refusals == [.reusedID])
    #expect(house.give(.bid(other.submitted)).isEmpty)

    // An id serves once in the house, not once in each auction; whose receipts count it is the auction that was named.
    var elsewhere = house.draft(100_00, on: "carro")
    elsewhere.id = first.id
    let receipt = house.give(.bid(elsewhere.submitted)).receipts.first
    #expect(receipt?.reason == .reusedID && receipt?.auction == "carro" && receipt?.number == 1)

    #expect(
      house.keeper.decision(of: "alpha", bid: first.id)
        == BidDecision(auction: "moto", digest: first.submitted.digest, outcome: .accepted(block: 1)))
  }

  @Test func `another bidder may use the same id`() {
    var house = House(open: Build.terms())
    let first = house.draft(100_00)
    var second = house.draft(110_00, by: "beta")
    second.id = first.id
    for draft in [first, second] { #expect(house.give(.bid(draft.submitted)).accepted == [first.id]) }
  }

  @Test(arguments: [Refusal.unknownAuction, .wrongEdition])
  func `what is not journalled leaves no trace`(reason: Refusal) {
    var house = House(open: Build.terms())
    var draft = house.draft(100_00)
    if reason == .wrongEdition { draft.edition = Build.digest("outra") } else { draft.auction = "outro" }
    let before = house.keeper
    for _ in 1...3 { #expect(house.give(.bid(draft.submitted)).refusals == [reason]) }
    #expect(house.keeper == before)
    #expect(house.keeper.decision(of: "alpha", bid: draft.id) == nil)
  }

  @Test func `a receipt's minimum counts what was decided since the head was sealed`() {
    var house = House(open: Build.terms())
    house.bid(100_00)
    let receipt = house.bid(100_00, by: "beta").receipts.first
    #expect(receipt?.reason == .tieLost)
    #expect(receipt?.minimum == 110_00 && receipt?.afterBlock == 0)
  }

  @Test func `the result commits to the refusals before it, in order`() throws {
    var house = House(open: Build.terms())
    let receipts = (1...3).flatMap { house.bid(Build.money($0)) }
    let digests = receipts.compactMap { if case .refused(_, let sealed) = $0 { sealed.digest } else { nil } }
    house.notice(.close(closesAt: Build.noon + .seconds(600)))
    let result = try #require(house.auditor["moto"].result)
    #expect(result.refusedBids == 3 && result.acceptedBids == 0)
    #expect(result.refusals == Build.toyHash(digests.flatMap(\.bytes)))
  }

  @Test func `who was turned away is no input for a day, and then judged like anybody`() {
    var house = House(open: Build.terms(lasting: .seconds(200_000)))
    let (id, digest) = (Build.bidID(9), Build.digest("lance"))
    house.give(.turnedAway(bidder: "alpha", bid: id, digest: digest))
    let told = house.clock.instant
    func isDecided(_ digest: Digest, after interval: Interval) -> Bool {
      house.keeper.isDecided(id, of: "alpha", digest: digest, at: told + interval)
    }
    #expect(isDecided(digest, after: .zero) && isDecided(digest, after: .seconds(86_399)))
    #expect(!isDecided(digest, after: .seconds(86_400)))
    #expect(!isDecided(Build.digest("outro"), after: .zero))
  }

  @Test func `thousands who were turned away are forgotten after their day, and no other is`() {
    var house = House(open: Build.terms(lasting: .seconds(400_000)))
    func turnAway(_ numbers: ClosedRange<UInt64>) {
      for number in numbers {
        house.give(.turnedAway(bidder: "alpha", bid: Build.bidID(number), digest: Build.digest("\(number)")))
      }
    }
    turnAway(1...1_000)
    house.at(.seconds(90_000))
    turnAway(1_001...1_100)
    let now = house.clock.instant
    #expect(house.keeper.isDecided(Build.bidID(1_100), of: "alpha", digest: Build.digest("1100"), at: now))
    #expect(house.keeper == house.keeper.forgettingTurnedAway(before: now - BookKeeper.turnedAwayFor), "nothing old is left")
  }
}
