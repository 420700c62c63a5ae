import AuctionCore
import AuctionFacts
import AuctionSigning
import AuctionWire
import JournalKit
package import MessagingKit
package import ServiceKit
package import SharedKernel

extension BidDesk {
  /// Closed auctions are listed for a day, and for one since their lot was passed on.
  private static let listedAfterClose = Interval.seconds(86_400)
  /// More auctions than ever fit into one reply.
  private static let page = 1_000
  /// Documents read at once: a query must not make a whole ledger be read to answer with its beginning.
  private static let handful = 16

  package func answer(_ query: Delivery, from store: any Store, at clock: ClockReading) throws(DroppedQuery) -> Publishing {
    guard let replyTo = query.properties.replyTo, Query.isReplyAddress(replyTo) else { throw .replyAddress }
    guard let question = try? Query(parsing: query.body) else { throw .malformed }
    guard mayAnswer(question, query.properties.correlationID) else { throw .otherDivision }
    guard let page = try? self.page(for: question, from: store, at: clock) else { throw .unavailable }
    return .reply(
      page.reply(keyID: voice.keyID, sign: voice.sign).encoded(), to: replyTo, id: page.snapshot.messageID,
      correlation: page.snapshot.correlationID)
  }

  /// Of another partition's auctions nothing is known here, and that is not said: it would sound like the house's word. What is asked
  /// of no auction in particular was asked of all partitions.
  private func mayAnswer(_ question: Query, _ correlationID: String?) -> Bool {
    if case .bid = question.subject, let correlationID, partition != nil {
      guard let auction = AuctionID(correlationID) else { return false }
      return holds(auction)
    }
    return holds(question.auction)
  }

  private func page(for query: Query, from store: any Store, at clock: ClockReading) throws -> SnapshotPage {
    switch query.subject {
    case .auctions(let after):
      let summaries = keeper.summaries(
        after: after, limit: Self.page, closedSince: clock.instant - Self.listedAfterClose,
        or: recorded.passed.passedOn(since: clock.instant - Self.listedAfterClose), at: clock.instant)
      let pairs = try summaries.lazy.compactMap { summary -> (AuctionSummary, Evidence)? in
        var summary = summary
        summary.passedOn = recorded.passed.holder(of: summary.auction)
        return try store.document(Collection.schedulings, summary.auction.text, 0).map { (summary, Evidence($0)) }
      }
      return SnapshotPage.auctions(answering: query.id, pairs, clock: clock, partition: partition)
    case .blocks(let auction, let first):
      let head = keeper.summary(of: auction)?.head
      let blocks = try Self.pageful(of: Collection.blocks, auction.text, from: first, in: store)
      let passings = try passings(of: auction, behind: first + Int64(blocks.count), in: store)
      return .of(
        .blocks(auction, from: first, head: head), answering: query.id, blocks + passings, clock: clock, partition: partition)
    case .bid(let bidder, let bid):
      guard let decision = keeper.decision(of: bidder, bid: bid) else {
        return .of(.bid(bidder, bid, .unknown), answering: query.id, [], clock: clock, partition: partition)
      }
      switch decision.outcome {
      case .accepted(let block):
        let evidence = try store.document(Collection.blocks, decision.auction.text, block).map { Evidence($0) }
        return .of(
          .bid(bidder, bid, .accepted), answering: query.id, [evidence].compactMap { $0 }, clock: clock, partition: partition)
      case .refused(let number):
        let evidence = try store.document(Collection.receipts, decision.auction.text, number).map { Evidence($0) }
        return .of(
          .bid(bidder, bid, .refused), answering: query.id, [evidence].compactMap { $0 }, clock: clock, partition: partition)
      }
    case .ledger(let auction, let after):
      let head = keeper.summary(of: auction)?.head
      let evidence = try ledger(of: auction, upTo: head, after: after, in: store)
      return .of(.ledger(auction, after: after, head: head), answering: query.id, evidence, clock: clock, partition: partition)
    }
  }

