import ArgumentParser
import Glibc
import ServiceKit
import SuiteTesting

/// What the bidder's terminal takes: of the line, of the processor, of its user's patience.
struct TerminalCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "terminal",
    abstract: said(
      "O terminal do licitante: bytes, CPU, memória e tempo até a tela, contra os limites dele.",
      "The bidder's terminal: bytes, CPU, memory and time to the screen, against its budgets."),
    discussion: said(
      """
      Num pseudoterminal de 100x30, com roteiros no lugar da casa (docs/terminal.md): o início; \
      sete leilões correndo; 1 000 lances por segundo por 10 s; 10 000 leilões na lista; um \
      dia em 86 segundos. Com --contagens, menos tempo de cada um, sem a lista e com o dia em nove \
      segundos; só reprova o que não depende da velocidade da máquina: telas, bytes, telas apagadas e memória.

      CÓDIGOS: 0 dentro dos limites, 1 além de um deles.
      """,
      """
      On a pseudo-terminal of 100x30, with scripts for a house (docs/terminal.md): the start; \
      seven auctions ticking; 1 000 bids a second for 10 s; 10 000 auctions in the list; a day in 86 \
      seconds. With --counts less time of each, without the list and with the day in nine seconds; only \
      what does not depend on the machine's speed counts: frames, bytes, screens that were cleared, and memory.

      EXIT STATUS: 0 within the budgets, 1 beyond one of them.
      """))

  @Option(help: ArgumentHelp(said("Segundos parado.", "Seconds idle."), valueName: "N")) var idle: Int = 60
  @Flag(help: ArgumentHelp(said("Sem o dia.", "Without the day."))) var short = false
  @Flag(
    name: .spoken("contagens", "counts"),
    help: ArgumentHelp(
      said("Curto; só reprova o que não depende da máquina.", "Short; judges only what does not depend on the machine.")))
  var counts = false
  @Flag(help: ArgumentHelp(said("Uma linha de JSON por medida.", "A line of JSON for each figure."))) var json = false

  func validate() throws { try checkRanges([("--idle", idle, 5...600)]) }

  func run() async throws {
    let bench = try TerminalBench(json: json, judgesSpeed: !counts)
    try await bench.start(runs: counts ? 3 : 10)
    try await bench.idle(seconds: counts ? 10 : idle)
    try await bench.flood()
    if !counts { try await bench.list() }
    if !short { try await bench.day(speed: counts ? 10_000 : 1_000) }
    guard bench.isWithin else { throw ExitStatus.refused }
  }
}

/// The measurements, each told with its budget.
final class TerminalBench {
  private(set) var isWithin = true
  private let json: Bool
  private let judgesSpeed: Bool
  private let folder: ScratchFolder
  private static let beginning = #"{"inicio":"2026-03-14T14:32:07-03:00","idioma":"pt"}"#
  private static let live = #"{"t":0,"evento":{"tipo":"ao_vivo"}}"#

  /// - Parameter judgesSpeed: whether a figure that depends on the machine's speed can be beyond its budget.
  init(json: Bool, judgesSpeed: Bool) throws {
    (self.json, self.judgesSpeed, folder) = (json, judgesSpeed, try ScratchFolder())
  }

  /// - Parameter isCount: the machine's speed has no part in it.
  private func tell(_ name: String, _ figure: Int64, _ unit: String, atMost budget: Int64, isCount: Bool = false) {
    let isJudged = judgesSpeed || isCount
    if figure > budget, isJudged { isWithin = false }
    guard !json else {
      var line = JSONLine()
      line.add("mode", "terminal")
      line.add("figure", name)
      line.add("value", figure)
      line.add("unit", unit)
      line.add("budget", budget)
      return ServiceKit.tell(line.text)
    }
    let verdict =
      figure <= budget
      ? "" : isJudged ? said("  ALÉM do limite", "  BEYOND the budget") : said("  além, não julgado", "  beyond, not judged")
    ServiceKit.tell("\(name): \(figure) \(unit) (\(said("limite", "budget")) \(budget))\(verdict)")
  }

