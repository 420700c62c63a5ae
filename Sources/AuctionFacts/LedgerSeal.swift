package import SharedKernel

/// `livro-encerrado`: what belongs to the ledger of an auction that is over, and its chain does not name. All of it is final, the instant
/// too: it is the same bytes whenever it is said.
package struct LedgerSeal: Hashable, Sendable {
  package let auction: AuctionID
  package let edition: Edition
  /// The closing block.
  package let head: Seen
  /// So many receipts, from number 1 on, the house no longer had.
  package let lostReceipts: Int64
  /// The numbers of the records of its clock; nil: there are none.
  package let clockRecords: ClosedRange<Int64>?
  /// The closing block's.
  package let clock: ClockReading

  package init(
    auction: AuctionID, edition: Edition, head: Seen, lostReceipts: Int64, clockRecords: ClosedRange<Int64>?, clock: ClockReading
  ) {
    (self.auction, self.edition, self.head) = (auction, edition, head)
    (self.lostReceipts, self.clockRecords, self.clock) = (lostReceipts, clockRecords, clock)
  }
}
