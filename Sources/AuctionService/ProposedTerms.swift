package import AuctionFacts
import AuctionWire
import ServiceKit
package import SharedKernel
import SigningKit

/// An instant as a person names it: itself, or so long after another.
package enum Moment: Hashable, Sendable {
  case at(Timestamp)
  case after(Interval)

  package func resolved(from base: Timestamp) -> Timestamp {
    switch self {
    case .at(let instant): instant
    case .after(let wait): base + wait
    }
  }
}

/// What an auction is to be held under, before its times are worked out: they may count from when it is scheduled.
package struct ProposedTerms: Hashable, Sendable {
  package var auction: AuctionID
  package var title: String
  package var description = ""
  package var seller: PrincipalID
  package var currency: Currency = .brl
  package var format = AuctionFormat.english
  package var openingPrice: Money
  package var increment: Increment
  /// From when the auction is scheduled.
  package var opening: Moment
  /// From the opening.
  package var end: Moment
  /// From the opening.
  package var latestEnd: Moment?
  /// All but `latestClose`, which follows from `latestEnd`, and the commitment to the reserve.
  package var rules = AuctionRules()
  package var reserve: Money?

  package func terms(asOf now: Timestamp) -> AuctionTerms {
    let opensAt = opening.resolved(from: now)
    var rules = rules
    rules.latestClose = latestEnd?.resolved(from: opensAt)
    return AuctionTerms(
      auction: auction, title: title, description: description, seller: seller, currency: currency, format: format,
      openingPrice: openingPrice, increment: increment, opensAt: opensAt, closesAt: end.resolved(from: opensAt), rules: rules)
  }
}

extension ProposedTerms {
  /// The command by which a calendar file schedules the auction. Its id follows from the auction's, which serves once in a
  /// house: so does the command.
  /// - Parameter salt: sixteen random bytes, used if there is a reserve.
  func filed(at clock: ClockReading, salt: [UInt8]) -> Command {
    let name = Array("leilao-arquivo".utf8) + [0] + Array(auction.text.utf8)
    return Command(id: CommandID(UniqueID(SHA256.of(name))), action: scheduling(at: clock, salt: salt), clock: clock)
  }

  package func scheduling(at clock: ClockReading, salt: [UInt8]) -> Command.Action {
    .schedule(terms(asOf: clock.instant), reserve: reserve.flatMap { Secret(amount: $0, salt: salt) })
  }

  /// The bytes of that command's payload at its longest, if they are more than one may have; nil: it fits.
  var oversize: Int? {
    let latest = ClockReading(
      Timestamp(microseconds: WireLimits.integer), uncertainty: WireLimits.uncertainty, status: .unsynchronized)
    let size = filed(at: latest, salt: [UInt8](repeating: 0, count: Secret.saltBytes)).payload.count
    return size > Kind.schedule.maximumPayload ? size : nil
  }
}