  private func open(_ lines: [String], _ more: [String] = []) throws -> PseudoTerminal {
    let script = try folder.write(([Self.beginning] + lines).joined(separator: "\n").utf8, "roteiro.jsonl")
    return try PseudoTerminal(
      ["\(PrivateHouse.executables)/cliente-tui", "alice", "--roteiro", script, "--sync"] + more,
      environment: [
        "PATH": "/usr/bin:/bin", "HOME": folder.path, "LEILAO_NTP": "none", "LC_ALL": "C.UTF-8", "TERM": "xterm-256color",
      ], width: 100, height: 30)
  }

  private static func auction(_ n: Int, ends: Int = 36_000_000) -> String {
    #"{"t":0,"evento":{"tipo":"leilao","id_leilao":"lote-\#(n)","titulo":"Lote \#(n)","lance_inicial_centavos":10000,"incremento":{"centavos":100},"fim_ms":\#(ends)}}"#
  }

  private static func bid(at: Int, on auction: Int, _ amount: Int) -> String {
    #"{"t":\#(at),"evento":{"tipo":"lance","id_leilao":"lote-\#(auction)","id_usuario":"bruno","valor_centavos":\#(amount)}}"#
  }

  /// How many frames were written, and what of: with `--sync` each begins with a mark and ends with one, which are left out.
  private static func frames(_ written: [UInt8]) -> (count: Int, bytes: Int) {
    let mark = Array("\u{1b}[?2026h".utf8)
    let count = written.ranges(of: mark).count
    return (count, written.count - 2 * count * mark.count)
  }

  private static func clearings(_ written: [UInt8]) -> Int { written.ranges(of: Array("\u{1b}[2J".utf8)).count }

  private func milliseconds(_ duration: Duration) -> Int64 { Int64(duration / .milliseconds(1)) }

  func start(runs: Int) async throws {
    var times: [Duration] = []
    for _ in 0..<runs {
      let began = ContinuousClock.now
      let terminal = try open((1...7).map { Self.auction($0) } + [Self.live])
      times.append(try await terminal.wait(for: "Abertos", since: began))
      terminal.end()
    }
    tell(
      said("do início à primeira tela, mediana", "start to first frame, median"), milliseconds(times.sorted()[runs / 2]), "ms",
      atMost: 100)
  }

  func idle(seconds: Int) async throws {
    let terminal = try open((1...7).map { Self.auction($0, ends: 3_000_000 + $0 * 60_000) } + [Self.live])
    defer { terminal.end() }
    _ = try await terminal.wait(for: "lote-7", since: .now)
    try await Task.sleep(for: .seconds(2))
    terminal.forget()
    let meter = try CPUMeter([("cliente-tui", terminal.id)])
    try await Task.sleep(for: .seconds(seconds))
    let written = terminal.now.text
    let frames = Self.frames(written)
    let spent = try meter.spent()[0].microseconds
    let name = said("parado, sete leilões", "idle, seven auctions")
    tell("\(name): bytes", Int64(frames.bytes / seconds), "B/s", atMost: 500, isCount: true)
    tell("\(name): CPU", spent / Int64(seconds) / 1_000, "‰", atMost: 10)
    tellCounts(name, frames, Self.clearings(written), atMost: 500)
  }

  /// What is the same on any machine.
  private func tellCounts(_ name: String, _ frames: (count: Int, bytes: Int), _ clearings: Int, atMost budget: Int64) {
    tell(
      "\(name): \(said("bytes por tela", "bytes of a frame"))", Int64(frames.bytes / max(frames.count, 1)), "B", atMost: budget,
      isCount: true)
    tell("\(name): ESC [2J", Int64(clearings), "", atMost: 0, isCount: true)
    if frames.count == 0 { isWithin = false }
  }

