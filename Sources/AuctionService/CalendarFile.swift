import AuctionFacts
import AuctionWire
import Glibc
package import ServiceKit
import SharedKernel

/// The calendar file of `ms-leilao --leiloes` (docs/calendar.md).
package enum CalendarFile {
  /// Bytes of a file.
  static let largest = 1 << 20
  /// Problems that are told one by one.
  package static let mostTold = 20

  /// - Throws: a usage failure that tells everything wrong with the file, by line.
  static func read(_ path: String) throws(Failure) -> [ProposedTerms] { try read(bytes(of: path), from: path) }

  /// - Parameter file: its name, for what is said about it.
  package static func read(_ bytes: [UInt8], from file: String) throws(Failure) -> [ProposedTerms] {
    let document: JSONDocument.Value
    do throws(JSONDocument.Problem) {
      document = try JSONDocument.read(bytes)
    } catch {
      throw Failure(.usage, "\(file):\(error.line): \(error.sentence)")
    }
    var reading = CalendarReading()
    let auctions = reading.auctions(in: document)
    guard reading.problems.isEmpty else { throw Failure(.usage, told(reading.problems, in: file)) }
    return auctions
  }

  /// By line; of one line in the order in which they were found.
  private static func told(_ problems: [CalendarReading.Problem], in file: String) -> String {
    let sorted = problems.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }.map(\.element)
    var lines = sorted.prefix(mostTold).map { "\(file):\($0.line): \($0.sentence)" }
    let rest = sorted.count - lines.count
    if rest > 0 { lines.append(said("\(file): e mais \(rest)", "\(file): and \(rest) more")) }
    return lines.joined(separator: "\n")
  }

  private static func bytes(of path: String) throws(Failure) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw unreadable(path) }
      guard count > 0 else { return bytes }
      bytes += piece[..<count]
      guard bytes.count <= largest else {
        throw Failure(
          .usage, said("\(path): maior que 1 MiB; aceito: até 1 MiB", "\(path): larger than 1 MiB; accepted: up to 1 MiB"))
      }
    }
  }

  /// To be called at once, before `errno` changes.
  private static func unreadable(_ path: String) -> Failure { Failure(.usage, "\(path): \(systemReason())") }
}

extension JSONDocument.Problem {
  /// What was seen and what is accepted, for people.
  fileprivate var sentence: String {
    let shown = TermsReading.shown(String(decoding: seen, as: UTF8.self))
    let what = seen.isEmpty ? said("fim da linha ou do texto", "the end of the line or the text") : "“\(shown)”"
    return said("\(what) não serve em JSON; aceito: \(portuguese)", "\(what) is not JSON here; accepted: \(accepted)")
  }

  private var portuguese: String {
    switch accepted {
    case .value: "um valor"
    case .word(let word): word
    case .end: "o fim do texto"
    case .memberName: "o nome de um membro, entre aspas"
    case .colon: "“:”"
    case .commaOrBrace: "“,” ou “}”"
    case .commaOrBracket: "“,” ou “]”"
    case .depth: "até \(WireLimits.depth) níveis"
    case .members: "até \(WireLimits.members) membros"
    case .digit: "um algarismo"
    case .noLeadingZero: "nenhum algarismo depois de um zero inicial"
    case .noFraction: "um inteiro, sem fração nem expoente"
    case .integerRange: "um inteiro em ±(2^53 − 1)"
    case .closingQuote: "aspas que fechem o texto"
    case .escapedControl: "aspas que fechem o texto, ou \\n, \\t, \\u… no lugar de um caractere de controle"
    case .escape: "\\\", \\\\, \\/, \\b, \\f, \\n, \\r, \\t ou \\u e quatro algarismos"
    case .surrogatePair: "um par de substitutos \\u"
    case .hexDigits: "quatro algarismos hexadecimais"
    case .utf8: "UTF-8"
    }
  }
}
