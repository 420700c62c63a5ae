import AuctionWire
import Failpoints
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
  private let counts = Mutex(Tally())
  /// Deliveries that were neither confirmed nor acknowledged when it ended.
  private let left = Mutex(0)
  private let whenReady: @Sendable () -> Void
  private let tallyInterval: Duration
  private let drainBound = Duration.seconds(5)
  /// Between two tries to publish what the broker would not take.
  private let pause = Duration.seconds(1)

  /// - Parameter tallyInterval: the least between two lines that tell what was put aside.
  init(
    mailbox: Mailbox, keys: KeyFolder, consuming: any Acknowledger, publishing: any Publisher, log: Logger,
    tallyInterval: Duration = TallyLog.interval, whenReady: @escaping @Sendable () -> Void
  ) {
    self.mailbox = mailbox
    self.keys = keys
    self.consuming = consuming
    self.publishing = publishing
    self.log = log
    self.whenReady = whenReady
    self.tallyInterval = tallyInterval
  }

  /// What it did not pass on, by reason.
  private var tally: Tally { counts.withLock { $0 } }

  /// What it came to, for its last line.
  var summary: Logger.Metadata {
    let left = left.withLock { $0 }
    let outbox = left == 0 ? said("vazia", "empty") : said("\(left) na fila do broker", "\(left) in the broker's queue")
    return tally.metadata.merging(["outbox": "\(outbox)"]) { $1 }
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
    var (isConsuming, isPublisherUp) = (false, false)
    var retryAt = ContinuousClock.now
    var stopBy: ContinuousClock.Instant?
    var tallyLog = TallyLog(log, every: tallyInterval)
    while true {
      let hasFailed = outcomes.withLock { !$0.failed.isEmpty }
      let mail = mailbox.take(
        within: stopBy != nil ? .milliseconds(50) : hasFailed && isPublisherUp ? retryAt - .now : .seconds(60))
      for event in mail.events {
        switch event {
        case .keysChanged: try ring.read()
        case .stop: stopBy = .now + drainBound
        case .consuming: isConsuming = true
        case .notConsuming: isConsuming = false
        case .publisherUp: (isPublisherUp, retryAt) = (true, .now)
        case .publisherDown: isPublisherUp = false
        }
      }
      if isConsuming, isPublisherUp, !isReady {
        isReady = true
        whenReady()
      }
      var batch: [Unconfirmed] = []
      if isPublisherUp, retryAt <= .now {
        // What could not be confirmed goes first; if its connection is gone it will be delivered again instead.
        batch = takeFailed().filter { window.contains($0.tag) }
        retryAt = .now + pause
      }
      batch += judge(mail.deliveries, ring, &window)
      publish(batch)
      settle(&window)
      tallyLog.tell(tally)
      if let stopBy, window.count == 0 || stopBy <= .now { return left.withLock { $0 = window.count } }
    }
  }

  private func judge(_ deliveries: [Delivery], _ ring: LiveKeyRing, _ window: inout SettlementWindow) -> [Unconfirmed] {
    guard !deliveries.isEmpty else { return [] }
    Failpoint.afterDeliver.pass()
    var batch: [Unconfirmed] = []
    for delivery in deliveries {
      window.began(delivery.tag)
      switch relay.judge(delivery, by: ring) {
      case .forward(let message): batch.append(Unconfirmed(tag: delivery.tag, message: message))
      case .drop: outcomes.withLock { $0.settled.append(delivery.tag) }
      case .poison(let message, let reason, let detail):
        counts.withLock { $0.add(.buried, [reason]) }
        log.warning(
          "\(said("mensagem posta em mortas", "message put aside as a dead letter"))",
          metadata: ["motivo": "\(reason)", "detail": "\(detail)", "key": "\(delivery.routingKey)"])
        batch.append(Unconfirmed(tag: delivery.tag, message: message))
      }
    }
    Failpoint.afterVerify.pass()
    return batch
  }

  private func publish(_ batch: [Unconfirmed]) {
    guard !batch.isEmpty else { return }
    publishing.publish(batch.map(\.message)) { [self] index, outcome in
      if outcome == .confirmed { Failpoint.afterConfirm.pass() }
      outcomes.withLock { o in
        if outcome == .confirmed { o.settled.append(batch[index].tag) } else { o.failed.append(batch[index]) }
      }
      mailbox.ring()
    }
    Failpoint.afterPublish.pass()
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
    if let done {
      consuming.acknowledge(done, multiple: true)
      Failpoint.afterAck.pass()
    }
  }
}
