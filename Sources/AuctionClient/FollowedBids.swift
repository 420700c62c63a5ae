import AuctionCore
import AuctionFacts
import AuctionWire
import ServiceKit
import SharedKernel
import SigningKit

/// The accepted bids of an auction as its follower has read them: what prices must follow from. At once as long as nothing is secret;
/// the rest when it is revealed.
struct FollowedBids: Sendable {
  typealias Standing = (price: Money?, leader: PrincipalID?)

  private struct Name: Hashable, Sendable {
    let bidder: PrincipalID
    let bid: BidID
  }

  /// What the house said after a bid, or after one was voided.
  private struct Stated: Equatable, Sendable {
    let price: Money?
    let leader: PrincipalID?
    let isReserveMet: Bool?
  }

  private struct Item: Sendable {
    let name: Name
    let amount: Money
    let commitment: Digest?
    let stated: Stated
  }

  private struct Voided: Sendable {
    /// Of the bid that counts no longer.
    let place: Int
    /// So many bids had been accepted by then.
    let after: Int
    let stated: Stated
  }

  private var items = Pieces<Item>()
  private var voided: [Voided] = []
  private var voidedNames: Set<Name> = []
  /// What was revealed, in the order of those that committed.
  private var secrets = Pieces<Secret>()
  /// As it stands, until something is secret.
  private var contest: Contest? = Contest()
  /// As far as it has been revealed.
  private var revealed = Contest()
  /// The least for which the lot is sold, once it has been told.
  private var reserve: Money?
  private var revealedBids: Int64 = 0
  /// The most that each bidder has been seen to offer under seal.
  private var offered: [PrincipalID: Money] = [:]
  /// The next that may have to be revealed.
  private var next = 0
  /// Who began to read later than they were placed sees only what is revealed.
  private let isWhole: Bool

  init(isWhole: Bool) { self.isWhole = isWhole }

  private var isOpen: Bool { isWhole && contest != nil }

  /// Takes an accepted bid. False when price and leader cannot be what it leaves: exactly, as long as nothing is secret.
  mutating func take(_ bid: Bid, under terms: AuctionTerms, leaving entry: BlockEntry, after before: Standing) -> Bool {
    let now: Standing = (entry.price, entry.leader)
    let isSecret = bid.maximumCommitment != nil || terms.isSealed
    if isWhole {
      if isSecret { contest = nil }
      items.append(
        Item(
          name: Name(bidder: bid.bidder, bid: bid.id), amount: bid.amount, commitment: bid.maximumCommitment,
          stated: Stated(price: entry.price, leader: entry.leader, isReserveMet: entry.isReserveMet)))
    }
    guard !terms.isSealed else { return now == (nil, nil) }
    guard let price = now.price, let leader = now.leader else { return false }
    let offered = terms.counted(bid, in: entry)
    guard isOpen, var open = contest else {
      return before.price.map { price >= $0 } ?? true
        && (leader == bid.bidder || leader == before.leader) && (price >= offered || bid.bidder == before.leader)
    }
    let isEnough =
      bid.bidder == before.leader
      ? terms.isBought(at: offered) : before.price.map { offered > $0 } ?? (offered >= terms.openingPrice)
    let counting = terms.fallingPrice == nil ? bid.amount : offered
    open.take(Contest.Offer(bidder: bid.bidder, amount: counting, maximum: counting), under: terms)
    contest = open
    return isEnough && now == (open.price, open.leader)
  }

  /// Takes one out of the reckoning. False when it does not stand there, or price and leader cannot be what the others come to.
  mutating func void(_ bid: BidID, of bidder: PrincipalID, under terms: AuctionTerms, leaving entry: BlockEntry) -> Bool {
    let now: Standing = (entry.price, entry.leader)
    let name = Name(bidder: bidder, bid: bid)
    guard voidedNames.insert(name).inserted else { return false }
    guard isWhole else { return terms.isSealed ? now == (nil, nil) : (now.price == nil) == (now.leader == nil) }
    guard let place = (0..<items.count).first(where: { items[$0].name == name }) else { return false }
    voided.append(
      Voided(
        place: place, after: items.count,
        stated: Stated(price: entry.price, leader: entry.leader, isReserveMet: entry.isReserveMet)))
    // Whose own bid is gone may lead with one that went further than its turn asked for: as with a maximum, a reserve then moves the price.
    if terms.rules.reserveCommitment != nil { contest = nil }
    if isOpen {
      let left = replay(upTo: items.count, without: Set(voided.map(\.place)), under: terms) { items[$0].amount }
      contest = left
      return now == (left.price, left.leader)
    }
    guard !terms.isSealed, (0..<items.count).contains(where: { !voidedNames.contains(items[$0].name) }) else {
      return now == (nil, nil)
    }
    guard let price = now.price, let leader = now.leader else { return false }
    return price >= terms.openingPrice
      && (0..<items.count).contains { items[$0].name.bidder == leader && !voidedNames.contains(items[$0].name) }
  }

