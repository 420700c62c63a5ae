import AuctionSigning
import AuctionWire
import ServiceKit
import SigningKit

/// `ms-leilao topologia --conferir`: what the broker has, against what the house's definitions make.
struct TopologyCheck {
  /// The file with the house's definitions; nil: a development house's.
  let definitions: String?
  /// That development house.
  let house: Topology
  let json: Bool

  private static let largest = 16 << 20

  /// - Parameter path: what the broker exported.
  func run(_ path: String) throws {
    let house =
      try definitions.map(read)
      ?? parse(
        self.house.definitions(password: { $0 }, salt: { _ in [] }, hash: { SHA256.of($0) }), of: "topologia")
    let differences = house.differences(at: try read(path))
    for difference in differences { tell(json ? difference.line : difference.sentence) }
    guard differences.isEmpty else {
      let count = differences.count
      throw Failure(
        .configuration,
        said(
          "o broker não é o das definições: \(count == 1 ? "1 diferença" : "\(count) diferenças")",
          "the broker is not as defined: \(count == 1 ? "1 difference" : "\(count) differences")"))
    }
    guard json else { return tell(said("o broker é o das definições", "the broker is as defined")) }
    var line = JSONLine()
    line.add("tipo", "topologia")
    line.add("confere", true)
    tell(line.text)
  }

  private func read(_ path: String) throws -> BrokerDefinitions {
    try parse(TextFile.bytes(of: path, atMost: Self.largest), of: path)
  }

  private func parse(_ bytes: [UInt8], of path: String) throws(Failure) -> BrokerDefinitions {
    let definitions: BrokerDefinitions
    do throws(JSONDocument.Problem) {
      definitions = try BrokerDefinitions(reading: bytes)
    } catch {
      throw Failure(.usage, "\(path):\(error.line): \(error.sentence)")
    }
    // Compared with nothing, any broker would do.
    guard definitions.namesVirtualHosts else {
      throw Failure(
        .usage,
        said(
          "\(path): nenhum vhost; não são definições de um broker, como as de rabbitmqctl export_definitions",
          "\(path): no vhost; these are no broker's definitions, as rabbitmqctl export_definitions writes them"))
    }
    return definitions
  }
}

extension BrokerDefinitions.Difference {
  /// For people.
  fileprivate var sentence: String {
    let place = "\(part.rawValue): \(name)"
    switch what {
    case .missing: return said("falta     \(place)", "missing     \(place)")
    case .superfluous: return said("sobra     \(place)", "superfluous \(place)")
    case .different(let member, let expected, let found):
      let values = (found ?? "-", expected ?? "-")
      return said(
        "difere    \(place): \(member) é \(values.0), seria \(values.1)",
        "different   \(place): \(member) is \(values.0), not \(values.1)")
    }
  }

  fileprivate var line: String {
    var line = JSONLine()
    line.add("tipo", "diferenca")
    line.add("parte", part.rawValue)
    line.add("nome", name)
    switch what {
    case .missing: line.add("o_que", "falta")
    case .superfluous: line.add("o_que", "sobra")
    case .different(let member, let expected, let found):
      line.add("o_que", "difere")
      line.add("membro", member)
      line.add("esperado", expected)
      line.add("encontrado", found)
    }
    return line.text
  }
}
