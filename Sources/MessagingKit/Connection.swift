internal import Glibc
import SharedKernel
internal import Synchronization

/// A connection to a broker that stays: it connects, subscribes, publishes with confirms and, whatever happens,
/// connects again. Use one for consuming and acknowledging and another for publishing: a broker under an alarm does not
/// read a connection that has published, and acknowledgements would stall with it.
///
/// All methods can be called from any thread and none blocks. Inside, one thread owns the socket.
package final class Connection: Sendable, Publisher, Acknowledger {
  private enum Life {
    case new
    case running(awaitingEnd: [CheckedContinuation<Void, Never>])
    case ended
  }

  private let options: ConnectionOptions
  private let mailbox: Mailbox
  private let loop: ConnectionLoop
  private let life = LifeLock(.new)

  private final class LifeLock: Sendable {
    private let life: Mutex<Life>
    init(_ life: sending Life) { self.life = Mutex(life) }
    func withLock<Result: Sendable>(_ body: (inout sending Life) -> sending Result) -> Result { life.withLock(body) }
  }

  /// - Parameters:
  ///   - subscriptions: consumed from on every connect; their names differ.
  ///   - onEvent: runs on the connection's own thread: whatever it does delays the heartbeat, so it hands on and returns. If it holds
  ///     the connection itself, only `close` ends that.
  package init(
    _ options: ConnectionOptions, subscriptions: [Subscription] = [], onEvent: @escaping @Sendable (ConnectionEvent) -> Void
  ) {
    precondition(Set(subscriptions.map(\.name)).count == subscriptions.count, "two subscriptions have one name")
    precondition(subscriptions.count { $0.source == .directReplies } <= 1, "a channel has one consumer of direct replies")
    self.options = options
    mailbox = Mailbox(capacity: options.inFlightLimit + options.waitingLimit, subscriptions: subscriptions)
    loop = ConnectionLoop(options: options, subscriptions: subscriptions, mailbox: mailbox, onEvent: onEvent)
  }

  deinit { mailbox.close(by: .now) }

  /// Starts connecting. Further calls, and calls after `close`, do nothing.
  package func start() {
    let isFirst = life.withLock { life in
      guard case .new = life else { return false }
      life = .running(awaitingEnd: [])
      return true
    }
    guard isFirst else { return }
    // librabbitmq asks for no SIGPIPE where it can; a TLS library may still write to a socket that is gone.
    signal(SIGPIPE, SIG_IGN)
    startOwnerThread(name: "amqp") { [loop, life] in
      loop.run()
      let awaitingEnd = life.withLock { life -> [CheckedContinuation<Void, Never>] in
        guard case .running(let awaitingEnd) = life else { return [] }
        life = .ended
        return awaitingEnd
      }
      for continuation in awaitingEnd { continuation.resume() }
    }
  }

  package func publish(_ message: Publishing, outcome: @escaping @Sendable (PublishOutcome) -> Void) -> Bool {
    if let problem = message.problem(maximumBodySize: options.maximumBodySize) {
      outcome(.invalid(problem.said(in: options.language)))
      return true
    }
    switch mailbox.publish([Waiting(message: message, receiver: .one(outcome))]) {
    case .taken(let count): return count == 1
    case .closed: return false
    case .disconnected:
      outcome(.unknown(notConnected))
      return true
    }
  }

  package func publish(_ messages: [Publishing], outcome: @escaping @Sendable (Int, PublishOutcome) -> Void) {
    var sendable: [Waiting] = []
    sendable.reserveCapacity(messages.count)
    for (index, message) in messages.enumerated() {
      if let problem = message.problem(maximumBodySize: options.maximumBodySize) {
        outcome(index, .invalid(problem.said(in: options.language)))
      } else {
        sendable.append(Waiting(message: message, receiver: .oneOfMany(index, outcome)))
      }
    }
    let (taken, reason) =
      switch mailbox.publish(sendable) {
      case .taken(let count): (count, options.language.choose("a fila de publicação está cheia", "the publish queue is full"))
      case .disconnected: (0, notConnected)
      case .closed: (0, options.language.choose("a conexão foi fechada", "the connection was closed"))
      }
    for publish in sendable.dropFirst(taken) { publish.receiver.resolve(.unknown(reason)) }
  }

  private var notConnected: String { options.language.choose("sem conexão", "not connected") }

  package func acknowledge(_ tag: DeliveryTag, multiple: Bool) {
    mailbox.settle(Settlement(tag: tag, verdict: .acknowledged(multiple: multiple)))
  }

  package func reject(_ tag: DeliveryTag) {
    mailbox.settle(Settlement(tag: tag, verdict: .rejected))
  }

  /// Leads an exchange's messages into the queue of an exclusive or bound subscription, from now on and after every reconnect.
  ///
  /// `.bound` tells when it stands, `.refused` that the broker declined.
  /// - Returns: false when there is no such subscription or it has 4096 bindings already.
  @discardableResult
  package func bind(_ subscription: String, exchange: String, key: String) -> Bool {
    guard exchange.utf8.count <= 255, key.utf8.count <= 255 else { return false }
    return mailbox.change(subscription) { $0.insert(Binding(exchange: exchange, key: key)) }
  }

  /// Undoes a `bind`.
  @discardableResult
  package func unbind(_ subscription: String, exchange: String, key: String) -> Bool {
    mailbox.change(subscription) { $0.remove(Binding(exchange: exchange, key: key)) }
  }

  /// Cuts a back-off short; does nothing while connected.
  package func reconnectNow() {
    mailbox.reconnectNow()
  }

  /// Closes for good: publishes that were taken may still be confirmed within `limit`, then the connection ends.
  ///
  /// Consumers are not cancelled first: what was not acknowledged goes back to its queue in order. Returns when the
  /// connection's thread has ended, at the latest about two seconds after `limit` (a connect that is under way may take
  /// its own limit). Can be called again, and before `start`.
  package func close(within limit: Duration) async {
    mailbox.close(by: .now + limit)
    let isRunning = life.withLock { life in
      if case .new = life { life = .ended }
      if case .running = life { return true }
      return false
    }
    guard isRunning else { return }
    await withTaskGroup { [mailbox] group in
      group.addTask {
        // A library call that does not return is ended from here.
        if (try? await Task.sleep(for: limit + .seconds(2))) != nil { mailbox.interrupt() }
      }
      await end()
      group.cancelAll()
    }
  }

  private func end() async {
    await withCheckedContinuation { continuation in
      let isOver = life.withLock { life in
        guard case .running(let awaitingEnd) = life else { return true }
        life = .running(awaitingEnd: awaitingEnd + [continuation])
        return false
      }
      if isOver { continuation.resume() }
    }
  }
}
