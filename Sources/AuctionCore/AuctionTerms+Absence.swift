import AuctionFacts
package import SharedKernel

// How far an absence of the house moves the end.

extension AuctionTerms {
  /// The end after an absence of the house, while bids could count; nil: it gives nothing back.
  ///
  /// Whoever stops the house does not win: when it was away in the last moments, the auction gets those moments again. That holds for a
  /// hard close and past the latest close too, which bound what bids may do and not what an outage may take away. A falling price stood
  /// still meanwhile, and gets all the time again.
  package func end(afterAbsenceFrom from: Timestamp, to: Timestamp, closingAt end: Timestamp) -> Timestamp? {
    guard from <= end, to > from else { return nil }
    if fallingPrice != nil { return end + (to - from) }
    let given = to + max(rules.extensionWindow, BookKeeper.shortestLastMoments)
    return given > end ? given : nil
  }
}
