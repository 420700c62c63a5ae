internal import TerminalKit

/// Where the list's columns stand. When there is less room, the title shrinks to ten cells, then the word of the situation
/// goes, then the currency sign, then the lot code; price and time are never cut.
struct Columns: Hashable {
  var lot: Int
  var title: Int
  var price: Int
  var time: Int
  /// 0: no word, the glyph stays.
  var standing: Int
  var hasSymbol: Bool

  static let leastTitle = 10

  /// `lot`, `price`, `bare` and `time`: the widest text of each column that will be shown, `bare` without the currency sign.
  init(width: Int, lot: Int, price: Int, bare: Int, time: Int, standing: Int) {
    hasSymbol = true
    self.lot = min(lot, 8)
    self.price = max(price, 13)
    self.time = max(time, 9)
    self.standing = standing
    title = 0
    title = width - used
    if title > 40, lot > self.lot {
      let more = min(lot - self.lot, title - 40)
      self.lot += more
      title -= more
    }
    if title < Columns.leastTitle, self.lot > 4 {
      let less = min(self.lot - 4, Columns.leastTitle - title)
      self.lot -= less
      title += less
    }
    if title >= Columns.leastTitle { return }
    // The compact form: five cells for the time, and blanks before and after it that a longer one may use.
    self.lot = min(lot, 8)
    self.standing = 0
    self.time = max(time - 3, 5)
    title = width - used
    if title >= Columns.leastTitle { return }
    hasSymbol = false
    self.price = max(bare, 10)
    title = width - used
    if title < Columns.leastTitle, self.lot > 4 {
      let less = min(self.lot - 4, Columns.leastTitle - title)
      self.lot -= less
      title += less
    }
    if title >= Columns.leastTitle { return }
    self.lot = 0
    title = max(width - used, 0)
  }

  /// Everything but the title: marks, gaps, the arrow.
  private var used: Int {
    3 + (lot > 0 ? lot + 1 : 0) + 1 + price + 1 + (standing > 0 ? 1 + time + 1 + standing : 2 + time + 2)
  }

  var titleStart: Int { 3 + (lot > 0 ? lot + 1 : 0) }
  var priceEnd: Int { titleStart + title + 1 + price }
  var timeEnd: Int { priceEnd + 1 + (standing > 0 ? 1 : 2) + time }
  var standingStart: Int { timeEnd + 1 }
  /// Where a time of this width begins: at the right edge of its column, or as far left as it may.
  func timeStart(_ width: Int) -> Int { max(timeEnd - width, priceEnd + 1) }
}
