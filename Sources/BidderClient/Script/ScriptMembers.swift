import AuctionFacts
import AuctionSigning
import AuctionWire
import ServiceKit
import SharedKernel

/// What is wrong with a line of a script: what was seen, and what is accepted.
struct ScriptProblem: Error {
  let sentence: String

  init(_ sentence: String) { self.sentence = sentence }

  init(_ name: String, _ seen: String, accepted: String) {
    self.init(said("\(name): \(seen) não serve; aceito: \(accepted)", "\(name): \(seen) is not accepted; accepted: \(accepted)"))
  }
}

/// The members of one object of a script, taken by name. Instants are milliseconds from the line's own.
struct ScriptMembers {
  private var left: [JSONDocument.Member]
  private var known: [String] = []
  /// The instant of the line.
  let now: Timestamp

  init(_ value: JSONDocument.Value, _ name: String, at now: Timestamp) throws(ScriptProblem) {
    guard case .object(let members) = value.content else { throw ScriptProblem(name, value.seen, accepted: "{…}") }
    (left, self.now) = (members, now)
  }

  /// Nil: it is not there.
  mutating func take(_ name: String) -> JSONDocument.Value? {
    known.append(name)
    guard let i = left.firstIndex(where: { $0.name == name }) else { return nil }
    return left.remove(at: i).value
  }

  /// To be called when everything that is known has been taken.
  func finish() throws(ScriptProblem) {
    guard let member = left.first else { return }
    let name = "“\(VisibleText.of(member.name, limit: 60))”"
    if known.contains(member.name) {
      throw ScriptProblem(said("\(name) aparece mais de uma vez; aceito: uma", "\(name) stands more than once; accepted: once"))
    }
    let accepted = known.joined(separator: ", ")
    throw ScriptProblem(
      said("\(name) não é conhecido aqui; aceito: \(accepted)", "\(name) is not known here; accepted: \(accepted)"))
  }

  func missing(_ name: String, _ accepted: String) -> ScriptProblem {
    ScriptProblem(said("falta “\(name)”; aceito: \(accepted)", "“\(name)” is missing; accepted: \(accepted)"))
  }

  // MARK: Values

  mutating func object(_ name: String) throws(ScriptProblem) -> ScriptMembers? {
    guard let value = take(name) else { return nil }
    return try ScriptMembers(value, name, at: now)
  }

  mutating func objects(_ name: String) throws(ScriptProblem) -> [ScriptMembers] {
    guard let value = take(name) else { return [] }
    guard case .list(let elements) = value.content else { throw ScriptProblem(name, value.seen, accepted: "[{…}, …]") }
    var objects: [ScriptMembers] = []
    for element in elements { objects.append(try ScriptMembers(element, name, at: now)) }
    return objects
  }

  mutating func text(_ name: String) throws(ScriptProblem) -> String? {
    guard let value = take(name) else { return nil }
    guard case .text(let text) = value.content else {
      throw ScriptProblem(name, value.seen, accepted: said("um texto entre aspas", "a text in quotes"))
    }
    return text
  }

  mutating func flag(_ name: String) throws(ScriptProblem) -> Bool? {
    guard let value = take(name) else { return nil }
    guard case .boolean(let flag) = value.content else { throw ScriptProblem(name, value.seen, accepted: "true, false") }
    return flag
  }

  mutating func integer(_ name: String, _ range: ClosedRange<Int64>) throws(ScriptProblem) -> Int64? {
    guard let value = take(name) else { return nil }
    guard case .integer(let n) = value.content, range.contains(n) else {
      throw ScriptProblem(
        name, value.seen,
        accepted: said(
          "um inteiro de \(range.lowerBound) a \(range.upperBound)", "an integer from \(range.lowerBound) to \(range.upperBound)")
      )
    }
    return n
  }

  mutating func money(_ name: String) throws(ScriptProblem) -> Money? {
    try integer(name, 1...Money.maximum.minorUnits).flatMap { Money(minorUnits: $0) }
  }

  mutating func requiredMoney(_ name: String) throws(ScriptProblem) -> Money {
    guard let money = try money(name) else {
      throw missing(
        name, said("um inteiro de 1 a \(Money.maximum.minorUnits)", "an integer from 1 to \(Money.maximum.minorUnits)"))
    }
    return money
  }

  /// Ten years either way.
  private static let span: Int64 = 10 * 366 * 86_400_000

  mutating func interval(_ name: String) throws(ScriptProblem) -> Interval? {
    try integer(name, 0...Self.span).map { .milliseconds($0) }
  }

  /// So many milliseconds from the line's own instant; before it with a minus sign.
  mutating func instant(_ name: String) throws(ScriptProblem) -> Timestamp? {
    try integer(name, -Self.span...Self.span).map { now + .milliseconds($0) }
  }

  mutating func requiredInstant(_ name: String) throws(ScriptProblem) -> Timestamp {
    guard let instant = try instant(name) else {
      throw missing(name, said("milissegundos a partir do instante da linha", "milliseconds from the line's instant"))
    }
    return instant
  }

  mutating func word<Value>(_ name: String, _ accepted: String, _ read: (String) -> Value?) throws(ScriptProblem) -> Value? {
    guard let value = take(name) else { return nil }
    guard case .text(let text) = value.content, let word = read(text) else {
      throw ScriptProblem(name, value.seen, accepted: accepted)
    }
    return word
  }

  mutating func named<Case: WireNamed>(_ name: String, _ type: Case.Type = Case.self) throws(ScriptProblem) -> Case? {
    try word(name, Case.named.map(\.wireName).joined(separator: ", ")) { Case(wireName: $0) }
  }

  mutating func principal(_ name: String) throws(ScriptProblem) -> PrincipalID? {
    try word(name, said("letras minúsculas, algarismos e _, de 1 a 32", "lower-case letters, digits and _, 1 to 32")) {
      PrincipalID($0)
    }
  }

  mutating func requiredPrincipal(_ name: String) throws(ScriptProblem) -> PrincipalID {
    guard let principal = try principal(name) else { throw missing(name, said("quem", "who")) }
    return principal
  }

  mutating func auction() throws(ScriptProblem) -> AuctionID {
    let accepted = said("letras minúsculas, algarismos e -, de 1 a 40", "lower-case letters, digits and -, 1 to 40")
    guard let id = try word("id_leilao", accepted, { AuctionID($0) }) else { throw missing("id_leilao", accepted) }
    return id
  }

  mutating func reason() throws(ScriptProblem) -> String { try text("motivo") ?? "" }
}
