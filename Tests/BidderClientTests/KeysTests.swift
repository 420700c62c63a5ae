import AuctionFacts
import SharedKernel
import TerminalKit
import Testing

@testable import BidderClient

@Suite("Keys")
struct KeysTests {
  @Test("a key that comes among news, as a script's do, meets the list as it stands then")
  func amongNews() {
    var model = drawnModel()
    #expect(model.order.first == auctionID("l-01"))
    _ = model.update(all: [
      .gateway(.extended(auctionID("l-01"), closesAt: drawnNow + .seconds(9_000), by: bruno, cause: .bid), epoch: 1),
      .input(.character("g")),
    ])
    #expect(model.selection == auctionID("l-03"))
  }

  @Test("no context gives one key two meanings", arguments: Keymap.Context.allCases)
  func unique(_ context: Keymap.Context) {
    let keys = Keymap.bindings.filter { $0.contexts.contains(context) }.flatMap(\.keys)
    #expect(Set(keys).count == keys.count)
  }

  @Test("every command has a key, and the help names it", arguments: Language.allCases)
  func complete(_ language: Language) {
    for command in Command.allCases { #expect(Keymap.bindings.contains { $0.command == command }, "\(command)") }
    var model = drawnModel(language)
    model.press(.character("?"))
    let screen = model.screen(80, 24)
    for binding in Keymap.bindings {
      #expect(screen.contains(Words.help(binding.command, language)), "\(binding.command)")
      for key in binding.keys { #expect(screen.contains(Keymap.name(of: key)), "\(key)") }
    }
  }

  @Test("the listing has a line for every binding in every context, in the words of the help", arguments: Language.allCases)
  func listing(_ language: Language) {
    let lines = Keymap.listing.map { Keymap.line($0, $1, language) }
    #expect(lines.count == Keymap.bindings.reduce(0) { $0 + $1.contexts.count } && Set(lines).count == lines.count)
    for binding in Keymap.bindings {
      for context in binding.contexts {
        #expect(
          lines.contains { line in
            [Words.context(context, language), binding.names, Words.help(binding.command, language)].allSatisfy(line.contains)
          })
      }
    }
    #expect(lines.allSatisfy { $0.count <= 78 })
  }

  @Test("the help scrolls where it does not fit")
  func scrolls() {
    var model = drawnModel()
    model.size = Size(width: 40, height: 12)
    model.press(.character("?"), .key(.end))
    #expect(model.screen(40, 12).contains("sair mesmo"))
    let end = model.screen(40, 12)
    model.press(.key(.up))
    #expect(model.screen(40, 12) != end, "one step back is one row back")
    model.press(.character("q"))
    #expect(model.mode == .list)
  }

  @Test("F1 from the bid box comes back to it")
  func helpFromBox() {
    var model = drawnModel()
    model.press(.character("b"))
    let before = model.mode
    model.press(.key(.f1), .key(.escape))
    #expect(model.mode == before)
  }

  @Test("F1 from a filter, a question and a page comes back to it, and once more closes the help")
  func helpFromAnywhere() {
    for keys in ["/", "i", "n", "b"] {
      var model = drawnModel()
      model.type(keys)
      if keys == "b" {
        model.pass(.milliseconds(300))
        model.type("135.000,00")
        model.press(.key(.enter))
        guard case .confirm = model.mode else {
          Issue.record("no question")
          continue
        }
      }
      let before = model.mode
      for back in [Input.key(.escape), .key(.f1)] {
        model.press(.key(.f1))
        #expect(model.screen(80, 24).contains("AJUDA"))
        model.press(back)
        #expect(model.mode == before)
      }
    }
  }

  @Test("Ctrl-Z stops the terminal, whatever is open, and changes nothing else", arguments: ["", "b", "n", "/", "i", "+", "?"])
  func suspend(_ keys: String) throws {
    var model = drawnModel()
    model.type(keys)
    let before = model
    #expect(model.press(.key(.suspend)) == [.suspend])
    #expect(model == before)
    let terminal = HeadlessTerminal(model.size, inputs: [.key(.suspend)])
    _ = runTerminal(&model, on: terminal, inbox: try #require(Inbox()), clock: { reading(drawnNow) }) { _ in }
    #expect(terminal.stops == 1)
  }

  @Test("quitting while leading is asked, otherwise not")
  func quitting() {
    var leading = drawnModel()
    #expect(leading.press(.character("q")).isEmpty)
    #expect(leading.screen(80, 24).contains("Você lidera 2 leilões"))
    leading.press(.key(.escape))
    #expect(leading.mode == .list)
    #expect(leading.press(.character("q"), .character("s")) == [.quit(signal: nil)])
    var idle = model(hearing: [.live])
    #expect(idle.press(.character("q")) == [.quit(signal: nil)])
  }

  @Test("Ctrl-C twice within two seconds leaves, whatever is open")
  func interrupt() {
    var model = drawnModel()
    model.press(.character("b"))
    #expect(model.press(.interrupt).isEmpty)
    #expect(model.mode == .list)
    model.pass(.milliseconds(1_900))
    #expect(model.press(.interrupt) == [.quit(signal: nil)])
  }

  @Test("a signal or a vanished terminal leaves at once", arguments: [Input.terminate(signal: 15), .closed])
  func leaving(_ input: Input) {
    var model = drawnModel()
    model.press(.character("b"))
    let effects = model.update(.input(input))
    #expect(effects == [.quit(signal: input == .closed ? nil : 15)])
  }

  @Test("freezing keeps the frame while events arrive, and shows them afterwards")
  func freeze() {
    var model = drawnModel()
    model.press(.character("p"))
    let before = view(model, size: Size(width: 100, height: 30))
    model.hear(
      .bidAccepted(
        auctionID("l-03"), line(50, carla, 130_000, secondsAgo: 0), block: 12, minimum: reais(135_000), closesAt: drawnNow))
    model.pass(.seconds(3))
    #expect(view(model, size: Size(width: 100, height: 30)) == before)
    #expect(model.screen(100, 30).contains("CONGELADO"))
    model.press(.character("b"))
    #expect(model.mode == .list)
    model.press(.character("p"))
    #expect(model.screen(100, 30).contains("R$ 1.300,00"))
  }

  @Test("the filter finds without accents and case, in title and lot", arguments: ["violao", "VIOLÃO", "l-03", "gian"])
  func filter(_ text: String) {
    var model = drawnModel()
    model.press(.character("/"))
    model.type(text)
    #expect(model.order == [auctionID("l-03")])
    model.press(.key(.enter), .key(.escape))
    #expect(model.order.count == 7)
  }

  @Test("a filter without a match says so and names the key that clears it")
  func noMatch() {
    var model = drawnModel()
    model.press(.character("/"))
    model.type("zzz")
    #expect(model.screen(80, 24).contains("Nada aqui com \"zzz\""))
    #expect(model.screen(80, 24).contains("Esc: limpar o filtro"))
  }

  @Test("the selection stays with its lot in any order", arguments: 0..<4)
  func sorting(_ times: Int) {
    var model = drawnModel()
    for _ in 0..<times { model.press(.character("s")) }
    model.press(.character("S"))
    #expect(model.selection == auctionID("l-03"))
    #expect(Set(model.order).count == 7)
  }

  @Test("tabs list what they name")
  func tabs() {
    var model = drawnModel()
    model.press(.character("2"))
    #expect(model.order.count == 4)
    model.press(.character("3"))
    #expect(model.order.count == 9)
    #expect(model.order.first == auctionID("x-01"), "the newest first")
    model.press(.character("1"))
    #expect(model.order.count == 7)
  }

  @Test("following tells the gateway and puts the lot among mine")
  func following() {
    var model = drawnModel()
    model.selection = auctionID("l-11")
    #expect(model.press(.character("f")) == [.follow(auctionID("l-11")), .remember(model.memory)])
    #expect(model.count(in: .mine) == 5)
    #expect(model.press(.character("f")) == [.unfollow(auctionID("l-11")), .remember(model.memory)])
  }

  @Test("empty, loading and unreachable are three different screens that each name a key")
  func emptiness() {
    var connecting = model(hearing: [.connecting(attempt: 1)])
    connecting.pass(.seconds(2))
    var lost = connecting
    lost.hear(.disconnected(reason: "refused", attempt: 2, retryAt: drawnNow + .seconds(6)))
    let empty = model(hearing: [.live])
    let screens = [connecting, lost, empty].map { $0.screen(80, 24) }
    #expect(screens[0].contains("conectando rabbit:5672 (2 s)") && screens[0].contains("Aguardando a lista"))
    #expect(screens[1].contains("tentativa 2 em 4 s") && screens[1].contains("R: tentar agora"))
    #expect(screens[2].contains("Nenhum leilão aberto agora."))
    #expect(lost.press(.character("R")) == [.reconnect])
  }

  @Test("the title of the window follows what is unread, when asked for")
  func title() {
    var model = drawnModel()
    let effects = model.press(.character("m"))
    #expect(effects == [.remember(model.memory), .title("(6) COBERTO l-03")])
  }
}

@Suite("Languages")
struct LanguageTests {
  @Test("no Portuguese word is left on an English screen", arguments: GoldenTests.Scene.all)
  func english(_ scene: GoldenTests.Scene) {
    let words = [
      "LANCE", "LOTE", "TEMPO", "SITUA", "COBERTO", "LIDERA", "PERDIDO", "ARREMATADO", "AVISOS", "Mínimo", "mínimo", "ajuda",
      "sair",
      "conectado", "relógio", "fecha", "aceito", "RECUSADO", "INCERTO", "Enter envia", "CONEX", "ordem", "filtro", "Abertos",
      "leil",
      "você", "enviar", "seguinte", "broker cheio", "CONGELADO",
    ]
    for size in GoldenTests.sizes {
      let screen = scene.model(.english).screen(size.width, size.height)
      for word in words { #expect(!screen.contains(word), "\(scene.name) \(size): \(word)") }
    }
  }

  @Test("L changes the language and keeps everything else")
  func toggle() {
    var model = drawnModel()
    model.press(.character("L"))
    #expect(model.screen(100, 30).contains("CURRENT BID"))
    model.press(.character("L"))
    // That it was chosen is remembered.
    model.chosenLanguage = nil
    #expect(model == drawnModel())
  }

  @Test("every refusal has its words", arguments: Refusal.allCases)
  func refusals(_ refusal: Refusal) {
    #expect(refusal.words(.portuguese) != refusal.words(.english))
    #expect(!refusal.words(.portuguese).isEmpty)
  }
}
