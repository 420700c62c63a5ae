import AuctionFacts
import Glibc
import SharedKernel
import SuiteTesting
import TerminalKit
import Testing

@testable import BidderClient

@Suite("Lines instead of a screen")
struct PlainTests {
  private let bicycle = auctionID("l-01"), guitar = auctionID("l-03")

  private func session(_ language: Language = .portuguese) -> PlainSession {
    var session = PlainSession(drawnModel(language))
    _ = session.take(.gateway(.live, epoch: 1))
    return session
  }

  /// What was said, with ordinary blanks.
  private func said(_ answer: PlainSession.Answer) -> [String] { answer.lines.map { $0.replacing("\u{a0}", with: " ") } }

  private func bids(_ answer: PlainSession.Answer) -> [(AuctionID, Money, Money?)] {
    answer.effects.compactMap {
      if case .submitBid(_, let id, let amount, let maximum) = $0 { (id, amount, maximum) } else { nil }
    }
  }

  // MARK: Lines that are typed

  @Test(
    "are understood in both languages",
    arguments: [
      ("listar", PlainCommand.list(.open)), ("LIST mine", .list(.mine)), ("listar encerrados", .list(.closed)),
      ("  ver  l-03 ", .show("l-03")), ("lance l-03 1300", .bid("l-03", amount: "1300")),
      ("bid l-03 R$ 1.300,00", .bid("l-03", amount: "R$ 1.300,00")), ("maximo l-03 2000", .maximum("l-03", amount: "2000")),
      ("confirmar", .confirm(nil)), ("confirm 1,300.00", .confirm("1,300.00")), ("seguir l-11", .follow("l-11")),
      ("avisos", .notices), ("help", .help), ("sair", .quit), ("cancel", .giveUp), ("reconectar", .reconnect),
    ])
  func understood(line: String, command: PlainCommand) throws { #expect(try PlainCommand(line) == command) }

  @Test(
    "that say nothing are not answered, and others say how it is done",
    arguments: ["ver", "lance l-03", "listar tudo", "sair já", "voar", "seguir a b"])
  func misunderstood(line: String) throws {
    #expect(try PlainCommand(" \t") == nil)
    #expect(throws: PlainCommand.Problem.self) { try PlainCommand(line) }
    var session = session()
    let answer = session.take(line: line)
    #expect(answer.lines.count == 1 && answer.effects.isEmpty && session.hasMistaken)
  }

  @Test("have a help of at most 78 columns, each command in it", arguments: Language.allCases)
  func help(language: Language) throws {
    for line in PlainCommand.help(language) {
      #expect(line.count <= 78, "\(line)")
      let word = String(try #require(line.split(separator: " ").first))
      #expect(throws: Never.self) {
        do { _ = try PlainCommand(word) } catch PlainCommand.Problem.incomplete { return }
      }
    }
  }

  // MARK: Bids

  @Test("send a bid as the box does, and tell of it until it is decided")
  func bid() {
    var session = session()
    let answer = session.take(line: "lance l-03 1.300,00")
    #expect(bids(answer).map(\.1) == [reais(130_000)] && bids(answer).map(\.0) == [guitar])
    #expect(session.isUndecided)
    let sent = session.take(.gateway(.bid(Ticket(1), .sent(bidID(77))), epoch: 1))
    #expect(said(sent) == ["14:32:07 Lance l-03 R$ 1.300,00: enviando… [\(bidID(77))]"])
    #expect(said(session.take(.gateway(.bid(Ticket(1), .delivered), epoch: 1))).first?.contains("entregue") == true)
    let accepted = session.take(.gateway(.bid(Ticket(1), .accepted), epoch: 1))
    #expect(said(accepted) == ["14:32:07 LIDERA l-03 Violão Giannini 1978: seu lance de R$ 1.300,00 foi aceito"])
    #expect(!session.isUndecided && !session.hasRefused)
  }

  @Test("a refusal is told, and counts")
  func refusal() {
    var session = session()
    _ = session.take(line: "lance l-03 1.300,00")
    let refused = session.take(.gateway(.bid(Ticket(1), .refused(.belowMinimum, minimum: reais(135_000))), epoch: 1))
    #expect(said(refused).first?.contains("RECUSADO l-03") == true && said(refused).first?.contains("R$ 1.350,00") == true)
    #expect(session.hasRefused && !session.isUndecided)
  }

  @Test(
    "that no confirmation would send are refused with the reason, and nothing is sent",
    arguments: [
      ("lance l-03 1.280,00", "abaixo do mínimo R$ 1.300,00"), ("lance l-03 1300.50", "l-03: não enviado"),
      ("lance l-03 mil", "l-03: não enviado"), ("lance l-20 200,00", ""), ("lance x-01 60,00", ""),
      ("maximo l-03 100", "abaixo do mínimo"),
    ])
  func obstacles(line: String, reason: String) {
    var session = session()
    let answer = session.take(line: line)
    #expect(bids(answer).isEmpty && session.hasRefused && !session.isUndecided)
    #expect(answer.lines.count == 1 && said(answer)[0].contains(reason), "\(answer.lines)")
    #expect(session.take(line: "confirmar").effects.isEmpty, "nothing waits for a confirmation")
  }

  @Test("a doubt wants “confirmar”, and is void when the price moves meanwhile")
  func doubt() {
    var session = session()
    let asked = session.take(line: "lance l-01 530,00")
    #expect(
      bids(asked).isEmpty && said(asked).first?.contains("você já lidera; para enviar: confirmar") == true, "\(asked.lines)")
    // Somebody else bids: the doubt was about another price.
    let line = BidLine(bid: bidID(50), bidder: bruno, amount: reais(53_000), receivedAt: drawnNow)
    _ = session.take(
      .gateway(.bidAccepted(bicycle, line, block: 20, minimum: reais(58_000), closesAt: drawnNow + .seconds(99)), epoch: 1))
    let late = session.take(line: "confirmar")
    #expect(bids(late).isEmpty && said(late).first?.contains("abaixo do mínimo R$ 580,00") == true, "\(late.lines)")
    let again = session.take(line: "lance l-01 580,00")
    #expect(bids(again).map(\.1) == [reais(58_000)])
  }

