internal import AuctionFacts
internal import SharedKernel
internal import TerminalKit

extension Model {
  /// Puts the list in order. The selection stays with its lot; while a bid is being made nothing moves.
  mutating func arrange() {
    isOrderStale = isBidding(mode)
    if isOrderStale { return }
    let old = order
    let wanted = fold(filter)
    order = picture.lots.values.filter { belongs($0, to: tab) && matches($0, wanted) }.map(place).sorted().map(\.id)
    if sortReversed { order.reverse() }
    if let selected = selection, order.contains(selected) { return }
    // The selected lot has left the list: take what stands where it stood.
    let at = selection.flatMap { old.firstIndex(of: $0) } ?? 0
    selection = order.isEmpty ? nil : order[min(at, order.count - 1)]
  }

  func isBidding(_ mode: Mode) -> Bool {
    switch mode {
    case .armed, .bidBox, .confirm: true
    case .help(_, let back): isBidding(back)
    case .list, .filter, .notices, .terms, .quit: false
    }
  }

  /// What the order hangs on besides the auctions themselves.
  var ordering: Ordering {
    Ordering(
      tab: tab, sort: sort, isReversed: sortReversed, filter: filter, isFrozen: frozen != nil, isBidding: isBidding(mode),
      followed: followed)
  }

  struct Ordering: Equatable {
    let tab: Tab
    let sort: Sort
    let isReversed: Bool
    let filter: String
    let isFrozen: Bool
    let isBidding: Bool
    let followed: Set<AuctionID>
  }

  private func matches(_ lot: Lot, _ wanted: String) -> Bool {
    wanted.isEmpty || fold(lot.id.text).contains(wanted) || fold(lot.view.terms.title).contains(wanted)
  }

  /// Without case and without accents: `violao` finds `Violão`.
  func fold(_ text: String) -> String {
    String(String.UnicodeScalarView(SafeText.glyphs(text).map { $0.scalar.isASCII ? $0.scalar : Ascii.standIn(for: $0.scalar) }))
      .lowercased()
  }

  /// What runs before what waits before what is over; then the nearer instant, of the past the newer.
  private func place(_ lot: Lot) -> Place {
    let rank =
      switch lot.view.status {
      case .open, .suspended: 0
      case .scheduled: 1
      case .closed: 2
      }
    let instant = (lot.view.status == .scheduled ? lot.view.terms.opensAt : lot.view.closesAt).microseconds
    var place = Place(rank: rank, instant: lot.isOver ? -max(instant, -.max) : instant, id: lot.id)
    switch sort {
    case .closing: break
    case .price: place.number = -(lot.price ?? lot.view.minimum(at: now)).minorUnits
    case .title: place.text = fold(lot.view.terms.title)
    case .standing: place.number = Int64(urgency(lot))
    }
    return place
  }

  /// What a lot is sorted by, worked out once for each.
  private struct Place: Comparable {
    var number: Int64 = 0
    var text = ""
    let rank: Int
    let instant: Int64
    let id: AuctionID

    static func < (a: Place, b: Place) -> Bool {
      if a.number != b.number { return a.number < b.number }
      if a.text != b.text { return a.text < b.text }
      if a.rank != b.rank { return a.rank < b.rank }
      return a.instant != b.instant ? a.instant < b.instant : a.id < b.id
    }
  }

  /// Outbid first: there something can be done.
  private func urgency(_ lot: Lot) -> Int {
    switch lot.standing(of: me) {
    case .uncertain: 0
    case .outbid: 1
    case .chainBroken: 2
    case .leading: 3
    case .suspended: 4
    case .watching, .entered: 5
    case .waiting: 6
    case .won: 7
    case .lost: 8
    case .conditional, .passedOn, .noBids, .cancelled, .closed: 9
    }
  }
}
