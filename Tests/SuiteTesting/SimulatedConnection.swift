package import MessagingKit
package import SharedKernel

/// One process's connection to the simulated broker: two pipes, one in each direction, whose frames move only when the
/// scheduler moves them. What is in a pipe when the link is lost is lost with it.
package final class SimulatedConnection: Publisher, Acknowledger, @unchecked Sendable {
  enum Request {
    case publish(UInt64, Publishing)
    case acknowledge(DeliveryTag, multiple: Bool)
    case reject(DeliveryTag)
    case bind(String, MessagingKit.Binding)
    case unbind(String, MessagingKit.Binding)
  }

  enum Notice {
    case event(ConnectionEvent)
    case delivery(Delivery)
    case outcome(UInt64, PublishOutcome)
    /// The channel of its publishes was closed; there is a new one as soon as the process has read this.
    case publishingClosed(String)

    var isConfirm: Bool {
      if case .outcome(_, .confirmed) = self { true } else { false }
    }
  }

  package let name: String
  package let user: String
  let subscriptions: [Subscription]
  private let broker: SimulatedBroker
  private let onEvent: (ConnectionEvent) -> Void

  private(set) var requests: [Request] = []
  private(set) var notices: [Notice] = []
  package private(set) var generation: UInt64 = 0
  package private(set) var isUp = false
  /// The link is dead although both ends still believe in it: nothing passes.
  package private(set) var isSevered = false
  /// Its process ended, but the broker does not know yet and goes on giving it messages.
  package private(set) var isLingering = false
  /// Confirms that come before this instant are held back until then.
  package var confirmsHeldUntil: Timestamp?
  private var heldConfirms: [Notice] = []
  /// A mistake on purpose: an acknowledgement passes whatever connection its delivery came from.
  var forgetsGenerations = false
  /// Nothing is heard of it any more: its process ended.
  package private(set) var isAbandoned = false
  /// It publishes during an alarm: nothing of it is read until that is over.
  private(set) var isStopped = false
  /// The broker closed the channel of its publishes, and the process does not know yet.
  private(set) var isPublishingClosed = false
  /// The last publish that was meant for a channel that the broker had closed.
  private var lastDiscarded: UInt64 = 0
  private var channels: Set<UInt16> = []
  private var lastChannel: UInt16 = 0

  private var awaiting: [(sequence: UInt64, outcome: (PublishOutcome) -> Void)] = []
  private var lastSequence: UInt64 = 0
  private(set) var bindings: [String: [MessagingKit.Binding]] = [:]

  package init(
    _ broker: SimulatedBroker, name: String, user: String, subscriptions: [Subscription] = [],
    onEvent: @escaping (ConnectionEvent) -> Void
  ) {
    (self.broker, self.name, self.user, self.subscriptions, self.onEvent) = (broker, name, user, subscriptions, onEvent)
    for subscription in subscriptions {
      if let initial = subscription.source.bindings { bindings[subscription.name] = initial }
    }
  }

  // MARK: - What the process does

  package func publish(_ message: Publishing, outcome: @escaping @Sendable (PublishOutcome) -> Void) -> Bool {
    send(message, outcome)
    return true
  }

  package func publish(_ messages: [Publishing], outcome: @escaping @Sendable (Int, PublishOutcome) -> Void) {
    for (index, message) in messages.enumerated() { send(message) { outcome(index, $0) } }
  }

  private func send(_ message: Publishing, _ outcome: @escaping (PublishOutcome) -> Void) {
    guard isUp else { return outcome(.unknown("not connected")) }
    lastSequence += 1
    awaiting.append((lastSequence, outcome))
    requests.append(.publish(lastSequence, message))
  }

  package func acknowledge(_ tag: DeliveryTag, multiple: Bool) { settle(tag, .acknowledge(tag, multiple: multiple)) }
  package func reject(_ tag: DeliveryTag) { settle(tag, .reject(tag)) }

  /// Tags of an earlier generation are dropped here, as the real connection does.
  private func settle(_ tag: DeliveryTag, _ request: Request) {
    guard isUp, tag.generation == generation || forgetsGenerations else {
      broker.tally.reached(.staleAcknowledgement)
      return broker.trace.say(name, "stale acknowledgement \(tag) dropped")
    }
    requests.append(request)
  }

  package func bind(_ subscription: String, exchange: String, key: String) {
    let binding = MessagingKit.Binding(exchange: exchange, key: key)
    guard bindings[subscription]?.contains(binding) == false else { return }
    bindings[subscription]?.append(binding)
    if isUp { requests.append(.bind(subscription, binding)) }
  }

  package func unbind(_ subscription: String, exchange: String, key: String) {
    let binding = MessagingKit.Binding(exchange: exchange, key: key)
    bindings[subscription]?.removeAll { $0 == binding }
    if isUp { requests.append(.unbind(subscription, binding)) }
  }

  // MARK: - What the scheduler does

  package func connect() {
    guard !isUp, !isAbandoned else { return }
    generation += 1
    (isUp, isSevered, isStopped, isPublishingClosed) = (true, false, false, false)
    (channels, lastChannel) = ([], 0)
    broker.trace.say(name, "connected, generation \(generation)")
    push(.event(.connected(generation: generation)))
    broker.attach(self)
  }

  /// The link is cut: the broker gives what was not acknowledged to others, the process learns of every publish that it will
  /// never know the fate of.
  package func lose(_ reason: String) {
    guard isUp else { return }
    broker.trace.say(name, "link lost (\(reason)), \(requests.count) requests and \(notices.count) notices with it")
    broker.tally.reached(.lostConfirm, (notices + heldConfirms).count(where: \.isConfirm))
    end()
    let unsettled = awaiting
    awaiting.removeAll()
    for publish in unsettled { publish.outcome(.unknown(reason)) }
    onEvent(.disconnected(reason: reason, retryIn: .zero))
  }

  /// The process has ended; the first `flushed` of its requests were on their way and still arrive.
  /// - Parameter lingering: the broker learns of it only by `bury`.
  package func abandon(flushed: Int, lingering: Bool = false) {
    if !isSevered { for _ in 0..<min(flushed, requests.count) where isUp { passRequest() } }
    isAbandoned = true
    awaiting.removeAll()
    guard isUp else { return }
    if lingering, !isSevered {
      (isUp, isLingering) = (false, true)
      requests.removeAll()
    } else {
      end()
    }
  }

  /// The broker learns that nobody is there any more.
  package func bury() {
    guard isLingering else { return }
    isLingering = false
    broker.trace.say(name, "is found to be gone")
    broker.detach(self)
  }

  /// Nothing passes any more, and nobody is told: what was under way is lost.
  package func sever() {
    guard isUp, !isSevered else { return }
    broker.trace.say(name, "link dead, nobody knows")
    isSevered = true
    requests.removeAll()
    notices.removeAll()
  }

  /// The broker has missed heartbeats and gives what was not acknowledged to others; the process knows nothing of it.
  package func missHeartbeats() {
    guard isSevered else { return }
    broker.trace.say(name, "heartbeats missed by the broker")
    broker.detach(self)
  }

  private func end() {
    (isUp, isSevered) = (false, false)
    requests.removeAll()
    notices.removeAll()
    heldConfirms.removeAll()
    broker.detach(self)
  }

  package var requestCount: Int { isSevered || isStopped ? 0 : requests.count }
  package var noticeCount: Int { isSevered ? 0 : notices.count }

  /// Confirms that were held back are on their way now.
  package func releaseConfirms() {
    confirmsHeldUntil = nil
    broker.tally.reached(.delayedConfirm, heldConfirms.count)
    notices += heldConfirms
    heldConfirms.removeAll()
  }

  /// The oldest request reaches the broker.
  package func passRequest() {
    guard !isStopped, let request = requests.first else { return }
    if broker.isBlocked, case .publish = request { return stop() }
    requests.removeFirst()
    if case .publish(let sequence, _) = request, isPublishingClosed || sequence <= lastDiscarded { return }
    broker.take(request, from: self)
  }

  /// The oldest notices reach the process: one, or as many deliveries in a row as `most` allows.
  package func passNotices(_ most: Int = 1) {
    var deliveries: [Delivery] = []
    while let notice = notices.first, deliveries.count < most {
      guard case .delivery(let delivery) = notice else { break }
      notices.removeFirst()
      deliveries.append(delivery)
    }
    if !deliveries.isEmpty { return onEvent(.delivered(deliveries)) }
    guard !notices.isEmpty else { return }
    switch notices.removeFirst() {
    case .event(let event): onEvent(event)
    case .delivery: break
    case .outcome(let sequence, let outcome):
      guard let place = awaiting.firstIndex(where: { $0.sequence == sequence }) else { return }
      awaiting.remove(at: place).outcome(outcome)
    case .publishingClosed(let reason):
      (isPublishingClosed, lastDiscarded) = (false, lastSequence)
      onEvent(.refused(reason))
      let unsettled = awaiting
      awaiting.removeAll()
      for publish in unsettled { publish.outcome(.unknown(reason)) }
    }
  }

  private func stop() {
    isStopped = true
    push(.event(.blocked("low on memory")))
  }

  func goOn() {
    guard isStopped else { return }
    isStopped = false
    push(.event(.unblocked))
  }

  func closePublishing(_ reason: String) {
    isPublishingClosed = true
    push(.publishingClosed(reason))
  }

  /// A subscription's: a new one each time, so that an old tag never means a new delivery.
  func openChannel() -> UInt16 {
    lastChannel += 1
    channels.insert(lastChannel)
    return lastChannel
  }

  func closeChannel(_ channel: UInt16) { channels.remove(channel) }
  func hasChannel(_ channel: UInt16) -> Bool { channels.contains(channel) }

  func push(_ notice: Notice) {
    if isSevered { return }
    if let until = confirmsHeldUntil, until > broker.time.now, notice.isConfirm {
      heldConfirms.append(notice)
    } else {
      notices.append(notice)
    }
  }
}