  func flood() async throws {
    let lines = (0..<10_000).map { Self.bid(at: 3_000 + $0, on: 1 + $0 % 7, 10_000 + $0 / 7 * 100) }
    let terminal = try open((1...7).map { Self.auction($0) } + [Self.live] + lines)
    defer { terminal.end() }
    _ = try await terminal.wait(for: "lote-7", since: .now)
    let memory = try ResidentMemory.kilobytes(of: terminal.id)
    _ = try await terminal.wait(for: "▲", since: .now)
    terminal.forget()
    let began = ContinuousClock.now
    try await Task.sleep(for: .seconds(8))
    let (written, span) = (terminal.now.text, Int64(began.duration(to: .now) / .milliseconds(1)))
    let frames = Self.frames(written)
    var clearings = Self.clearings(written)
    var echoes: [Duration] = []
    repeat {
      for (key, words) in [("?", "AJUDA"), ("q", "SITUA")] {
        echoes.append(try await terminal.time(key, until: words))
        clearings += Self.clearings(terminal.now.text)
      }
    } while began.duration(to: .now) < .milliseconds(9_000)
    try await Task.sleep(for: .seconds(2))
    let name = said("1 000 lances/s", "1 000 bids/s")
    tell("\(name): \(said("telas", "frames"))", Int64(frames.count) * 1_000 / span, "/s", atMost: 20, isCount: true)
    tell("\(name): bytes", Int64(frames.bytes) * 1_000 / span, "B/s", atMost: 15_000, isCount: true)
    tellCounts(name, frames, clearings, atMost: 750)
    tell(
      "\(name): \(said("da tecla à tela, pior", "key to frame, worst"))", milliseconds(echoes.max() ?? .zero), "ms", atMost: 100)
    tell(
      "\(name): \(said("memória a mais", "memory grown by"))", try ResidentMemory.kilobytes(of: terminal.id) - memory, "kB",
      atMost: 10_000, isCount: true)
  }

  func list() async throws {
    let began = ContinuousClock.now
    let terminal = try open((1...10_000).map { Self.auction($0, ends: 3_600_000 + $0 * 1_000) } + [Self.live])
    defer { terminal.end() }
    // Of what changes ncurses writes only what is new: the first lot is whole, once.
    _ = try await terminal.wait(for: "Lote 1 ", since: began, within: .seconds(120))
    let name = said("10 000 leilões", "10 000 auctions")
    tell("\(name): \(said("até a lista", "until listed"))", milliseconds(began.duration(to: .now)), "ms", atMost: 3_000)
    try await Task.sleep(for: .seconds(1))
    var times: [Duration] = []
    for key in Array(repeating: "j", count: 40) + Array(repeating: "\u{1b}[6~", count: 40) + ["G", "g", "G", "g"] {
      // Whatever is drawn, to its end: which cells differ from the page before, nobody knows.
      times.append(try await terminal.time(key, until: "\u{1b}[?2026l"))
      try await Task.sleep(for: .milliseconds(60))
    }
    tell(
      "\(name): \(said("da tecla à tela, pior", "key to frame, worst"))", milliseconds(times.max() ?? .zero), "ms", atMost: 100)
    let meter = try CPUMeter([("cliente-tui", terminal.id)])
    try await Task.sleep(for: .seconds(5))
    tell("\(name): CPU", try meter.spent()[0].microseconds / 5_000, "‰", atMost: 100)
  }

  /// - Parameter speed: of the clock; the terminal must keep up with it.
  func day(speed: Int) async throws {
    let length = 86_400_000
    let lines = (1...8_639).map { Self.bid(at: $0 * 10_000, on: 1 + $0 % 7, 10_000 + $0 / 7 * 100) }
    let terminal = try open(
      (1...7).map { Self.auction($0, ends: length + 60_000) } + [Self.live] + lines
        + [#"{"t":\#(length),"evento":{"tipo":"suspenso","id_leilao":"lote-1","motivo":"fim do dia"}}"#],
      ["--velocidade", "\(speed)"])
    defer { terminal.end() }
    let whole = Duration.milliseconds(length / speed)
    _ = try await terminal.wait(for: "Abertos", since: .now)
    // What is allocated once is there by then.
    try await Task.sleep(for: whole / 17)
    let memory = try ResidentMemory.kilobytes(of: terminal.id)
    terminal.forget()
    let took = try await terminal.wait(for: "SUSPENSO", since: .now, within: whole + .seconds(40))
    let name = said("um dia, \(speed) vezes mais rápido", "a day, \(speed) times faster")
    tell(
      "\(name): \(said("memória a mais", "memory grown by"))", try ResidentMemory.kilobytes(of: terminal.id) - memory, "kB",
      atMost: 10_000, isCount: true)
    tell(
      "\(name): \(said("atraso no fim", "late at its end"))", max(0, milliseconds(took - whole * 16 / 17)), "ms", atMost: 1_000)
  }
}
