import AuctionFacts
import AuctionWire
import ServiceKit
import SharedKernel

// How a calendar file says that a price falls.

extension CalendarReading {
  /// `{"de": "1.000,00", "menos": "50,00", "cada": "30s"}`, required of an auction whose price falls and accepted of no other.
  mutating func descent(
    _ reading: TermsReading, _ format: AuctionFormat, to least: Money?, _ members: inout CalendarMembers
  ) -> AuctionRules.Descent? {
    let accepted = said("um objeto ", "an object ") + "{\"\(Name.from)\":…,\"\(Name.less)\":…,\"\(Name.every)\":…}"
    guard format == .dutch else {
      if let value = members.take(Name.descent) { note(value.line, "\(Name.descent): \(reading.onlyFalling(format))") }
      return nil
    }
    guard let value = require(Name.descent, accepted, &members) else { return nil }
    guard case .object(let parts) = value.content else {
      wrong(value, Name.descent, accepted)
      return nil
    }
    var own = CalendarMembers(line: value.line, parts)
    defer { finish(own) }
    let line = own.left.first { $0.name == Name.from }?.line ?? value.line
    let (from, step) = (text(Name.from, reading.money, &own), text(Name.less, reading.money, &own))
    let every = text(Name.every, reading.step, &own)
    if let from, let least, let sentence = reading.problem(ofFall: from, to: least) { note(line, "\(Name.from): \(sentence)") }
    guard let from, let step, let every, let least else { return nil }
    return AuctionRules.Descent(from: from, step: step, every: every, to: least)
  }
}
