package import AuctionFacts
import AuctionWire
import MessagingKit
import ServiceKit
import SharedKernel
import SigningKit

/// Bids, and waits each time until it hears what was decided.
package final class PatientBidder: Sendable {
  package enum Outcome: Sendable, Hashable {
    case accepted
    case refused(Refusal)
    /// The broker did not take it, and said so.
    case busy
    /// Nothing was heard of it.
    case unheard
  }

  private let scene: FloodScene
  private let name: String
  private let connection: Connection
  private let heard = Recorder<(Digest, Outcome)>()

  package init(_ scene: FloodScene, as name: String) async throws {
    (self.scene, self.name) = (scene, name)
    let auction = MessagingKit.Binding(exchange: Exchange.notificacoes.rawValue, key: "leilao.\(FloodScene.auction)")
    connection = try await scene.connect(
      name,
      [
        // The broker takes no bid that wants its answer there from who does not listen.
        Subscription(name: "respostas", source: .directReplies),
        Subscription(
          name: "avisos", source: .bound(queue: "cliente_\(name)", bindings: [auction]), automaticAcknowledgement: true),
      ]
    ) { [heard] event in
      guard case .delivered(let deliveries) = event else { return }
      for delivery in deliveries {
        guard let envelope = try? Envelope(parsing: delivery.body) else { continue }
        if let receipt = try? Receipt(envelope), let digest = receipt.bidDigest {
          heard.record((digest, .refused(receipt.reason)))
        }
        guard let block = try? Block(envelope), case .entries(let entries) = block.content else { continue }
        for case .bid(let evidence, _) in entries.map(\.fact) {
          if let bid = try? Envelope(evidence) { heard.record((SHA256.of(bid.payload), .accepted)) }
        }
      }
    }
  }

  /// - Parameter limit: of the wait for a decision.
  package func place(_ amount: Int64, within limit: Duration = .seconds(120)) async throws -> Outcome {
    let (bid, message) = try scene.bid(of: name, amount: amount)
    let digest = SHA256.of(bid.payload)
    switch await connection.publish(message) {
    case .confirmed: break
    case .refused: return .busy
    case .returned, .unknown, .invalid: return .unheard
    }
    return (try? await heard.first(within: limit) { $0.0 == digest ? $0.1 : nil }) ?? .unheard
  }

  package func leave() async { await connection.close(within: .zero) }
}
