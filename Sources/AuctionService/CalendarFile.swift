import AuctionFacts
import AuctionSigning
import AuctionWire
package import ServiceKit
import SharedKernel

/// The calendar file of `ms-leilao --leiloes` (docs/calendar.md).
package enum CalendarFile {
  /// Bytes of a file.
  static let largest = 1 << 20
  /// Problems that are told one by one.
  package static let mostTold = 20

  /// - Throws: a usage failure that tells everything wrong with the file, by line.
  static func read(_ path: String) throws(Failure) -> [ProposedTerms] {
    try read(TextFile.bytes(of: path, atMost: largest), from: path)
  }

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
}
