import Failpoints
import JournalKit
package import Logging
package import MessagingKit
package import SharedKernel

/// The turn: open what has arrived, stamp it, decide, commit, acknowledge, publish. In that order, always.
///
/// Confined to whoever calls it (the service's one thread, or a simulation); what arrived is opened on several threads where
/// `spread` says so. Nothing here waits for anything else.
package final class TurnLoop<D: Desk> {
  package private(set) var desk: D
  private let store: any Store
  private let acknowledger: any Acknowledger
  private let outbox: OutboxPump
  private let clock: any HouseClock
  private let spread: Spread
  private let log: Logger
  /// A silence longer than this is an outage.
  private let toleratedSilence = Interval.seconds(5)
  /// Turns are decoded together until they have so many entries.
  private let decodedTogether = 1_024
  /// When this service last was there to consume; nil before it ever was.
  package private(set) var present: Timestamp?
  private var silenced: (from: Timestamp, to: Timestamp)?
  package private(set) var tally = Tally()

  package init(
    desk: D, store: any Store, acknowledger: any Acknowledger, outbox: OutboxPump, clock: any HouseClock, present: Timestamp?,
    spread: Spread = .none, log: Logger
  ) {
    self.desk = desk
    self.store = store
    self.acknowledger = acknowledger
    self.outbox = outbox
    self.clock = clock
    self.spread = spread
    self.present = present
    self.log = log
  }

  /// Rebuilds the desk's state from the journal and takes up the outbox where it was left.
  /// - Returns: how many turns were replayed.
  package func recover() throws -> Int {
    let turns = try replay()
    try desk.audit(store, on: spread)
    try outbox.load()
    if let last = try store.lastNumber(D.sealedRecords, "") { desk.clockRecorded(last) }
    let reading = clock.now()
    try finish(desk.resume(at: reading), at: reading, acknowledging: nil)
    return turns
  }

  /// Keeps what the clock rests on, signed, where the desk wants it: under the number after the last one.
  package func keep(_ record: SyncRecord) throws {
    let number = try (store.lastNumber(D.sealedRecords, "") ?? 0) + 1
    guard let document = desk.sealed(record, number: number) else { return }
    _ = try store.commit(Commit(documents: [document]))
    desk.clockRecorded(number)
  }

  private func replay() throws -> Int {
    typealias Decoded = Result<(entries: [D.RecordedEntry], clock: ClockReading), any Error>
    let (store, spread, decodedTogether) = (store, spread, decodedTogether)
    var count = 0
    desk.expect(entries: Int(clamping: store.entryCount))
    try spread.relay(ahead: 2) { (hand: ([Decoded]) throws -> Void) in
      var assembler = TurnAssembler()
      var (waiting, entries): ([RecordedTurn], Int) = ([], 0)
      func take(_ turn: RecordedTurn) throws {
        waiting.append(turn)
        entries += turn.entries.count
        if entries >= decodedTogether { try decode() }
      }
      func decode() throws {
        try hand(spread.map(waiting) { turn in Decoded { (try turn.entries.map { try D.decode($0) }, turn.clock) } })
        (waiting, entries) = ([], 0)
      }
      try store.forEachEntry(from: 1) { if let turn = try assembler.add($0) { try take(turn) } }
      if let turn = assembler.end() { try take(turn) }
      try decode()
    } use: { turns in
      for turn in turns {
        let (entries, clock) = try turn.get()
        try desk.replay(entries, at: clock)
      }
      count += turns.count
    }
    return count
  }

  /// Says that the service is there and consuming; called at least every second while it is.
  package func touch() -> Timestamp {
    let now = clock.now().instant
    if let present, now - present > toleratedSilence { silenced = (silenced?.from ?? present, now) }
    present = now
    return now
  }

  /// One turn over what has arrived. All deliveries are of the consuming connection, in its order.
  /// - Parameter freshKeys: reads the key folder when something came under an unknown key; nil when it was read just now.
  package func take(_ deliveries: [Delivery], freshKeys: () -> KeyRing? = { nil }) throws {
    guard !deliveries.isEmpty || silenced != nil else { return }
    Failpoint.afterDeliver.pass()
    let arrivedAt = clock.now().instant
    let unopened = deliveries.map { desk.admit($0, at: arrivedAt) }
    func open() -> [D.Opened] {
      let desk = desk
      return spread.map(Array(zip(deliveries, unopened))) { delivery, unopened in unopened ?? desk.open(delivery) }
    }
    var opened = open()
    if opened.contains(where: desk.isUnderUnknownKey), let ring = freshKeys() {
      try keysChanged(ring)
      opened = open()
    }
    Failpoint.afterVerify.pass()
    let reading = clock.now()
    let away = silenced
    silenced = nil
    let turn = desk.decide(opened, away: away, at: reading)
    try finish(turn, at: reading, acknowledging: deliveries.last?.tag)
  }

  /// The time has come that the desk asked for.
  package func wake() throws {
    let reading = clock.now()
    try finish(desk.decide([], away: nil, at: reading), at: reading, acknowledging: nil)
  }

  package func keysChanged(_ ring: KeyRing) throws {
    let reading = clock.now()
    try finish(desk.keysChanged(ring, at: reading), at: reading, acknowledging: nil)
  }

  /// Answers queries from what is committed, on the publishing connection.
  package func answer(_ queries: [Delivery], through publisher: any Publisher) {
    for query in queries {
      do throws(DroppedQuery) {
        _ = publisher.publish(try desk.answer(query, from: store, at: clock.now())) { _ in }
      } catch {
        tally.add(.dropped, [error.rawValue])
        log.debug(
          "\(said("consulta descartada", "query dropped"))",
          metadata: ["motivo": "\(error.rawValue)", "bytes": "\(query.body.count)"])
      }
    }
  }

  /// Counts queries that were dropped before they came here.
  package func note(dropped: [DroppedQuery: Int]) {
    for (reason, count) in dropped { tally.add(.dropped, reason.rawValue, count: Int64(count)) }
  }

  private func finish(_ turn: Turn, at reading: ClockReading, acknowledging tag: DeliveryTag?) throws {
    var rows: [OutboxMessage] = []
    if !turn.isEmpty {
      let record = NewEntry(kind: TurnRecord.kind, body: TurnRecord.encode(reading))
      rows = try store.commit(
        Commit(
          entries: turn.entries.isEmpty ? [] : ([record] + turn.entries).map { ($0.kind, $0.body) }, documents: turn.documents,
          outbox: turn.outgoing, removals: turn.removals))
      Failpoint.afterCommit.pass()
    }
    for reason in turn.deadLetters {
      log.warning("\(said("mensagem posta em mortas", "message put aside as a dead letter"))", metadata: ["motivo": "\(reason)"])
    }
    tally.add(.buried, turn.deadLetters)
    tally.add(.refused, turn.refusals)
    if let tag {
      acknowledger.acknowledge(tag, multiple: true)
      Failpoint.afterAck.pass()
    }
    outbox.append(rows)
    if !turn.replies.isEmpty { outbox.sayOnce(turn.replies) }
  }
}

