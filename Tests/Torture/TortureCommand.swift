import ArgumentParser
import ServiceKit
import SharedKernel
import SuiteTesting

/// The built programs under every fault there is, and whether what must hold held.
struct TortureCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "scripts/torture",
      abstract: said(
        "Provoca cada falha na casa de verdade e confere o que não pode falhar.",
        "Injects every fault into the real house and checks what must hold."),
      discussion: said(
        """
        Cada rodada é uma casa nova num broker próprio: um leilão, três licitantes, uma falha, o conserto, o repouso e a \
        conferência dos registros dos licitantes, dos diários e das filas. Uma rodada que falha deixa uma pasta de provas e \
        o comando que a repete. Ver docs/torture.md.

        SAÍDA: 0 tudo certo, 1 um invariante foi violado ou uma falha não foi provocada (as que esta máquina não permite só contam \
        quando pedidas pelo nome), 64 uso errado.

        EXEMPLOS:
          scripts/torture                            # cada falha uma vez
          scripts/torture --rounds 5
          scripts/torture --minutes 30               # todas as falhas, de novo e de novo
          scripts/torture --fault broker-kill --seed 7
          scripts/torture --list
        """,
        """
        Each round is a new house on a broker of its own: an auction, three bidders, a fault, its mending, rest, and the \
        inspection of the bidders' records, the journals and the queues. A round that fails leaves a folder of evidence and \
        the command that repeats it. See docs/torture.md.

        EXIT STATUS: 0 all is well, 1 an invariant was violated or a fault was not brought about (those that this machine does not \
        allow count only where they are asked for by name), 64 wrong usage.

        EXAMPLES:
          scripts/torture                            # every fault once
          scripts/torture --rounds 5
          scripts/torture --minutes 30               # all faults, again and again
          scripts/torture --fault broker-kill --seed 7
          scripts/torture --list
        """))
  }

  @Option(
    name: [.customLong("rounds"), .customLong("rodadas")],
    help: ArgumentHelp(said("Quantas rodadas de cada falha (padrão: 1).", "Rounds of each fault (default: 1)."), valueName: "N"))
  var rounds: Int?

  @Option(
    name: [.customLong("fault"), .customLong("falha")],
    help: ArgumentHelp(said("Só esta falha; pode repetir-se.", "Only this fault; can be repeated."), valueName: "NAME"))
  var faults: [String] = []

  @Option(
    name: [.customLong("seed"), .customLong("semente")],
    help: ArgumentHelp(said("A semente da primeira rodada.", "The first round's seed."), valueName: "S"))
  var seed: UInt64?

  @Option(
    name: [.customLong("minutes"), .customLong("minutos")],
    help: ArgumentHelp(said("Começa rodadas por tanto tempo.", "Begins rounds for so long."), valueName: "M"))
  var minutes: Double?

  @Option(
    name: [.customLong("evidence"), .customLong("provas")],
    help: ArgumentHelp(said("Onde ficam as provas.", "Where evidence is kept."), valueName: "FOLDER"))
  var evidence = ".build/torture"

  @Flag(
    name: [.customLong("list"), .customLong("lista")], help: ArgumentHelp(said("Mostra as falhas.", "Shows the faults.")))
  var list = false

  @Flag(help: ArgumentHelp(said("Uma linha de JSON por rodada.", "One line of JSON for each round.")))
  var json = false

  func validate() throws {
    if let rounds, rounds < 1 { throw ValidationError(said("--rounds quer mais que zero", "--rounds wants more than zero")) }
    if let minutes, !(minutes > 0) {
      throw ValidationError(said("--minutes quer mais que zero", "--minutes wants more than zero"))
    }
    for name in faults where Fault.named(name) == nil {
      throw ValidationError(
        said("não há a falha \(name); veja scripts/torture --list", "there is no fault \(name); see scripts/torture --list"))
    }
  }

  func run() async throws {
    if list {
      for fault in Fault.all {
        let obstacle = fault.obstacle().map { " (\(said("aqui não", "not here")): \(said($0)))" } ?? ""
        tell(fault.name.padded(to: 34) + said(fault.title) + obstacle)
      }
      return
    }
    let chosen = faults.isEmpty ? Fault.all : faults.compactMap(Fault.named)
    let campaign = Campaign(
      chosen, isByName: !faults.isEmpty, rounds: rounds ?? (minutes == nil ? 1 : .max), seed: seed ?? .random(in: 1...1_000_000),
      minutes: minutes, evidence: evidence, isJSON: json)
    try await campaign.run()
  }
}