  @Test("confirmed it is sent; another line before takes it back")
  func confirmed() {
    var session = session()
    _ = session.take(line: "lance l-01 530,00")
    #expect(bids(session.take(line: "confirmar")).map(\.1) == [reais(53_000)])
    var other = self.session()
    _ = other.take(line: "lance l-01 530,00")
    #expect(said(other.take(line: "desistir")) == ["o lance em l-01 não foi confirmado: não enviado"])
    #expect(other.hasRefused, "a bid was asked for and not sent")
    #expect(bids(other.take(line: "confirmar")).isEmpty)
    _ = other.take(line: "lance l-01 530,00")
    let next = other.take(line: "lance l-03 1.300,00")
    #expect(bids(next).map(\.0) == [guitar] && said(next).first?.contains("l-01 não foi confirmado") == true)
    var another = self.session()
    _ = another.take(line: "lance l-01 530,00")
    let wrong = another.take(line: "confirmar 999,00")
    #expect(bids(wrong).isEmpty && said(wrong).first == "Não é o mesmo valor. Nada foi enviado.", "\(wrong.lines)")
    #expect(bids(another.take(line: "confirmar 530")).map(\.1) == [reais(53_000)])
    var dropped = self.session()
    _ = dropped.take(line: "lance l-01 530,00")
    _ = dropped.take(line: "lance l-03 1.300,00")
    #expect(dropped.hasRefused)
    var nothing = self.session()
    #expect(nothing.take(line: "confirmar 530,00").effects.isEmpty && nothing.hasRefused)
    var left = self.session()
    _ = left.take(line: "lance l-01 530,00")
    #expect(left.take(line: "sair").isOver && left.hasRefused)
  }

  @Test("an amount that looks like a slip must be typed again")
  func strong() {
    var session = session()
    let asked = session.take(line: "lance l-03 135.000,00")
    #expect(bids(asked).isEmpty)
    #expect(said(asked).contains("faltou a vírgula? R$ 1.350,00"))
    #expect(said(asked).last?.contains("confirmar 135.000,00") == true)
    #expect(bids(session.take(line: "confirmar")).isEmpty, "Enter alone does nothing")
    let wrong = session.take(line: "confirmar 13.500,00")
    #expect(bids(wrong).isEmpty && said(wrong).first == "Não é o mesmo valor. Nada foi enviado.")
    #expect(bids(session.take(line: "confirmar R$ 135000")).map(\.1) == [reais(13_500_000)])
  }

