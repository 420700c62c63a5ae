import Glibc
import Logging
import MessagingKit
import ServiceLifecycle
import SharedKernel
import SigningKit
import Synchronization

/// Runs a desk on one thread: waits for mail, for the desk's own time, or for the signal to stop.
final class TurnService<D: Desk>: Sendable {
  /// What the thread works with; made on the thread, never leaves it.
  struct Parts {
    let loop: TurnLoop<D>
    let outbox: OutboxPump
    let presence: PresenceFile
    /// The journal's path.
    let journal: String
    init(loop: TurnLoop<D>, outbox: OutboxPump, presence: PresenceFile, journal: String) {
      (self.loop, self.outbox, self.presence, self.journal) = (loop, outbox, presence, journal)
    }
  }

  private let name: String
  private let mailbox: Mailbox
  private let clock: any HouseClock
  private let keys: KeyFolder
  private let publisher: any Publisher
  private let log: Logger
  private let makeParts: @Sendable () throws -> Parts
  private let whenReady: @Sendable () -> Void
  private let attend: @Sendable (Bool) throws -> SyncRecord?
  private let tallyInterval: Duration

  /// How many deliveries one turn takes at most, and how many queries it answers.
  private let batch = 1_000
  private let queriesPerTurn = 20
  /// How long a stop may spend on sending what is in the outbox.
  private let drainBound = Duration.seconds(5)

  /// - Parameter tallyInterval: the least between two lines that tell what was refused or put aside.
  init(
    name: String, mailbox: Mailbox, clock: any HouseClock, keys: KeyFolder, publisher: any Publisher, log: Logger,
    tallyInterval: Duration = TallyLog.interval, attend: @escaping @Sendable (Bool) throws -> SyncRecord?,
    whenReady: @escaping @Sendable () -> Void,
    makeParts: @escaping @Sendable () throws -> Parts
  ) {
    self.name = name
    self.mailbox = mailbox
    self.clock = clock
    self.keys = keys
    self.publisher = publisher
    self.log = log
    self.attend = attend
    self.tallyInterval = tallyInterval
    self.whenReady = whenReady
    self.makeParts = makeParts
  }

  /// Returns when a graceful shutdown was asked for, and is done.
  func run() async throws {
    try await withGracefulShutdownHandler {
      try await onThread(named: name) { [self] in try work() }
    } onGracefulShutdown: { [mailbox] in
      mailbox.post(.stop)
    }
  }

  private func work() throws {
    let parts = try makeParts()
    let started = ContinuousClock.now
    let turns = try naming(parts.journal) { try parts.loop.recover() }
    log.info(
      "\(said("diário relido", "journal replayed"))",
      metadata: ["turns": "\(turns)", "took_ms": "\((ContinuousClock.now - started).roundedMilliseconds)"])
    let keys = try LiveKeyRing(keys, log: log)
    try parts.loop.keysChanged(keys.ring)

    var isConsuming = false
    var canPublish = false
    var isReady = false
    var tallyLog = TallyLog(log, every: tallyInterval)
    while true {
      let mail = mailbox.take(within: waitingTime(parts, isConsuming: isConsuming))
      parts.loop.note(dropped: mail.droppedQueries)
      parts.outbox.hear(mail.events)
      if mail.events.contains(.stop) { return try drain(parts) }
      for event in mail.events {
        switch event {
        case .consuming: isConsuming = true
        case .notConsuming: isConsuming = false
        case .keysChanged:
          try keys.read()
          try parts.loop.keysChanged(keys.ring)
        case .publisherUp: canPublish = true
        case .publisherDown: canPublish = false
        case .stop: break
        }
      }
      let present = isConsuming ? parts.loop.touch() : nil
      try parts.loop.take(Array(mail.deliveries.prefix(batch)), freshKeys: keys.renewed)
      // Only now: written before the outage that it ends is in the journal, a crash between the two would forget the outage.
      if let present { parts.presence.write(present) }
      if let due = parts.loop.desk.wakeUp, due <= clock.now().instant { try parts.loop.wake() }
      parts.loop.answer(Array(mail.queries.prefix(queriesPerTurn)), through: publisher)
      mailbox.putBack(deliveries: Array(mail.deliveries.dropFirst(batch)), queries: Array(mail.queries.dropFirst(queriesPerTurn)))
      try parts.outbox.pump()
      if let record = try attend(parts.loop.desk.needsGoodClock) { try parts.loop.keep(record) }
      tallyLog.tell(parts.loop.tally)
      if isConsuming, canPublish, !isReady {
        isReady = true
        whenReady()
      }
    }
  }

  /// Until the desk's next instant, the outbox's next try, or the next sign of presence.
  private func waitingTime(_ parts: Parts, isConsuming: Bool) -> Duration {
    var wait = isConsuming ? Duration.seconds(1) : .seconds(60)
    if let due = parts.loop.desk.wakeUp {
      wait = min(wait, .microseconds(max(0, min((due - clock.now().instant).microseconds, 60_000_000))))
    }
    if let resumeAt = parts.outbox.wakeUp { wait = min(wait, max(.zero, resumeAt - .now)) }
    return wait
  }

  /// The batch is done; what is in the outbox is sent within a bound. What is left waits in the journal.
  private func drain(_ parts: Parts) throws {
    let deadline = ContinuousClock.now + drainBound
    while !parts.outbox.isEmpty, ContinuousClock.now < deadline {
      parts.outbox.hear(mailbox.take(within: .milliseconds(50)).events)
      try parts.outbox.pump(final: true)
    }
    let outbox = parts.outbox.isEmpty ? said("vazia", "empty") : said("fica no diário", "kept in the journal")
    log.notice("\(said("parado", "stopped"))", metadata: parts.loop.tally.metadata.merging(["outbox": "\(outbox)"]) { $1 })
  }
}

extension OutboxPump {
  /// Whether there is a link to send over, as the connection told it.
  fileprivate func hear(_ events: [Mailbox.Event]) {
    for event in events {
      switch event {
      case .publisherUp: connectionChanged(isUp: true)
      case .publisherDown: connectionChanged(isUp: false)
      case .consuming, .notConsuming, .keysChanged, .stop: break
      }
    }
  }
}
