internal import AuctionFacts
internal import SharedKernel
internal import TerminalKit

extension Drawing {
  /// A price as the list and the detail show it: `~` when it may be old, or fall at other times than this machine's clock says.
  func price(_ lot: Lot, symbol: Bool = true) -> String {
    if lot.view.terms.isSealed, lot.price == nil { return say(.sealed) }
    let amount = lot.price ?? minimum(lot)
    let isDoubtful = !picture.link.isSure || lot.view.isAsking && picture.isClockDoubtful
    return (isDoubtful ? "~ " : "") + (symbol ? money(amount, lot) : number(amount, lot))
  }

  func minimum(_ lot: Lot) -> Money { lot.view.minimum(at: picture.now) }

  /// What a falling price falls to next, and in what time; nil: it does not fall, or no further.
  func nextPrice(_ lot: Lot) -> (amount: Money, time: String)? {
    lot.view.nextFall(after: picture.now).map { fall in
      (lot.view.minimum(at: fall), (picture.isClockDoubtful ? "~" : "") + Countdown.text(ahead(fall)))
    }
  }

  /// What somebody offers; nothing that is known where it is sealed.
  func offered(_ amount: Money, _ lot: Lot, symbol: Bool = true) -> String {
    if amount == .zero { return say(lot.view.terms.isSealed ? .sealed : .secret) }
    return symbol ? money(amount, lot) : number(amount, lot)
  }

  /// Who is to be thanked for the price, and since when; of sealed bids, who made the newest.
  func byWhom(_ lot: Lot, _ last: BidLine, comma: Bool) -> String {
    let who = name(lot.view.leader ?? last.bidder)
    let words =
      isReadOut ? say(.byWhom(who)) + ", " + zone.clock(last.receivedAt) : say(.by(who, ago(last.receivedAt), comma: comma))
    return lot.view.terms.isSealed && lot.price == nil ? say(.newest) + " " + words : words
  }

  func isPriceNew(_ lot: Lot) -> Bool {
    !isReadOut && lot.view.passedOn == nil && lot.priceChangedAt.map { picture.now - $0 < Lot.arrowTime } ?? false
  }
  func isFlashing(_ lot: Lot) -> Bool { !isReadOut && lot.priceChangedAt.map { picture.now - $0 < Lot.flashTime } ?? false }

  /// Of the price of the lot that one looks at.
  func priceRole(_ lot: Lot) -> Role { isFlashing(lot) ? .flash : .title }

  func secondsLeft(_ lot: Lot) -> Int64 { ahead(lot.view.closesAt) }

  /// The time of day with its seconds, on another day with the date.
  func moment(_ instant: Timestamp) -> String { zone.moment(instant, asOf: picture.now, language) }

  /// The time of day, on another day the date.
  func dayOrTime(_ instant: Timestamp) -> String {
    zone.day(instant) == zone.day(picture.now)
      ? zone.minute(instant) : say(.date(zone.date(instant).day, zone.date(instant).month))
  }

  /// The time column: what is left, when it begins, when it ended.
  func time(_ lot: Lot, short: Bool = false) -> (text: String, role: Role) {
    switch lot.view.status {
    case .scheduled:
      let when = dayOrTime(lot.view.terms.opensAt)
      return (short ? when : say(.begins(when)), .muted)
    case .suspended: return (say(.paused), .warn)
    case .closed: return (dayOrTime(lot.view.closesAt), .muted)
    case .open:
      let left = secondsLeft(lot)
      guard left > 0 else { return (say(.closing), .warn) }
      let text = isReadOut ? steadyEnd(lot, left: left) : Countdown.text(left)
      let role: Role = left <= 15 ? .danger : left <= 60 ? .warn : .normal
      if !picture.link.isSure { return (short ? "~" + text : "~  " + text, role) }
      if picture.isClockDoubtful { return ("~" + text, role) }
      return (text, role)
    }
  }

  /// Whether the end has moved in the last five seconds.
  func isExtended(_ lot: Lot) -> Bool { !isReadOut && lot.moved.map { picture.now - $0.at < .seconds(5) } ?? false }

  /// What stands beside the time: the extension, or the auctioneer's call.
  func besideTime(_ lot: Lot) -> (text: String, role: Role)? {
    guard lot.view.status == .open else { return nil }
    if isExtended(lot), let moved = lot.moved { return (say(.plusSeconds(seconds(moved.delta))), .warn) }
    return LastCall(secondsLeft: secondsLeft(lot)).map { (say(.lastCall($0)), .danger) }
  }

  /// Where there is no room for who moved the end: by how much in all.
  func besideTimeBriefly(_ lot: Lot) -> (text: String, role: Role)? {
    if let beside = besideTime(lot) { return beside }
    guard lot.view.status == .open, let moved = lot.view.moved else { return nil }
    return (say(.plusSeconds(seconds(moved.total))), .muted)
  }

  func seconds(_ interval: Interval) -> Int64 {
    interval.microseconds / 1_000_000 + (interval.microseconds % 1_000_000 > 0 ? 1 : 0)
  }

  /// Ten cells for the last minute.
  func bar(_ lot: Lot) -> String {
    let full = lot.view.status == .open ? Int(min(max(secondsLeft(lot), 0), 60) * 10 / 60) : 0
    return "[" + String(repeating: "#", count: full) + String(repeating: ".", count: 10 - full) + "]"
  }

  /// What was offered and may count or not.
  func doubted(_ lot: Lot) -> Money? { lot.bid.flatMap { $0.stage == .uncertain ? $0.amount : nil } }

  /// Where this bidder stands, for twenty cells.
  func shortStanding(_ lot: Lot) -> String {
    lot.standing(of: model.me) == .watching ? Words.watchingShort(language) : standing(lot).word
  }

  /// Glyph, word and role of where this bidder stands; the word alone says it too.
  func standing(_ lot: Lot) -> (glyph: String, word: String, role: Role) {
    let standing = lot.standing(of: model.me)
    let word = Words.standing(standing, language)
    let doubt = !picture.link.isSure && (standing == .leading || standing == .outbid)
    return (Words.glyph(standing), doubt ? word + "?" : word, Words.role(standing))
  }

  /// The newest twelve prices as a line of blocks.
  func spark(_ lot: Lot) -> String {
    let amounts = lot.view.bids.suffix(12).compactMap(\.price?.minorUnits)
    guard let low = amounts.min(), let high = amounts.max() else { return "" }
    let blocks = Array("▁▂▃▄▅▆▇█")
    // Amounts stay under 2^53: seven times that, and the half that rounds, fit.
    let text = amounts.map { high == low ? blocks[0] : blocks[Int((7 * ($0 - low) + (high - low) / 2) / (high - low))] }
    return String(text)
  }

  /// How much the newest bid added.
  func lastRaise(_ lot: Lot) -> Money? {
    guard let last = lot.view.bids.last?.price, let before = lot.view.bids.dropLast().last?.price, last > before else {
      return nil
    }
    return Money(minorUnits: last.minorUnits - before.minorUnits)
  }
}
