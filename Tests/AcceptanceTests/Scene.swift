// AcceptanceTests: the bidder's terminal as its program draws it on a real terminal, before a house that a script plays. What it
// must show is docs/terminal.md's table; that it shows the same before a real house is TerminalTests' affair.

import Foundation
import Glibc
import SuiteTesting

/// One terminal with `cliente-tui` on it, and what the script's house was asked for.
struct Scene {
  let terminal: Terminal
  private let folder: ScratchFolder
  private let script: String
  private let environment: [String: String]

  static let program = "\(PrivateHouse.executables)/cliente-tui"
  static let beginning = #"{"inicio":"2026-03-14T14:32:07-03:00","idioma":"pt"}"#

  /// - Parameters:
  ///   - lines: the script, its beginning left out where it is the usual one.
  ///   - opens: otherwise a shell waits for Enter before the terminal starts, or for whatever else is typed; or what the
  ///     terminal says goes into a file.
  init(
    _ lines: [String], _ width: Int = 100, _ height: Int = 30, beginning: String = Scene.beginning,
    environment: [String: String] = [:], arguments: [String] = [], opens: Opening = .atOnce
  ) async throws {
    folder = try ScratchFolder()
    script = try folder.write(([beginning] + lines).joined(separator: "\n").utf8, "roteiro.jsonl")
    let variables = Scene.variables(in: folder.path).merging(environment) { $1 }
    self.environment = variables
    // tmux gives its windows a TERM of its own.
    let term = environment["TERM"].map { ["/usr/bin/env"] + ($0.isEmpty ? ["-u", "TERM"] : ["TERM=\($0)"]) } ?? []
    let command = term + [Scene.program, "alice", "--roteiro", script, "--roteiro-saida", folder.file("saida.jsonl")] + arguments
    let words: [String] =
      switch opens {
      case .atOnce: command
      case .afterEnter: ["/bin/bash", "-c", "echo ANTES; read -r; exec \"$@\"", "bash"] + command
      case .intoFile: ["/bin/bash", "-c", "exec \"$@\" > '\(folder.file("dito"))'", "bash"] + command
      case .fromShell: ["true"]
      }
    terminal = try await Terminal(in: folder.path, width: width, height: height, environment: variables, words)
    switch opens {
    case .atOnce, .intoFile: break
    case .afterEnter:
      try await terminal.wait(forText: "ANTES")
      try await terminal.record(into: folder.file("bytes"))
      try await terminal.press("Enter")
    case .fromShell:
      try await terminal.wait(forText: "RC=0")
      try await terminal.type(command.joined(separator: " "))
      try await terminal.press("Enter")
    }
  }

  enum Opening { case atOnce, afterEnter, fromShell, intoFile }

  /// Neither this user's keys nor this machine's time.
  static func variables(in folder: String) -> [String: String] {
    [
      "PATH": "/usr/bin:/bin", "HOME": folder, "LEILAO_NTP": "none", "LEILAO_KEYS": folder + "/keys", "LC_ALL": "C.UTF-8",
      "TERM": "tmux-256color", "RABBITMQ_URL": "amqp://cliente:cliente@127.0.0.1:1/leilao",
    ]
  }

  /// What the terminal asked for, oldest first: lines of JSON.
  func asked() throws -> [[String: Any]] {
    String(decoding: try folder.read("saida.jsonl"), as: UTF8.self).split(separator: "\n").compactMap {
      (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: Any]
    }
  }

  /// The amounts of the bids that were sent.
  func bids() throws -> [Int] {
    try asked().filter { $0["pedido"] as? String == "lance" }.compactMap { $0["valor_centavos"] as? Int }
  }

  /// What was written to the terminal since Enter, as far as these words at least.
  func bytes(until words: String) async throws -> String {
    try await terminal.recorded(in: folder.file("bytes"), until: words)
  }

  /// What went into the file.
  func said() throws -> String { String(decoding: try folder.read("dito"), as: UTF8.self) }

  /// A path in the folder of this scene.
  func file(_ name: String) -> String { folder.file(name) }

  /// `--render` of the same script.
  func rendered(_ width: Int, _ height: Int, at milliseconds: Int, _ more: [String] = []) throws -> [String] {
    let run = try CommandRun(
      ["env", "-i"] + environment.map { "\($0.key)=\($0.value)" }
        + [Scene.program, "alice", "--roteiro", script, "--render", "\(width)x\(height)", "--instante", "\(milliseconds)"] + more)
    guard run.status == 0 else { throw Program.Failure(description: "--render: \(run.status) \(run.errors)") }
    var rows = run.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    rows.removeLast()
    return rows
  }