/// The first entry of each turn: what the clock said.
package enum TurnRecord {
  package static let kind = "turno"

  package static func encode(_ reading: ClockReading) -> [UInt8] {
    let status: UInt8 =
      switch reading.status {
      case .synchronized: 0
      case .holdover: 1
      case .unsynchronized: 2
      case .systemClock: 3
      }
    return bigEndian(reading.instant.microseconds) + bigEndian(reading.uncertainty.microseconds) + [status]
  }

  package static func decode(_ bytes: [UInt8]) throws -> ClockReading {
    let states: [ClockStatus] = [.synchronized, .holdover, .unsynchronized, .systemClock]
    guard bytes.count == 17, Int(bytes[16]) < states.count else {
      throw Failure(.ioError, said("o diário tem um turno ilegível", "the journal holds an unreadable turn"))
    }
    return ClockReading(
      Timestamp(microseconds: integer(bytes[0..<8])), uncertainty: .microseconds(integer(bytes[8..<16])),
      status: states[Int(bytes[16])])
  }

  private static func bigEndian(_ n: Int64) -> [UInt8] { (0..<8).reversed().map { UInt8(truncatingIfNeeded: n >> ($0 * 8)) } }
  private static func integer(_ bytes: ArraySlice<UInt8>) -> Int64 { bytes.reduce(0) { $0 << 8 | Int64($1) } }
}
