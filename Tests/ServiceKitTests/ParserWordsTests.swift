import ArgumentParser
import ServiceKit
import SharedKernel
import SuiteTesting
import Testing

/// What ArgumentParser says by itself.
@Suite struct ParserWordsTests {
  enum Taste: String, CaseIterable, ExpressibleByArgument { case doce, salgado, azedo }
  enum Letter: String, CaseIterable, ExpressibleByArgument { case aa, bb, cc, dd, ee, ff }
  enum Side: String, EnumerableFlag { case esquerda, direita }

  struct Cook: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "cozinha", abstract: "Cozinha.", version: "1", subcommands: [Bake.self, Wash.self])
  }

  struct Wash: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "lavar", abstract: "Lava.", subcommands: [Bake.self])
  }

  struct Bake: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "assar", abstract: "Assa.", aliases: ["forno"])
    @Argument(help: "Prato.") var dish: String
    @Option(name: [.short, .long], help: "Sabor.") var sabor: Taste = .doce
    @Option(help: "Letra.") var letra: Letter?
    @Option(help: "Minutos, contados com calma e paciência até o fim; nunca.") var minutos = "250ms"
    @Option(help: "Grau.") var grau: Int
    @Flag(help: "Lado.") var lado: Side?
    @Flag(name: .shortAndLong, help: "Quente.") var quente = false
  }

  private static func said(_ arguments: [String]) -> String {
    do {
      var command = try Cook.parseAsRoot(arguments)
      try command.run()
      return ""
    } catch {
      return ParserWords.said(Cook.fullMessage(for: error), in: .portuguese)
    }
  }

  @Test(arguments: [
    ["--help"], ["assar", "--help"], ["lavar", "--help"], ["help", "assar"], ["help", "--help"], ["help", "help"], ["--nada"],
    ["-z"],
    ["assar"], ["assar", "x"], ["assar", "x", "--grau"], ["assar", "x", "--grau", "y"], ["assar", "x", "--sabor", "y"],
    ["assar", "x", "--letra", "y"], ["assar", "x", "--sabr", "doce"], ["assar", "x", "--grau", "1", "y"],
    ["assar", "x", "--grau", "1", "y", "z"], ["assar", "x", "--grau", "1", "--quente=y"], ["assar", "x", "--grau", "1", "-qz"],
    ["assar", "x", "--grau", "1", "--esquerda", "--direita"], ["assar", "x", "--grau", "1", "-qs"], ["nada"],
    ["--generate-completion-script", "nada"],
  ])
  func `Help and errors of the parser are Portuguese`(arguments: [String]) {
    let text = Self.said(arguments)
    #expect(!text.isEmpty)
    #expect(ForeignWords.found(in: text.replacing("help", with: ""), for: .portuguese) == [], "\(text)")
    #expect(!text.contains("Error:") && !text.contains("Show "), "\(text)")
  }

  @Test func `No phrase is left in what replaces it or another`() {
    for (english, _) in ParserWords.phrases {
      #expect(!ParserWords.said(english, in: .portuguese).contains(english), "\(english)")
    }
  }

  @Test func `An English reader gets the parser's own words`() {
    #expect(ParserWords.said("USAGE: x (default: 1)", in: .english) == "USAGE: x (default: 1)")
  }
}
