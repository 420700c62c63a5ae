import AuctionFacts
import AuctionSigning
import AuctionWire
import JournalKit
import MessagingKit
import ServiceKit
import SharedKernel
import SuiteTesting
import Testing

/// ms-notificacao alone.
@Suite("ms-notificacao")
struct NotificationTests {
  private func bench() throws -> Bench<SimulatedRelay> {
    let world = SimulatedWorld()
    for id: PrincipalID in ["ms_lance", "ms_leilao"] { try world.keys.register(id) }
    return try Bench(world, try SimulatedRelay(in: world))
  }

  private func block(_ number: Int64) -> Block {
    Block(
      auction: "moto", edition: Build.digest("e"), number: number, previous: Build.digest("p"),
      content: .entries([
        BlockEntry(
          fact: .outage(from: Build.noon, to: Build.noon + .seconds(9)), price: nil, leader: nil, minimum: 100_00,
          closesAt: Build.noon + .seconds(60))
      ]), clock: Build.clock())
  }

  private func message(_ statement: some WireValue, by speaker: PrincipalID, _ bench: Bench<SimulatedRelay>) throws -> Publishing
  {
    Publishing(OutgoingMessage.event(statement, try bench.world.keys.voice(speaker).seal(statement)))
  }

  private func forwarded(_ bench: Bench<SimulatedRelay>) -> [Delivery] {
    bench.heard.filter { $0.exchange == Exchange.notificacoes.rawValue }
  }

  @Test func `says the same bytes again, to followers of the auction or to the one bidder`() throws {
    let bench = try bench()
    let receipt = Receipt(
      auction: "moto", bid: Build.bidID(1), bidder: "alpha", bidDigest: Build.digest("b"), reason: .closed,
      receivedAt: Build.noon,
      clock: Build.clock())
    let messages = [try message(block(1), by: "ms_lance", bench), try message(receipt, by: "ms_lance", bench)]
    for message in messages { bench.say(message, as: "ms_lance") }
    let forwarded = forwarded(bench)
    #expect(forwarded.map(\.routingKey) == [RoutingKey.auction("moto"), RoutingKey.bidder("alpha")])
    #expect(forwarded.map(\.body) == messages.map(\.body))
    #expect(forwarded.map(\.properties.messageID) == messages.map(\.properties.messageID))
    #expect(forwarded.map(\.properties.correlationID) == messages.map(\.properties.correlationID))
    #expect(bench.world.broker.isEmpty)
  }

  @Test func `acknowledges only what has been confirmed, in order`() throws {
    let bench = try bench()
    bench.queue(try message(block(1), by: "ms_lance", bench), as: "ms_lance")
    bench.service.consuming?.passNotices(10)
    bench.service.consuming?.passNotices(10)
    bench.service.consuming?.passNotices(10)
    bench.service.round()
    #expect(bench.verbs == ["starts", "publishes"])
    bench.settle()
    #expect(bench.verbs == ["starts", "publishes", "acknowledges"])
  }

  @Test(arguments: [CrashPoint.afterPublish, .afterAck])
  func `forgets nothing wherever it ends`(point: CrashPoint) throws {
    let bench = try bench()
    bench.service.plannedEnd = point
    bench.say(try message(block(1), by: "ms_lance", bench), as: "ms_lance")
    #expect(bench.service.crashes == [point])
    bench.service.start()
    bench.settle()
    let forwarded = forwarded(bench)
    #expect(forwarded.count == (point == .afterPublish ? 2 : 1) && Set(forwarded.map(\.body)).count == 1)
    #expect(bench.world.broker.isEmpty)
  }

  @Test func `repeats what was not confirmed`() throws {
    let bench = try bench()
    bench.service.publishing?.lose("cut")
    bench.say(try message(block(1), by: "ms_lance", bench), as: "ms_lance")
    #expect(forwarded(bench).isEmpty && bench.world.broker.depth(.notificacao) == 1)
    bench.service.publishing?.connect()
    bench.after(.seconds(1))
    #expect(forwarded(bench).count == 1 && bench.world.broker.isEmpty)
  }

  @Test func `buries what the house did not say, and goes on`() throws {
    let bench = try bench()
    var junk = try message(block(1), by: "ms_lance", bench)
    junk.body = [1, 2, 3]
    bench.say(junk, as: "ms_lance")
    bench.say(try message(block(1), by: "estranho", bench), as: "ms_lance")
    bench.say(try message(block(1), by: "ms_leilao", bench), as: "ms_lance")
    #expect(bench.reasons == ["formato", "usuario_desconhecido", "identidade_divergente"])
    bench.say(try message(block(2), by: "ms_lance", bench), as: "ms_lance")
    #expect(forwarded(bench).map(\.properties.messageID) == ["moto:2"])
    #expect(bench.world.broker.isEmpty)
  }
}
