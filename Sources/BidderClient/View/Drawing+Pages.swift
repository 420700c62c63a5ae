internal import AuctionFacts
internal import SharedKernel
internal import TerminalKit

extension Drawing {
  /// Every binding of the key table, those of where the bidder came from first; two columns where there is room.
  mutating func drawHelp(_ scroll: Int, _ back: Model.Mode) {
    drawHeader()
    rule(1, say(.helpTitle))
    let lines = helpLines(back)
    let rows = max(height - 3, 0)
    let columns = width >= 80 ? 2 : 1
    let perColumn = max(rows, (lines.count + columns - 1) / columns)
    let first = min(scroll, max(perColumn - rows, 0))
    for column in 0..<columns {
      let x = 1 + column * (width / 2)
      let room = width / columns - 2
      for row in 0..<rows {
        let i = column * perColumn + first + row
        guard first + row < perColumn, i < lines.count else { continue }
        let after = frame.put(x, 2 + row, lines[i].keys, .title, limit: room)
        let start = max(x + (width < 36 ? 0 : 12), after + 1)
        frame.put(start, 2 + row, lines[i].words, .normal, limit: max(x + room - start, 0))
      }
    }
    drawFooter(height - 1)
  }

  /// What the selected lot's auction is held under.
  mutating func drawTerms(_ scroll: Int) {
    drawHeader()
    guard let lot = model.selectedLot else { return }
    rule(1, "\(say(.termsTitle)) \(lot.id.text) \(lot.view.terms.title)")
    let lines = model.termsPage(width: width - 2)
    let rows = max(height - 3, 0)
    let first = min(scroll, max(lines.count - rows, 0))
    for (row, line) in lines.dropFirst(first).prefix(rows).enumerated() { frame.put(1, 2 + row, line, limit: width - 2) }
    drawFooter(height - 1)
  }

  private func helpLines(_ back: Model.Mode) -> [(keys: String, words: String)] {
    var from = model
    from.mode = back
    return model.helpLines(from: from.context)
  }
}
