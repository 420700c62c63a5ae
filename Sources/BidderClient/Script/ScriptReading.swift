import AuctionFacts
import AuctionSigning
import AuctionWire
package import ServiceKit
import SharedKernel
import TerminalKit

/// Reads a script: a line of JSON for its start, and one for each thing that happens. The first thing that is wrong ends it.
package struct ScriptReading {
  /// Bytes of a file.
  static let largest = 64 << 20

  private struct Header {
    let start: Timestamp
    let zone: Zone
    let language: Language?
    let broker: String
    let uncertainty: Interval
    let status: ClockStatus
  }

  private var header: Header?
  private var lines: [Script.Line] = []

  /// - Throws: a usage failure: which line, what was seen, what is accepted.
  static func read(_ path: String) throws -> Script { try read(try LocalFile.contents(of: path, atMost: largest), from: path) }

  /// - Parameter file: its name, for what is said about it.
  package static func read(_ bytes: [UInt8], from file: String) throws(Failure) -> Script {
    var reading = ScriptReading()
    var number = 0
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      if line.first == UInt8(ascii: "#") || line.allSatisfy({ $0 == 0x20 || $0 == 0x0d || $0 == 0x09 }) { continue }
      do throws(ScriptProblem) {
        try reading.take(Array(line))
      } catch {
        throw Failure(.usage, "\(file):\(number): \(error.sentence)")
      }
    }
    guard let header = reading.header else {
      throw Failure(
        .usage, said("\(file):\(number): o roteiro está vazio; ", "\(file):\(number): the script is empty; ") + acceptedHeader)
    }
    return Script(
      start: header.start, zone: header.zone, language: header.language, broker: header.broker,
      clockUncertainty: header.uncertainty, clockStatus: header.status, lines: reading.lines)
  }

  private static let acceptedHeader = said(
    "aceito na primeira linha: {\"inicio\":\"2026-03-14T14:32:07-03:00\"}",
    "accepted on the first line: {\"inicio\":\"2026-03-14T14:32:07-03:00\"}")

  private mutating func take(_ bytes: [UInt8]) throws(ScriptProblem) {
    let value: JSONDocument.Value
    do throws(JSONDocument.Problem) {
      value = try JSONDocument.read(bytes)
    } catch {
      throw ScriptProblem(error.sentence)
    }
    if let header { lines.append(try line(value, header)) } else { header = try Self.header(value) }
  }

  private static func header(_ value: JSONDocument.Value) throws(ScriptProblem) -> Header {
    var members = try ScriptMembers(value, said("a primeira linha", "the first line"), at: Timestamp(microseconds: 0))
    let start = try members.word("inicio", "RFC 3339: 2026-03-14T14:32:07-03:00") { text -> (Timestamp, Zone)? in
      guard let instant = TimeText.instant(text), let zone = zone(of: text) else { return nil }
      return (instant, zone)
    }
    guard let (start, zone) = start else {
      throw ScriptProblem(said("falta “inicio”; ", "“inicio” is missing; ") + acceptedHeader)
    }
    let language = try members.word("idioma", "pt, en") { ["pt": Language.portuguese, "en": .english][$0] }
    let status = try members.named("relogio", ClockStatus.self) ?? .synchronized
    let uncertainty = try members.integer("incerteza_ms", 0...10_000) ?? 8
    let broker = try members.text("broker") ?? "rabbit:5672"
    try members.finish()
    return Header(
      start: start, zone: zone, language: language, broker: broker, uncertainty: .milliseconds(uncertainty), status: status)
  }

  /// Where the clock of that RFC 3339 text hangs; it is known to be one.
  private static func zone(of text: String) -> Zone? {
    guard !text.hasSuffix("Z") else { return Zone(secondsEast: 0) }
    let parts = text.suffix(5).split(separator: ":").compactMap { Int64($0) }
    guard parts.count == 2, let sign = text.dropLast(5).last else { return nil }
    return Zone(secondsEast: (parts[0] * 3_600 + parts[1] * 60) * (sign == "-" ? -1 : 1))
  }

  private func line(_ value: JSONDocument.Value, _ header: Header) throws(ScriptProblem) -> Script.Line {
    let accepted = said("uma linha", "a line")
    var timed = try ScriptMembers(value, accepted, at: header.start)
    guard let at = try timed.interval("t") else {
      throw timed.missing("t", said("milissegundos desde o início", "milliseconds since the start"))
    }
    if let last = lines.last, at < last.at {
      throw ScriptProblem(
        "t", "\(at.microseconds / 1_000)",
        accepted: said(
          "o da linha anterior ou mais: \(last.at.microseconds / 1_000)",
          "that of the line before or more: \(last.at.microseconds / 1_000)"))
    }
    var members = try ScriptMembers(value, accepted, at: header.start + at)
    _ = members.take("t")
    let step = try step(&members)
    try members.finish()
    return Script.Line(at: at, step: step)
  }

  private func step(_ members: inout ScriptMembers) throws(ScriptProblem) -> Script.Step {
    if var event = try members.object("evento") {
      let step = try Self.event(&event)
      try event.finish()
      return step
    }
    if var answer = try members.object("casa") {
      let step = try Self.answering(&answer)
      try answer.finish()
      return .answers(step)
    }
    if let keys = try members.text("teclas") { return .typed(try Self.keys(keys)) }
    if let text = try members.text("colar") { return .typed([.paste(text)]) }
    if let size = try members.word("tamanho", Size.accepted, { Size(spelled: $0) }) { return .typed([.resize(size)]) }
    let accepted = "evento, casa, teclas, colar, tamanho"
    throw ScriptProblem(
      said("a linha não diz o que acontece; aceito: \(accepted)", "the line says nothing; accepted: \(accepted)"))
  }

  /// Characters as they are, other keys by their names: `b1300<Enter>`.
  private static func keys(_ text: String) throws(ScriptProblem) -> [Input] {
    var inputs: [Input] = []
    var rest = Substring(text)
    while let first = rest.unicodeScalars.first {
      guard first == "<" else {
        inputs.append(.character(first))
        rest = Substring(rest.unicodeScalars.dropFirst())
        continue
      }
      let named = Key.allCases.map(Input.key) + [.interrupt]
      guard let input = named.first(where: { rest.hasPrefix("<\(name(of: $0))>") }) else {
        throw ScriptProblem(
          "teclas", "“\(VisibleText.of(String(rest), limit: 20))”",
          accepted: named.map { "<\(name(of: $0))>" }.joined(separator: " "))
      }
      inputs.append(input)
      rest = rest.dropFirst(name(of: input).count + 2)
    }
    return inputs
  }

  /// As the help calls them, and the arrows by words.
  private static func name(of input: Input) -> String {
    switch input {
    case .key(.up): "Up"
    case .key(.down): "Down"
    default: Keymap.name(of: input)
    }
  }
}

extension Size {
  static let accepted = "100x30, 80x24, 40x12"
  /// No screen is larger.
  private static let longest = 1_000

  /// `100x30`: columns and rows.
  package init?(spelled text: String) {
    let parts = text.split(separator: "x", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }), let width = Int(parts[0]),
      let height = Int(parts[1]), (1...Self.longest).contains(width), (1...Self.longest).contains(height)
    else { return nil }
    self.init(width: width, height: height)
  }
}
