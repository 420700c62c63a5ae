package import AuctionFacts
package import AuctionSigning
package import AuctionWire
package import ServiceKit
package import SharedKernel

/// The house's signed answer to a query, and the statements that came with it, each checked by itself.
package struct HouseAnswer: Sendable {
  package let snapshot: Snapshot
  package let statements: [HouseStatement]

  /// - Parameter open: checks and reads a statement; whoever hears the same bytes many times may remember.
  package init(
    _ reply: SnapshotReply, ring: KeyRing,
    opening open: ([UInt8], KeyRing) throws(Rejection) -> HouseStatement = { body, ring throws(Rejection) in
      try HouseStatement(whole: body, ring: ring)
    }
  ) throws(Rejection) {
    let envelope = reply.envelope
    try envelope.check(by: ring)
    do {
      snapshot = try Snapshot(envelope)
    } catch {
      throw Rejection(.malformed, "\(error)")
    }
    var statements: [HouseStatement] = []
    for evidence in reply.envelopes { statements.append(try open(evidence.bytes, ring)) }
    self.statements = statements
  }

  /// Whether it answers that question, and whole. Only the snapshot is signed as an answer: what travels beside it is signed by
  /// itself, and whoever passes it on may leave some of it out, or put something else in its place.
  ///
  /// - Parameter auction: the one that the question was about, where the asker knew it: another partition than its own cannot tell.
  package func answers(_ subject: Query.Subject, about auction: AuctionID? = nil) -> Bool {
    guard isTold(of: Query(id: snapshot.id, subject: subject, about: auction).auction) else { return false }
    return isWhole(subject)
  }

  private func isTold(of auction: AuctionID?) -> Bool {
    guard let auction, let partition = snapshot.partition else { return true }
    return partition.holds(auction.slice)
  }

  private func isWhole(_ subject: Query.Subject) -> Bool {
    switch (subject, snapshot.content) {
    case (.auctions, .auctions(let summaries)):
      summaries.count == statements.count && summaries.allSatisfy { isTold(of: $0.auction) }
        && zip(summaries, statements).allSatisfy { $1.digest == $0.edition && $1.schedules($0.auction) }
    case (.blocks(let asked, _), .blocks(let auction, let first, let head)):
      asked == auction && hasAll(of: auction, from: first, to: head)
    case (.ledger(let asked, _), .ledger(let auction, _, _)): asked == auction
    case (.bid(let asker, let asked), .bid(let bidder, let bid, let verdict)):
      asker == bidder && asked == bid && proves(verdict, on: bid, of: bidder)
    default: false
    }
  }

  /// Of what follows the last block it need not have all: nothing that is signed says how much that is.
  private func hasAll(of auction: AuctionID, from first: Int64, to head: Seen?) -> Bool {
    guard let head else { return statements.isEmpty }
    var next = first
    for statement in statements {
      if case .passedOn(let said) = statement.fact, said.auction == auction, next > head.block { continue }
      guard case .block(let block) = statement.fact, block.number == next else { return false }
      next += 1
    }
    return snapshot.more ? next > first : next > head.block
  }

  private func proves(_ verdict: Snapshot.Decision, on bid: BidID, of bidder: PrincipalID) -> Bool {
    switch (verdict, statements.first?.fact) {
    case (.unknown, _): true
    case (.accepted, .block(let block)): block.accepted(bid, of: bidder) != nil
    // The receipt of an old refusal is no longer kept.
    case (.refused, nil): true
    case (.refused, .refused(let receipt)): receipt.bid == bid && receipt.bidder == bidder
    default: false
    }
  }
}

extension HouseStatement {
  fileprivate func schedules(_ auction: AuctionID) -> Bool {
    if case .scheduled(let scheduling) = fact { scheduling.terms.auction == auction } else { false }
  }
}

extension Block {
  /// The accepted bid of that name; nil when there is none in it.
  package func accepted(_ id: BidID, of bidder: PrincipalID) -> (bid: Bid, entry: BlockEntry)? {
    guard case .entries(let entries) = content else { return nil }
    for entry in entries {
      guard case .bid(let evidence, _) = entry.fact, let bid = try? Bid(Envelope(evidence)) else { continue }
      if bid.id == id, bid.bidder == bidder { return (bid, entry) }
    }
    return nil
  }
}