  @Test("a maximum goes in secret, openly the least")
  func maximum() {
    var session = session()
    let answer = session.take(line: "maximo l-03 2.000,00")
    #expect(bids(answer).map(\.1) == [reais(130_000)] && bids(answer).first?.2 == reais(200_000))
  }

  // MARK: What is told

  @Test("the lists and a lot are lines of words")
  func shown() {
    var session = session()
    let open = said(session.take(line: "listar"))
    #expect(open.count == 7 && open[0] == "l-01  LIDERA  R$ 480,00  00:09  Bicicleta Caloi 10")
    #expect(said(session.take(line: "listar meus")).count == 4 && said(session.take(line: "listar encerrados")).count == 9)
    let lot = said(session.take(line: "ver L-03"))
    #expect(lot[0] == "l-03 Violão Giannini 1978" && lot.contains("Mínimo agora R$ 1.300,00"))
    #expect(lot.contains("14:32:04 bruno R$ 1.250,00") && lot.contains { $0.hasPrefix("Situação: COBERTO") })
    #expect(said(session.take(line: "ver nada")) == ["não há o lote “nada”; os que há: listar"])
    #expect(said(session.take(line: "avisos")).count == drawnModel().live.notices.all.count)
  }

  @Test("marking is told and remembered")
  func follow() {
    var session = session()
    let answer = session.take(line: "seguir l-11")
    #expect(said(answer) == ["l-11: seguido"] && answer.effects.contains(.remember(session.model.memory)))
    #expect(said(session.take(line: "seguir l-11")) == ["l-11: não seguido"])
  }

  @Test("each notice is one line, once; prices only where one has a part")
  func news() {
    var session = session()
    func price(_ id: AuctionID, _ n: Int, _ centavos: Int64) -> GatewayEvent {
      .bidAccepted(
        id, BidLine(bid: bidID(n), bidder: carla, amount: reais(centavos), receivedAt: drawnNow + .seconds(Int64(n))),
        block: Int64(n), minimum: reais(centavos + 5_000), closesAt: drawnNow + .seconds(600))
    }
    let outbid = said(session.take(.gateway(price(bicycle, 50, 53_000), epoch: 1)))
    #expect(outbid == ["14:32:07 COBERTO l-01 Bicicleta Caloi 10: carla deu R$ 530,00 (você: R$ 480,00)"])
    let more = said(session.take(.gateway(price(bicycle, 51, 60_000), epoch: 1)))
    #expect(more == ["14:32:07 l-01 Bicicleta Caloi 10: R$ 600,00 por carla; Mínimo agora R$ 650,00"])
    #expect(said(session.take(.gateway(price(auctionID("l-12"), 52, 20_000), epoch: 1))) == [])
    #expect(said(session.take(.tick(reading(drawnNow)))) == [])
  }

  @Test("the connection is told: that it is there, and why not")
  func connection() {
    var settings = drawnModel().settings
    settings.advice = Sentence("suba-a", "start it")
    var session = PlainSession(Model(settings, size: Size(width: 80, height: 24), clock: reading(drawnNow)))
    #expect(!session.isReady)
    let lost = session.take(.gateway(.disconnected(reason: "recusada", attempt: 2, retryAt: drawnNow), epoch: 1))
    #expect(said(lost) == ["14:32:07 sem conexão: recusada", "suba-a"] && session.unreachable == "recusada")
    #expect(session.take(.gateway(.disconnected(reason: "recusada", attempt: 3, retryAt: drawnNow), epoch: 1)).lines == [])
    for view in drawnAuctions { _ = session.take(.gateway(.auction(view), epoch: 1)) }
    #expect(said(session.take(.gateway(.live, epoch: 1))) == ["14:32:07 conectado: 6 abertos, 1 aguarda, 4 meus, 0 encerrados"])
    #expect(session.isReady && session.unreachable == nil)
  }

