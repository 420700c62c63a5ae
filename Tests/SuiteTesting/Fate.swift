import MessagingKit

/// Where a simulated process may end: the real ones' failpoints as far as a turn without threads passes them, and two that only
/// a simulation can hit.
package enum CrashPoint: String, Sendable, Hashable, CaseIterable {
  case afterDeliver = "after-deliver"
  case inTransaction = "in-transaction"
  case afterCommit = "after-commit"
  case afterAck = "after-ack"
  case amidPublish = "amid-publish"
  case afterPublish = "after-publish"
  case beforeMarkSent = "before-mark-sent"
  case afterMarkSent = "after-mark-sent"
}

/// Whether a process lives. Once it is over, nothing that it does has any effect.
package final class Fate: @unchecked Sendable {
  package var planned: CrashPoint?
  package private(set) var isOver = false

  package init() {}

  /// Answers whether the process is over once it is there.
  package func isOver(at point: CrashPoint) -> Bool {
    if planned == point { isOver = true }
    return isOver
  }
}

/// A connection in the hands of a process that may end in the middle of a turn.
final class MortalConnection: Publisher, Acknowledger, @unchecked Sendable {
  private let connection: SimulatedConnection
  private let fate: Fate
  private let say: (String) -> Void

  /// - Parameter say: notes in the trace what the process does, when it does it.
  init(_ connection: SimulatedConnection, _ fate: Fate, say: @escaping (String) -> Void) {
    (self.connection, self.fate, self.say) = (connection, fate, say)
  }

  func publish(_ message: Publishing, outcome: @escaping @Sendable (PublishOutcome) -> Void) -> Bool {
    guard !fate.isOver else { return false }
    defer { _ = fate.isOver(at: .afterPublish) }
    say("publishes \(message.routingKey) \(message.properties.messageID ?? "-")")
    return connection.publish(message, outcome: outcome)
  }

  func publish(_ messages: [Publishing], outcome: @escaping @Sendable (Int, PublishOutcome) -> Void) {
    guard !fate.isOver, !messages.isEmpty else { return }
    let isCut = messages.count > 1 && fate.isOver(at: .amidPublish)
    let handed = isCut ? Array(messages.prefix(messages.count / 2)) : messages
    for message in handed { say("publishes \(message.routingKey) \(message.properties.messageID ?? "-")") }
    connection.publish(handed, outcome: outcome)
    _ = fate.isOver(at: .afterPublish)
  }

  func acknowledge(_ tag: DeliveryTag, multiple: Bool) {
    guard !fate.isOver else { return }
    say("acknowledges \(tag.number)")
    connection.acknowledge(tag, multiple: multiple)
    _ = fate.isOver(at: .afterAck)
  }

  func reject(_ tag: DeliveryTag) {
    guard !fate.isOver else { return }
    connection.reject(tag)
  }
}
