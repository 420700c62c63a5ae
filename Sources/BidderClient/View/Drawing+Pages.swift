internal import AuctionFacts
internal import SharedKernel
internal import TerminalKit

extension Drawing {
  /// Every binding of the key table, those of where the bidder came from first; two columns where there is room.
  mutating func drawHelp(_ scroll: Int, _ back: Model.Mode) {
    drawHeader()
    rule(1, say(.helpTitle) + soughtWords)
    let lines = helpLines(back)
    if lines.isEmpty { drawNothingFound() }
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

  /// What is looked for on the page, behind its heading.
  var soughtWords: String {
    guard let search = model.search, !search.isTyped else { return "" }
    return " /" + search.text
  }

  /// That no line of a page has what is looked for; false where nothing is.
  @discardableResult
  mutating func drawNothingFound() -> Bool {
    guard let search = model.search, !search.text.isEmpty else { return false }
    frame.put(1, 2, SafeText.cut(say(.nothingMatches(search.text)), to: max(width - 2, 0)), .title)
    if height > 4 { frame.put(1, 3, say(.clearFilterHelp)) }
    return true
  }

  /// The letters that are typed, in place of the keys.
  mutating func drawSearch(_ y: Int, _ search: Search) {
    let text = say(.searching("")) + search.text
    // Of a text too long its end is seen, where one types.
    let shown = String(text.suffix(max(width - 2, 0)))
    let after = frame.put(min(1, max(width - 1, 0)), y, shown)
    frame.cursor = (min(after, width - 1), y)
  }

  private func helpLines(_ back: Model.Mode) -> [(keys: String, words: String)] {
    var from = model
    from.mode = back
    from.search = nil
    return model.foundHelp(from: from.context)
  }
}
