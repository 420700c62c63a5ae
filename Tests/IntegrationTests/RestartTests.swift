import AuctionFacts
import AuctionWire
import Foundation
import JournalKit
import SharedKernel
import SuiteTesting
import Synchronization
import Testing

/// What a house keeps from one start to the next, and what is told while it is away.
@Suite(.serialized)
struct RestartTests {
  @Test func `A service that is asked to end puts everything away and exits with 0`() async throws {
    let house = try await PrivateHouse()
    try await house.makeKeys("ana")
    try await house.schedule("em-ordem", duration: "1h")
    try await house.opened("em-ordem")
    let bid = try await house.bidLine("em-ordem", "100", as: "ana")
    #expect(bid.status == 0)
    for service in PrivateHouse.Service.allCases { #expect(try await house.terminate(service) == .code(0), "\(service)") }
    let drained = try house.process(.bids).errors.values
    #expect(drained.contains { $0.hasSuffix("parado outbox=vazia") }, "\(drained.suffix(5))")

    try await house.start(PrivateHouse.Service.allCases)
    let listed = try await house.listed("em-ordem")
    #expect((listed?.status, listed?.lider, listed?.bloco) == ("ativo", "ana", bid.line.bloco))
  }

  @Test func `What a service could not say before it ended is in its journal, and said after its next start`() async throws {
    let house = try await PrivateHouse(running: [.bids, .notices])
    let link = try LinkProxy(to: house.broker.port)
    let url = house.broker.url(user: "ms_leilao", password: "ms_leilao", virtualHost: "leilao", port: link.port)
    try await house.start(.calendar, environment: ["RABBITMQ_URL": url])
    try await house.makeKeys("ana")
    try await house.schedule("sem-linha", duration: "30s")
    let follower = try Follower(house, "sem-linha", as: "ana")
    try await follower.first("aberto")
    link.close()
    func waiting() throws -> [OutgoingMessage] {
      try JournalReader(path: house.data + "/ms_leilao.sqlite").pendingOutbox(after: 0, limit: 100).map(\.message)
        .filter { $0.routingKey == Kind.closed.routingKey }
    }
    // The calendar says it again from time to time, in the same bytes.
    try await until("the end is decided") { try !waiting().isEmpty }

    #expect(try await house.terminate(.calendar) == .code(0))
    let last = try house.process(.calendar).errors.values.last
    #expect(last?.hasSuffix("parado outbox=fica no diário") == true, "\(last ?? "")")
    #expect(try Set(waiting().map(\.body)).count == 1)
    #expect(try !follower.story.contains { $0.evento == "encerrado" })

    try await house.start(.calendar)
    #expect(try await follower.toTheEnd().last?.evento == "encerrado")
    try await until("it is said") { try waiting().isEmpty }
  }

  @Test func `A calendar file is scheduled once, however often the house starts with it`() async throws {
    let house = try await PrivateHouse(running: [.bids, .notices])
    let file = house.folder + "/calendario.json"
    func write(_ auctions: String...) throws {
      try "{\"leiloes\": [\(auctions.joined(separator: ",\n"))]}".write(toFile: file, atomically: true, encoding: .utf8)
    }
    func auction(_ id: String, _ title: String) -> String {
      """
      {"id": "\(id)", "titulo": "\(title)", "inicio": "now", "duracao": "1h", "lance_inicial": "50,00", "incremento": "5%"}
      """
    }
    try write(auction("do-arquivo", "Primeiro"))
    try await house.start(.calendar, ["--leiloes", file])
    try await house.opened("do-arquivo")
    let first = try await house.listed("do-arquivo")
    #expect((first?.titulo, first?.minimoCentavos) == ("Primeiro", 50_00))

    try write(auction("do-arquivo", "Mudado"), auction("mais-um", "Segundo"))
    #expect(try await house.terminate(.calendar) == .code(0))
    try await house.start(.calendar, ["--leiloes", file])
    try await house.opened("mais-um")
    #expect(try await house.listed("do-arquivo") == first)

    try write(auction("Mal Escrito", "X"))
    let refused = try await house.run("ms-leilao", ["--leiloes", file], as: "ms_leilao")
    #expect(refused.status == 64)
    #expect(refused.errors.first?.contains("calendario.json:1: ") == true && refused.text.contains("Mal Escrito"), "\(refused)")
  }

  @Test
  func `One journal has one writer: a second refuses and names the first, a standby takes over, and a key keeps its journal`()
    async throws
  {
    let house = try await PrivateHouse()
    try await house.makeKeys("ana")
    try await house.schedule("herdado", duration: "1h")
    try await house.opened("herdado")
    #expect(try await house.bid("herdado", "100", as: "ana").status == 0)

    let first = try house.process(.bids)
    let second = try await house.run("ms-lance", [], as: "ms_lance")
    #expect(second.status == 78, "\(second)")
    #expect(second.errors.last?.contains("\(first.id)") == true, "\(second)")

    let other = try await house.run("ms-lance", [], as: "ms_lance", ["LEILAO_DATA": house.folder + "/outros"])
    #expect(other.status == 78, "\(other)")
    #expect(other.errors.last?.contains("ms_lance") == true && other.errors.last?.contains("LEILAO_DATA") == true, "\(other)")

    let (standby, ready) = try house.launch(.bids, ["--reserva"])
    try await standby.errors.first { $0.contains("de reserva") && $0.contains("pid=\(first.id)") ? () : nil }
    try await first.kill9()
    try await until("the standby consumes") { FileManager.default.fileExists(atPath: ready) }
    #expect(standby.isRunning)
    #expect(try await house.listed("herdado")?.lider == "ana")
    try await house.makeKeys("bia")
    try await until("the standby knows the new key and takes its bid") {
      try await house.bid("herdado", "110", as: "bia").status == 0
    }
    #expect(try await Ledger("herdado", from: Visitor(house)).accepted.map(\.bid.bidder.text) == ["ana", "bia"])
  }

  @Test func `Without the house an answer is unknown, and the command that asks later tells it`() async throws {
    let house = try await PrivateHouse()
    try await house.makeKeys("ana")
    try await house.schedule("sem-casa", duration: "1h")
    try await house.opened("sem-casa")

    // The test takes the queue of bids from under ms-lance, which still answers questions: a house that has got a bid and
    // not decided it.
    try await house.kill9(.bids)
    let thief = try await Visitor(house, as: "ms_lance", consuming: "lance_realizado")
    try await house.start(.bids)
    let run = try await house.bid("sem-casa", "100,00", as: "ana", "--espera", "4s")
    #expect(run.status == 3, "\(run)")
    let sentence = try #require(run.errors.first)
    let command = try #require(sentence.split(separator: "Pergunte depois: ").last?.split(separator: " ").map(String.init))
    #expect(command.prefix(3) == ["cliente-tui", "lance", "--consultar"])
    #expect(command.suffix(2) == ["--cliente", "ana"])

    await thief.leave()
    let ledger = Mutex<Ledger?>(nil)
    try await until("the bid is decided") {
      let now = try await Ledger("sem-casa", from: Visitor(house))
      ledger.withLock { $0 = now }
      return now.accepted.count + now.receipts.count == 1
    }
    let later = try await house.client(Array(command.dropFirst()))
    // Decided within ten seconds it counts; on a slower machine it is refused as stale. Either way it is the ledger's word.
    switch ledger.withLock({ $0?.receipts.first?.reason }) {
    case nil: #expect(later.status == 0 && later.text.hasPrefix("aceito (bloco 1, "), "\(later)")
    case .stale: #expect(later.status == 1 && later.text.contains("lance_vencido"), "\(later)")
    case let other: Issue.record("refused for another reason: \(String(describing: other))")
    }

    try await house.kill9(.bids)
    let unsent = try await house.bid("sem-casa", "200,00", as: "ana", "--espera", "2s")
    #expect(unsent.status == 69)
    #expect(unsent.text == "a casa não respondeu a tempo; nada foi enviado")
    try await house.kill9(.calendar)
    let ordered = try await house.operator(
      ["agendar", "--id", "ninguem", "--titulo", "X", "--duracao", "60s", "--lance-inicial", "1", "--incremento", "1"])
    #expect(ordered.status == 3)
    #expect(ordered.text.contains("ms-leilao e ms-lance estão de pé?"), "\(ordered)")
    let asked = try await house.operator(
      ["agendar", "--id", "ninguem", "--titulo", "X", "--duracao", "60s", "--lance-inicial", "1", "--incremento", "1", "--json"])
    let line = try Line(try #require(asked.output.first))
    #expect((asked.status, line.tipo, line.idLeilao, line.situacao) == (3, "comando", "ninguem", "incerto"), "\(asked)")
  }
}
