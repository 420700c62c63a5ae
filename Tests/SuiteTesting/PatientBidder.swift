package import AuctionFacts
import AuctionSigning
import AuctionWire
import MessagingKit
import ServiceKit
package import SharedKernel
import SigningKit
import Synchronization

/// Bids, and waits each time until it hears what was decided.
package final class PatientBidder: Sendable {
  package enum Outcome: Sendable, Hashable {
    case accepted
    case refused(Refusal)
    /// The broker did not take it, and said so.
    case busy
    /// Nothing was heard of it.
    case unheard

    /// The house looked at it and said what it made of it.
    package var isDecided: Bool {
      switch self {
      case .accepted: true
      case .refused(let reason): reason != .rateLimit
      case .busy, .unheard: false
      }
    }
  }

  /// What it has heard of the auction.
  private struct Picture {
    var minimum = FloodScene.opening
    var accepted: [PrincipalID: Int] = [:]
  }

  private let scene: FloodScene
  private let voice: Voice
  private let connection: Connection
  private let heard: Recorder<(Digest, Outcome)>
  private let picture: Shared

  private final class Shared: Sendable {
    let picture = Mutex(Picture())
  }

  package init(_ scene: FloodScene, as name: String) async throws {
    (self.scene, voice) = (scene, try scene.voice(of: name))
    let (heard, picture) = (Recorder<(Digest, Outcome)>(), Shared())
    (self.heard, self.picture) = (heard, picture)
    let auction = MessagingKit.Binding(exchange: Exchange.notificacoes.rawValue, key: "leilao.\(FloodScene.auction)")
    connection = try await scene.connect(
      name,
      [
        // The broker takes no bid that wants its answer there from who does not listen.
        Subscription(name: "respostas", source: .directReplies),
        Subscription(
          name: "avisos", source: .bound(queue: "cliente_\(name)", bindings: [auction]), automaticAcknowledgement: true),
      ]
    ) { event in
      guard case .delivered(let deliveries) = event else { return }
      for delivery in deliveries {
        guard let envelope = try? Envelope(parsing: delivery.body) else { continue }
        if let receipt = try? Receipt(envelope), let digest = receipt.bidDigest {
          heard.record((digest, .refused(receipt.reason)))
        }
        guard let block = try? Block(envelope), case .entries(let entries) = block.content else { continue }
        for entry in entries {
          guard case .bid(let evidence, _) = entry.fact, let bid = try? Envelope(evidence) else { continue }
          picture.picture.withLock {
            $0.minimum = max($0.minimum, entry.minimum)
            if let leader = entry.leader { $0.accepted[leader, default: 0] += 1 }
          }
          heard.record((SHA256.of(bid.payload), .accepted))
        }
      }
    }
  }

  /// The least that would be accepted, as far as it has heard.
  package var minimum: Money { picture.picture.withLock(\.minimum) }

  /// How many bids of somebody's it has heard to be accepted.
  package func accepted(of bidder: PrincipalID) -> Int { picture.picture.withLock { $0.accepted[bidder, default: 0] } }

  /// Bids so much, or the least that would be accepted.
  /// - Parameter limit: of the wait for a decision.
  package func place(_ amount: Money? = nil, within limit: Duration = .seconds(120)) async throws -> Outcome {
    let sealed = voice.seal(scene.bid(of: voice.principal, amount: amount ?? minimum))
    let digest = sealed.digest
    switch await connection.publish(
      FloodScene.message(sealed.evidence.bytes, to: .lances, by: voice.principal.text))
    {
    case .confirmed: break
    case .refused: return .busy
    case .returned, .unknown, .invalid: return .unheard
    }
    return (try? await heard.first(within: limit) { $0.0 == digest ? $0.1 : nil }) ?? .unheard
  }

  package func leave() async { await connection.close(within: .zero) }
}
