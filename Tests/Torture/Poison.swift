import AuctionWire
import SuiteTesting

/// What must end among the dead letters.
struct Poison {
  private let scene: Scene
  private let bodies: [(id: String, body: [UInt8])]

  init(_ scene: Scene) {
    self.scene = scene
    bodies = scene.draw { random in
      [
        Array("{\"payload\":\"AAAA".utf8), random.bytes(Int(random.interval(1...400))),
        Array(String(repeating: "[", count: 10_000).utf8),
      ].shuffled(using: &random).prefix(Int(random.interval(1...3))).enumerated().map { ("veneno-\($0.offset)", $0.element) }
    }
  }

  /// Reasons by message id.
  var reasons: [String: String] { Dictionary(uniqueKeysWithValues: bodies.map { ($0.id, Rejected.malformed) }) }

  func send() async throws { for (id, body) in bodies { try await scene.tap.send(body, id: id) } }

  private enum Rejected { static let malformed = "formato" }
}
