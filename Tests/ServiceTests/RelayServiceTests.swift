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

  @Test func `What could not be published is tried again when the broker is there, and not before`() async throws {
    let scratch = try ScratchFolder()
    let keys = KeyFolder(path: scratch.path)
    let voice = try Voice(principal: "ms_leilao", key: PrivateKey.generate(.ed25519))
    try keys.writePublicKey(voice.key.publicKey, for: "ms_leilao", replacing: false)
    let notice = Build.notice(.cancel(reason: "x"), edition: Build.digest("e"))
    let delivery = Delivery(
      tag: DeliveryTag(generation: 1, number: 1), subscription: "trabalho", exchange: Exchange.leilao.rawValue,
      routingKey: notice.kind.routingKey, body: voice.seal(notice).evidence.bytes)

    let (mailbox, broker) = (Mailbox(), Broker())
    let service = RelayService(
      mailbox: mailbox, keys: keys, consuming: broker, publishing: broker,
      log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      whenReady: {})
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
