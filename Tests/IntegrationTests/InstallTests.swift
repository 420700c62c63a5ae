import Foundation
import SuiteTesting
import Testing

/// `scripts/install`: what it puts under a prefix works from there, in each shell, and goes again without a trace.
@Suite(.serialized)
struct InstallTests {
  private let scratch: ScratchFolder
  private var prefix: String { scratch.path + "/um prefixo" }
  private static let script =
    String(#filePath.dropLast("Tests/IntegrationTests/InstallTests.swift".count)) + "scripts/install"

  init() throws { scratch = try ScratchFolder() }

  private func run(_ arguments: String..., language: String = "pt_BR.UTF-8") async throws -> Subprocess {
    try await Subprocess.run(
      Self.script, arguments, environment: ["LEILAO_BIN": PrivateHouse.executables, "LC_ALL": language, "HOME": scratch.path])
  }

  private var everything: [String] {
    (FileManager.default.enumerator(atPath: scratch.path)?.allObjects as? [String] ?? []).sorted()
  }

  @Test func `What is installed runs, what is installed again replaces it, and what is taken away leaves others' files`()
    async throws
  {
    #expect(try await run("--prefixo", prefix).status == 0)
    let installed = everything
    for program in ["ms-leilao", "ms-lance", "ms-notificacao", "cliente-tui"] {
      let version = try await Subprocess.output("\(prefix)/bin/\(program)", ["--version"])
      #expect(version.contains("."), "\(program)")
      #expect(
        installed.count { $0.hasSuffix(program) || $0.hasSuffix("\(program).fish") } == 4, "\(program), and three completions")
    }
    #expect(try await run("--prefix", prefix, language: "en_US.UTF-8").output.contains("Installed in \(prefix)/bin"))
    #expect(everything == installed)

    try scratch.write(Array("alheio".utf8), "um prefixo/share/zsh/_outro")
    #expect(try await run("--prefixo", prefix, "--desinstalar").status == 0)
    #expect(everything == ["um prefixo", "um prefixo/share", "um prefixo/share/zsh", "um prefixo/share/zsh/_outro"])
    let again = try await run("--prefixo", prefix, "--desinstalar")
    #expect(again.status == 0 && again.output.contains("Nada está instalado"))
  }

  @Test func `A mistake is a usage error, and a folder without the programs is refused before anything is put in place`()
    async throws
  {
    #expect(try await run("--nada").status == 64)
    #expect(try await run("--prefixo").status == 64)
    let empty = try await Subprocess.run(Self.script, ["--prefixo", prefix], environment: ["LEILAO_BIN": scratch.path])
    #expect(empty.status == 1 && empty.output.contains("ms-leilao") && everything.isEmpty)
  }

  struct Shell: Sendable, CustomTestStringConvertible {
    let name: String
    /// What its user's own file says, or he types.
    let setup: String
    let command: [String]
    var testDescription: String { name }
  }

  @Test(arguments: [
    Shell(name: "bash", setup: ". \"$P/share/bash-completion/completions/cliente-tui\"", command: ["bash", "--norc", "-i"]),
    Shell(
      name: "zsh", setup: "fpath=($P/share/zsh/site-functions $fpath); autoload -U compinit; compinit -u",
      command: ["zsh", "-f", "-i"]),
    // Where it finds them by itself.
    Shell(name: "fish", setup: "true", command: ["fish", "-i"]),
  ])
  func `A shell completes commands, and bidders from the key folder`(shell: Shell) async throws {
    #expect(try await run("--prefixo", prefix).status == 0)
    let keys = scratch.path + "/keys"
    let made = try await Subprocess.run(
      "\(prefix)/bin/cliente-tui", ["keygen", "zelia"], environment: ["LEILAO_KEYS": keys, "LEILAO_NTP": "none"])
    #expect(made.status == 0, "\(made.output)")
    let config = scratch.path + "/config"
    try FileManager.default.createDirectory(atPath: config + "/leilao", withIntermediateDirectories: true)
    try scratch.write(
      #"{"minha":{"broker":"amqp://a@127.0.0.1:1/leilao","chaves":"\#(keys)"}}"#.utf8, "config/leilao/casas.json")
    let terminal = try await Terminal(
      in: scratch.path, width: 100, height: 30,
      environment: [
        "PATH": "\(prefix)/bin:/usr/bin:/bin", "HOME": scratch.path, "LEILAO_KEYS": keys, "P": prefix,
        "XDG_DATA_HOME": "\(prefix)/share", "XDG_CONFIG_HOME": config,
      ], shell.command)
    try await terminal.type("\(shell.setup); echo PRO''NTO")
    try await terminal.press("Enter")
    try await terminal.wait(for: "the shell is ready") { $0.contains { $0.hasPrefix("PRONTO") } }
    try await terminal.type("cliente-tui veri")
    try await terminal.press("Tab")
    try await terminal.wait(forText: "cliente-tui verificar")
    try await terminal.press("C-u")
    try await terminal.type("cliente-tui lance --cliente z")
    try await terminal.press("Tab")
    try await terminal.wait(forText: "--cliente zelia")
    // The terminal, whose command nobody types; and names in the other language.
    for (typed, completed) in [
      ("--cas", "--casa"), ("--casa min", "--casa minha"), ("--casa minha z", "--casa minha zelia"),
      ("--tema palet", "--tema paleta"),
      ("zelia --roteiro-s", "zelia --roteiro-saida"), ("bid x 5 --consult", "bid x 5 --consultar"),
      ("bid --cliente z", "bid --cliente zelia"),
    ] {
      try await terminal.press("C-u")
      try await terminal.type("cliente-tui \(typed)")
      try await terminal.press("Tab")
      try await terminal.wait(forText: "cliente-tui \(completed)")
    }
  }
}
