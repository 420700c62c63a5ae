package import AuctionWire
import Logging
import MessagingKit
package import ServiceKit
package import SharedKernel

/// Rung when the outbox has something to do.
private final class Bell: @unchecked Sendable {
  var isRung = false
}

/// A service with a desk and a journal, as `HouseService` and `TurnService` run it, but without threads: the same steps in the
/// same order, one round at a time.
package final class SimulatedService<D: Desk>: SimulatedProcess, @unchecked Sendable {
  /// What lives and dies with the process.
  private struct Life {
    let loop: TurnLoop<D>
    let outbox: OutboxPump
    let consuming: SimulatedConnection
    let publishing: SimulatedConnection
    let publisher: MortalConnection
    let acknowledger: MortalConnection
    let fate: Fate
    var deliveries: [Delivery] = []
    var queries: [Delivery] = []
    var isConsuming = false
    var publisherChange: Bool?
    var keysChanged = false
    let bell: Bell
    let keys: LiveKeyRing
    var lastTouch: Timestamp?
  }

  package let name: String
  package let clock: SimulatedClock
  /// The disk.
  package let store: SimulatedStore
  /// The presence file.
  package private(set) var presence: Timestamp?
  /// Why the process ended although nobody ended it.
  package private(set) var failures: [String] = []
  /// Crash points that were reached.
  package private(set) var crashes: [CrashPoint] = []
  /// Times of more than five seconds in which nothing was consumed, in true time; the last one may still go on.
  package private(set) var silences: [(from: Timestamp, to: Timestamp)] = []
  private var lastThere: Timestamp?
  private var lives = 0

  private let world: SimulatedWorld
  private let principal: PrincipalID
  private let queue: Queue
  private let queryQueue: Queue?
  private let makeDesk: (Voice) -> D
  private let sabotage: Sabotage?
  private var life: Life?
  private let queryName = "perguntas"

  package init(
    _ principal: PrincipalID, in world: SimulatedWorld, clock: SimulatedClock, queue: Queue, queryQueue: Queue? = nil,
    makeDesk: @escaping (Voice) -> D
  ) throws {
    (self.principal, self.world, self.clock, self.queue, self.queryQueue) = (principal, world, clock, queue, queryQueue)
    (name, self.makeDesk, store) = (principal.text, makeDesk, SimulatedStore("\(principal) journal", world.trace))
    sabotage = world.sabotage
    store.isUnsynced = sabotage == .commitWithoutSync
    try world.keys.register(principal)
  }

  package var isRunning: Bool { life != nil }
  package var desk: D? { life?.loop.desk }
  package var consuming: SimulatedConnection? { life?.consuming }
  package var publishing: SimulatedConnection? { life?.publishing }
  package var connections: [SimulatedConnection] { life.map { [$0.consuming, $0.publishing] } ?? [] }
  /// Nothing left to send, on the disk or on the way.
  package var isSilent: Bool { (life?.outbox.isEmpty ?? true) && store.pendingCount == 0 }

  package var plannedEnd: CrashPoint? {
    get { life?.fate.planned }
    set { life?.fate.planned = newValue }
  }

  package var hasWork: Bool {
    guard let life else { return false }
    if !life.deliveries.isEmpty || !life.queries.isEmpty || life.bell.isRung { return true }
    if life.publisherChange != nil || life.keysChanged { return true }
    return wakeUp.map { $0 <= world.time.now } ?? false
  }

  /// Keeps what its clock rests on, as a service does from time to time.
  package func keepClock(_ record: SyncRecord) throws { try life?.loop.keep(record) }

  package var wakeUp: Timestamp? {
    guard let life else { return nil }
    var due: [Timestamp] = []
    if let wake = life.loop.desk.wakeUp { due.append(clock.trueTime(of: wake)) }
    if let resume = life.outbox.wakeUp { due.append(world.time.instant(of: resume)) }
    if life.isConsuming { due.append(life.lastTouch.map { $0 + .seconds(1) } ?? world.time.now) }
    return due.min()
  }

  // MARK: - Life and death

  package func start() {
    guard life == nil else { return }
    world.trace.say(name, "starts")
    let fate = Fate()
    store.fate = fate
    clock.restart()
    let (consuming, publishing) = makeConnections()
    let (trace, name) = (world.trace, name)
    let publisher = MortalConnection(publishing, fate) { trace.say(name, $0) }
    let acknowledger = MortalConnection(consuming, fate) { trace.say(name, $0) }
    consuming.forgetsGenerations = sabotage == .dropTagGeneration
    let store = SabotagedStore(self.store, sabotage, publisher: publisher, clock: clock)
    let time = world.time
    let bell = Bell()
    let log = Logger(label: name) { _ in SwiftLogNoOpLogHandler() }
    let outbox = OutboxPump(publisher: publisher, store: store, log: log, now: { time.monotonic }) { bell.isRung = true }
    do {
      let keys = try world.liveKeys()
      let loop = TurnLoop(
        desk: makeDesk(try world.keys.voice(principal)), store: store,
        acknowledger: sabotage == .acknowledgeBeforeCommit ? Deaf() : acknowledger,
        outbox: outbox, clock: clock, present: presence, log: log)
      life = Life(
        loop: loop, outbox: outbox, consuming: consuming, publishing: publishing, publisher: publisher,
        acknowledger: acknowledger,
        fate: fate, bell: bell, keys: keys)
      let turns = try loop.recover()
      if turns > 0 {
        world.tally.reached(.recovered)
        world.trace.say(name, "recovered \(turns) turns")
      }
      try loop.keysChanged(keys.ring)
      consuming.connect()
      publishing.connect()
    } catch {
      end(error)
    }
  }

  private func makeConnections() -> (consuming: SimulatedConnection, publishing: SimulatedConnection) {
    lives += 1
    let mark = lives == 1 ? "" : " \(lives)"
    var subscriptions = [Subscription(name: "trabalho", source: .queue(queue.rawValue), prefetch: 1_000)]
    if let queryQueue {
      subscriptions.append(
        Subscription(name: queryName, source: .queue(queryQueue.rawValue), prefetch: 0, automaticAcknowledgement: true))
    }
    let consuming = SimulatedConnection(
      world.broker, name: "\(name)\(mark) (consome)", user: name, subscriptions: subscriptions
    ) { [unowned self] in hear($0) }
    let publishing = SimulatedConnection(world.broker, name: "\(name)\(mark) (publica)", user: name) { [unowned self] event in
      switch event {
      case .connected: life?.publisherChange = true
      case .disconnected: life?.publisherChange = false
      case .subscribed, .bound, .delivered, .subscriptionCancelled, .blocked, .unblocked, .silent, .heard, .refused: break
      }
    }
    return (consuming, publishing)
  }

  private func hear(_ event: ConnectionEvent) {
    switch event {
    case .subscribed(name: "trabalho", queue: _): life?.isConsuming = true
    case .subscriptionCancelled, .disconnected: life?.isConsuming = false
    case .delivered(let deliveries):
      for delivery in deliveries {
        if delivery.subscription == queryName { life?.queries.append(delivery) } else { life?.deliveries.append(delivery) }
      }
    case .subscribed, .connected, .bound, .blocked, .unblocked, .silent, .heard, .refused: break
    }
  }

  package func keysChanged() { life?.keysChanged = true }

  package func crash(flushing requests: Int, losingPower: Bool, lingering: Bool) {
    guard let life else { return }
    world.trace.say(name, "ends" + (losingPower ? " with the power" : ""))
    if losingPower { world.tally.reached(.powerLost) }
    life.publishing.abandon(flushed: requests, lingering: lingering)
    life.consuming.abandon(flushed: requests, lingering: lingering)
    self.life = nil
    store.crash(losingPower: losingPower)
  }

  private func end(_ error: any Error) {
    if let fate = life?.fate, fate.isOver {
      if let point = fate.planned {
        crashes.append(point)
        world.tally.reached(.crash(point))
      }
      world.trace.say(name, "is over: \(fate.planned.map { "\($0)" } ?? "-")")
      // What the process had handed to the kernel is sent.
      crash(flushing: .max, losingPower: false)
    } else {
      if !store.hasFailed { failures.append("\(error)") }
      world.trace.say(name, "fails: \(error)")
      crash(flushing: 0, losingPower: false)
    }
  }

  // MARK: - One round, in TurnService's order

  package func round(atMost batch: Int = 1_000) {
    guard let life else { return }
    do {
      try work(life, batch)
      if life.fate.isOver { end(Over()) }
    } catch {
      end(error)
    }
  }

  private struct Over: Error {}

  private func work(_ life: Life, _ batch: Int) throws {
    life.bell.isRung = false
    self.life?.deliveries = Array(life.deliveries.dropFirst(batch))
    self.life?.queries = []
    if let isUp = life.publisherChange {
      self.life?.publisherChange = nil
      life.outbox.connectionChanged(isUp: isUp)
    }
    if life.keysChanged {
      self.life?.keysChanged = false
      try life.keys.read()
      try life.loop.keysChanged(life.keys.ring)
    }
    if life.isConsuming {
      self.life?.lastTouch = world.time.now
      noteSilence()
      _ = life.loop.touch()
      if sabotage == .presenceBeforeOutage { presence = life.loop.present }
    }
    let deliveries = Array(life.deliveries.prefix(batch))
    if !deliveries.isEmpty {
      tally(deliveries)
      if life.fate.isOver(at: .afterDeliver) { return }
      if !life.queries.isEmpty { world.tally.reached(.queryWhileUncommitted, life.queries.count) }
      world.trace.say(name, "takes \(deliveries.count)\(deliveries.contains(where: \.isRedelivered) ? " (redelivered)" : "")")
    }
    if sabotage == .acknowledgeBeforeCommit, let last = deliveries.last {
      life.acknowledger.acknowledge(last.tag, multiple: true)
    }
    if sabotage == .answerUncommitted { answerAhead(life, deliveries) }
    try life.loop.take(deliveries, freshKeys: life.keys.renewed)
    if life.isConsuming, !life.fate.isOver { presence = life.loop.present }
    if let due = life.loop.desk.wakeUp, due <= clock.now().instant { try life.loop.wake() }
    if sabotage != .answerUncommitted { life.loop.answer(life.queries, through: life.publisher) }
    try life.outbox.pump()
  }

  private func noteSilence() {
    if let lastThere, world.time.now - lastThere > .seconds(5) { silences.append((lastThere, world.time.now)) }
    lastThere = world.time.now
  }

  private func tally(_ deliveries: [Delivery]) {
    let again = deliveries.filter(\.isRedelivered)
    world.tally.reached(.redelivery, again.count)
    world.tally.reached(.redeliveryAfterCommit, again.count { store.entryBodies.contains($0.body) })
  }

  /// The mistake of a service that answers while its commit is still under way.
  private func answerAhead(_ life: Life, _ deliveries: [Delivery]) {
    var ahead = life.loop.desk
    let turn = ahead.decide(deliveries.map { ahead.open($0) }, away: nil, at: clock.now())
    let store = AheadStore(store, turn.documents)
    for query in life.queries {
      guard let reply = try? ahead.answer(query, from: store, at: clock.now()) else { continue }
      _ = life.publisher.publish(reply) { _ in }
    }
  }
}
