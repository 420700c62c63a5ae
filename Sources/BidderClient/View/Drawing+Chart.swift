internal import SharedKernel
internal import TerminalKit

// The price chart in the detail pane.

extension Drawing {
  /// Nil where the line of blocks says as much.
  func chart(_ lot: Lot) -> PriceChart? {
    PriceChart(
      lot.view.bids.compactMap { line in line.price.map { PriceChart.Point(at: line.receivedAt, price: $0.minorUnits) } })
  }

  /// A heading, that many rows of dots, and the time axis.
  ///
  /// - Parameter note: at the end of the heading; where both have no room, the heading is only how many bids there are.
  /// - Returns: the row of the time axis.
  mutating func draw(
    _ chart: PriceChart, _ lot: Lot, _ left: Int, _ top: Int, _ height: Int, beside note: (text: String, role: Role)?
  ) -> Int {
    let (heading, count) = (say(.priceChart), say(.bidCount(lot.view.bidCount)))
    let start = note.map { left + 31 - SafeText.width($0.text) }
    if start.map({ left + SafeText.width(heading + count) + 3 < $0 }) ?? true {
      let at = frame.put(left, top, heading, .title)
      frame.put(at + 3, top, count, .muted)
    } else {
      frame.put(left, top, count, .title)
    }
    if let note, let start, start > left + SafeText.width(count) { frame.put(start, top, note.text, note.role) }
    let labels = [chart.high, chart.low].map { Money(minorUnits: $0).map { number($0, lot) } ?? "" }
    let margin = labels.map(SafeText.width).max() ?? 0
    let room = max(width - left - 1 - margin - 1, 1)
    for (place, row) in chart.rows(width: room, height: height).enumerated() {
      frame.put(left + margin + 1, top + 1 + place, row)
    }
    for (label, y) in zip(labels, [top + 1, top + height]) {
      frame.put(left + margin - SafeText.width(label), y, label, .muted)
    }
    let axis = top + height + 1
    let (from, to) = (zone.moment(chart.from, asOf: picture.now, language), zone.moment(chart.to, asOf: picture.now, language))
    let after = frame.put(left + margin + 1, axis, from, .muted)
    frame.put(max(left + margin + 1 + room - SafeText.width(to), after + 1), axis, to, .muted)
    return axis
  }
}
