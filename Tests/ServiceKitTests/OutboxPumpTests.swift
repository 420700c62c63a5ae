import JournalKit
import Logging
import MessagingKit
import Synchronization
import Testing

@testable import ServiceKit

/// A line to the broker that keeps what is published until the test says what became of it.
private final class Line: Publisher, Sendable {
  private struct Sent {
    let message: Publishing
    let outcome: @Sendable (PublishOutcome) -> Void
  }

  private let sent = Mutex<[Sent]>([])

  func publish(_ message: Publishing, outcome: @escaping @Sendable (PublishOutcome) -> Void) -> Bool {
    sent.withLock { $0.append(Sent(message: message, outcome: outcome)) }
    return true
  }

  func publish(_ messages: [Publishing], outcome: @escaping @Sendable (Int, PublishOutcome) -> Void) {
    for (i, message) in messages.enumerated() { _ = publish(message) { outcome(i, $0) } }
  }

  var keys: [String] { sent.withLock { $0.map(\.message.routingKey) } }

  /// Settles everything that is under way, in order.
  func settle(only chosen: (String) -> Bool = { _ in true }, _ decide: (String) -> PublishOutcome) {
    let all = sent.withLock { s in
      defer { s.removeAll { chosen($0.message.routingKey) } }
      return s.filter { chosen($0.message.routingKey) }
    }
    for one in all { one.outcome(decide(one.message.routingKey)) }
  }
}

/// A store that only has an outbox.
private final class Shelf: Store, Sendable {
  private let rows: Mutex<[OutboxMessage]>

  init(_ keys: [String]) { rows = Mutex(keys.enumerated().map { Shelf.row(Int64($0.offset + 1), $0.element) }) }

  static func row(_ id: Int64, _ key: String) -> OutboxMessage {
    OutboxMessage(id: id, message: OutgoingMessage(exchange: "leilao", routingKey: key, body: []))
  }

  var left: [Int64] { rows.withLock { $0.map(\.id) } }
  func commit(_ commit: Commit) throws(JournalError) -> [OutboxMessage] { [] }
  var entryCount: Int64 { 0 }
  func forEachEntry(from number: Int64, _ body: (Entry) throws -> Void) throws {}
  func document(_ collection: String, _ key: String, _ number: Int64) throws(JournalError) -> [UInt8]? { nil }
  func documents(_ collection: String, at places: [(key: String, number: Int64)]) throws(JournalError) -> [[UInt8]?] { [] }
  func documents(_ collection: String, _ key: String, from: Int64, limit: Int) throws(JournalError) -> [Document] { [] }
  func lastNumber(_ collection: String, _ key: String) throws(JournalError) -> Int64? { nil }
  func pendingOutbox(after id: Int64, limit: Int) throws(JournalError) -> [OutboxMessage] {
    rows.withLock { Array($0.filter { $0.id > id }.prefix(limit)) }
  }
  func markSent(_ ids: [Int64]) throws(JournalError) {
    let ids = Set(ids)
    rows.withLock { $0.removeAll { ids.contains($0.id) } }
  }
}

@Suite struct OutboxPumpTests {
  private func make(_ keys: [String]) -> (pump: OutboxPump, line: Line, shelf: Shelf) {
    let (line, shelf) = (Line(), Shelf(keys))
    return (OutboxPump(publisher: line, store: shelf, log: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() }) {}, line, shelf)
  }

  @Test func `says nothing before there is a connection, then everything in order`() throws {
    let (pump, line, shelf) = make(["a", "b", "c"])
    try pump.load()
    try pump.pump()
    #expect(line.keys.isEmpty)
    pump.connectionChanged(isUp: true)
    #expect(line.keys == ["a", "b", "c"])
    line.settle { _ in .confirmed }
    try pump.pump(final: true)
    #expect(shelf.left.isEmpty)
    #expect(pump.isEmpty)
  }

  @Test func `a long backlog passes through little memory, all of it and in order`() throws {
    let keys = (0..<30_000).map { "\($0)" }
    let (pump, line, shelf) = make(keys)
    try pump.load()
    pump.connectionChanged(isUp: true)
    var (most, said) = (0, [String]())
    while !pump.isEmpty {
      line.settle {
        said.append($0)
        return .confirmed
      }
      try pump.pump(final: true)
      most = max(most, pump.held)
    }
    #expect(said == keys && shelf.left.isEmpty)
    #expect(most <= 16_000)
  }

  @Test func `says again, in order and before anything newer, what the connection lost`() throws {
    let (pump, line, _) = make(["a", "b"])
    try pump.load()
    pump.connectionChanged(isUp: true)
    line.settle { _ in .unknown("lost") }
    pump.connectionChanged(isUp: false)
    pump.append([Shelf.row(3, "c")])
    #expect(line.keys.isEmpty)
    pump.connectionChanged(isUp: true)
    #expect(line.keys == ["a", "b", "c"])
  }

  @Test func `keeps what was not confirmed, marks what was`() throws {
    let (pump, line, shelf) = make(["a", "b"])
    try pump.load()
    pump.connectionChanged(isUp: true)
    line.settle { $0 == "a" ? .confirmed : .refused }
    try pump.pump(final: true)
    #expect(shelf.left == [2])
    #expect(!pump.isEmpty)
    #expect(pump.wakeUp != nil)
  }

  @Test func `lets a message without a queue hold up no other`() throws {
    let (pump, line, shelf) = make(["lost", "a"])
    try pump.load()
    pump.connectionChanged(isUp: true)
    line.settle { $0 == "lost" ? .returned(code: 312, text: "NO_ROUTE") : .confirmed }
    pump.append([Shelf.row(3, "b")])
    #expect(line.keys == ["b"])
    try pump.pump(final: true)
    #expect(shelf.left == [1])
  }

  @Test func `leaves in the store what cannot be sent at all`() throws {
    let (pump, line, shelf) = make(["bad", "a"])
    try pump.load()
    pump.connectionChanged(isUp: true)
    line.settle { $0 == "bad" ? .invalid("too long") : .confirmed }
    try pump.pump(final: true)
    #expect(shelf.left == [1])
    #expect(pump.isEmpty)
  }

  @Test(arguments: [false, true])
  func `asks for no wake-up that could do nothing`(isConnected: Bool) throws {
    let elapsed = Mutex(Duration.zero)
    let start = ContinuousClock.now
    let (line, shelf) = (Line(), Shelf(["lost", "refused", "slow"]))
    let pump = OutboxPump(
      publisher: line, store: shelf, log: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() },
      now: { start + elapsed.withLock { $0 } }, ring: {})
    try pump.load()
    pump.connectionChanged(isUp: true)
    line.settle(only: { $0 != "slow" }) { $0 == "lost" ? .returned(code: 312, text: "NO_ROUTE") : .refused }
    if !isConnected { pump.connectionChanged(isUp: false) }
    elapsed.withLock { $0 = .seconds(60) }
    try pump.pump(final: true)
    #expect(pump.wakeUp == nil, "the thread would turn round without end")

    pump.connectionChanged(isUp: true)
    line.settle { _ in .confirmed }
    try pump.pump(final: true)
    #expect(Set(line.keys) == ["lost", "refused"])
  }
}
