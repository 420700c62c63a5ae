import SharedKernel

/// When each auction is next due: at most one instant for each, the earliest found at once, a change in logarithmic time.
///
/// A binary heap that knows where each auction stands. Equal instants come in the order of ids, so that two runs agree.
struct Agenda: Equatable, Sendable {
  struct Item: Equatable, Sendable {
    let instant: Timestamp
    let auction: AuctionID

    static func < (a: Item, b: Item) -> Bool { (a.instant, a.auction) < (b.instant, b.auction) }
  }

  private var heap: [Item] = []
  private var places: [AuctionID: Int] = [:]

  /// What is due first; nil when nothing is.
  var next: Item? { heap.first }

  /// Makes the auction due at that instant and no other; nil: at none.
  mutating func set(_ auction: AuctionID, at instant: Timestamp?) {
    let place = places[auction] ?? heap.count
    if let instant {
      let item = Item(instant: instant, auction: auction)
      if place < heap.count { heap[place] = item } else { heap.append(item) }
      places[auction] = place
      settle(place)
    } else if place < heap.count {
      swap(place, heap.count - 1)
      heap.removeLast()
      places[auction] = nil
      if place < heap.count { settle(place) }
    }
  }

  /// Moves an item up or down to where it belongs.
  private mutating func settle(_ start: Int) {
    var place = start
    while place > 0, heap[place] < heap[(place - 1) / 2] {
      swap(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
    while let child = smallerChild(of: place), heap[child] < heap[place] {
      swap(place, child)
      place = child
    }
  }

  private func smallerChild(of place: Int) -> Int? {
    let (left, right) = (2 * place + 1, 2 * place + 2)
    guard left < heap.count else { return nil }
    return right < heap.count && heap[right] < heap[left] ? right : left
  }

  private mutating func swap(_ a: Int, _ b: Int) {
    heap.swapAt(a, b)
    places[heap[a].auction] = a
    places[heap[b].auction] = b
  }
}
