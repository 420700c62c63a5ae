internal import AuctionFacts
internal import SharedKernel
internal import TerminalKit

extension Model {
  /// Puts the list in order. The selection stays with its lot; while a bid is being made nothing moves.
  mutating func arrange() {
    isOrderStale = isBidding(mode)
    if isOrderStale { return }
    let old = order
    let lots = picture.lots.values.filter { belongs($0, to: tab) && matches($0) }
    order = lots.sorted(by: comes).map(\.id)
    if sortReversed { order.reverse() }
    if let selected = selection, order.contains(selected) { return }
    // The selected lot has left the list: take what stands where it stood.
    let at = selection.flatMap { old.firstIndex(of: $0) } ?? 0
    selection = order.isEmpty ? nil : order[min(at, order.count - 1)]
  }

  private func isBidding(_ mode: Mode) -> Bool {
    switch mode {
    case .armed, .bidBox, .confirm: true
    case .help(_, let back): isBidding(back)
    case .list, .filter, .notices, .terms, .quit: false
    }
  }

  private func matches(_ lot: Lot) -> Bool {
    filter.isEmpty || fold(lot.id.text).contains(fold(filter)) || fold(lot.view.terms.title).contains(fold(filter))
  }

  /// Without case and without accents: `violao` finds `Violão`.
  private func fold(_ text: String) -> String {
    String(String.UnicodeScalarView(SafeText.glyphs(text).map { $0.scalar.isASCII ? $0.scalar : Ascii.standIn(for: $0.scalar) }))
      .lowercased()
  }

  private func comes(_ a: Lot, before b: Lot) -> Bool {
    switch sort {
    case .closing: break
    case .price:
      let (x, y) = (a.price ?? a.view.minimum(at: now), b.price ?? b.view.minimum(at: now))
      if x != y { return x > y }
    case .title:
      let (x, y) = (fold(a.view.terms.title), fold(b.view.terms.title))
      if x != y { return x < y }
    case .standing:
      let (x, y) = (urgency(a), urgency(b))
      if x != y { return x < y }
    }
    return byEnd(a, b)
  }

  /// What runs before what waits before what is over; then the nearer instant, of the past the newer.
  private func byEnd(_ a: Lot, _ b: Lot) -> Bool {
    func rank(_ lot: Lot) -> Int {
      switch lot.view.status {
      case .open, .suspended: 0
      case .scheduled: 1
      case .closed: 2
      }
    }
    if rank(a) != rank(b) { return rank(a) < rank(b) }
    let (x, y) =
      a.view.status == .scheduled ? (a.view.terms.opensAt, b.view.terms.opensAt) : (a.view.closesAt, b.view.closesAt)
    if x != y { return a.isOver ? x > y : x < y }
    return a.id < b.id
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
