// AuctionFacts: what can be said about an auction: its terms, its bids, the blocks of its ledger, the events of its
// calendar. Values that the rules decide (AuctionCore) and the published language spells (AuctionWire), so that those two
// need not know each other. Nothing here decides, encodes or signs.

package import SharedKernel

/// How an auction is played.
package enum AuctionFormat: Hashable, Sendable, CaseIterable {
  /// Ascending, open.
  case english
  /// Sealed, first price.
  case sealed
  /// Sealed, second price.
  case vickrey
  /// Descending.
  case dutch
}

/// What a bid must add to the price.
package enum Increment: Hashable, Sendable {
  case fixed(Money)
  /// Basis points (hundredths of a per cent) of the price, rounded up to a whole minor unit; at least one unit.
  case percentage(basisPoints: Int64)
  /// The step of the first band whose bound is not below the price; the last band has no bound.
  case table([Band])

  package struct Band: Hashable, Sendable {
    /// The highest price that this band holds for; nil in the last band.
    package let upTo: Money?
    package let step: Money
    package init(upTo: Money?, step: Money) { (self.upTo, self.step) = (upTo, step) }
  }

  /// The increments that eBay publishes ("Bid increments", eBay US): 0.05 up to 0.99, 100.00 from 5 000.00 on. In hundredths, so for
  /// currencies of two decimals.
  package static let ebay: Increment = {
    let bands: [(upTo: Int64, step: Int64)] = [
      (99, 5), (4_99, 25), (24_99, 50), (99_99, 1_00), (249_99, 2_50), (499_99, 5_00), (999_99, 10_00), (2_499_99, 25_00),
      (4_999_99, 50_00),
    ]
    return .table(
      bands.compactMap { band in Money(minorUnits: band.step).map { Band(upTo: Money(minorUnits: band.upTo), step: $0) } }
        + [Band(upTo: nil, step: Money(minorUnits: 100_00) ?? .maximum)])
  }()
}

/// The options of an auction, part of its signed terms.
package struct AuctionRules: Hashable, Sendable {
  /// Soft close: a bid that changes price or leader this close to the end moves the end. Zero: hard close.
  package var extensionWindow: Interval
  /// No bid moves the end past this; only an outage of the house may.
  package var latestClose: Timestamp?
  /// How long a bid in flight may still count on the increment of the state that its bidder had seen. Zero: never.
  package var inFlightTolerance: Interval
  /// Whether bids without a synchronised clock are refused.
  package var clockRequired: Bool
  /// SHA-256 that commits the house to a secret reserve price.
  package var reserveCommitment: Digest?
  /// A bid of this much or more ends the auction at once, at this price.
  package var buyNow: Money?
  /// The price steps of a Dutch auction.
  package var descent: Descent?

  package struct Descent: Hashable, Sendable {
    package let from: Money
    package let step: Money
    package let every: Interval
    package let to: Money
    package init(from: Money, step: Money, every: Interval, to: Money) {
      (self.from, self.step, self.every, self.to) = (from, step, every, to)
    }
  }

  package init(
    extensionWindow: Interval = .seconds(120), latestClose: Timestamp? = nil,
    inFlightTolerance: Interval = .milliseconds(250), clockRequired: Bool = false,
    reserveCommitment: Digest? = nil, buyNow: Money? = nil, descent: Descent? = nil
  ) {
    self.extensionWindow = extensionWindow
    self.latestClose = latestClose
    self.inFlightTolerance = inFlightTolerance
    self.clockRequired = clockRequired
    self.reserveCommitment = reserveCommitment
    self.buyNow = buyNow
    self.descent = descent
  }
}

/// What an auction is held under: said once, signed by ms-leilao, never changed.
package struct AuctionTerms: Hashable, Sendable {
  package var auction: AuctionID
  /// Up to 120 characters.
  package var title: String
  /// Up to 2 000 characters.
  package var description: String
  package var seller: PrincipalID
  package var currency: Currency
  package var format: AuctionFormat
  package var openingPrice: Money
  package var increment: Increment
  package var opensAt: Timestamp
  package var closesAt: Timestamp
  package var rules: AuctionRules

  package init(
    auction: AuctionID, title: String, description: String = "", seller: PrincipalID, currency: Currency = .brl,
    format: AuctionFormat = .english, openingPrice: Money, increment: Increment, opensAt: Timestamp, closesAt: Timestamp,
    rules: AuctionRules = AuctionRules()
  ) {
    self.auction = auction
    self.title = title
    self.description = description
    self.seller = seller
    self.currency = currency
    self.format = format
    self.openingPrice = openingPrice
    self.increment = increment
    self.opensAt = opensAt
    self.closesAt = closesAt
    self.rules = rules
  }
}

extension AuctionTerms {
  /// Whether amounts stay secret until the end.
  package var isSealed: Bool { format == .sealed || format == .vickrey }
}

/// Where an auction stands.
package enum AuctionStatus: Hashable, Sendable, CaseIterable {
  case scheduled, open, suspended, closed

  /// Begun, and not over.
  package var isUnderWay: Bool { self == .open || self == .suspended }
}
