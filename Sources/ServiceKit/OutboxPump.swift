import Failpoints
package import JournalKit
package import Logging
package import MessagingKit
import Synchronization

/// Sends the outbox in order, again and again until the broker has confirmed each message.
///
/// Outcomes arrive on the connection's thread; everything else is called by the turn's thread. At most `window` messages are
/// under way and `memory` wait here; what is beyond stays in the store.
package final class OutboxPump: Sendable {
  private struct State {
    var isConnected = false
    var waiting: [OutboxMessage] = []
    var head = 0
    var underWay: [Int64: OutboxMessage] = [:]
    var confirmed: [Int64] = []
    /// Refused or lost: to be sent again in their order, before anything newer.
    var again: [OutboxMessage] = []
    /// Without a queue to go to: tried again by themselves, so that one broken binding holds up nothing else.
    var unroutable: [OutboxMessage] = []
    var routeAgainAt: ContinuousClock.Instant
    var lastQueued: Int64 = 0
    var hasMoreInStore = false
    var pause = Duration.zero
    var resumeAt: ContinuousClock.Instant?
    var markedAt: ContinuousClock.Instant
    var waitingCount: Int { waiting.count - head }

    /// Only when half of them are sent: that keeps it linear over all messages.
    mutating func forgetSent() {
      guard head * 2 >= waiting.count else { return }
      // The batch may share the memory of all: a new array, and not this one emptied with its capacity.
      waiting = Array(waiting[head...])
      head = 0
    }

    init(_ now: ContinuousClock.Instant) { (routeAgainAt, markedAt) = (now, now) }
  }

  private let state: Mutex<State>
  private let publisher: any Publisher
  private let store: any Store
  private let log: Logger
  private let now: @Sendable () -> ContinuousClock.Instant
  private let ring: @Sendable () -> Void
  private let window = 1_000
  private let memory = 10_000
  /// Confirmed messages are marked together: so many, or after this long. What a crash leaves unmarked is said once more.
  private let markedTogether = 500
  private let markInterval = Duration.milliseconds(200)
  private let routePatience = Duration.seconds(5)

  /// - Parameters:
  ///   - now: the monotonic clock that pauses are measured by.
  ///   - ring: wakes the turn's thread, which then calls `pump`.
  package init(
    publisher: any Publisher, store: any Store, log: Logger, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
    ring: @escaping @Sendable () -> Void
  ) {
    state = Mutex(State(now()))
    self.now = now
    self.publisher = publisher
    self.store = store
    self.log = log
    self.ring = ring
  }

  /// Takes up what an earlier run left unsent.
  package func load() throws { try refill() }

  package func append(_ rows: [OutboxMessage]) {
    guard !rows.isEmpty else { return }
    state.withLock { s in
      guard !s.hasMoreInStore, s.waitingCount + rows.count <= memory else {
        s.hasMoreInStore = true
        return
      }
      s.waiting.append(contentsOf: rows)
      s.lastQueued = rows[rows.count - 1].id
    }
    send()
  }

  /// Not repeated and not kept: the asker may ask again.
  package func sayOnce(_ messages: [Publishing]) { publisher.publish(messages) { _, _ in } }

  package func connectionChanged(isUp: Bool) {
    state.withLock { s in
      s.isConnected = isUp
      s.resumeAt = nil
      s.pause = .zero
    }
    if isUp { send() }
  }

  /// When to call `pump` again although nobody rang.
  package var wakeUp: ContinuousClock.Instant? {
    state.withLock { s in
      let marking = s.confirmed.isEmpty ? nil : s.markedAt + markInterval
      // Only what `send` would then do: a time that has passed in vain would turn the thread round without end.
      let routing = s.isConnected && s.again.isEmpty && !s.unroutable.isEmpty ? s.routeAgainAt : nil
      return [s.resumeAt, marking, routing].compactMap { $0 }.min()
    }
  }

  /// Nothing waits, nothing is under way, nothing is left to mark.
  package var isEmpty: Bool {
    state.withLock {
      $0.waitingCount == 0 && $0.underWay.isEmpty && $0.confirmed.isEmpty && $0.again.isEmpty && $0.unroutable.isEmpty
        && !$0.hasMoreInStore
    }
  }

  /// How many messages it has in memory, sent ones that it has not let go of yet included.
  var held: Int { state.withLock { $0.waiting.count + $0.underWay.count } }

  /// Marks what was confirmed, then sends what may be sent.
  /// - Parameter final: marks at once, because the service is about to end.
  package func pump(final: Bool = false) throws {
    let confirmed = state.withLock { s -> [Int64] in
      guard final || s.confirmed.count >= markedTogether || s.markedAt + markInterval <= now() else { return [] }
      defer { (s.confirmed, s.markedAt) = ([], now()) }
      return s.confirmed
    }
    if !confirmed.isEmpty {
      Failpoint.beforeMarkSent.pass()
      try store.markSent(confirmed)
    }
    if state.withLock({ $0.hasMoreInStore && $0.waitingCount < memory / 2 }) { try refill() }
    send()
  }

  private func refill() throws {
    let last = state.withLock { $0.lastQueued }
    let rows = try store.pendingOutbox(after: last, limit: memory / 2)
    state.withLock { s in
      s.waiting.append(contentsOf: rows)
      if let newest = rows.last { s.lastQueued = newest.id }
      s.hasMoreInStore = rows.count == memory / 2
    }
  }

  private func send() {
    let batch = state.withLock { s -> [OutboxMessage] in
      guard s.isConnected else { return [] }
      if let resumeAt = s.resumeAt, resumeAt > now() { return [] }
      s.resumeAt = nil
      // Only when the line is quiet may what failed be sent again: all of it, in order, before anything newer.
      if !s.again.isEmpty {
        guard s.underWay.isEmpty else { return [] }
        s.waiting = s.again.sorted { $0.id < $1.id } + s.waiting[s.head...]
        s.head = 0
        s.again.removeAll()
      }
      if !s.unroutable.isEmpty, s.routeAgainAt <= now() {
        s.waiting = s.unroutable + s.waiting[s.head...]
        s.head = 0
        s.unroutable.removeAll()
      }
      let count = min(window - s.underWay.count, s.waitingCount)
      guard count > 0 else { return [] }
      let batch = Array(s.waiting[s.head..<(s.head + count)])
      s.head += count
      s.forgetSent()
      for message in batch { s.underWay[message.id] = message }
      return batch
    }
    guard !batch.isEmpty else { return }
    publisher.publish(batch.map { Publishing($0.message) }) { [self] index, outcome in settled(batch[index], outcome) }
    Failpoint.afterPublish.pass()
  }

  private func settled(_ message: OutboxMessage, _ outcome: PublishOutcome) {
    if outcome == .confirmed { Failpoint.afterConfirm.pass() }
    state.withLock { s in
      guard s.underWay.removeValue(forKey: message.id) != nil else { return }
      switch outcome {
      case .confirmed:
        s.confirmed.append(message.id)
        s.pause = .zero
      // It stays in the journal for a person to look at: no repetition can help.
      case .invalid: break
      case .returned:
        s.unroutable.append(message)
        s.routeAgainAt = now() + routePatience
      case .refused, .unknown:
        s.again.append(message)
        if s.underWay.isEmpty {
          s.pause = min(max(s.pause * 2, .milliseconds(100)), .seconds(5))
          s.resumeAt = now() + s.pause
        }
      }
    }
    switch outcome {
    case .confirmed: break
    case .returned(_, let text):
      log.error(
        "\(said("a mensagem não tem fila aonde ir; a topologia do broker está inteira?", "message has no queue to go to; is the broker's topology whole?"))",
        metadata: ["key": "\(message.routingKey)", "broker": "\(text)"])
    case .refused:
      log.warning(
        "\(said("o broker recusou uma mensagem; será repetida", "the broker refused a message, will repeat"))",
        metadata: ["key": "\(message.routingKey)"])
    case .invalid(let reason):
      log.critical(
        "\(said("a mensagem não pode ser enviada; fica no diário", "message cannot be sent; it stays in the journal"))",
        metadata: ["key": "\(message.routingKey)", "reason": "\(reason)"])
    case .unknown(let reason):
      log.debug(
        "\(said("sem confirmação; será repetida", "unconfirmed, will repeat"))",
        metadata: ["key": "\(message.routingKey)", "reason": "\(reason)"])
    }
    ring()
  }
}

extension Publishing {
  /// Persistent, and mandatory as it says.
  package init(_ message: OutgoingMessage) {
    self.init(
      exchange: message.exchange, routingKey: message.routingKey, isMandatory: message.isMandatory,
      properties: MessageProperties(
        contentType: message.contentType, messageID: message.messageID, correlationID: message.correlationID, isPersistent: true,
        headers: message.headers),
      body: message.body)
  }
}
