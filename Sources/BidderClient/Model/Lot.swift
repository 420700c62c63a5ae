internal import AuctionCore
internal import AuctionFacts
package import SharedKernel

/// One auction as this bidder sees it.
package struct Lot: Hashable, Sendable {
  package struct Moved: Hashable, Sendable {
    package var at: Timestamp
    package var delta: Interval
  }

  package var view: AuctionView
  package var isFollowed = false
  /// When a live bid last changed the price.
  package var priceChangedAt: Timestamp?
  /// When the end last moved as somebody looked, and how far.
  package var moved: Moved?
  /// The end that a notice has told.
  var announcedEnd: Timestamp?
  package var bid: OwnBid?
  /// How far the house goes for this bidder, as far as this terminal has sent it; nobody else could tell.
  package var ownMaximum: Money?
  /// The same while it holds: nobody has gone further, and the price has not passed it.
  package func heldMaximum(for bidder: PrincipalID) -> Money? {
    guard isLed(by: bidder), let ownMaximum, view.price.map({ $0 <= ownMaximum }) ?? true else { return nil }
    return ownMaximum
  }
  /// When this bidder last led.
  package var ledAt: Timestamp?
  /// Why it was cancelled or suspended.
  package var reason: String?
  /// What has been announced once.
  package var saidMinute = false
  package var rangTenSeconds = false

  package init(_ view: AuctionView) { self.view = view }

  /// The end has moved: there is a new last minute to warn of.
  mutating func move(at now: Timestamp, by delta: Interval, to closesAt: Timestamp) {
    moved = Moved(at: now, delta: delta)
    // In a soft close every bid moves the end: what is still within the last minute has been said.
    if closesAt - now > .seconds(60) { saidMinute = false }
    if closesAt - now > .seconds(10) { rangTenSeconds = false }
  }

  package var id: AuctionID { view.terms.auction }
  package var isOver: Bool { view.status == .closed }
  /// What it goes for as things stand: where it was passed on, what the one who has it now pays.
  package var price: Money? { view.passedOn?.amount ?? view.price }
  package func isLed(by bidder: PrincipalID) -> Bool { !isOver && view.leader == bidder }
  package var hasOwnBid: Bool { view.ownLast != nil || bid.map { !$0.stage.isFinal } ?? false }

  /// What one more step adds at the present price.
  package var step: Money {
    if let descent = view.terms.fallingPrice { return descent.step }
    if view.terms.isSealed { return Money(minorUnits: max(1, view.terms.openingPrice.minorUnits / 10)) ?? view.minimum }
    if let price = view.price, view.minimum != view.terms.rules.buyNow,
      let step = Money(minorUnits: view.minimum.minorUnits - price.minorUnits), step > .zero
    {
      return step
    }
    return view.terms.increment.step(at: view.price ?? view.minimum)
  }

  /// Where this bidder stands in it.
  package func standing(of bidder: PrincipalID) -> Standing {
    if case .broken = view.chain { return .chainBroken }
    if let stage = bid?.stage, stage == .uncertain { return .uncertain }
    return outcome(for: bidder)
  }

  /// As far as the house says it: whatever is to be thought of its chain, and of a bid that is under way.
  func outcome(for bidder: PrincipalID) -> Standing {
    switch view.status {
    case .scheduled: return .waiting
    case .suspended: return .suspended
    case .open:
      if view.leader == bidder { return .leading }
      return view.ownLast == nil ? .watching : view.terms.isSealed ? .entered : .outbid
    case .closed:
      if let passing = view.passedOn { return passing.to == bidder ? .won : .passedOn }
      guard let result = view.result else { return .closed }
      switch result.outcome {
      case .sold: return result.winner == bidder ? .won : view.ownLast == nil ? .closed : .lost
      case .conditional: return .conditional
      case .noBids: return .noBids
      case .cancelled: return .cancelled
      }
    }
  }
}

/// What a bidder is to an auction.
package enum Standing: Hashable, Sendable, CaseIterable {
  /// `entered`: a sealed bid lies in, and nobody knows what it is worth.
  case waiting, watching, leading, outbid, entered, suspended, uncertain, won, lost
  /// Sold, without this bidder having taken part; or over, and how is not known.
  case closed
  /// Another than the winner has it, and not this bidder.
  case passedOn
  case conditional, noBids, cancelled, chainBroken
}
