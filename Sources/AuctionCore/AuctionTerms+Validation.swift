package import AuctionFacts
package import SharedKernel

extension AuctionTerms {
  /// The bounds within which an auction can be held.
  package enum Bounds {
    /// In Unicode scalars.
    package static let title = 1...120
    /// In Unicode scalars.
    package static let description = 0...2_000
    /// Basis points of a percentual increment.
    package static let basisPoints: ClosedRange<Int64> = 1...1_000_000
    package static let bands = 1...64
    /// An auction that should have opened this long ago still opens, late, with its whole duration.
    package static let oldestOpening = Interval.seconds(3_600)
    /// Nothing is scheduled further ahead: ten years.
    package static let horizon = Interval.seconds(3_653 * 86_400)
    /// In whole seconds, as the wire says it.
    package static let extensionWindow = Interval.zero...Interval.seconds(86_400)
    /// How long a falling price stands at each step: in whole seconds, as the wire says it.
    package static let descentStep = Interval.seconds(1)...Interval.seconds(86_400)
    /// In whole milliseconds, as the wire says it.
    package static let inFlightTolerance = Interval.zero...Interval.seconds(10)
  }

  /// Why an auction cannot be held under these terms, asked for as of now: `badTerms`, `unsupported` or nil.
  /// - Parameter reserve: what they are to commit to; they do not yet.
  package func refusal(
    at now: Timestamp, reserve: Money? = nil, held: Set<AuctionFormat> = AuctionFormat.held
  ) -> CommandRefusal? {
    guard problemOfAnyFormat(at: now, reserve: reserve) == nil else { return .badTerms }
    // What a commitment opens with, only the house that made it knows.
    guard held.contains(format), rules.reserveCommitment == nil, rules.descent == nil || held.contains(.dutch) else {
      return .unsupported
    }
    return descentProblem(reserve: reserve) == nil ? nil : .badTerms
  }

  /// Whether this house holds auctions of that kind; others come later.
  var isSupported: Bool { AuctionFormat.held.contains(format) && descentProblem() == nil }

  /// The first of the terms that is out of its bounds.
  package enum Problem: Hashable, Sendable, CaseIterable {
    case seller, title, description, openingPrice, increment, buyNow, reserve, opensAt, closesAt, latestClose, extensionWindow
    case inFlightTolerance, descent, extensionWindowOfDescent, reserveOfDescent
  }

  /// Nil: all are within their bounds, asked for as of now.
  package func problem(at now: Timestamp, reserve: Money? = nil) -> Problem? {
    problemOfAnyFormat(at: now, reserve: reserve) ?? descentProblem(reserve: reserve)
  }

  private func problemOfAnyFormat(at now: Timestamp, reserve: Money?) -> Problem? {
    // A service decides and an operator commands: neither sells. The house itself may.
    guard seller.role == .bidder || seller.role == .house else { return .seller }
    guard Bounds.title.contains(title.unicodeScalars.count) else { return .title }
    guard Bounds.description.contains(description.unicodeScalars.count) else { return .description }
    guard openingPrice > .zero else { return .openingPrice }
    guard increment.isSensible else { return .increment }
    // Only where the price rises openly can it be passed; at the opening price the first bid would always end it.
    if let buyNow = rules.buyNow, buyNow <= openingPrice || format != .english { return .buyNow }
    // Up to the opening price it keeps nothing back; beyond what the lot costs at once nobody goes.
    if let reserve, reserve <= openingPrice || rules.buyNow.map({ reserve > $0 }) ?? false { return .reserve }
    guard opensAt >= now - Bounds.oldestOpening else { return .opensAt }
    guard closesAt > opensAt, closesAt <= now + Bounds.horizon else { return .closesAt }
    return rules.problem(closingAt: closesAt, horizon: now + Bounds.horizon)
  }
}

extension AuctionFormat {
  /// Those that this house holds.
  package static let held: Set<AuctionFormat> = [.english, .sealed, .vickrey, .dutch]
  /// Those that a house held whose journal has a version up to 6: what it refused stays refused.
  package static let heldUpToVersion6: Set<AuctionFormat> = [.english]
}

extension AuctionRules {
  fileprivate func problem(closingAt end: Timestamp, horizon: Timestamp) -> AuctionTerms.Problem? {
    typealias Bounds = AuctionTerms.Bounds
    if let latestClose, latestClose < end || latestClose > horizon { return .latestClose }
    guard Bounds.extensionWindow.contains(extensionWindow), extensionWindow.microseconds.isMultiple(of: 1_000_000)
    else { return .extensionWindow }
    guard Bounds.inFlightTolerance.contains(inFlightTolerance), inFlightTolerance.microseconds.isMultiple(of: 1_000)
    else { return .inFlightTolerance }
    return nil
  }
}

extension Increment {
  /// Every step is positive; the bands of a table rise, and only the last one, and it always, is without a bound.
  fileprivate var isSensible: Bool {
    switch self {
    case .fixed(let step): return step > .zero
    case .percentage(let basisPoints): return AuctionTerms.Bounds.basisPoints.contains(basisPoints)
    case .table(let bands):
      guard AuctionTerms.Bounds.bands.contains(bands.count), bands.allSatisfy({ $0.step > .zero }) else { return false }
      let bounds = bands.compactMap(\.upTo)
      guard bands.last?.upTo == nil, bounds.count == bands.count - 1 else { return false }
      return zip(bounds, bounds.dropFirst()).allSatisfy(<)
    }
  }
}
