import ArgumentParser
import ServiceKit
import SuiteTesting

/// Plays simulated histories of the whole suite, one for each seed.
struct SimulateCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "scripts/simulate",
      abstract: said(
        "Simula a suíte inteira: cada semente é uma história com falhas.",
        "Simulates the whole suite: each seed is a history with faults."),
      discussion: said(
        """
        Toca as sementes em todos os núcleos, confere os invariantes no fim de cada uma e conta \
        os ramos raros que alcançou. Uma semente que falha é mostrada com o comando que a repete. \
        Ver docs/simulation.md.

        SAÍDA: 0 tudo certo, 1 um invariante foi violado (ou uma sabotagem não foi achada), 64 \
        uso errado.

        EXEMPLOS:
          scripts/simulate                    # 100 sementes ainda não vistas
          scripts/simulate --seed 1 --seeds 10000
          scripts/simulate --minutes 30
          scripts/simulate --seed 4711        # repete uma e mostra o que houve
          scripts/simulate --sabotage all     # planta erros; em quantas se acham
        """,
        """
        Plays the seeds on all cores, checks the invariants at the end of each, and counts \
        the rare branches that were reached. A seed that fails is shown with the command that \
        replays it. See docs/simulation.md.

        EXIT STATUS: 0 all is well, 1 an invariant was violated (or a planted bug was not \
        found), 64 wrong usage.

        EXAMPLES:
          scripts/simulate                    # 100 fresh seeds
          scripts/simulate --seed 1 --seeds 10000
          scripts/simulate --minutes 30
          scripts/simulate --seed 4711        # replays one, shows what happened
          scripts/simulate --sabotage all     # plants bugs; after how many found
        """))
  }

  @Option(
    name: [.customLong("seeds"), .customLong("sementes")],
    help: ArgumentHelp(said("Quantas sementes.", "How many seeds."), valueName: "N"))
  var seeds: UInt64?

  @Option(
    name: [.customLong("seed"), .customLong("semente")],
    help: ArgumentHelp(said("A primeira semente; sozinha, só ela.", "The first seed; alone, only this one."), valueName: "S"))
  var seed: UInt64?

  @Option(
    name: [.customLong("minutes"), .customLong("minutos")],
    help: ArgumentHelp(said("Por quanto tempo, no máximo.", "For how long at most."), valueName: "M"))
  var minutes: Double?

  @Option(
    help: ArgumentHelp(
      said("Planta um erro, ou cada um (all).", "Plants a bug, or each of them (all)."), valueName: said("NOME", "NAME")))
  var sabotage: String?

  @Option(
    name: [.customLong("workers"), .customLong("linhas")],
    help: ArgumentHelp(
      said("Quantas ao mesmo tempo (padrão: os núcleos).", "How many at once (default: the cores)."), valueName: "N"))
  var workers: Int?

  @Flag(help: ArgumentHelp(said("Uma linha de JSON por semente.", "One line of JSON for each seed.")))
  var json = false

  func validate() throws {
    if let minutes, !(minutes > 0) {
      throw ValidationError(said("--minutes quer mais que zero", "--minutes wants more than zero"))
    }
    if let seeds, seeds == 0 { throw ValidationError(said("--seeds quer mais que zero", "--seeds wants more than zero")) }
    if let workers, !(1...64).contains(workers) {
      throw ValidationError(said("--workers aceita 1 a 64", "--workers accepts 1 to 64"))
    }
    if let sabotage, sabotage != "all", Sabotage(rawValue: sabotage) == nil {
      let known = Sabotage.allCases.map(\.rawValue).joined(separator: " ")
      throw ValidationError(said("--sabotage aceita all ou um de: \(known)", "--sabotage accepts all or one of: \(known)"))
    }
  }

  func run() async throws {
    let first = seed ?? UInt64.random(in: 1...1_000_000_000)
    if let sabotage {
      let planted = Sabotage(rawValue: sabotage).map { [$0] } ?? Sabotage.allCases
      try hunt(planted, from: seed ?? 1, most: seeds ?? 500)
    } else if seed != nil, seeds == nil, minutes == nil {
      try Replay(seed: first).show()
    } else {
      let count = seeds ?? (minutes == nil ? 100 : .max - first)
      let campaign = Campaign(first: first, count: count, minutes: minutes, workers: workers, isJSON: json)
      try await campaign.run()
    }
  }

  /// Plays seeds under each planted bug until one shows it.
  private func hunt(_ planted: [Sabotage], from first: UInt64, most: UInt64) throws {
    var isAllFound = true
    for sabotage in planted {
      var played: UInt64 = 0
      var found: PlayedHistory?
      while found == nil, played < most {
        let history = try PlayedHistory(seed: first + played, sabotage: sabotage)
        played += 1
        if !history.violations.isEmpty { found = history }
      }
      isAllFound = isAllFound && found != nil
      let invariants = Set(found?.violations.map(\.invariant) ?? []).sorted().map(String.init).joined(separator: ", ")
      let name = sabotage.rawValue.padded(to: 26)
      guard let found, let violation = found.violations.first else {
        tell("\(name) \(said("NÃO ACHADO em \(played) sementes", "NOT FOUND in \(played) seeds")) (\(sabotage.title))")
        continue
      }
      tell(
        "\(name) \(said("achado após \(played) semente(s), invariantes \(invariants)", "found after \(played) seed(s), invariants \(invariants)"))"
          + " (\(sabotage.title))\n    \(violation)")
    }
    if !isAllFound { throw ExitStatus.refused }
  }
}
