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
    health == .whole && summary.passedOn.map { said in !passedOn.contains { $0.passing.to == said.id } } ?? false
  }

  /// The same auction, of which another reader has heard how it was passed on: tested against what this one knows of the bids.
  func passedOn(as other: FollowedAuction) -> FollowedAuction {
    var copy = self
    for said in other.passedOn { _ = copy.take(said) }
    return copy
  }

  /// Takes ms-leilao's word, the signature checked, that the lot goes to another bidder. One that does not follow leaves a gap: nobody
  /// signs that an answer has all of them.
  mutating func take(_ said: PassedOn) -> Step {
    let passing = said.passing
    guard health == .whole, passing.edition == edition else { return .alreadyKnown }
    // A house that has forgotten it, journals restored from copies, says it again, under a number and for a reason of that day.
    if let place = passedOn.firstIndex(where: { $0.passing.from == passing.from }) {
      guard passedOn[place].passing.isSame(as: passing) else {
        return refuse("um lote repassado da mesma pessoa a duas", "a lot passed on from one to two")
      }
      if said.sequence > passedOn[place].sequence { passedOn[place] = said }
      return .alreadyKnown
    }
    guard let result, let head, status == .closed else { return .gap }
    guard var lot = FinishedLot(result, digest: head.digest, seller: terms.seller, price: price) else {
      return refuse("o repasse de um lote que ninguém podia levar", "the passing on of a lot that nobody could have")
    }
    for known in passedOn { lot.pass(known) }
    if passing.from != lot.holder, passing.result == lot.result { return .gap }
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

  /// Where the reserve was not met, the first one goes to the one who led; the others as the bids give it, for who has read them all.
  private func isRight(_ passing: PassingOn, _ result: AuctionResult) -> Bool {
    let places = result.outcome == .conditional ? passedOn.count - 1 : passedOn.count
    guard places >= 0 else { return (passing.to, passing.amount) == (leader, price) }
    guard let heirs else { return true }
    return heirs.indices.contains(places) && heirs[places] == Heir(bidder: passing.to, amount: passing.amount)
  }

  private mutating func refuse(_ portuguese: String, _ english: String) -> Step {
    .applied([breakChain(portuguese, english)])
  }
}

extension HouseStatement {
  var passedOn: PassedOn? { if case .passedOn(let said) = fact { said } else { nil } }
}

extension BidderSession {
  /// What an answer has behind an auction's last block. What is missing there is asked for when the list tells of it again.
  mutating func hear(passings statements: [HouseStatement]) -> [Output] {
    statements.flatMap { statement -> [Output] in
      guard let said = statement.passedOn else { return [] }
      return (concerns.include(statement) ? [.tell(.concerning(statement))] : []) + hear(said, asking: false)
    }
  }

  /// - Parameter isAsking: whether to ask at once for what is missing before it.
  mutating func hear(_ said: PassedOn, asking isAsking: Bool = true) -> [Output] {
    guard let step = auctions[said.auction]?.take(said), let auction = auctions[said.auction] else { return [] }
    switch step {
    case .applied(let changes): return [.tell(.auction(auction, changes))]
    case .alreadyKnown: return []
    case .gap:
      if isAsking { want(said.auction, from: auction.status == .closed ? auction.head?.block : nil) }
      return []
    }
  }
}
