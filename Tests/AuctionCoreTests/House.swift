import AuctionCore
import AuctionFacts
import SharedKernel
import SuiteTesting

/// A book-keeper with a clock that a test moves, and an auditor that reads everything it says.
struct House {
  private(set) var keeper: BookKeeper
  private(set) var auditor: Auditor
  var clock = Build.clock()
  private var bids: UInt64 = 0

  init() {
    let scribe = ToyScribe()
    (keeper, auditor) = (BookKeeper(scribe: scribe.scribe), Auditor(scribe))
  }

  /// With one auction open, a second after `noon`.
  init(open terms: AuctionTerms) {
    self.init()
    schedule(terms)
    open(terms)
    clock = Build.clock(.seconds(1))
  }

  @discardableResult
  mutating func give(_ input: BookKeeper.Input) -> [BookKeeper.Output] {
    let outputs = keeper.handle(input, at: clock)
    auditor.read(outputs)
    return outputs
  }

  @discardableResult
  mutating func endTurn() -> [BookKeeper.Output] { give(.endTurn) }

  /// The clock, that long after `noon`.
  mutating func at(
    _ sinceNoon: Interval, uncertainty: Interval = .milliseconds(2), status: ClockStatus = .synchronized
  ) {
    clock = Build.clock(sinceNoon, uncertainty: uncertainty, status: status)
  }

  static func edition(of terms: AuctionTerms) -> Edition { ToyScribe.seal(Build.scheduling(terms)).digest }

  @discardableResult
  mutating func schedule(_ terms: AuctionTerms = Build.terms()) -> [BookKeeper.Output] {
    let scheduling = Build.scheduling(terms)
    return give(.scheduled(scheduling, ToyScribe.seal(scheduling)))
  }

  @discardableResult
  mutating func open(_ terms: AuctionTerms = Build.terms(), closesAt: Timestamp? = nil) -> [BookKeeper.Output] {
    give(.opened(Build.opening(terms, edition: House.edition(of: terms), closesAt: closesAt), Build.evidence("iniciado")))
  }

  @discardableResult
  mutating func notice(
    _ action: CalendarNotice.Action, of auction: AuctionID = "moto", sequence: Int64 = 1, edition: Edition? = nil
  ) -> [BookKeeper.Output] {
    let edition = edition ?? keeper.summary(of: auction)?.edition ?? Build.digest("none")
    let notice = Build.notice(action, of: auction, edition: edition, sequence: sequence, clock: clock)
    return give(.noticed(notice, Build.evidence("aviso \(sequence)")))
  }

  /// A bid signed now by somebody who has seen the head, under an id of its own; not given yet.
  mutating func draft(_ amount: Money, by bidder: PrincipalID = "alpha", on auction: AuctionID = "moto") -> Draft {
    bids += 1
    return Draft(
      id: Build.bidID(bids), auction: auction, edition: keeper.summary(of: auction)?.edition ?? Build.digest("none"),
      bidder: bidder, amount: amount, seen: auditor[auction].head, clock: clock)
  }

  @discardableResult
  mutating func bid(_ amount: Money, by bidder: PrincipalID = "alpha", on auction: AuctionID = "moto") -> [BookKeeper.Output] {
    give(.bid(draft(amount, by: bidder, on: auction).submitted))
  }

  var summary: AuctionSummary? { keeper.summary(of: "moto") }
}

/// A bid that is still being made up.
struct Draft {
  var id: BidID
  var auction: AuctionID
  var edition: Edition
  var bidder: PrincipalID
  var amount: Money
  var seen: Seen?
  var clock: ClockReading
  var maximumCommitment: Digest?
  /// How far it goes, where it commits to that.
  var maximum: Money?
  var key: KeyRecord?
  var evidence: Evidence?

  var submitted: SubmittedBid {
    Build.submitted(
      Build.bid(
        amount, by: bidder, id: id, auction: auction, edition: edition, seen: seen, clock: clock,
        maximumCommitment: maximumCommitment), key: key, evidence: evidence,
      upTo: maximumCommitment == nil ? nil : maximum)
  }
}

extension [BookKeeper.Output] {
  /// The receipts' reasons.
  var refusals: [Refusal] { receipts.map(\.reason) }
  var receipts: [Receipt] { compactMap { if case .refused(let receipt, _) = $0 { receipt } else { nil } } }
  var extensions: [Extension] { compactMap { if case .extended(let said, _) = $0 { said } else { nil } } }
  var accepted: [BidID] { compactMap { if case .accepted(let bid, _) = $0 { bid.bid } else { nil } } }
  /// The names of the outputs, in order.
  var kinds: [String] {
    map {
      switch $0 {
      case .block: "block"
      case .revelation: "revelation"
      case .result: "result"
      case .extended: "extended"
      case .refused: "refused"
      case .resultAgain, .extendedAgain: "repeated"
      case .accepted: "accepted"
      }
    }
  }
}