  /// Waits until a screen is what `--render` prints of the second that it shows, and answers its rows.
  @discardableResult
  func expectDrawn(_ width: Int, _ height: Int, _ more: [String] = [], on other: Terminal? = nil) async throws -> [String] {
    try await (other ?? terminal).wait(for: "what --render \(width)x\(height) prints") { rows in
      guard let second = Self.second(in: rows) else { return false }
      guard let drawn = try? rendered(width, height, at: second * 1_000 + 500, more) else { return false }
      return Self.padded(rows, height) == Self.padded(drawn, height)
    }
  }

  private static func padded(_ rows: [String], _ height: Int) -> [String] {
    let rows = rows.map { String($0.reversed().drop { $0 == " " }.reversed()) }
    return rows + Array(repeating: "", count: max(0, height - rows.count))
  }

  /// Whole seconds since 14:32:07: by the clock in the first row, or in the smallest picture by what is left of ten minutes.
  static func second(in rows: [String]) -> Int? {
    func seconds(_ text: some StringProtocol) -> Int {
      text.split(separator: ":").reduce(0) { $0 * 60 + (Int($1) ?? 0) }
    }
    if let clock = rows.first?.split(separator: " ").last(where: { $0.contains(/^[0-9]{2}:[0-9]{2}:[0-9]{2}$/) }) {
      return seconds(clock) - seconds("14:32:07")
    }
    guard rows.count > 2, let left = rows[2].prefixMatch(of: /[0-9]{2}:[0-9]{2}/) else { return nil }
    return 600 - seconds(left.0)
  }

  /// A box takes no Enter in its first quarter of a second: the terminal's own clock tells when that is over.
  func pass(seconds: Int = 2) async throws {
    var seen = Self.second(in: try await terminal.rows())
    for _ in 0..<seconds {
      let before = seen
      seen = Self.second(in: try await terminal.wait(for: "another second") { Self.second(in: $0) != before })
    }
  }

  /// Opens the box and waits until it would take Enter.
  func openBox() async throws {
    try await terminal.press("b")
    try await terminal.wait(forText: ": R$ [")
    try await pass()
  }

  /// Leaves the box without bidding, and waits until it is closed.
  func closeBox() async throws {
    try await terminal.press("Escape")
    try await terminal.wait(for: "the box is closed") { !$0.contains { $0.contains(": R$ [") } }
  }

  /// Leaves by `q`, whoever leads.
  func leave() async throws {
    try await terminal.press("q", "s")
    try await terminal.wait(for: "the shell") { $0.contains { $0.hasPrefix("RC=0") } }
  }

  /// What tmux knows of the terminal's modes: alternate screen, cursor, mouse, keypad.
  func modes() async throws -> String {
    try await terminal.value("#{alternate_on} #{cursor_flag} #{mouse_any_flag} #{keypad_cursor_flag}")
  }

  /// The row of a lot.
  static func row(_ id: String, in rows: [String]) -> String? { rows.first { $0.contains(" \(id) ") && $0.contains("R$") } }
}

/// Lines of scripts.
enum Lines {
  static func auction(
    _ id: String, _ title: String, ends seconds: Int, price: Int, leader: String = "bruno", own: Int? = nil, more: String = "",
    opens: Int = -60
  )
    -> String
  {
    let mine = own.map { #","meu_ultimo_centavos":\#($0)"# } ?? ""
    return
      #"{"t":0,"evento":{"tipo":"leilao","id_leilao":"\#(id)","titulo":"\#(title)","lance_inicial_centavos":10000,"incremento":{"centavos":5000},"fim_ms":\#(seconds * 1_000),"inicio_ms":\#(opens * 1_000),"historico":[{"id_usuario":"\#(leader)","valor_centavos":\#(price),"recebido_ms":-3000}]\#(mine)\#(more)}}"#
  }

  static func bid(at: Int, _ id: String, _ bidder: String, _ amount: Int) -> String {
    #"{"t":\#(at),"evento":{"tipo":"lance","id_leilao":"\#(id)","id_usuario":"\#(bidder)","valor_centavos":\#(amount)}}"#
  }

  static func event(at: Int, _ type: String, _ members: String = "") -> String {
    #"{"t":\#(at),"evento":{"tipo":"\#(type)"\#(members.isEmpty ? "" : ",")\#(members)}}"#
  }

  static let live = event(at: 0, "ao_vivo")

  /// Three auctions: the one that is selected at R$ 1.250,00, one that alice leads, and another.
  static let three = [
    auction("l-03", "Violão Giannini 1978", ends: 600, price: 125_000),
    auction("l-01", "Bicicleta Caloi 10", ends: 3_000, price: 48_000, leader: "alice", own: 48_000),
    auction("l-07", "Câmera Zenit 122", ends: 1_200, price: 31_000), live,
  ]
}
