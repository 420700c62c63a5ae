import AuctionFacts
import AuctionSigning
import AuctionWire
import JournalKit
import Logging
import MessagingKit
import ServiceKit
import ServiceLifecycle
import SharedKernel
import SigningKit
import SuiteTesting
import Synchronization
import Testing

@testable import NotificationService

/// ms-notificacao's thread, between a broker that delivers and one that does not take.
@Suite struct RelayServiceTests {
  /// Takes nothing until it is told to.
  private final class Broker: Publisher, Acknowledger {
    let isUp = Mutex(false)
    let tries = Recorder<Int>()
    let acknowledged = Recorder<DeliveryTag>()

    func publish(_ message: Publishing, outcome: @escaping @Sendable (PublishOutcome) -> Void) -> Bool {
      publish([message]) { _, result in outcome(result) }
      return true
    }

    func publish(_ messages: [Publishing], outcome: @escaping @Sendable (Int, PublishOutcome) -> Void) {
      tries.record(messages.count)
      let isUp = isUp.withLock { $0 }
      for index in messages.indices { outcome(index, isUp ? .confirmed : .unknown("not connected")) }
    }

    func acknowledge(_ tag: DeliveryTag, multiple: Bool) { acknowledged.record(tag) }
    func reject(_ tag: DeliveryTag) {}
  }

  private let scratch: ScratchFolder
  private let keys: KeyFolder
  /// What ms-leilao says, on its way to be repeated.
  private let delivery: Delivery
  private let mailbox = Mailbox()
  private let broker = Broker()
  private let ready = Recorder<Int>()
  private let lines = LogLines()

  init() throws {
    scratch = try ScratchFolder()
    keys = KeyFolder(path: scratch.path)
    let voice = try Voice(principal: "ms_leilao", key: PrivateKey.generate(.ed25519))
    try keys.writePublicKey(voice.key.publicKey, for: "ms_leilao", replacing: false)
    let notice = Build.notice(.cancel(reason: "x"), edition: Build.digest("e"))
    delivery = Delivery(
      tag: DeliveryTag(generation: 1, number: 1), subscription: "trabalho", exchange: Exchange.leilao.rawValue,
      routingKey: notice.kind.routingKey, body: voice.seal(notice).evidence.bytes)

  }

  private func makeService() -> RelayService {
    RelayService(
      mailbox: mailbox, keys: keys, consuming: broker, publishing: broker,
      log: lines.logger, tallyInterval: .zero,
      whenReady: { [ready] in ready.record(1) })
  }

  @Test func `It is ready when it can both consume and publish`() async throws {
    let service = makeService()
    mailbox.post(.consuming)
    mailbox.post(deliveries: [delivery])
    async let running: Void = service.run()
    // Tried in the turn in which it was told that it consumes, and after that.
    _ = try await broker.tries.first { $0 }
    #expect(ready.count == 0)
    broker.isUp.withLock { $0 = true }
    mailbox.post(.publisherUp)
    _ = try await ready.first { $0 }
    _ = try await broker.acknowledged.first { $0 }
    mailbox.post(.stop)
    try await running
    #expect(ready.count == 1)
    #expect(service.summary["outbox"] == "vazia")
  }

  @Test func `It tells while it runs what it put aside`() async throws {
    var junk = delivery
    junk.body = Array("lixo".utf8)
    let service = makeService()
    broker.isUp.withLock { $0 = true }
    mailbox.post(deliveries: [junk])
    async let running: Void = service.run()
    _ = try await broker.acknowledged.first { $0 }
    mailbox.post(.stop)
    try await running
    #expect(lines.all.count { $0.details["dead_letters.formato"] == "1" } == 1, "\(lines.all)")
  }

  @Test func `It says how much it leaves to the broker's queue`() async throws {
    let service = makeService()
    mailbox.post(.consuming)
    mailbox.post(deliveries: [delivery])
    mailbox.post(.stop)
    try await service.run()
    #expect(broker.acknowledged.count == 0)
    #expect(service.summary["outbox"] == "1 na fila do broker")
  }

  @Test func `What could not be published is tried again when the broker is there, and not before`() async throws {
    let service = makeService()
    async let running: Void = service.run()
    mailbox.post(deliveries: [delivery])
    _ = try await broker.tries.first { $0 }
    // Each ring lets the thread look once more.
    for _ in 0..<100 {
      mailbox.ring()
      await Task.yield()
    }
    mailbox.post(.publisherUp)
    _ = try await broker.tries.next(from: 1) { $0 }
    #expect(broker.tries.count == 2, "once when it came, once when the broker came back")
    #expect(broker.acknowledged.count == 0)

    broker.isUp.withLock { $0 = true }
    mailbox.post(.publisherUp)
    #expect(try await broker.acknowledged.first { $0 } == delivery.tag)
    mailbox.post(.stop)
    try await running
  }
}
