import AuctionFacts
import AuctionWire
import ServiceKit
import SharedKernel

extension CalendarReading {
  mutating func increment(_ reading: TermsReading, _ members: inout CalendarMembers) -> Increment? {
    let form = reading.increment
    let accepted = "\(form.accepted), {\"\(Name.type)\":…}"
    guard let value = require(Name.increment, accepted, &members) else { return nil }
    switch value.content {
    case .text(let text): return read(text, at: value.line, Name.increment, form)
    case .object: return spelledOut(value)
    case .null, .boolean, .integer, .list:
      wrong(value, Name.increment, accepted)
      return nil
    }
  }

  /// As on the wire.
  private mutating func spelledOut(_ value: JSONDocument.Value) -> Increment? {
    guard var members = open(value, as: Name.increment) else { return nil }
    let types = TermsReading.Form(accepted: IncrementType.named.map(\.wireName).joined(separator: ", ")) {
      IncrementType(wireName: $0)
    }
    guard let type = text(Name.type, types, &members) else { return nil }
    defer { finish(members) }
    switch type {
    case .fixed: return amount(Name.minorUnits, &members).map { .fixed($0) }
    case .percentage: return integer(Name.basisPoints, 1...1_000_000, &members).map { .percentage(basisPoints: $0) }
    case .table:
      let accepted = said("uma lista de faixas", "an array of bands")
      guard let list = require(Name.bands, accepted, &members),
        let elements = self.list(list, Name.bands, accepted, most: WireLimits.bands)
      else { return nil }
      return table(elements, list.line)
    }
  }

  /// The bands rise, and only the last one, and it always, is without a bound.
  private mutating func table(_ elements: [JSONDocument.Value], _ line: Int) -> Increment? {
    guard !elements.isEmpty else {
      note(
        line,
        said(
          "\(Name.bands): lista vazia; aceito: de 1 a \(WireLimits.bands)",
          "\(Name.bands): an empty array; accepted: 1 to \(WireLimits.bands)"))
      return nil
    }
    var bands: [Increment.Band] = []
    var lowest: Int64 = 1
    for (i, element) in elements.enumerated() {
      guard var members = open(element, as: "{\"\(Name.upTo)\":…,\"\(Name.minorUnits)\":…}") else { continue }
      let upTo = bound(isLast: i == elements.count - 1, from: lowest, &members)
      let step = amount(Name.minorUnits, &members)
      finish(members)
      guard let upTo, let step else { continue }
      lowest = upTo.map { $0.minorUnits + 1 } ?? lowest
      bands.append(Increment.Band(upTo: upTo, step: step))
    }
    return bands.count == elements.count ? .table(bands) : nil
  }

  /// Nil when it is wrong; null, in the last band, is no bound.
  private mutating func bound(isLast: Bool, from lowest: Int64, _ members: inout CalendarMembers) -> Money?? {
    guard !isLast else {
      guard let value = require(Name.upTo, "null", &members) else { return nil }
      if case .null = value.content { return .some(nil) }
      wrong(value, Name.upTo, said("null na última faixa", "null in the last band"))
      return nil
    }
    return integer(Name.upTo, lowest...Money.maximum.minorUnits, &members).flatMap(Money.init(minorUnits:)).map { .some($0) }
  }

  private mutating func amount(_ name: String, _ members: inout CalendarMembers) -> Money? {
    integer(name, 1...Money.maximum.minorUnits, &members).flatMap(Money.init(minorUnits:))
  }
}
