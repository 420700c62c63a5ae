import AuctionSigning
import AuctionWire
import MessagingKit
import NotificationService
import ServiceKit
package import SharedKernel

/// ms-notificacao without its thread: the pure relay and its settlement window, moved one round at a time as `RelayService`
/// moves them.
package final class SimulatedRelay: SimulatedProcess, @unchecked Sendable {
  private struct Unconfirmed {
    let tag: DeliveryTag
    let message: Publishing
  }

  private struct Life {
    let consuming: SimulatedConnection
    let publishing: SimulatedConnection
    let publisher: MortalConnection
    let acknowledger: MortalConnection
    let fate: Fate
    let keys: LiveKeyRing
    var window = SettlementWindow()
    var deliveries: [Delivery] = []
    var settled: [DeliveryTag] = []
    var failed: [Unconfirmed] = []
    var retryAt: Timestamp?
  }

  package let name: String
  private var lives = 0
  package private(set) var crashes: [CrashPoint] = []
  private let world: SimulatedWorld
  private var life: Life?

  /// - Parameter number: which of those that share the queue; only the first that is there is given anything.
  package init(in world: SimulatedWorld, number: Int = 1) throws {
    self.world = world
    name = HousePrincipal.msNotificacao.text + (number == 1 ? "" : " reserva")
    try world.keys.register(HousePrincipal.msNotificacao)
  }

  package var isRunning: Bool { life != nil }
  package var consuming: SimulatedConnection? { life?.consuming }
  package var publishing: SimulatedConnection? { life?.publishing }
  package var connections: [SimulatedConnection] { life.map { [$0.consuming, $0.publishing] } ?? [] }
  package var isSilent: Bool { (life?.window.count ?? 0) == 0 }
  package var wakeUp: Timestamp? { life?.retryAt }

  package var plannedEnd: CrashPoint? {
    get { life?.fate.planned }
    set { life?.fate.planned = newValue }
  }

  package var hasWork: Bool {
    guard let life else { return false }
    return !life.deliveries.isEmpty || !life.settled.isEmpty || life.retryAt.map { $0 <= world.time.now } ?? false
  }

  package func start() {
    guard life == nil else { return }
    world.trace.say(name, "starts")
    let fate = Fate()
    lives += 1
    let mark = lives == 1 ? "" : " \(lives)"
    let user = HousePrincipal.msNotificacao.text
    let consuming = SimulatedConnection(
      world.broker, name: "\(name)\(mark) (consome)", user: user,
      subscriptions: [Subscription(name: "trabalho", source: .queue(Queue.notificacao.rawValue), prefetch: 1_000)]
    ) { [unowned self] event in
      if case .delivered(let deliveries) = event { life?.deliveries += deliveries }
    }
    let publishing = SimulatedConnection(world.broker, name: "\(name)\(mark) (publica)", user: user) { _ in }
    consuming.forgetsGenerations = world.sabotage == .dropTagGeneration
    let (trace, name) = (world.trace, name)
    guard let keys = try? world.liveKeys() else { return }
    life = Life(
      consuming: consuming, publishing: publishing,
      publisher: MortalConnection(publishing, fate) { trace.say(name, $0) },
      acknowledger: MortalConnection(consuming, fate) { trace.say(name, $0) }, fate: fate, keys: keys)
    consuming.connect()
    publishing.connect()
  }

  package func keysChanged() { try? life?.keys.read() }

  package func crash(flushing requests: Int, losingPower: Bool, lingering: Bool) {
    guard let life else { return }
    world.trace.say(name, "ends")
    life.publishing.abandon(flushed: requests, lingering: lingering)
    life.consuming.abandon(flushed: requests, lingering: lingering)
    self.life = nil
  }

  package func round(atMost batch: Int = 1_000) {
    guard let life else { return }
    if life.deliveries.isEmpty || !life.fate.isOver(at: .afterDeliver) {
      forward(Array(life.deliveries.prefix(batch)))
      settle()
    }
    guard life.fate.isOver else { return }
    if let point = life.fate.planned {
      crashes.append(point)
      world.tally.reached(.crash(point))
    }
    world.trace.say(name, "is over: \(life.fate.planned.map { "\($0)" } ?? "-")")
    crash(flushing: .max, losingPower: false)
  }

  private func forward(_ deliveries: [Delivery]) {
    guard var life else { return }
    var batch = life.failed.filter { life.window.contains($0.tag) }
    life.failed = []
    life.retryAt = nil
    life.deliveries.removeFirst(deliveries.count)
    let relay = Relay()
    for delivery in deliveries {
      life.window.began(delivery.tag)
      switch relay.judge(delivery, by: life.keys) {
      case .forward(let message), .poison(let message, reason: _, detail: _):
        batch.append(Unconfirmed(tag: delivery.tag, message: message))
      case .drop: life.settled.append(delivery.tag)
      }
    }
    self.life = life
    guard !batch.isEmpty else { return }
    let sent = batch
    if world.sabotage == .relayAcknowledgesEarly { self.life?.settled += sent.map(\.tag) }
    life.publisher.publish(sent.map(\.message)) { [weak self] index, outcome in self?.heard(outcome, of: sent[index]) }
  }

  private func heard(_ outcome: PublishOutcome, of sent: Unconfirmed) {
    if world.sabotage == .relayAcknowledgesEarly { return }
    if outcome == .confirmed {
      life?.settled.append(sent.tag)
    } else {
      life?.failed.append(sent)
      life?.retryAt = world.time.now + .milliseconds(200)
    }
  }

  private func settle() {
    guard var life else { return }
    let settled = life.settled
    life.settled = []
    var done: DeliveryTag?
    for tag in settled { done = life.window.settle(tag) ?? done }
    self.life = life
    if let done { life.acknowledger.acknowledge(done, multiple: true) }
  }
}