  /// What follows the first so many envelopes of a ledger, all of it or a little more than fits into one reply. First what does not
  /// change any more once the auction is over: its blocks, the receipts that the result commits to, the records of the clock, and what
  /// the house signs of all that. Then the receipts of bids that were refused later, as long as they are kept.
  private func ledger(of auction: AuctionID, upTo head: Seen?, after: Int64, in store: any Store) throws -> [Evidence] {
    let lost = recorded.retention.lostReceipts(of: auction)
    let count = keeper.refusedBids(of: auction)
    let committed = max(keeper.closed(auction).map(\.committedRefusals) ?? count, lost)
    let late = max(committed, recorded.retention.removed(of: auction))
    let clock = try clockRecords(of: auction, in: store)
    let final: [Section] = [
      Section(collection: Collection.blocks, key: auction.text, numbers: 0..<(head.map { $0.block + 1 } ?? 0)),
      Section(collection: Collection.receipts, key: auction.text, numbers: lost + 1..<max(committed, lost) + 1),
      Section(collection: Self.sealedRecords, key: "", numbers: clock),
    ]
    var (page, size, skipped): ([Evidence], Int, Int64) = ([], 0, after)
    func add(_ some: [Evidence]) {
      page += some
      size += some.reduce(0) { $0 + $1.bytes.count }
    }
    func add(_ section: Section) throws {
      guard size <= WireLimits.body, !section.numbers.isEmpty else { return }
      let next = section.numbers.lowerBound + min(skipped, Int64(section.numbers.count))
      skipped -= next - section.numbers.lowerBound
      add(
        try Self.pageful(
          of: section.collection, section.key, from: next, to: section.numbers.upperBound, besides: size, in: store))
    }
    for section in final { try add(section) }
    if size <= WireLimits.body, let seal = try seal(of: auction, clock, in: store) {
      if skipped == 0 { add([seal]) } else { skipped -= 1 }
    }
    try add(Section(collection: Collection.receipts, key: auction.text, numbers: late + 1..<max(count, late) + 1))
    return page
  }

  private struct Section {
    let collection: String
    let key: String
    let numbers: Range<Int64>
  }

  /// As it was signed when the auction ended; of one that ended before there was such a thing, signed now. Nil while it goes on.
  private func seal(of auction: AuctionID, _ clock: Range<Int64>, in store: any Store) throws -> Evidence? {
    guard let ending = keeper.closed(auction)?.ending else { return nil }
    return try store.document(Collection.ledgerSeals, auction.text, 0).map { Evidence($0) }
      ?? seal(ending.block, clockRecords: clock)
  }

  /// What it says is final: it would be the same another time.
  func seal(_ closing: Spelled, clockRecords: Range<Int64>) -> Evidence? {
    guard let block = try? Block(payload: closing.payload, kind: .awarded) else { return nil }
    let seal = LedgerSeal(
      auction: block.auction, edition: block.edition, head: Seen(block: block.number, digest: closing.digest),
      lostReceipts: recorded.retention.lostReceipts(of: block.auction),
      clockRecords: clockRecords.last.map { clockRecords.lowerBound...$0 }, clock: block.clock)
    return voice.seal(seal).evidence
  }

  /// The records of the clock that belong to a ledger: the last one before its first block, and those up to its last one. None of
  /// auctions that were opened before there were any.
  private func clockRecords(of auction: AuctionID, in store: any Store) throws -> Range<Int64> {
    let last = try Self.clockRecord(1, of: auction, in: store)
    let first = try Self.clockRecord(0, of: auction, in: store) ?? last
    return first == nil ? 0..<0 : Self.clockRecords(from: first, through: last ?? lastClockRecord)
  }

  /// - Parameter first: the last one when it opened; nil where that is not known.
  static func clockRecords(from first: Int64?, through last: Int64) -> Range<Int64> {
    let first = first ?? last
    return last >= first && last > 0 ? max(first, 1)..<last + 1 : 0..<0
  }

  static func clockRecord(_ end: Int64, of auction: AuctionID, in store: any Store) throws -> Int64? {
    try store.document(Collection.clockRange, auction.text, end).flatMap { Int64(String(decoding: $0, as: UTF8.self)) }
  }

  /// Documents from a number on, all of them up to `end` or a few more than fit into one reply.
  /// - Parameter size: how much of the reply is full already, in bytes.
  private static func pageful(
    of collection: String, _ key: String, from first: Int64, to end: Int64 = .max, besides size: Int = 0,
    in store: any Store
  ) throws -> [Evidence] {
    var (page, size, next) = ([Evidence](), size, first)
    while size <= WireLimits.body, next < end {
      let some = try store.documents(collection, key, from: next, limit: handful).filter { $0.number < end }
      page += some.map { Evidence($0.body) }
      size += some.reduce(0) { $0 + $1.body.count }
      guard some.count == handful, let last = some.last, last.number < .max else { break }
      next = last.number + 1
    }
    return page
  }
}
