import JournalKit
import Logging
import MessagingKit
import NTPKit
import ServiceLifecycle
package import SharedKernel
import SigningKit

/// A service with a journal, from its settings to its end: keys, clock, journal, connections, turns, signals.
package struct HouseService<D: Desk>: Sendable {
  package let principal: PrincipalID
  /// Names its journal, and it in logs and at the broker: the principal, or one of several that speak for it.
  package let instance: String
  /// Which part of the house it is of; nil: the whole.
  package let division: String?
  package let settings: HouseSettings
  /// Wait for another instance to let go of the journal instead of refusing to start.
  package let isStandby: Bool
  /// The one queue of work, and the queue of queries where there is one.
  package let queue: String
  package let queryQueue: String?
  /// What it publishes to, looked for at every connect.
  package let exchanges: [String]
  /// How many queries each asker has, where the broker vouches for who asks.
  private static var queryLimiter: RateLimiter { RateLimiter(perSecond: 20, burst: 200) }
  package let makeDesk: @Sendable (Voice) throws -> D

  package init(
    principal: PrincipalID, journal: some JournalSelection = WholeJournal(), settings: HouseSettings, isStandby: Bool,
    queue: String, queryQueue: String?, exchanges: [String],
    makeDesk: @escaping @Sendable (Voice) throws -> D
  ) {
    self.principal = principal
    instance = journal.instance(of: principal)
    division = journal.division
    self.settings = settings
    self.isStandby = isStandby
    self.queue = queue
    self.queryQueue = queryQueue
    self.exchanges = exchanges
    self.makeDesk = makeDesk
  }

  /// Returns after SIGTERM or SIGINT, when everything has been put away.
  package func run() async throws {
    let log = settings.logger(instance)
    let voice = try Identity.voice(of: principal, in: settings.keys, log: log)
    let journal = try openJournal(log)
    defer { journal.close() }
    let clock = TrustedClock(TrustedClockOptions(source: settings.time, anchorFile: settings.anchorFile))
    ClockFile.ofService(instance, in: settings.dataPath).follow(clock)
    defer { clock.stop() }
    try await ServiceRunner.run(
      ClosureService {
        guard await hasTime(clock, log) else { return log.notice("\(said("parado", "stopped"))") }
        try await serve(voice, journal, clock, log)
      })
  }

  private func openJournal(_ log: Logger) throws -> Journal {
    let journal = try Journal.open(folder: settings.dataPath, name: instance, waitingForLock: isStandby) { holder in
      log.notice(
        "\(said("de reserva: outro processo tem o diário", "standing by: another process holds the journal"))",
        metadata: ["pid": "\(holder.map(String.init) ?? "?")"])
    }
    do {
      try JournalDivision.claim(division, in: journal)
      // Before the key is bound: a new journal that is given up must not be the one that the key remembers.
      let presence = try PresenceFile(beside: journal)
      try Identity.bind(principal, as: instance, of: division, to: journal, in: settings.keys)
      try presence.checkNothingIsMissing()
    } catch {
      // Left there, it would stand in the way of the copy that is to be restored.
      if journal.isNew { journal.discard() } else { journal.close() }
      throw error
    }
    return journal
  }

  /// Waits for a time that may be used. Who waits long reads why, and afterwards each change.
  ///
  /// - Returns: whether there is one; the service may be asked to end before.
  private func hasTime(_ clock: TrustedClock, _ log: Logger) async -> Bool {
    let clockLog = ClockLog(log)
    if (clock.now() as Reading).status == .unsynchronized {
      log.notice("\(said("à espera do relógio (NTP)", "waiting for the clock (NTP)"))")
    }
    let status = await cancelWhenGracefulShutdown {
      var status = Reading.Status.unsynchronized
      while status == .unsynchronized, !Task.isCancelled {
        status = await clock.waitUntilReady(within: .seconds(10)).status
        clockLog.hear(clock.report)
      }
      return status
    }
    // Who is asked to end meanwhile says that last.
    guard status != .unsynchronized else { return false }
    clock.onChange = { clockLog.hear($0) }
    clock.onLeap = { clockLog.hear(leap: $0) }
    return true
  }

  private func serve(_ voice: Voice, _ journal: Journal, _ clock: TrustedClock, _ log: Logger) async throws {
    let mailbox = Mailbox(queryLimiter: settings.broker.profile == .own ? Self.queryLimiter : nil)
    let watcher = try KeyFolderWatcher(settings.keys) { mailbox.post(.keysChanged) }
    defer { watcher.close() }
    let recorder = try SyncRecorder(journal, clock, log: log)
    let (publishing, consuming) = (publishing(to: mailbox, log), consuming(to: mailbox, clock, log))
    let service = TurnService<D>(
      name: instance, mailbox: mailbox, clock: clock, keys: settings.keys, publisher: publishing, log: log,
      attend: {
        clock.setAttentive($0)
        return recorder.turn(isAttentive: $0)
      },
      whenReady: { [instance, queue] in
        log.notice("\(said("pronto", "ready"))", metadata: ["queue": "\(queue)"])
        Readiness.announce(instance)
      }
    ) { [makeDesk] in
      let presence = try PresenceFile(beside: journal)
      let outbox = OutboxPump(publisher: publishing, store: journal, log: log) { mailbox.ring() }
      let loop = TurnLoop(
        desk: try makeDesk(voice), store: journal, acknowledger: consuming, outbox: outbox, clock: clock, present: presence.last,
        spread: .cores, log: log)
      consuming.start()
      publishing.start()
      return TurnService<D>.Parts(loop: loop, outbox: outbox, presence: presence, journal: journal.path)
    }
    do {
      try await service.run()
    } catch {
      await close(consuming, publishing)
      throw error
    }
    await close(consuming, publishing)
  }

  private func publishing(to mailbox: Mailbox, _ log: Logger) -> Connection {
    Connection(
      settings.broker.options("\(instance) (publica)", publishingTo: exchanges),
      onEvent: { [report = ConnectionLog(log, role: "publishing")] event in
        report.hear(event)
        switch event {
        case .connected: mailbox.post(.publisherUp)
        case .disconnected: mailbox.post(.publisherDown)
        default: break
        }
      })
  }

  private func consuming(to mailbox: Mailbox, _ clock: TrustedClock, _ log: Logger) -> Connection {
    let (workName, queryName) = ("trabalho", "perguntas")
    var subscriptions = [Subscription(name: workName, source: .queue(queue), prefetch: 1_000, automaticAcknowledgement: false)]
    if let queryQueue {
      subscriptions.append(Subscription(name: queryName, source: .queue(queryQueue), prefetch: 0, automaticAcknowledgement: true))
    }
    return Connection(
      settings.broker.options("\(instance) (consome)"), subscriptions: subscriptions,
      onEvent: { [report = ConnectionLog(log, role: "consuming")] event in
        report.hear(event)
        switch event {
        case .subscribed(name: workName, queue: _): mailbox.post(.consuming)
        case .subscriptionCancelled, .disconnected: mailbox.post(.notConsuming)
        case .delivered(let deliveries):
          let queries = deliveries.filter { $0.subscription == queryName }
          if !queries.isEmpty { mailbox.post(queries: queries, at: clock.now().instant) }
          let work = queries.isEmpty ? deliveries : deliveries.filter { $0.subscription != queryName }
          if !work.isEmpty { mailbox.post(deliveries: work) }
        default: break
        }
      })
  }

  private func close(_ consuming: Connection, _ publishing: Connection) async {
    await consuming.close(within: .seconds(1))
    await publishing.close(within: .seconds(2))
  }
}
