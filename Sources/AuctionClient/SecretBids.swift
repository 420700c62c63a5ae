import AuctionCore
import AuctionFacts
import AuctionWire
import ServiceKit
import SharedKernel
import SigningKit

/// The bids of an auction from the first on that commits to something, or from the first at all where there is a reserve: what must be
/// revealed when it is over, and what must have come of it.
struct SecretBids: Sendable {
  private struct Item: Sendable {
    let bid: BidID
    let bidder: PrincipalID
    let amount: Money
    let commitment: Digest?
    /// What the house said after it.
    let price: Money?
    let leader: PrincipalID?
    let isReserveMet: Bool?
  }

  private var items = Pieces<Item>()
  /// What was revealed, in the order of those that committed.
  private var secrets = Pieces<Secret>()
  /// How it stood before them.
  private var start: Contest
  /// As far as it has been revealed.
  private var revealed = Contest()
  private var reserve: Money?
  /// Whether one of them commits to something: then prices are more than their amounts tell.
  private(set) var isSecret = false
  /// The next that may have to be revealed.
  private var next = 0
  /// Who began to read later than they were placed sees only what is revealed.
  private let isWhole: Bool

  init(after price: Money?, leader: PrincipalID?, isWhole: Bool) {
    self.isWhole = isWhole
    start = Contest(price: price, leader: leader, leaderMaximum: price)
  }

  /// Takes what the terms commit to, before what bids do.
  mutating func reveal(reserve amount: Money) {
    reserve = amount
    (start, revealed) = (
      Contest(price: start.price, leader: start.leader, leaderMaximum: start.price, reserve: amount), Contest(reserve: amount)
    )
  }

  var areAllOpen: Bool { !isWhole || (next..<items.count).allSatisfy { items[$0].commitment == nil } }

  mutating func take(_ bid: Bid, leaving entry: BlockEntry) {
    guard isWhole else { return }
    if bid.maximumCommitment != nil { isSecret = true }
    items.append(
      Item(
        bid: bid.id, bidder: bid.bidder, amount: bid.amount, commitment: bid.maximumCommitment, price: entry.price,
        leader: entry.leader, isReserveMet: entry.isReserveMet))
  }

  /// Takes one that was opened. False when it was not its turn, when that is not what it commits to, or when price and leader are not
  /// what those revealed so far come to.
  mutating func reveal(
    _ bid: BidID, of bidder: PrincipalID, _ secret: Secret, in edition: Edition, under terms: AuctionTerms,
    leaving standing: (price: Money?, leader: PrincipalID?), after before: (price: Money?, leader: PrincipalID?)
  ) -> Bool {
    if isWhole {
      while next < items.count, items[next].commitment == nil { next += 1 }
      guard next < items.count, items[next].bid == bid, items[next].bidder == bidder,
        SHA256.of(secret.commitment(to: bid, of: bidder, in: edition)) == items[next].commitment
      else { return false }
      next += 1
      secrets.append(secret)
    }
    guard terms.isSealed else { return standing == before }
    guard secret.amount >= terms.openingPrice else { return false }
    revealed.reveal(Contest.Offer(bidder: bidder, amount: .zero, maximum: secret.amount), under: terms)
    return standing == (revealed.price, revealed.leader)
  }

  /// Whether every price and leader was what the bids, now that they are open, come to; and none went less far than it had to.
  func wereRight(under terms: AuctionTerms) -> Bool {
    guard isWhole, !terms.isSealed else { return true }
    var (contest, opened) = (start, 0)
    for place in 0..<items.count {
      let item = items[place]
      var maximum = item.amount
      if item.commitment != nil {
        maximum = secrets[opened].amount
        opened += 1
      }
      let isEnough = contest.price.map { maximum > $0 || item.bidder == contest.leader } ?? (maximum >= terms.openingPrice)
      contest.take(Contest.Offer(bidder: item.bidder, amount: item.amount, maximum: maximum), under: terms)
      guard isEnough, maximum >= item.amount, contest.price == item.price, contest.leader == item.leader,
        item.isReserveMet == reserve.map({ _ in contest.isReserveMet })
      else { return false }
    }
    return true
  }
}

/// A list that is appended to while others hold copies of it: of a long one they share all but the last piece.
private struct Pieces<Element: Sendable>: Sendable {
  private var full: [[Element]] = []
  private var last: [Element] = []
  private static var size: Int { 256 }

  var count: Int { full.count * Self.size + last.count }

  subscript(place: Int) -> Element {
    let (piece, rest) = place.quotientAndRemainder(dividingBy: Self.size)
    return piece < full.count ? full[piece][rest] : last[rest]
  }

  mutating func append(_ element: Element) {
    last.append(element)
    guard last.count == Self.size else { return }
    full.append(last)
    last = []
  }
}
