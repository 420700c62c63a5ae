import AuctionFacts
import AuctionWire
import Foundation
import Glibc
import SharedKernel
import SuiteTesting
import Testing

/// The bidder's terminal as it stands on a real one, before a real house.
@Suite(.serialized)
struct TerminalTests {
  private func open(
    _ house: PrivateHouse, _ bidder: String, _ width: Int, _ height: Int, environment: [String: String] = [:], _ more: String...
  ) async throws -> Terminal {
    let variables = house.variables("cliente").merging(["LC_ALL": "C.UTF-8"]) { $1 }.merging(environment) { $1 }
    return try await Terminal(
      in: house.folder, width: width, height: height, environment: variables,
      ["\(PrivateHouse.executables)/cliente-tui", bidder] + more)
  }

  /// Opens the bid box, types (or takes the minimum that stands there) and sends. A box takes no Enter at first, so that none
  /// that was meant for something else sends a bid: the terminal's own clock tells when that time is over.
  private func send(_ text: String? = nil, on terminal: Terminal) async throws {
    try await terminal.press("b")
    try await terminal.wait(forText: ": R$ [")
    try await terminal.passASecond()
    if let text {
      try await terminal.type(text)
      try await terminal.wait(forText: "[\(text)_")
    }
    try await terminal.press("Enter")
    try await terminal.wait(for: "the box is closed") { !$0.contains { $0.contains(": R$ [") } }
  }

  private func expectRestored(_ terminal: Terminal, _ ending: String, _ comment: Comment) async throws {
    #expect(try await terminal.leftovers(after: ending) == [], comment)
    #expect(try await !terminal.rows().joined().contains("Press space"), comment)
  }

