package import AuctionFacts
import AuctionWire
import MessagingKit
import ServiceKit
import SharedKernel
import Synchronization

/// Sends without end, over one connection: bids that are good, bids that are not, junk and questions, all at once; or questions only.
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

  private let connection: Connection
  private let mix: [Publishing]
  private let state = Mutex(Count())
  /// Refusals that the house told this bidder.
  private let heard = Recorder<Refusal>()

  package init(_ scene: FloodScene, sending kind: Mix) async throws {
    let name = FloodScene.flooder
    let questions = Self.questions(by: name)
    let bids = kind == .everything ? try Self.bids(by: name, in: scene) : []
    mix = (bids + questions).enumerated().sorted { $0.offset % 100 < $1.offset % 100 }.map(\.element)
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

  private static func bids(by name: String, in scene: FloodScene) throws -> [Publishing] {
    let good = try (0..<100 as Range<Int64>).map { try scene.bid(of: name, amount: 1 + $0).message }
    // Well formed, and signed for other bytes.
    let forged = try (0..<100 as Range<Int64>).map { number -> Publishing in
      let body = try scene.bid(of: name, amount: 1 + number).message.body
      return FloodScene.message(cut(body), to: .lances, by: name)
    }
    let junk = (0..<50).map { FloodScene.message([UInt8](repeating: UInt8($0), count: 10_000), to: .lances, by: name) }
    let anonymous = good.prefix(50).map { FloodScene.message($0.body, to: .lances, by: nil) }
    return good + forged + junk + large(to: .lances, by: name) + anonymous
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

  /// Breaks the payload and leaves the signature.
  private static func cut(_ body: [UInt8]) -> [UInt8] {
    guard let envelope = try? Envelope(parsing: body) else { return body }
    let broken = String(decoding: body, as: UTF8.self).replacing(
      Base64.encode(envelope.payload), with: Base64.encode(envelope.payload + [0x20]))
    return Array(broken.utf8)
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

  /// One of each, and what became of all of them.
  private func burst() async {
    await withCheckedContinuation { continuation in
      let open = Mutex(mix.count)
      connection.publish(mix) { [self] index, outcome in
        state.withLock {
          switch outcome {
          case .confirmed:
            $0.confirmed += 1
            if mix[index].exchange == Exchange.lances.rawValue { $0.bids += 1 }
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
