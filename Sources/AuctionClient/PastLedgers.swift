import AuctionFacts
import SharedKernel

/// Ledgers of auctions that a bidder's session began at the signed head, because it met too many at once: read aside, from the
/// first block, until they have the head that the session has.
struct PastLedgers: Sendable {
  private var ledgers: [AuctionID: FollowedAuction] = [:]

  mutating func begin(_ ledger: FollowedAuction) { ledgers[ledger.terms.auction] = ledger }

  func isReading(_ id: AuctionID) -> Bool { ledgers[id] != nil }

  /// What to ask for next, of those that nothing is asked about.
  func next(_ isFree: (AuctionID) -> Bool) -> (auction: AuctionID, from: Int64)? {
    ledgers.keys.sorted().first(where: isFree).flatMap { id in ledgers[id].map { (id, $0.nextBlock) } }
  }

  /// Takes the blocks that the house answered with when it was asked from `first` on.
  /// - Returns: the bids among them, and which were voided; and the ledger when it is read up to `head`, or as soon as it is seen not to be whole.
  mutating func take(
    _ blocks: [(block: Block, digest: Digest)], of id: AuctionID, askedFrom first: Int64, upTo head: Seen?
  ) -> (changes: [FollowedAuction.Change], read: FollowedAuction?) {
    guard var ledger = ledgers[id] else { return ([], nil) }
    let wanted = ledger.nextBlock
    var told: [FollowedAuction.Change] = []
    for (block, digest) in blocks {
      guard case .applied(let changes) = ledger.take(block, digest: digest) else { continue }
      told += changes.filter(\.isOfBids)
    }
    let isRead = ledger.health != .whole || ledger.head == head
    // A house that no longer has what it showed is not asked for ever.
    let isStuck = first == wanted && ledger.nextBlock == wanted
    ledgers[id] = isRead || isStuck ? nil : ledger
    return (told, isRead ? ledger : nil)
  }
}

extension FollowedAuction.Change {
  fileprivate var isOfBids: Bool {
    switch self {
    case .bid, .voided: true
    case .opened, .extended, .revealed, .reserveRevealed, .suspended, .resumed, .closed, .passedOn, .broken: false
    }
  }
}
