import AuctionCore
import AuctionFacts
import AuctionSigning
import AuctionWire
import ServiceKit
package import SharedKernel

// What the house says of a lot after its auction's closing block.

extension FollowedAuction {
  /// Who has the lot, as far as is known; nil where nobody has.
  package var holder: PrincipalID? { passedOn.last?.passing.to ?? result?.winner }

  /// Whether the house has passed it on more often than is known.
  func lacksPassing(_ summary: AuctionSummary) -> Bool {
    health == .whole && summary.passedOn.map { $0.sequence > passedOn.last?.sequence ?? 0 } ?? false
  }

  /// The same auction, of which another reader has heard how it was passed on.
  func passedOn(as other: FollowedAuction) -> FollowedAuction {
    var copy = self
    copy.passedOn = other.passedOn
    return copy
  }

  /// Takes ms-leilao's word, the signature checked, that the lot goes to another bidder.
  ///
  /// - Parameter isWhole: whether everything said before it was heard: otherwise one that does not follow leaves a gap.
  mutating func take(_ said: PassedOn, isWhole: Bool) -> Step {
    let passing = said.passing
    guard health == .whole, passing.edition == edition, said.sequence > passedOn.last?.sequence ?? 0 else {
      return passedOn.contains { $0.sequence == said.sequence && $0.passing != passing } && health == .whole
        ? refuse("dois repasses com o mesmo número", "two passings-on under one number") : .alreadyKnown
    }
    guard let result, let head, status == .closed else { return .gap }
    guard var lot = FinishedLot(result, digest: head.digest, seller: terms.seller, price: price) else {
      return refuse("o repasse de um lote que ninguém podia levar", "the passing on of a lot that nobody could have")
    }
    for known in passedOn { lot.pass(known.passing) }
    if passing.from != lot.holder, passing.result == lot.result, !isWhole { return .gap }
    guard lot.refusal(of: passing) == nil, passing.amount >= terms.openingPrice else {
      return refuse("um repasse que não segue do resultado", "a passing on that does not follow from the result")
    }
    guard isRight(passing, result) else {
      return refuse("um repasse que não é o que os lances dão", "a passing on that is not what the bids come to")
    }
    passedOn.append(said)
    asOf = said.clock
    return .applied([.passedOn(passing)])
  }

  /// Exactly, where the lot goes to the one who led, or to the one behind him; of later ones only whether they had bid.
  private func isRight(_ passing: PassingOn, _ result: AuctionResult) -> Bool {
    let isOfLeader = result.outcome == .conditional && passedOn.isEmpty
    if isOfLeader { return (passing.to, passing.amount) == (leader, price) }
    if passedOn.count == (result.outcome == .conditional ? 1 : 0), let heir {
      return (passing.to, passing.amount) == (heir.leader, heir.price)
    }
    guard isFromTheFirst, bids.count < Self.bidsKept else { return true }
    return bids.contains { $0.bidder == passing.to && !$0.isVoided }
  }

  private mutating func refuse(_ portuguese: String, _ english: String) -> Step {
    .applied([breakChain(portuguese, english)])
  }
}

extension HouseStatement {
  var passedOn: PassedOn? { if case .passedOn(let said) = fact { said } else { nil } }
}

extension BidderSession {
  /// What an answer has behind an auction's last block: all that there is.
  mutating func hear(passings statements: [HouseStatement]) -> [Output] {
    statements.flatMap { statement -> [Output] in
      guard let said = statement.passedOn else { return [] }
      return (concerns.include(statement) ? [.tell(.concerning(statement))] : []) + hear(said, isWhole: true)
    }
  }

  /// - Parameter isWhole: whether everything that was said before it has been heard.
  mutating func hear(_ said: PassedOn, isWhole: Bool) -> [Output] {
    guard let step = auctions[said.auction]?.take(said, isWhole: isWhole), let auction = auctions[said.auction] else { return [] }
    switch step {
    case .applied(let changes): return [.tell(.auction(auction, changes))]
    case .alreadyKnown: return []
    case .gap:
      if !isWhole { want(said.auction, from: auction.status == .closed ? auction.head?.block : nil) }
      return []
    }
  }
}