  @Test func `Two bidders in two terminals bid against each other, and each sees it at once`() async throws {
    let house = try await PrivateHouse.shared
    for bidder in ["tela_ana", "tela_bia"] { try await house.makeKeys(bidder) }
    let run = try await house.operator(
      [
        "agendar", "--id", "a-tela", "--titulo", "Violão na tela", "--duracao", "50m", "--lance-inicial", "1.290,00",
        "--incremento", "10,00",
      ])
    #expect(run.status == 0)
    try await house.opened("a-tela")
    let ana = try await open(house, "tela_ana", 100, 30)
    let bia = try await open(house, "tela_bia", 80, 24)
    for terminal in [ana, bia] {
      try await terminal.wait(for: "connected, with the auction") { rows in
        rows[0].contains("● conectado") && rows.contains { $0.contains("Violão na tela") }
      }
      try await select("a-tela", on: terminal)
      #expect(try await terminal.value("#{alternate_on}") == "1")
    }
    // A house on the system's clock says so.
    try await ana.wait(for: "sem NTP") { $0[0].contains("sem NTP") }

    try await send(on: ana)
    try await ana.wait(for: "ana leads") {
      $0.contains { $0.contains("a-tela") && $0.contains("★") && $0.contains("1.290,00") && $0.contains("LIDERA") }
    }
    try await bia.wait(for: "bia sees it") { $0.contains { $0.contains("a-tela") && $0.contains("R$\u{a0}1.290,00") } }

    try await send("1.300,50", on: bia)
    try await bia.wait(for: "bia leads") {
      $0.contains { $0.contains("a-tela") && $0.contains("1.300,50") && $0.contains("LIDERA") }
    }
    try await ana.wait(for: "ana is outbid, and by whom") { rows in
      rows.contains { $0.contains("a-tela") && $0.contains("▼") && $0.contains("COBERTO") }
        && rows.contains { $0.contains("tela_bia") && $0.contains("R$\u{a0}1.300,50") }
    }
    let listed = try await house.listed("a-tela")
    #expect((listed?.precoCentavos, listed?.lider) == (1_300_50, "tela_bia"))

    // Below the minimum nothing is sent: the box says why and stays.
    try await ana.press("b")
    try await ana.wait(forText: ": R$ [")
    try await ana.type("1.305,00")
    try await ana.wait(forText: "abaixo do mínimo R$\u{a0}1.310,50")
    try await ana.press("Enter")
    try await ana.press("Escape")
    try await ana.wait(for: "the box is closed") { !$0.contains { $0.contains(": R$ [") } }
    #expect(try await house.listed("a-tela")?.precoCentavos == 1_300_50)

    // A refusal of the house's: its key is gone.
    try house.hide(house.keys + "/public/tela_ana.pem")
    try await until("the key counts no more") {
      try await house.bidLine("a-tela", "1", as: "tela_ana").line.motivo == "chave_revogada"
    }
    try await send(on: ana)
    try await ana.wait(forText: "RECUSADO: ")
    #expect(try await house.listed("a-tela")?.precoCentavos == 1_300_50)

    for (width, height) in [(80, 24), (40, 12), (20, 5), (3, 2), (120, 40), (100, 30)] {
      try await ana.resize(width, height)
      guard width >= 20 else { continue }
      try await ana.wait(for: "\(width)x\(height) with the price") { rows in
        // The old picture, cut to the new size, has no end of a footer in its last row.
        rows.count == height && rows.last?.contains(#/q( sair?)?$/#) ?? false && rows.last?.count ?? 0 >= width - 2
          && rows.contains { $0.contains("1.300,50") } && rows.allSatisfy { $0.count <= width }
      }
    }

    try await ana.press("q")
    try await expectRestored(ana, "RC=0", "q")
    try await bia.press("q")
    try await bia.wait(forText: "Sair mesmo?")
    try await bia.press("s")
    try await expectRestored(bia, "RC=0", "q while leading")
  }

  /// Moves the selection to an auction among those of other tests.
  private func select(_ auction: String, on terminal: Terminal) async throws {
    try await terminal.press("/")
    try await terminal.type(auction)
    try await terminal.press("Enter")
    try await terminal.wait(for: "\(auction) is selected") { $0.contains { $0.hasPrefix(">") && $0.contains(auction) } }
  }

  @Test(arguments: [
    (SIGTERM, "RC=143"), (SIGINT, "RC=130"), (SIGHUP, "RC=129"), (SIGSEGV, "RC=139"), (SIGILL, "RC=132"), (SIGABRT, "RC=134"),
  ])
  func `Whatever ends it, the terminal is given back, and no debugger asks for keys`(signal: Int32, ending: String) async throws {
    let house = try await PrivateHouse.shared
    let terminal = try await open(house, "cliente_alpha", 80, 24)
    try await terminal.wait(forText: "● conectado")
    let id = try #require(try await terminal.foreground())
    #expect(kill(id, signal) == 0)
    try await expectRestored(terminal, ending, "signal \(signal)")
  }

  @Test func `Without colours every word is still there`() async throws {
    let house = try await PrivateHouse.shared
    try await house.schedule("sem-cor", duration: "1h")
    try await house.opened("sem-cor")
    func colours(_ rows: [String]) -> [String] {
      rows.flatMap { $0.matches(of: /\u{1b}\[([0-9;]*)m/).flatMap { $0.1.split(separator: ";") } }.map(String.init)
        .filter { code in Int(code).map { (30...38).contains($0) || (40...48).contains($0) || (90...107).contains($0) } ?? false }
    }
    let plain = try await open(house, "cliente_alpha", 100, 30, environment: ["NO_COLOR": "1"])
    let coloured = try await open(house, "cliente_alpha", 100, 30)
    for terminal in [plain, coloured] {
      try await terminal.wait(forText: "● conectado")
      try await select("sem-cor", on: terminal)
      try await send(on: terminal === plain ? plain : coloured, unlessLeading: terminal === coloured)
      try await terminal.wait(for: "leading") {
        $0.contains { $0.contains("sem-cor") && $0.contains("★") && $0.contains("LIDERA") }
      }
    }
    #expect(colours(try await plain.styledRows()) == [])
    #expect(colours(try await coloured.styledRows()) != [])
  }

  private func send(on terminal: Terminal, unlessLeading isLeading: Bool) async throws {
    if !isLeading { try await send(on: terminal) }
  }

  @Test func `A terminal that lost its broker says so, blocks bids, and comes back with what it missed`() async throws {
    let house = try await PrivateHouse()
    for bidder in ["ana", "bia"] { try await house.makeKeys(bidder) }
    try await house.schedule("na-tela", duration: "1h")
    try await house.opened("na-tela")
    let proxy = try LinkProxy(to: house.broker.port)
    defer { proxy.close() }
    let far = house.broker.url(user: "cliente", password: "cliente", virtualHost: "leilao", port: proxy.port)
    let ana = try await open(house, "ana", 100, 30, environment: ["RABBITMQ_URL": far])
    try await ana.wait(forText: "● conectado")
    try await send(on: ana)
    try await expect("100,00", "LIDERA", on: ana)

    proxy.mode = .silent
    proxy.cut()
    try await expectLost("100,00", on: ana)
    #expect(try await house.bid("na-tela", "110", as: "bia").status == 0)
    proxy.mode = .passing
    proxy.cut()
    try await ana.press("R")
    try await expect("110,00", "COBERTO", on: ana)

    // The broker goes in order, and by a power cut. What ana misses happens before she is let in again.
    for (goes, led, covered) in [(Going.inOrder, 120, 130), (.byPowerCut, 140, 150)] {
      try await send(on: ana)
      try await expect("\(led),00", "LIDERA", on: ana)
      switch goes {
      case .inOrder: try await house.broker.rabbitmqctl(["stop_app"])
      case .byPowerCut: try await house.broker.kill9()
      }
      try await expectLost("\(led),00", on: ana)
      proxy.mode = .silent
      switch goes {
      case .inOrder: try await house.broker.rabbitmqctl(["start_app"])
      case .byPowerCut: try await house.broker.restart()
      }
      try await until("the house is back") {
        // One whose answer was lost with the broker may have been accepted.
        let run = try await house.bid("na-tela", "\(covered)", as: "bia")
        return run.status == 0 || run.text.contains("ja_lidera")
      }
      proxy.mode = .passing
      proxy.cut()
      try await ana.press("R")
      try await expect("\(covered),00", "COBERTO", on: ana)
      try await ana.wait(for: "the notice of what was missed") {
        $0.contains { $0.contains("▼ COBERTO") && $0.contains("na-tela") && $0.contains("bia deu R$\u{a0}\(covered),00") }
      }
    }
    try await send(on: ana)
    try await expect("160,00", "LIDERA", on: ana)
    #expect(try await house.listed("na-tela")?.precoCentavos == 160_00)
  }

  private enum Going { case inOrder, byPowerCut }

  /// Connected, and nothing of it marked as old; of a house without time servers the time that is left is doubtful anyhow.
  private func expect(_ price: String, _ standing: String, on terminal: Terminal) async throws {
    try await terminal.wait(for: "\(standing) at \(price)") { rows in
      rows[0].contains("● conectado")
        && rows.contains {
          $0.contains("na-tela") && $0.contains("R$\u{a0}\(price)") && $0.contains("\(standing) ") && !$0.contains("~ R$")
        }
    }
  }

  /// Said, with the attempt; price and time marked as what may be old; and no bid is taken.
  private func expectLost(_ price: String, on terminal: Terminal) async throws {
    try await terminal.wait(for: "the link is lost, and all of it marked") { rows in
      rows[0].contains(#/SEM CONEXÃO há .* tentativa [0-9]+/#)
        && rows.contains { $0.contains("na-tela") && $0.contains("~ R$\u{a0}\(price)") && $0.contains(#/~ +[0-9]+(:[0-9]+|h)/#) }
    }
    try await terminal.press("b")
    try await terminal.wait(forText: "sem conexão: lances bloqueados")
  }

  @Test func `A broker that gives no sign of life is said, and what is shown is doubted, until it does or is given up`()
    async throws
  {
    let house = try await PrivateHouse()
    try await house.makeKeys("ana")
    try await house.schedule("mudo", duration: "1h")
    try await house.opened("mudo")
    let proxy = try LinkProxy(to: house.broker.port)
    defer { proxy.close() }
    let far = house.broker.url(user: "cliente", password: "cliente", virtualHost: "leilao", port: proxy.port)
    let ana = try await open(house, "ana", 100, 30, environment: ["RABBITMQ_URL": far])
    try await ana.wait(forText: "● conectado")
    // As when a network stalls: nothing is lost, nothing comes.
    proxy.mode = .stalled
    let rows = try await ana.wait(forText: "○ sem resposta")
    #expect(rows.contains { $0.contains("mudo") && $0.contains("~ R$") }, "\(rows)")
    proxy.mode = .passing
    try await ana.wait(for: "signs of life") { $0[0].contains("● conectado") && !$0.contains { $0.contains("~ R$") } }
    try await send(on: ana)
    try await ana.wait(forText: "foi aceito (recibo guardado)")
    proxy.mode = .stalled
    try await ana.wait(forText: "SEM CONEXÃO")
    proxy.mode = .passing
    proxy.cut()
    try await ana.wait(for: "live again") { $0[0].contains("● conectado") }
  }

  @Test func `Who bids while the queue of bids is full is told at once, and that bid is never decided`() async throws {
    let house = try await PrivateHouse()
    for bidder in ["ana", "bia"] { try await house.makeKeys(bidder) }
    try await house.schedule("cheia", duration: "1h")
    try await house.opened("cheia")
    let forge = try await Forge(house, "cheia")
    let ana = try await open(house, "ana", 100, 30)
    try await ana.wait(forText: "● conectado")

    try await house.kill9(.bids)
    let queue = "^\(Queue.lanceRealizado.rawValue)$"
    try await house.broker.rabbitmqctl([
      "-q", "set_policy", "-p", "leilao", "--apply-to", "queues", "cheia", queue, #"{"max-length":1}"#,
    ])
    let bia = try house.probe(as: "cliente")
    var (waiting, declined) = ([Bid](), [Bid]())
    // The lower of a policy's bound and the queue's own counts; a quorum queue takes one or two more before it says no.
    try await until("the queue is full") {
      let bid = try forge.bid(of: "bia", 100_00 + Int64(waiting.count) * 10_00)
      let fate = try bia.publishConfirmed(
        exchange: "lances", key: RoutingKey.bidPlaced, body: forge.signed(bid.payload, by: "bia"), userID: "cliente")
      if fate == .declined { declined.append(bid) } else { waiting.append(bid) }
      return fate == .declined
    }
    #expect(!waiting.isEmpty)
    // No service is there that could have told: the broker has.
    try await send(on: ana)
    try await ana.wait(forText: "RECUSADO: casa ocupada, não contou; tente de novo")

    try await house.broker.rabbitmqctl(["-q", "clear_policy", "-p", "leilao", "cheia"])
    try await house.start(.bids)
    let visitor = try await Visitor(house)
    try await until("what waited is decided") {
      let ledger = try await Ledger("cheia", from: visitor)
      return ledger.accepted.count + ledger.receipts.count >= waiting.count
    }
    // Behind all that ever reached the queue.
    #expect(try await house.bid("cheia", "500", as: "ana").status == 0)
    let ledger = try await Ledger("cheia", from: visitor)
    let decided = ledger.accepted.map(\.bid).filter { $0.bidder == "bia" }.map(\.id) + ledger.receipts.compactMap(\.bid)
    #expect(Set(decided) == Set(waiting.map(\.id)) && decided.count == waiting.count)
    #expect(ledger.accepted.filter { $0.bid.bidder == "ana" }.map(\.bid.amount) == [500_00], "the one from the command line")
    for bid in declined { #expect(ledger.decision(of: "\(bid.id)") == nil) }
  }

  @Test(arguments: ["vt100", "linux"])
  func `A terminal without a second screen keeps the last one, and the shell begins below it`(name: String) async throws {
    let house = try await PrivateHouse.shared
    try await house.makeKeys("tela_\(name)")
    let terminal = try await Terminal(
      in: house.folder, width: 80, height: 24,
      environment: house.variables("cliente").merging(["LC_ALL": "C.UTF-8"]) { $1 },
      ["env", "TERM=\(name)", "\(PrivateHouse.executables)/cliente-tui", "tela_\(name)"])
    try await terminal.wait(forText: "@ conectado")
    try await terminal.press("q")
    let rows = try await terminal.wait(for: "the shell is back, in a row of its own") { $0.contains("RC=0") }
    #expect(rows.contains { $0.contains("? ajuda  q sair") }, "\(rows)")
  }

  @Test func `The mouse is taken when it is asked for, and given back by key and by crash`() async throws {
    let house = try await PrivateHouse.shared
    let terminal = try await open(house, "cliente_alpha", 80, 24)
    func isTaken(_ isTaken: Bool) async throws {
      try await until("the mouse is \(isTaken ? "taken" : "free")") {
        try await terminal.value("#{mouse_any_flag}") == (isTaken ? "1" : "0")
      }
    }
    try await terminal.wait(forText: "● conectado")
    try await isTaken(false)
    try await terminal.press("M")
    try await isTaken(true)
    try await terminal.wait(forText: "mouse: M solta")
    // Where it is: other tests' auctions begin meanwhile, which makes the tabs before it wider.
    try await until("a click shows the tab") {
      let row = try await terminal.rows()[1]
      guard let tab = row.firstRange(of: "3 Encerrados")?.lowerBound else { return false }
      // As tmux hands a click on, down and up: button, column and row as characters after the blank.
      let column = row.distance(from: row.startIndex, to: tab) + 1
      let place = try [column, 2].map { Character(try #require(Unicode.Scalar(UInt32(0x20 + $0)))) }
      for button in [" ", "#"] { try await terminal.type("\u{1b}[M\(button)\(place[0])\(place[1])") }
      return (try? await terminal.wait(forText: "[3 Encerrados", within: .seconds(10))) != nil
    }
    try await terminal.press("M")
    try await isTaken(false)
    try await terminal.press("M")
    try await isTaken(true)
    #expect(kill(try #require(try await terminal.foreground()), SIGSEGV) == 0)
    try await expectRestored(terminal, "RC=139", "a crash while the mouse is taken")
  }

  @Test func `What the bell is for is told on the desktop while nobody looks, and every mode is off in the end`() async throws {
    let house = try await PrivateHouse.shared
    try await house.makeKeys("tela_longe")
    try await house.schedule("longe", duration: "1h")
    try await house.opened("longe")
    let record = "\(house.folder)/longe.bytes"
    let variables = house.variables("cliente").merging(["LC_ALL": "C.UTF-8", "KITTY_WINDOW_ID": "1"]) { $1 }
    let terminal = try await Terminal(
      in: house.folder, width: 80, height: 24, environment: variables,
      [
        "sh", "-c", "read _; exec \"$@\"", "sh", "\(PrivateHouse.executables)/cliente-tui", "tela_longe", "--notificar", "--sync",
      ])
    try await terminal.record(into: record)
    try await terminal.press("Enter")
    try await terminal.wait(forText: "● conectado")
    try await select("longe", on: terminal)
    try await send(on: terminal)
    try await terminal.wait(forText: "LIDERA")
    // The window is left: the terminal says so where it was asked to.
    _ = try await terminal.recorded(in: record, until: "\u{1b}[?1004h")
    try await terminal.type("\u{1b}[O")
    #expect(try await house.bid("longe", "500", as: "cliente_beta").status == 0)
    try await terminal.wait(forText: "COBERTO")
    _ = try await terminal.recorded(
      in: record, until: "\u{1b}Ptmux;\u{1b}\u{1b}]99;;cliente-tui: COBERTO longe: cliente_beta deu R$\u{a0}500,00")
    try await terminal.press("q")
    try await expectRestored(terminal, "RC=0", "q")
    // What comes after the screen was given back is the shell's.
    let all = try await terminal.recorded(in: record, until: " FIM")
    let bytes = all[..<(try #require(all.ranges(of: "\u{1b}[?1049l").last)).lowerBound]
    for mode in ["1004", "2004", "2026"] {
      let (on, off) = (bytes.ranges(of: "\u{1b}[?\(mode)h"), bytes.ranges(of: "\u{1b}[?\(mode)l"))
      let (lastOn, lastOff) = (try #require(on.last), try #require(off.last))
      #expect(lastOn.upperBound <= lastOff.lowerBound, "mode \(mode) stays on")
    }
  }

  @Test func `Notices are kept in a file, each once, and all of them when the terminal is left`() async throws {
    let house = try await PrivateHouse.shared
    try await house.makeKeys("tela_avisos")
    try await house.schedule("avisado", duration: "1h")
    try await house.opened("avisado")
    let file = "\(house.folder)/avisos.jsonl"
    try Data("antes\n".utf8).write(to: URL(filePath: file))
    let terminal = try await open(house, "tela_avisos", 80, 24, "--avisos", file)
    try await terminal.wait(forText: "● conectado")
    try await select("avisado", on: terminal)
    try await send(on: terminal)
    try await terminal.wait(forText: "LIDERA")
    #expect(try await house.bid("avisado", "500", as: "cliente_beta").status == 0)
    try await terminal.wait(forText: "COBERTO")
    try await terminal.press("q")
    try await expectRestored(terminal, "RC=0", "q")
    let lines = try String(contentsOf: URL(filePath: file), encoding: .utf8).split(separator: "\n").map(String.init)
    #expect(lines.first == "antes", "it is appended to")
    let notices = try lines.dropFirst().compactMap { line in
      try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    }.filter { $0["id_leilao"] as? String == "avisado" }
    #expect(notices.compactMap { $0["evento"] as? String } == ["aceito", "coberto"], "\(lines)")
    #expect(notices.last?["preco_centavos"] as? Int == 500_00 && notices.last?["por"] as? String == "cliente_beta")
  }

  @Test func `What is wrong is said before the screen is taken`() async throws {
    let house = try await PrivateHouse.shared
    let closed = try await open(house, "cliente_alpha", 80, 24, "--avisos", "/nao/ha/avisos")
    #expect(try await closed.wait(forText: "RC=64").joined().contains("--avisos: não consigo escrever em /nao/ha/avisos"))
    #expect(try await closed.value("#{alternate_on}") == "0")
    let full = try await open(house, "cliente_alpha", 80, 24, "--avisos", "/proc/self/avisos")
    #expect(try await full.wait(forText: "RC=64").joined().contains("--avisos"))
    let terminal = try await open(house, "sem_chave", 80, 24)
    // Somebody who does not want one yet.
    try await terminal.wait(forText: "Criar uma agora?")
    try await terminal.press("Enter")
    let rows = try await terminal.wait(forText: "RC=64")
    #expect(rows.joined(separator: " ").contains("não há chave de sem_chave"))
    #expect(try await terminal.value("#{alternate_on}") == "0")
  }
}
