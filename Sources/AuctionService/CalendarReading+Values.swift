import AuctionSigning
import AuctionWire
import ServiceKit
import SharedKernel

/// The members of one object of the calendar, taken by name.
struct CalendarMembers {
  /// Where the object begins.
  let line: Int
  private(set) var left: [JSONDocument.Member]
  /// The names that were asked for: what is accepted here.
  private(set) var known: [String] = []

  init(line: Int, _ members: [JSONDocument.Member]) { (self.line, left) = (line, members) }

  /// Nil: it is not there. Of several the first.
  mutating func take(_ name: String) -> JSONDocument.Value? {
    known.append(name)
    guard let i = left.firstIndex(where: { $0.name == name }) else { return nil }
    return left.remove(at: i).value
  }
}

/// Values of one type each: nil, and a problem noted, for what is not accepted.
extension CalendarReading {
  mutating func open(_ value: JSONDocument.Value, as accepted: String) -> CalendarMembers? {
    guard case .object(let members) = value.content else {
      note(
        value.line,
        said(
          "\(value.seen) não serve; aceito: um objeto \(accepted)",
          "\(value.seen) is not accepted; accepted: an object \(accepted)"))
      return nil
    }
    return CalendarMembers(line: value.line, members)
  }

  /// Notes the members that nobody asked for.
  mutating func finish(_ members: CalendarMembers) {
    for member in members.left {
      let name = "“\(TermsReading.shown(member.name))”"
      if members.known.contains(member.name) {
        note(member.line, said("\(name) aparece mais de uma vez; aceito: uma", "\(name) stands more than once; accepted: once"))
      } else {
        let known = members.known.sorted().joined(separator: ", ")
        note(member.line, said("\(name) não é conhecido aqui; aceito: \(known)", "\(name) is not known here; accepted: \(known)"))
      }
    }
  }

  mutating func require(_ name: String, _ accepted: String, _ members: inout CalendarMembers) -> JSONDocument.Value? {
    let value = members.take(name)
    if value == nil { note(members.line, missing(name, accepted)) }
    return value
  }

  func missing(_ name: String, _ accepted: String) -> String {
    said("falta “\(name)”; aceito: \(accepted)", "“\(name)” is missing; accepted: \(accepted)")
  }

  mutating func wrong(_ value: JSONDocument.Value, _ name: String, _ accepted: String) {
    note(
      value.line,
      said(
        "\(name): \(value.seen) não serve; aceito: \(accepted)", "\(name): \(value.seen) is not accepted; accepted: \(accepted)"))
  }

  mutating func list(_ value: JSONDocument.Value, _ name: String, _ accepted: String, most: Int) -> [JSONDocument.Value]? {
    guard case .list(let elements) = value.content else {
      wrong(value, name, accepted)
      return nil
    }
    guard elements.count <= most else {
      let count = elements.count
      note(value.line, said("\(name): são \(count); aceito: até \(most)", "\(name): there are \(count); accepted: up to \(most)"))
      return nil
    }
    return elements
  }

  mutating func integer(_ name: String, _ range: ClosedRange<Int64>, _ members: inout CalendarMembers) -> Int64? {
    let (least, most) = (range.lowerBound, range.upperBound)
    let accepted = said("um inteiro de \(least) a \(most)", "an integer from \(least) to \(most)")
    guard let value = require(name, accepted, &members) else { return nil }
    guard case .integer(let n) = value.content, range.contains(n) else {
      wrong(value, name, accepted)
      return nil
    }
    return n
  }

  mutating func text<Value>(_ name: String, _ form: TermsReading.Form<Value>, _ members: inout CalendarMembers) -> Value? {
    require(name, form.accepted, &members).flatMap { read($0, name, form) }
  }

  mutating func optional<Value>(_ name: String, _ form: TermsReading.Form<Value>, _ members: inout CalendarMembers) -> Value? {
    members.take(name).flatMap { read($0, name, form) }
  }

  mutating func read<Value>(_ value: JSONDocument.Value, _ name: String, _ form: TermsReading.Form<Value>) -> Value? {
    guard case .text(let text) = value.content else {
      wrong(value, name, said("entre aspas, ", "in quotes, ") + form.accepted)
      return nil
    }
    return read(text, at: value.line, name, form)
  }

  mutating func read<Value>(_ text: String, at line: Int, _ name: String, _ form: TermsReading.Form<Value>) -> Value? {
    do throws(Failure) {
      return try form(name, text)
    } catch {
      note(line, error.sentence)
      return nil
    }
  }
}
