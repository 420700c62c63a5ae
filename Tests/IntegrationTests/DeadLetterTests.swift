import AuctionFacts
import AuctionSigning
import AuctionWire
import Foundation
import MessagingKit
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Testing

/// The operator's drawer of messages that no service could take.
struct DeadLetterTests {
  @Test func `Dead letters are listed, read, removed, and a command among them is sent again`() async throws {
    let house = try await PrivateHouse()
    let empty = try await house.operator(["mortas"])
    #expect(empty.status == 0 && empty.text == "nenhuma mensagem morta", "\(empty)")

    // A command that came without its sender's name: the house puts it aside.
    let voice = try Voice(principal: "operador", key: KeyFolder(path: house.keys).privateKey(of: "operador") { nil })
    let now = Timestamp(microseconds: Int64(Date.now.timeIntervalSince1970 * 1_000_000))
    let clock = ClockReading(now, uncertainty: .seconds(5), status: .systemClock)
    let terms = Build.terms("reenviado", opensAt: now + .seconds(3_600))
    let command = voice.seal(Build.schedule(terms, id: CommandID(.random()), clock: clock)).evidence.bytes
    let sender = try await Visitor(house, as: "operador")
    #expect(
      try await sender.publish(.comandos, Kind.schedule.routingKey, command, id: "sem-nome", namingUser: false) == .confirmed)
    let bidder = try await Visitor(house)
    let junk = Array("lixo \u{1b}[31m \u{202e}".utf8)
    #expect(try await bidder.publish(.lances, RoutingKey.bidPlaced, junk, id: "lixo") == .confirmed)

    let listed = Recorder<[String: Line]>()
    try await until("both are put aside") {
      let lines = try await house.operator(["mortas", "listar", "--json"]).output.map { try Line($0) }
      listed.record(Dictionary(uniqueKeysWithValues: lines.map { ($0.motivo ?? "", $0) }))
      return lines.count == 2
    }
    let letters = try #require(listed.values.last)
    let (set, refused) = (try #require(letters["identidade_divergente"]), try #require(letters["formato"]))
    #expect(set.tipo == "leilao-agendar" && set.servico == "ms_leilao" && refused.servico == "ms_lance", "\(letters)")

    let shown = try await house.operator(["mortas", "ver", try #require(refused.id)])
    #expect(shown.output.last == #"lixo \u{1b}[31m \u{202e}"#, "\(shown)")
    let nothing = try await house.operator(["mortas", "reenviar", try #require(refused.id)])
    #expect(nothing.status == 1, "\(nothing)")
    #expect(try await house.operator(["mortas", "descartar", try #require(refused.id)]).status == 0)
    #expect(try await house.operator(["mortas", "descartar", try #require(refused.id)]).status == 1)
    #expect(try await house.operator(["mortas", "ver", "nada"]).status == 64)

    let sent = try await house.operator(["mortas", "reenviar", try #require(set.id)])
    #expect(sent.status == 0, "\(sent)")
    try await until("the command was taken") { try await house.listed("reenviado") != nil }
    #expect(try await house.operator(["mortas"]).text == "nenhuma mensagem morta")
  }
}
