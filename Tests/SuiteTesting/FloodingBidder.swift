package import AuctionFacts
import AuctionSigning
import AuctionWire
import MessagingKit
import ServiceKit
import SharedKernel
import Synchronization

/// Sends without end, over one connection: bids that would be accepted, bids that would not, junk and questions, all at once; or
/// questions only.
package final class FloodingBidder: Sendable {
  package enum Mix: Sendable {
    case everything
    case questions
  }

  /// What the broker said to what was sent.
  package struct Count: Sendable {
    package var confirmed = 0
    /// A full queue's answer.
    package var declined = 0
    package var other = 0
    /// Of `confirmed`, what went to the exchange of bids.
    package var bids = 0

    var answered: Int { confirmed + declined + other }
  }

  private let scene: FloodScene
  private let voice: Voice
  private let connection: Connection
  private let mix: Mix
  /// What it says again and again.
  private let questions: [Publishing]
  private let state = Mutex(Count())
  /// Refusals that the house told this bidder.
  private let heard = Recorder<Refusal>()

  package init(_ scene: FloodScene, sending mix: Mix) async throws {
    let name = FloodScene.flooder.text
    (self.scene, self.mix, voice) = (scene, mix, try scene.voice(of: name))
    questions = Self.questions(by: name)
    connection = try await scene.connect(
      name, inFlight: 20_000,
      [
        Subscription(name: "respostas", source: .directReplies),
        Subscription(name: "avisos", source: .bound(queue: "cliente_\(name)", bindings: []), automaticAcknowledgement: true),
      ]
    ) { [heard] event in
      guard case .delivered(let deliveries) = event else { return }
      for delivery in deliveries where delivery.subscription == "avisos" {
        if let receipt = try? Receipt(Envelope(parsing: delivery.body)) { heard.record(receipt.reason) }
      }
    }
  }

  /// Bids of this moment, none of which was said before: good ones, each for more than the one before it, and others.
  private func bids() -> [Publishing] {
    let name = voice.principal.text
    let good = (0..<100).map { _ in
      voice.seal(scene.bid(of: voice.principal, amount: scene.nextAmount())).evidence.bytes
    }
    // Well formed, and signed for other bytes.
    let signature = voice.sign(UniqueID.random().bytes)
    let forged = (0..<100).map { _ in
      scene.bid(of: voice.principal, amount: scene.nextAmount()).enveloped(keyID: voice.keyID) { _ in signature }.encoded()
    }
    let junk = (0..<50).map { _ in
      let start = UniqueID.random().bytes
      return start + [UInt8](repeating: 0, count: 10_000 - start.count)
    }
    // A good bid, too, is nobody's if the broker does not vouch for who says it.
    let anonymous = good.prefix(50).map { FloodScene.message($0, to: .lances, by: nil) }
    return (good + forged + junk).map { FloodScene.message($0, to: .lances, by: name) }
      + Self.large(to: .lances, by: name) + anonymous
  }

  private static func questions(by name: String) -> [Publishing] {
    let questions = (0..<100).map { number in
      let subject = Query.Subject.ledger("moto", after: 0)
      return FloodScene.message(
        Query(id: .random(), subject: number % 2 == 0 ? subject : .auctions(after: nil)).encoded(), to: .consultas, by: name)
    }
    return questions + large(to: .consultas, by: name)
  }

  /// Nearly as much as the broker lets through.
  private static func large(to exchange: Exchange, by name: String) -> [Publishing] {
    (0..<4).map { FloodScene.message([UInt8](repeating: UInt8($0), count: 120_000), to: exchange, by: name) }
  }

  /// The same bidder over several connections at once.
  package static func several(_ count: Int, _ scene: FloodScene, sending kind: Mix) async throws -> [FloodingBidder] {
    var flooders: [FloodingBidder] = []
    for _ in 0..<count { flooders.append(try await FloodingBidder(scene, sending: kind)) }
    return flooders
  }

  package var count: Count { state.withLock { $0 } }
  package var reasons: [Refusal] { heard.values }

  /// As fast as the broker confirms, until there were this many messages of each and it is over.
  package static func flood(
    _ flooders: [FloodingBidder], atLeast messages: Int, until isOver: @escaping @Sendable () -> Bool
  ) async {
    await withTaskGroup { group in
      for flooder in flooders {
        for _ in 0..<4 {
          group.addTask {
            while !Task.isCancelled, !isOver() || flooder.count.answered < messages { await flooder.burst() }
          }
        }
      }
    }
  }

  /// Some of each kind, mixed.
  private func messages() -> [Publishing] {
    guard mix == .everything else { return questions }
    return (bids() + questions).enumerated().sorted { $0.offset % 100 < $1.offset % 100 }.map(\.element)
  }

  /// Says some of each, and notes what became of all of them.
  private func burst() async {
    let messages = messages()
    await withCheckedContinuation { continuation in
      let open = Mutex(messages.count)
      connection.publish(messages) { [self] index, outcome in
        state.withLock {
          switch outcome {
          case .confirmed:
            $0.confirmed += 1
            if messages[index].exchange == Exchange.lances.rawValue { $0.bids += 1 }
          case .refused: $0.declined += 1
          case .returned, .unknown, .invalid: $0.other += 1
          }
        }
        let isLast = open.withLock {
          $0 -= 1
          return $0 == 0
        }
        if isLast { continuation.resume() }
      }
    }
  }

  package func leave() async { await connection.close(within: .zero) }
}
