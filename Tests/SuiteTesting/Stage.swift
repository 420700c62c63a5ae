package import AuctionWire
package import MessagingKit
import Synchronization

/// A broker on which scripts are played: the simulated one, or a real node through MessagingKit.
///
/// Every action returns when it is under way; what comes of it is seen by `observe`, sooner or later.
package protocol Stage: AnyObject {
  /// A program connects, as a user of the broker.
  func enter(_ name: String, as user: String, _ subscriptions: [Subscription]) async throws
  func publish(_ name: String, _ message: Publishing)
  /// Answers the delivery of that number (from 0) of a subscription, to the address that it bears; must reach somebody.
  func reply(_ name: String, to subscription: String, _ number: Int, id: String)
  /// Returns when the broker has it, unless it is short of memory.
  func acknowledge(_ name: String, _ subscription: String, _ number: Int, multiple: Bool) async
  func reject(_ name: String, _ subscription: String, _ number: Int) async
  func bind(_ name: String, _ subscription: String, exchange: String, key: String)
  func unbind(_ name: String, _ subscription: String, exchange: String, key: String)
  /// From now on nothing reaches the program that the broker says.
  func holdAnswers(to name: String)
  /// The link goes, and stays away until `reconnect`; returns when what was the connection's own is gone.
  func cut(_ name: String) async throws
  func reconnect(_ name: String)
  /// The program ends without a word.
  func kill(_ name: String) async
  /// The broker is short of memory.
  func block() async throws
  func unblock() async throws
  func delete(_ queue: Queue) throws
  func restore(_ queue: Queue) throws

  func observe() throws -> Observation
}

/// Everything that a script's programs have seen so far, in words that are the same for every broker.
package struct Observation: Hashable, Sendable, CustomStringConvertible {
  package struct Program: Hashable, Sendable {
    package var events: [String] = []
    package var deliveries: [String] = []
    /// Of what it published, in that order; nothing yet where it does not know.
    package var outcomes: [String] = []

    /// What has come since.
    package func news(since earlier: Program) -> [String] {
      let settled = outcomes.enumerated().filter {
        !earlier.outcomes.indices.contains($0.offset) || earlier.outcomes[$0.offset] != $0.element
      }
      return events.dropFirst(earlier.events.count) + deliveries.dropFirst(earlier.deliveries.count)
        + settled.map(\.element).filter { $0 != Self.open }
    }

    static let open = "…"

    package init() {}
  }

  package var programs: [String: Program] = [:]
  /// How many messages are ready; nil where there is no such queue.
  package var depths: [String: Int?] = [:]

  package var description: String {
    let lines = programs.sorted { $0.key < $1.key }.map {
      "\($0.key): \($0.value.events) \($0.value.deliveries) \($0.value.outcomes)"
    }
    return (lines + ["\(depths.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.map(String.init) ?? "-")" })"])
      .joined(separator: "\n")
  }
}

/// Writes down what one program sees.
final class Onlooker: Sendable {
  struct State {
    var seen = Observation.Program()
    var deliveries: [String: [Delivery]] = [:]
    /// Queues that the broker made and named for it.
    var ownQueues: [String] = []
    var isGone = false
  }
  private let state = Mutex(State())

  var seen: Observation.Program { state.withLock { $0.seen } }

  var ownQueues: [String] { state.withLock { $0.ownQueues } }

  func delivery(_ subscription: String, _ number: Int) -> Delivery? {
    state.withLock { state in
      guard let all = state.deliveries[subscription], all.indices.contains(number) else { return nil }
      return all[number]
    }
  }

  /// The program is no more: whatever is heard from now on, nobody hears.
  func leave() { state.withLock { $0.isGone = true } }

  /// - Returns: the number of the publish, for its outcome.
  func publishes() -> Int {
    state.withLock { state in
      state.seen.outcomes.append(Observation.Program.open)
      return state.seen.outcomes.count - 1
    }
  }

  func settled(_ number: Int, _ outcome: PublishOutcome) {
    state.withLock { state in
      guard !state.isGone else { return }
      state.seen.outcomes[number] =
        switch outcome {
        case .confirmed: "confirmed"
        case .returned(let code, _): "returned \(code)"
        case .refused: "refused"
        case .unknown: "unknown"
        case .invalid: "invalid"
        }
    }
  }

  func hear(_ event: ConnectionEvent) {
    state.withLock { state in
      guard !state.isGone else { return }
      switch event {
      case .connected: state.seen.events.append("connected")
      case .subscribed(let name, let queue):
        state.seen.events.append("subscribed \(name)")
        if queue.hasPrefix("amq.gen-") { state.ownQueues.append(queue) }
      case .bound(_, let binding): state.seen.events.append("bound \(binding.exchange)/\(binding.key)")
      case .subscriptionCancelled(let name): state.seen.events.append("cancelled \(name)")
      case .blocked: state.seen.events.append("blocked")
      case .unblocked: state.seen.events.append("unblocked")
      case .silent, .heard: break
      // Both are tried again until they succeed.
      case .disconnected: state.tell("disconnected")
      case .refused(let reason): state.tell("refused \(Self.code(in: reason))")
      case .delivered(let deliveries):
        for delivery in deliveries {
          state.deliveries[delivery.subscription, default: []].append(delivery)
          let id = delivery.properties.messageID ?? "-"
          state.seen.deliveries.append(
            "\(delivery.subscription) \(delivery.exchange)/\(delivery.exchange.isEmpty ? "" : delivery.routingKey) \(id)\(delivery.isRedelivered ? " again" : "")"
          )
        }
      }
    }
  }

  /// The AMQP reply code in a sentence.
  private static func code(in reason: String) -> String {
    reason.split { !$0.isNumber }.first { $0.count == 3 }.map(String.init) ?? "-"
  }
}

extension Onlooker.State {
  mutating func tell(_ event: String) { if seen.events.last != event { seen.events.append(event) } }
}
