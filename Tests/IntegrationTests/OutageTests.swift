import AuctionFacts
import AuctionSigning
import AuctionWire
import Foundation
import Glibc
import MessagingKit
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Testing

/// Whoever stops the house does not win; and keys that come and go.
@Suite(.serialized)
struct OutageTests {
  @Test func `A house that was down over an auction's end gives the last moments back, and has one winner`() async throws {
    let house = try await PrivateHouse()
    for bidder in ["ana", "bia"] { try await house.makeKeys(bidder) }
    try await house.schedule("na-queda", duration: "20s")
    let follower = try Follower(house, "na-queda", as: "ana")
    let opened = try await follower.first("aberto")
    #expect(try await house.bid("na-queda", "100", as: "ana").status == 0)
    let end = Timestamp(microseconds: try #require(opened.fimUs))

    try await house.kill9(.bids)
    try await house.pass(end + .seconds(9))
    try await house.start(.bids)
    let extended = try await follower.first("prorrogado")
    #expect((extended.motivo, extended.por) == ("indisponibilidade", nil))
    #expect(try #require(extended.fimUs) >= end.microseconds + 30_000_000)

    #expect(try await house.bid("na-queda", "110", as: "bia").status == 0)
    let story = try await follower.toTheEnd()
    #expect((story.last?.situacao, story.last?.vencedor, story.last?.valorCentavos) == ("vendido", "bia", 110_00))
    let ledger = try await Ledger("na-queda", from: Visitor(house))
    #expect(ledger.outages == 1)
    #expect(ledger.result?.winner?.text == "bia")
    #expect(ledger.blocks.count { if case .closing = $0.content { true } else { false } } == 1)
  }

  @Test func `Keys are added, replaced and removed while the house runs, and survive its restart`() async throws {
    let house = try await PrivateHouse()
    try await house.makeKeys("ana")
    try await house.schedule("de-chaves", duration: "1h")
    try await house.opened("de-chaves")
    try await house.makeKeys("bia")
    try await until("a key that was added counts") { try await house.bid("de-chaves", "100", as: "bia").status == 0 }

    let publicFile = house.keys + "/public/bia.pem"
    try house.hide(publicFile)
    // Refused for its amount as long as the key still counts, so that only the key can change the reason.
    try await until("a key that was removed counts no more") {
      let refused = try await house.bidLine("de-chaves", "1", as: "bia")
      #expect(refused.status == 1)
      return refused.line.motivo == "chave_revogada"
    }
    #expect(try await house.listed("de-chaves")?.lider == "bia", "what was accepted stays")

    try await house.kill9(.bids)
    try await house.start(.bids)
    #expect(try await house.bidLine("de-chaves", "200", as: "bia").line.motivo == "chave_revogada")
    #expect(try await house.bid("de-chaves", "110", as: "ana").status == 0)

    try house.show(publicFile)
    try await until("a key that came back counts again") { try await house.bid("de-chaves", "120", as: "bia").status == 0 }
    try await house.makeKeys("bia", "--substituir")
    #expect(try await house.bid("de-chaves", "130", as: "ana").status == 0)
    try await until("the key that replaced it counts") { try await house.bid("de-chaves", "140", as: "bia").status == 0 }
    let ledger = try await Ledger("de-chaves", from: Visitor(house))
    #expect(ledger.accepted.map(\.bid.bidder.text) == ["bia", "ana", "bia", "ana", "bia"])
  }

  @Test func `What was said under a clock that was ahead stays said when the key changes`() async throws {
    let house = try await PrivateHouse(running: [.calendar, .notices])
    try await house.makeKeys("ana")
    try await house.schedule("adiantado", duration: "3h")
    let (ahead, ready) = try house.launch(.bids, environment: FakeTime.environment(["FAKETIME": "+3600s"]))
    try await until("it consumes") { access(ready, F_OK) == 0 }
    try await house.opened("adiantado")
    let early = try await house.bid("adiantado", "100", as: "ana")
    #expect(early.status == 1, "\(early)")
    try await ahead.kill9()
    #expect(try await house.operator(["trocar-chave", "ms_lance"]).status == 0)
    let check = try await house.run("ms-lance", ["--verificar"], as: "ms_lance")
    #expect(check.status == 0, "\(check)")
  }

  @Test func `The operator's key changes while the house runs: the new key commands, and the old one no longer`() async throws {
    let house = try await PrivateHouse()
    let old = try Voice(principal: "operador", key: KeyFolder(path: house.keys).privateKey(of: "operador") { nil })
    try await house.schedule("antes", duration: "1h")
    let rotated = try await house.operator(["trocar-chave", "operador"])
    #expect(rotated.status == 0, "\(rotated)")
    try await house.schedule("depois", duration: "1h")

    let now = Timestamp(microseconds: Int64(Date.now.timeIntervalSince1970 * 1_000_000))
    let clock = ClockReading(now, uncertainty: .seconds(5), status: .systemClock)
    let terms = Build.terms("sob-a-antiga", opensAt: now + .seconds(3_600))
    let command = old.seal(Build.schedule(terms, id: CommandID(.random()), clock: clock)).evidence.bytes
    let sender = try await Visitor(house, as: "operador")
    #expect(try await sender.publish(.comandos, Kind.schedule.routingKey, command, id: "antiga") == .confirmed)
    let box = try DeadLetterBox(port: house.broker.port)
    var letter: DeadLetterBox.Letter?
    try await until("the command is put aside") {
      letter = try box.take()
      return letter != nil
    }
    #expect((letter?.messageID, letter?.reason) == ("antiga", "chave_revogada"))
    await sender.leave()

    // Behind it in the one queue of commands: had the other been taken, it would be listed by now.
    try await house.schedule("por-fim", duration: "1h")
    try await house.opened("por-fim")
    #expect(try await house.listed("sob-a-antiga") == nil)
    #expect(try await house.listed("antes")?.status == "ativo", "what the old key commanded in its time stands")
    let check = try await house.run("ms-leilao", ["--verificar", "--json"], as: "ms_leilao")
    #expect(check.status == 0 && check.text.contains(#""sem_chave":0"#), "\(check)")
  }

  @Test func `The house's own keys change while it is stopped: what was said stays said, and its chains go on`() async throws {
    let house = try await PrivateHouse()
    for bidder in ["ana", "bia"] { try await house.makeKeys(bidder) }
    try await house.schedule("nova-chave", duration: "1h")
    try await house.opened("nova-chave")
    #expect(try await house.bid("nova-chave", "100", as: "ana").status == 0)
    let follower = try Follower(house, "nova-chave", as: "ana")
    try await follower.first("lance")

    let running = try await house.operator(["trocar-chave", "ms_lance"])
    let holder = try house.process(.bids).id
    #expect(running.status == 78 && running.text.contains("\(holder)"), "\(running)")

    // Ended in the midst: the calendar's outbox and the queue may hold what was said under the old key.
    for service in [PrivateHouse.Service.bids, .calendar] { try await house.kill9(service) }
    for owner in ["ms_lance", "ms_leilao", "operador"] {
      let rotated = try await house.operator(["trocar-chave", owner])
      #expect(rotated.status == 0, "\(rotated)")
    }
    try await house.start([.bids, .calendar])
    let bid = try await house.bid("nova-chave", "110", as: "bia")
    #expect(bid.status == 0, "\(bid)")
    try await follower.first("lance") { $0.valorCentavos == 110_00 }
    try await house.schedule("depois-da-troca", duration: "1h")
    try await house.opened("depois-da-troca")
    let ledger = try await Ledger("nova-chave", from: Visitor(house))
    #expect(ledger.accepted.map(\.bid.amount.minorUnits) == [100_00, 110_00])
    #expect(ledger.speakers.count == 2, "blocks under both keys are in one chain")
  }
}
