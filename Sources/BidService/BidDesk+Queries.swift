import AuctionCore
import AuctionFacts
import AuctionSigning
import AuctionWire
import JournalKit
package import MessagingKit
package import ServiceKit
package import SharedKernel

extension BidDesk {
  /// Closed auctions are listed for a day.
  private static let listedAfterClose = Interval.seconds(86_400)
  /// More than ever fit into one reply.
  private static let page = 1_000

  package func answer(_ query: Delivery, from store: any Store, at clock: ClockReading) -> Publishing? {
    guard let replyTo = query.properties.replyTo, Query.isReplyAddress(replyTo), let question = try? Query(parsing: query.body),
      let page = try? self.page(for: question, from: store, at: clock)
    else { return nil }
    return .reply(
      page.reply(keyID: voice.keyID, sign: voice.sign).encoded(), to: replyTo, id: page.snapshot.messageID,
      correlation: page.snapshot.correlationID)
  }

  private func page(for query: Query, from store: any Store, at clock: ClockReading) throws -> SnapshotPage {
    switch query.subject {
    case .auctions(let after):
      let summaries = keeper.summaries(after: after, limit: Self.page, closedSince: clock.instant - Self.listedAfterClose)
      let pairs = try summaries.lazy.compactMap { summary -> (AuctionSummary, Evidence)? in
        try store.document(Collection.schedulings, summary.auction.text, 0).map { (summary, Evidence($0)) }
      }
      return SnapshotPage.auctions(answering: query.id, pairs, clock: clock)
    case .blocks(let auction, let first):
      let head = keeper.summary(of: auction)?.head
      let blocks = try store.documents(Collection.blocks, auction.text, from: first, limit: Self.page).map { Evidence($0.body) }
      return .of(.blocks(auction, from: first, head: head), answering: query.id, blocks, clock: clock)
    case .bid(let bidder, let bid):
      guard let decision = keeper.decision(of: bidder, bid: bid) else {
        return .of(.bid(bidder, bid, .unknown), answering: query.id, [], clock: clock)
      }
      switch decision.outcome {
      case .accepted(let block):
        let evidence = try store.document(Collection.blocks, decision.auction.text, block).map { Evidence($0) }
        return .of(.bid(bidder, bid, .accepted), answering: query.id, [evidence].compactMap { $0 }, clock: clock)
      case .refused(let number):
        let evidence = try store.document(Collection.receipts, decision.auction.text, number).map { Evidence($0) }
        return .of(.bid(bidder, bid, .refused), answering: query.id, [evidence].compactMap { $0 }, clock: clock)
      }
    case .ledger(let auction, let after):
      let head = keeper.summary(of: auction)?.head
      let blocks = head.map { $0.block + 1 } ?? 0
      var evidence = after < blocks ? try store.documents(Collection.blocks, auction.text, from: after, limit: Self.page) : []
      if evidence.count < Self.page {
        // Counted among those that are still kept.
        let first = recorded.retention.removed(of: auction) + max(0, after - blocks) + 1
        evidence += try store.documents(Collection.receipts, auction.text, from: first, limit: Self.page)
      }
      return .of(
        .ledger(auction, after: after, head: head), answering: query.id, evidence.map { Evidence($0.body) }, clock: clock)
    }
  }
}