  /// What bids come to that count, each taken in its turn.
  private func replay(upTo end: Int, without left: Set<Int>, under terms: AuctionTerms, _ maximum: (Int) -> Money) -> Contest {
    var contest = Contest(reserve: reserve)
    for place in 0..<end where !left.contains(place) {
      let item = items[place]
      contest.take(
        Contest.Offer(bidder: item.name.bidder, amount: item.amount, maximum: maximum(place)), under: terms)
    }
    return contest
  }

  // MARK: Revealed

  /// Takes what the terms commit to, before what bids do.
  mutating func reveal(reserve amount: Money) { (reserve, revealed) = (amount, Contest(reserve: amount)) }

  /// Takes what was secret of a bid. False when it was not its turn, when that is not what it commits to, or when price and leader are
  /// not what those revealed so far come to.
  mutating func reveal(
    _ bid: BidID, of bidder: PrincipalID, _ secret: Secret, in edition: Edition, under terms: AuctionTerms,
    leaving now: Standing, after before: Standing
  ) -> Bool {
    let name = Name(bidder: bidder, bid: bid)
    if isWhole {
      while next < items.count, items[next].commitment == nil { next += 1 }
      guard next < items.count, items[next].name == name,
        SHA256.of(secret.commitment(to: bid, of: bidder, in: edition)) == items[next].commitment
      else { return false }
      next += 1
      secrets.append(secret)
    }
    guard terms.isSealed else { return now == before }
    guard secret.amount >= terms.openingPrice else { return false }
    if !voidedNames.contains(name) {
      revealed.reveal(Contest.Offer(bidder: bidder, amount: .zero, maximum: secret.amount), under: terms)
      revealedBids += 1
    }
    offered[bidder] = max(offered[bidder] ?? .zero, secret.amount)
    if isWhole { return now == (revealed.price, revealed.leader) }
    // Which of those before were voided, the result's count of bids will tell.
    guard let price = now.price, let leader = now.leader else { return now == (nil, nil) }
    return price >= terms.openingPrice && offered[leader].map { price <= $0 } ?? false
  }

  /// Whether the result is what was revealed, and everything was.
  func areRight(under terms: AuctionTerms, in result: AuctionResult) -> Bool {
    guard isWhole else {
      return !terms.isSealed || result.outcome != .sold || result.acceptedBids != revealedBids
        || (result.winner, result.amount) == (revealed.leader, revealed.price)
    }
    return (next..<items.count).allSatisfy { items[$0].commitment == nil } && wereRight(under: terms)
  }

  /// To whom the bids that count give the lot without those of one bidder, one after the other, when all that was secret is known; nil
  /// where that cannot be told.
  func heirs(without bidder: PrincipalID?, under terms: AuctionTerms) -> [Heir]? {
    guard isWhole, let bidder else { return nil }
    let (left, maxima) = (Set(voided.map(\.place)), maxima)
    let offers = (0..<items.count).filter { !left.contains($0) }.map {
      Contest.Offer(bidder: items[$0].name.bidder, amount: items[$0].amount, maximum: maxima[$0])
    }
    return Succession(offers, under: terms, reserve: reserve).heirs(without: [bidder], atMost: FinishedLot.mostPassings)
  }

  /// How far each went, once all of them are open.
  private var maxima: [Money] {
    var maxima: [Money] = []
    var opened = 0
    for place in 0..<items.count {
      guard items[place].commitment != nil else {
        maxima.append(items[place].amount)
        continue
      }
      maxima.append(secrets[opened].amount)
      opened += 1
    }
    return maxima
  }

  /// Whether every price and leader was what the bids, now that they are open, come to; and none went less far than it had to.
  private func wereRight(under terms: AuctionTerms) -> Bool {
    guard !terms.isSealed, !isOpen || reserve != nil else { return true }
    let maxima = maxima
    var (contest, left, voids) = (Contest(reserve: reserve), Set<Int>(), voided[...])
    func isRight(_ stated: Stated) -> Bool {
      stated == Stated(price: contest.price, leader: contest.leader, isReserveMet: reserve.map { _ in contest.isReserveMet })
    }
    for place in 0...items.count {
      while let void = voids.first, void.after == place {
        left.insert(void.place)
        voids.removeFirst()
        contest = replay(upTo: place, without: left, under: terms) { maxima[$0] }
        guard isRight(void.stated) else { return false }
      }
      guard place < items.count else { break }
      let (item, maximum) = (items[place], maxima[place])
      let isEnough = contest.price.map { maximum > $0 || item.name.bidder == contest.leader } ?? (maximum >= terms.openingPrice)
      contest.take(Contest.Offer(bidder: item.name.bidder, amount: item.amount, maximum: maximum), under: terms)
      guard isEnough, maximum >= item.amount, isRight(item.stated) else { return false }
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
