import AuctionWire
import Logging
import MessagingKit
import ServiceKit
import ServiceLifecycle
import SigningKit
import Synchronization

/// Runs the relay on one thread: forwards what has arrived, acknowledges what has been confirmed.
final class RelayService: ServiceLifecycle.Service {
  private struct Outcomes {
    var settled: [DeliveryTag] = []
    var failed: [Unconfirmed] = []
  }

  private struct Unconfirmed: Sendable {
    let tag: DeliveryTag
    let message: Publishing
  }

  private let relay = Relay()
  private let mailbox: Mailbox
  private let keys: KeyFolder
  private let consuming: any Acknowledger
  private let publishing: any Publisher
  private let log: Logger
  private let outcomes = Mutex(Outcomes())
  private let whenReady: @Sendable () -> Void
  private let drainBound = Duration.seconds(5)
  private let pause = Duration.milliseconds(200)

  init(
    mailbox: Mailbox, keys: KeyFolder, consuming: any Acknowledger, publishing: any Publisher, log: Logger,
    whenReady: @escaping @Sendable () -> Void
  ) {
    self.mailbox = mailbox
    self.keys = keys
    self.consuming = consuming
    self.publishing = publishing
    self.log = log
    self.whenReady = whenReady
  }

  func run() async throws {
    try await withGracefulShutdownHandler {
      try await onThread(named: "ms_notificacao") { [self] in try work() }
    } onGracefulShutdown: { [mailbox] in
      mailbox.post(.stop)
    }
  }

  private func work() throws {
    let ring = try LiveKeyRing(keys, log: log)
    var window = SettlementWindow()
    var isReady = false
    var stopBy: ContinuousClock.Instant?
    while true {
      let mail = mailbox.take(within: nextWait(window, stopBy))
      for event in mail.events {
        switch event {
        case .keysChanged: try ring.read()
        case .stop: stopBy = .now + drainBound
        case .consuming where !isReady:
          isReady = true
          whenReady()
        case .consuming, .notConsuming, .publisherUp, .publisherDown: break
        }
      }
      forward(mail.deliveries, ring, &window)
      settle(&window)
      if let stopBy, window.count == 0 || stopBy <= .now { return }
    }
  }

  private func nextWait(_ window: SettlementWindow, _ stopBy: ContinuousClock.Instant?) -> Duration {
    if stopBy != nil { return .milliseconds(50) }
    return outcomes.withLock { $0.failed.isEmpty } ? .seconds(60) : pause
  }

  private func forward(_ deliveries: [Delivery], _ ring: LiveKeyRing, _ window: inout SettlementWindow) {
    var batch: [Unconfirmed] = []
    // What could not be confirmed goes first; if its connection is gone it will be delivered again instead.
    let failed = takeFailed()
    batch += failed.filter { window.contains($0.tag) }
    for delivery in deliveries {
      window.began(delivery.tag)
      switch relay.judge(delivery, by: ring) {
      case .forward(let message): batch.append(Unconfirmed(tag: delivery.tag, message: message))
      case .drop: outcomes.withLock { $0.settled.append(delivery.tag) }
      case .poison(let message, let reason):
        log.warning(
          "\(said("mensagem posta em mortas", "message put aside as a dead letter"))",
          metadata: ["reason": "\(reason)", "key": "\(delivery.routingKey)"])
        batch.append(Unconfirmed(tag: delivery.tag, message: message))
      }
    }
    guard !batch.isEmpty else { return }
    let sent = batch
    publishing.publish(sent.map(\.message)) { [self] index, outcome in
      outcomes.withLock { o in
        if outcome == .confirmed { o.settled.append(sent[index].tag) } else { o.failed.append(sent[index]) }
      }
      mailbox.ring()
    }
  }

  private func takeFailed() -> [Unconfirmed] {
    outcomes.withLock { o in
      defer { o.failed.removeAll() }
      return o.failed
    }
  }

  private func takeSettled() -> [DeliveryTag] {
    outcomes.withLock { o in
      defer { o.settled.removeAll() }
      return o.settled
    }
  }

  private func settle(_ window: inout SettlementWindow) {
    var done: DeliveryTag?
    for tag in takeSettled() { done = window.settle(tag) ?? done }
    if let done { consuming.acknowledge(done, multiple: true) }
  }
}
