import AuctionCore
import AuctionFacts
package import SharedKernel

/// A price that falls, naively: step after step, for as long as nothing kept bidders from bidding.
extension Oracle.Auction {
  /// What stands from which bid on: the first one, at what was asked when it came.
  var bought: Standing {
    guard let first = happened.first(where: { $0.bid != nil }), let received = first.received, let bid = first.bid?.bid else {
      return Standing()
    }
    let price = fallen(until: received)
    return Standing(price: price, leader: bid.bidder, most: price)
  }

  package func minimum(at instant: Timestamp) -> Int64 {
    guard terms.format == .dutch, price == nil else { return minimum(after: price) }
    if outcome != nil { return terms.openingPrice.minorUnits }
    return fallen(until: suspended.map { min($0, instant) } ?? instant)
  }

  /// As the last entry says it.
  package var minimum: Int64 { minimum(at: stated ?? opened ?? terms.opensAt) }

  private func fallen(until instant: Timestamp) -> Int64 {
    guard let descent = terms.rules.descent else { return 0 }
    guard let opened, isOpen else { return descent.from.minorUnits }
    var (price, left) = (descent.from.minorUnits, instant - opened - paused - absent)
    while left >= descent.every, price > terms.openingPrice.minorUnits {
      (price, left) = (price - descent.step.minorUnits, left - descent.every)
    }
    return max(price, terms.openingPrice.minorUnits)
  }
}

extension CalendarNotice {
  /// The end that it names, if it names one.
  var named: Timestamp? {
    switch action {
    case .close(let end), .resume(let end): end
    case .suspend, .cancel: nil
    }
  }
}

extension SubmittedBid {
  /// How far it goes.
  var most: Int64 { (secret?.amount ?? bid.amount).minorUnits }
}
