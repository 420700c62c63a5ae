import ArgumentParser
import Glibc
import ServiceKit
import SharedKernel
import TerminalKit

/// For demonstrations, captures and tests: what `cliente-tui` does without a house, or without a terminal.
struct ScriptOptions: ParsableArguments {
  @Option(
    name: .spoken("roteiro", "script"),
    help: ArgumentHelp(
      said(
        "Mostra o que este arquivo conta, sem rede (docs/terminal.md).", "Shows what this file tells, offline (docs/terminal.md)."
      ),
      valueName: said("ARQUIVO", "FILE")), completion: .file(extensions: ["jsonl"]))
  var script: String?

  @Option(
    name: .spoken("velocidade", "speed"),
    help: ArgumentHelp(said("Quantas vezes mais rápido que o relógio.", "How many times faster than the clock."), valueName: "N"))
  var speed: Int64?

  @Option(
    name: .spoken("roteiro-saida", "script-log"),
    help: ArgumentHelp(
      said("Grava aqui, em JSON, os lances enviados.", "Keeps the bids that were sent here, as JSON."),
      valueName: said("ARQUIVO", "FILE")), completion: .file())
  var log: String?

  @Option(
    name: .customLong("render"),
    help: ArgumentHelp(
      said("Imprime uma tela deste tamanho, como texto, e sai.", "Prints one screen of this size, as text, and leaves."),
      valueName: "80x24"))
  var render: String?

  @Option(
    name: .spoken("instante", "instant"),
    help: ArgumentHelp(
      said("Com --render: a tela deste instante do roteiro.", "With --render: the screen at this instant of the script."),
      valueName: "MS"))
  var instant: Int64?

  @Flag(
    name: .spoken("depurar", "debug"),
    help: ArgumentHelp(
      said(
        "Número da tela no rodapé; ! @ # $ derrubam o programa de propósito, % escreve na saída de erros.",
        "The frame's number in the footer; ! @ # $ crash the program on purpose, % writes on standard error.")))
  var debugs = false

  /// Of the frame that is to be printed; nil: none is.
  func frameSize() throws(Failure) -> Size? {
    guard let render else { return nil }
    guard let size = Size(spelled: render) else {
      throw Failure(
        .usage,
        said(
          "--render: “\(render)” não é um tamanho; aceito: \(Size.accepted)",
          "--render: “\(render)” is no size; accepted: \(Size.accepted)"))
    }
    return size
  }

  /// The script that was asked for; nil: there is none, and nothing that wants one.
  func read() throws -> Script? {
    guard let path = script else {
      for (name, isGiven) in [
        (said("--velocidade", "--speed"), speed != nil), (said("--roteiro-saida", "--script-log"), log != nil),
        (said("--instante", "--instant"), instant != nil),
      ] where isGiven {
        throw Failure(.usage, said("\(name): só com --roteiro", "\(name): only with --script"))
      }
      return nil
    }
    let option = said("--instante", "--instant")
    if let instant {
      guard render != nil else { throw Failure(.usage, said("\(option): só com --render", "\(option): only with --render")) }
      try check(option, instant, 0...Self.longest)
    }
    if let speed { try check(said("--velocidade", "--speed"), speed, 1...100_000) }
    return try ScriptReading.read(path)
  }

  /// Milliseconds of ten years.
  private static let longest: Int64 = 10 * 366 * 86_400_000

  private func check(_ name: String, _ value: Int64, _ range: ClosedRange<Int64>) throws(Failure) {
    guard !range.contains(value) else { return }
    let (least, most) = (range.lowerBound, range.upperBound)
    throw Failure(
      .usage,
      said(
        "\(name): “\(value)” não serve; aceito: de \(least) a \(most)",
        "\(name): “\(value)” is not accepted; accepted: \(least) to \(most)"))
  }
}
