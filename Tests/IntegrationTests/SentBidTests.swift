import AuctionFacts
import AuctionWire
import Glibc
import SharedKernel
import SuiteTesting
import Testing

/// A terminal that is killed between sending a bid and hearing what became of it.
@Suite(.serialized)
struct SentBidTests {
  @Test func `A bid whose terminal was killed is uncertain in the next one, which asks, and is sent once`() async throws {
    let house = try await PrivateHouse()
    try await house.makeKeys("ana")
    try await house.schedule("morto", duration: "1h")
    try await house.opened("morto")
    // Who may hear what is sent to the house.
    let user = "testemunha"
    try await house.broker.rabbitmqctl(["add_user", user, user])
    try await house.broker.rabbitmqctl(["set_permissions", "-p", "leilao", user, ".*", ".*", ".*"])
    let probe = try house.probe(as: user)
    try probe.declareQueue("lances_ouvidos")
    try probe.bind("lances_ouvidos", exchange: "lances", key: "#")

    let command = ["\(PrivateHouse.executables)/cliente-tui", "ana"]
    let variables = house.variables("cliente").merging(["LC_ALL": "C.UTF-8"]) { $1 }
    let first = try await Terminal(in: house.folder, width: 100, height: 30, environment: variables, command)
    try await first.wait(for: "the auction") { $0[0].contains("● conectado") && $0.contains { $0.contains("morto") } }
    try await house.kill9(.bids)
    try await first.press("b")
    try await first.wait(forText: ": R$ [")
    // The box takes no Enter at first.
    try await first.passASecond()
    try await first.press("Enter")
    try await until("the bid is sent") { try probe.readyCount("lances_ouvidos") == 1 }
    let id = try #require(try await first.foreground())
    #expect(kill(id, SIGKILL) == 0)
    try await first.wait(forText: "RC=137")

    let second = try await Terminal(in: house.folder, width: 100, height: 30, environment: variables, command)
    try await second.wait(forText: "ENVIADO SEM RESPOSTA")
    try await house.start(.bids)
    try await second.wait(for: "what became of it") { rows in
      rows.contains { $0.contains("★ LIDERA") || $0.contains("✗ RECUSADO") }
    }
    let ledger = try await Ledger("morto", from: try await Visitor(house))
    let (accepted, refused) = (ledger.accepted.count, ledger.receipts.count)
    #expect(accepted + refused <= 1)
    // Asked before it was taken, the house answers that it will not take it any more.
    let leads = try await second.rows().contains { $0.contains("LIDERA") }
    #expect(leads == (accepted == 1))
    #expect(try probe.readyCount("lances_ouvidos") == 1, "one publish, by the one that died")

    // What is known is asked for no more.
    try await second.press("q")
    if leads {
      try await second.wait(forText: "Sair mesmo?")
      try await second.press("s")
    }
    try await second.wait(forText: "RC=0")
    let third = try await Terminal(in: house.folder, width: 100, height: 30, environment: variables, command)
    let rows = try await third.wait(for: "the auction") { $0[0].contains("● conectado") && $0.contains { $0.contains("morto") } }
    #expect(!rows.contains { $0.contains("SEM RESPOSTA") || $0.contains("INCERTO") })
  }

  @Test func `A bid that cannot be written down is not sent, from the terminal or without it`() async throws {
    let house = try await PrivateHouse.shared
    try await house.schedule("sem-nota", duration: "1h")
    try await house.opened("sem-nota")
    let nowhere = ["--dados", "/dev/null/x"]
    let run = try await house.client(["lance", "sem-nota", "100", "--cliente", "cliente_alpha"] + nowhere)
    #expect(run.status == 74 && run.text.contains("nada foi enviado"), "\(run)")
    let lines = try await house.shell("printf 'lance sem-nota 100\\n' | $CLIENT cliente_alpha --dados /dev/null/x")
    #expect(lines.status == 1 && lines.text.contains("nada foi enviado"), "\(lines)")
    // What is sent now is the first one.
    #expect(try await house.bid("sem-nota", "100", as: "cliente_beta").status == 0)
    #expect(try await house.listed("sem-nota")?.lider == "cliente_beta")
  }
}
