import JournalKit
import MessagingKit
import SharedKernel
import SigningKit
import SuiteTesting
import Synchronization
import Testing

@testable import ServiceKit

/// A desk at which nothing ever happens.
struct IdleDesk: Desk, Sendable {
  typealias Opened = Int

  var wakeUp: Timestamp? { nil }
  var needsGoodClock: Bool { false }
  func open(_ delivery: Delivery) -> Int { 0 }
  func isUnderUnknownKey(_ opened: Int) -> Bool { false }
  mutating func decide(_ opened: [Int], away: (from: Timestamp, to: Timestamp)?, at clock: ClockReading) -> Turn { Turn() }
  mutating func keysChanged(_ ring: KeyRing, at clock: ClockReading) -> Turn { Turn() }
  static func decode(_ entry: Entry) throws -> Entry { entry }
  mutating func replay(_ entries: [Entry], at clock: ClockReading) throws {}
  func audit(_ store: any Store, on spread: Spread) throws {}
  mutating func resume(at clock: ClockReading) -> Turn { Turn() }
  func answer(_ query: Delivery, from store: any Store, at clock: ClockReading) throws(DroppedQuery) -> Publishing {
    throw .malformed
  }
}

@Suite struct TurnServiceTests {
  /// Runs a service with one message in its outbox until it is asked to end.
  /// - Parameters:
  ///   - attend: called in each turn, before `whenReady`.
  ///   - whenReady: called when it says that it is.
  ///   - whileEnding: called once, when it has begun to send what is left.
  private func end(
    _ mailbox: Mailbox, attend: @escaping @Sendable () -> Void = {}, whenReady: @escaping @Sendable () -> Void = {},
    whileEnding: @escaping @Sendable () -> Void = {}
  ) async throws -> [LogLines.Line] {
    let scratch = try ScratchFolder()
    let journal = try Journal.open(folder: scratch.file("data"), name: "ms_lance", waitingForLock: false) { _ in }
    let message = OutgoingMessage(exchange: "leilao", routingKey: "lance.validado", body: [1])
    _ = try journal.commit(Commit(outbox: [message]))
    let keys = KeyFolder(path: scratch.file("keys"))
    try keys.writePair(try PrivateKey.generate(.ed25519), for: "ms_lance", passphrase: nil, replacing: false)
    let (lines, taker, clock) = (LogLines(), Taker(), SimulatedClock(SimulatedTime(Build.noon)))
    let looks = Mutex(0)
    let service = TurnService<IdleDesk>(
      name: "ms_lance", mailbox: mailbox, clock: clock, keys: keys, publisher: taker, log: lines.logger,
      tallyInterval: .zero,
      attend: { _ in
        attend()
        return nil
      }, whenReady: whenReady
    ) {
      let outbox = OutboxPump(
        publisher: taker, store: journal, log: lines.logger,
        now: {
          // Once when it is made; without a link, only an ending outbox looks at the time again.
          let count = looks.withLock { looks in
            looks += 1
            return looks
          }
          if count == 2 { whileEnding() }
          return .now
        }
      ) { mailbox.ring() }
      let loop = TurnLoop(
        desk: IdleDesk(), store: journal, acknowledger: taker, outbox: outbox, clock: clock, present: nil, log: lines.logger)
      return .init(loop: loop, outbox: outbox, presence: try PresenceFile(beside: journal), journal: journal.path)
    }
    try await service.run()
    return lines.all
  }

  @Test(arguments: [[Mailbox.Event.consuming, .publisherUp], [.publisherUp, .consuming]])
  func `is ready when it can both consume and publish`(events: [Mailbox.Event]) async throws {
    let (mailbox, turns, ready) = (Mailbox(), Recorder<Int>(), Recorder<Int>())
    mailbox.post(events[0])
    async let ending = end(mailbox, attend: { turns.record(1) }, whenReady: { ready.record(1) })
    _ = try await turns.first { $0 }
    mailbox.ring()
    // In the second turn, what the first came to has been said.
    _ = try await turns.next(from: 1) { $0 }
    #expect(ready.count == 0)
    mailbox.post(events[1])
    _ = try await ready.first { $0 }
    mailbox.post(.stop)
    _ = try await ending
    #expect(ready.count == 1)
  }

  @Test func `tells while it runs what it did not do`() async throws {
    let (mailbox, turns) = (Mailbox(), Recorder<Int>())
    let query = Delivery(
      tag: DeliveryTag(generation: 1, number: 1), subscription: "perguntas", exchange: "consultas", routingKey: "consulta",
      body: [])
    mailbox.post(queries: [query], at: Build.noon)
    async let ending = end(mailbox, attend: { turns.record(1) })
    _ = try await turns.first { $0 }
    mailbox.ring()
    _ = try await turns.next(from: 1) { $0 }
    mailbox.post(.stop)
    let told = try await ending.dropLast().filter {
      $0.details.contains { $0.key.hasPrefix("dropped_queries.") && $0.value == "1" }
    }
    #expect(told.count == 1, "\(told)")
  }

  @Test func `says what is left when the link comes up while it ends`() async throws {
    let mailbox = Mailbox()
    mailbox.post(.stop)
    #expect(try await end(mailbox, whileEnding: { mailbox.post(.publisherUp) }).last?.details["outbox"] == "vazia")
  }

  @Test func `says what is left when the link comes up with the signal to end`() async throws {
    let mailbox = Mailbox()
    mailbox.post(.stop)
    mailbox.post(.publisherUp)
    #expect(try await end(mailbox).last?.details["outbox"] == "vazia")
  }
}