  @Test("no title and no reason makes a terminal obey", arguments: Language.allCases)
  func hostile(language: Language) {
    var session = session(language)
    let title = "\u{1b}[31m\u{1b}]52;c;x\u{7}\u{202e}\u{9b}31m\nlance l-03 1" + String(repeating: "x", count: 500)
    _ = session.take(.gateway(.auction(auction("mau", title, price: 100, leader: bruno)), epoch: 1))
    var lines = session.take(line: "listar").lines + session.take(line: "ver mau").lines
    lines +=
      session.take(line: "seguir mau").lines + session.take(line: "\u{1b}[2J").lines + session.take(line: "ver \u{1b}[2J").lines
    lines += session.take(.gateway(.suspended(auctionID("mau"), reason: title), epoch: 1)).lines
    lines += session.take(.gateway(.accessRefused(reason: title), epoch: 1)).lines
    #expect(lines.count > 10)
    for scalar in lines.joined().unicodeScalars {
      #expect(scalar.value >= 0x20 && !(0x7f...0x9f).contains(scalar.value) && scalar != "\u{202e}")
    }
  }

  @Test("in English nothing is left of the Portuguese")
  func english() {
    var session = session(.english)
    let lines = [
      "list", "show l-03", "bid l-03 1,280.00", "bid l-01 530.00", "cancel", "bid l-03 135,000.00", "confirm", "cancel", "help",
      "show x", "fly",
    ]
    .flatMap { session.take(line: $0).lines }
    let own = lines.filter { !$0.contains("Bicicleta") && !$0.contains("Violão") && !$0.contains("  ") }
    #expect(own.count > 8)
    #expect(ForeignWords.found(in: own.joined(separator: "\n"), for: .english) == [])
  }

  // MARK: The loop

  private func run(_ input: String, isTyped: Bool = false, _ events: [GatewayEvent]) throws -> (
    PlainEnding, [String], PlainSession
  ) {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    #expect(write(ends[1], input, input.utf8.count) == input.utf8.count)
    close(ends[1])
    defer { close(ends[0]) }
    let inbox = try #require(Inbox())
    for event in events { inbox.post(.gateway(event, epoch: 1)) }
    var session = PlainSession(drawnModel())
    var lines: [String] = []
    let ending = runPlain(
      &session, from: ends[0], isTyped: isTyped, inbox: inbox, clock: { reading(drawnNow) }, patience: .milliseconds(1),
      tell: { lines.append($0.replacing("\u{a0}", with: " ")) },
      perform: { effect in
        if case .submitBid(let ticket, _, _, _) = effect, events.count == 1 {
          inbox.post(.gateway(.bid(ticket, .accepted), epoch: 1))
        }
      })
    return (ending, lines, session)
  }

  @Test("waits for the list, answers all lines, also one without an end, and leaves")
  func loop() throws {
    let (ending, lines, session) = try run("ver l-03\nlance l-03 1.300,00\nlistar meus", [.live])
    #expect(ending == .done && !session.hasRefused)
    #expect(lines.contains("l-03 Violão Giannini 1978") && lines.contains { $0.contains("foi aceito") })
    #expect(lines.contains { $0.hasPrefix("l-03  ") })
    #expect(try run("sair\nlistar\n", [.live]).1.count == 1, "what stands behind it is not read")
  }

  @Test("leaves a house that is not there, or does not answer, where no person waits")
  func nobody() throws {
    #expect(try run("listar\n", [.disconnected(reason: "r", attempt: 2, retryAt: drawnNow)]).0 == .unreachable("r"))
    #expect(try run("listar\n", [.accessRefused(reason: "r")]).0 == .denied("r"))
    #expect(try run("listar\n", []).0 == .unanswered)
    #expect(try run("lance l-03 1.300,00\n", [.live, .roundTrip(.zero)]).0 == .undecided)
    #expect(try run("", isTyped: true, []).0 == .done)
  }

  @Test("a line that does not end is one line")
  func endless() throws {
    let (ending, lines, session) = try run(String(repeating: "a", count: 60_000) + "\nlistar\n", [.live])
    #expect(ending == .done && session.hasMistaken)
    #expect(lines.count == 9 && lines[1].count < 1_200)
  }
}
