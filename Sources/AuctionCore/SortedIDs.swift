import SharedKernel

/// Every auction's id once, ascending; kept in pieces, so that one more among a hundred thousand moves a few hundred.
struct SortedIDs: Sendable {
  /// None is empty; each ends before the next begins.
  private var pieces: [[AuctionID]] = []
  private static let mostInPiece = 1_024

  mutating func insert(_ id: AuctionID) {
    let place = max(0, pieces.firstPlace { id < $0[0] } - 1)
    guard pieces.indices.contains(place) else { return pieces = [[id]] }
    pieces[place].insert(id, at: pieces[place].firstPlace { id < $0 })
    let count = pieces[place].count
    guard count > Self.mostInPiece else { return }
    pieces.insert(Array(pieces[place][(count / 2)...]), at: place + 1)
    pieces[place].removeLast(count - count / 2)
  }

  /// All that are greater than `id`; nil: all.
  func after(_ id: AuctionID?) -> some Sequence<AuctionID> {
    guard let id else { return pieces[...].lazy.joined().dropFirst(0) }
    let place = max(0, pieces.firstPlace { id < $0[0] } - 1)
    let passed = pieces.indices.contains(place) ? pieces[place].firstPlace { id < $0 } : 0
    return pieces[min(place, pieces.count)...].lazy.joined().dropFirst(passed)
  }
}

extension SortedIDs: Equatable {
  static func == (a: SortedIDs, b: SortedIDs) -> Bool { a.after(nil).elementsEqual(b.after(nil)) }
}

extension Array {
  /// Where the first element stands that is beyond; all after it must be, too.
  fileprivate func firstPlace(_ isBeyond: (Element) -> Bool) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = low + (high - low) / 2
      if isBeyond(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
