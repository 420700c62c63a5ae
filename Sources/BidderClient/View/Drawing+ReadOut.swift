internal import AuctionFacts
internal import SharedKernel
internal import TerminalKit

// What is drawn otherwise for whoever has the screen read out. A reader reads whatever changes: so times change at few marks, and what
// only catches the eye is left out.

extension Drawing {
  var isReadOut: Bool { model.settings.isReadOut }

  private static let marks: [Int64] = [5, 10, 15, 30, 60]

  /// What is left, in seconds; read out, no less than that, and only at the marks of the last minute, and at whole minutes.
  func left(_ seconds: Int64) -> Int64 {
    guard isReadOut, seconds > 0 else { return seconds }
    return Drawing.marks.first { $0 >= seconds } ?? (seconds + 59) / 60 * 60
  }

  /// What has passed, in seconds; read out, no more than that, at the same marks.
  func passed(_ seconds: Int64) -> Int64 {
    guard isReadOut else { return seconds }
    return seconds >= 60 ? seconds / 60 * 60 : Drawing.marks.last { $0 <= seconds } ?? 0
  }

  /// The end of an auction: the time of day, which stands still, and within the last minute the mark.
  func steadyEnd(_ lot: Lot, left: Int64) -> String {
    if left <= 60 { return say(.within(self.left(left))) }
    return say(.ends(dayOrTime(lot.view.closesAt)))
  }

  /// Puts the cursor where the keys act; a field has it already.
  mutating func park() {
    guard isReadOut, frame.cursor == nil, height > 0 else { return }
    let selected = spots.last { spot in model.selection.map { spot.spot == .lot($0) } ?? false }
    switch model.mode {
    case .notices, .terms, .help: frame.cursor = (1, min(2, height - 1))
    case .quit, .armed: frame.cursor = (1, max(height - (layout == .tiny ? 1 : 2), 0))
    case .list, .filter, .bidBox, .confirm: frame.cursor = (0, selected?.y ?? 0)
    }
  }
}
