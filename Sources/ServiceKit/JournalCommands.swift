package import ArgumentParser
import Glibc
import JournalKit
package import SharedKernel

/// `--verificar`: a service's command checks its journal instead of serving.
package struct CheckOptions: ParsableArguments {
  @Flag(
    name: .spoken("verificar", "verify"),
    help: ArgumentHelp(
      said(
        "Confere o diário, sem mudar nada, e termina: 0 se confere, 74 se não.",
        "Checks the journal, changing nothing, and ends: 0 if it agrees, 74 if not.")))
  package var isWanted = false

  @Option(
    name: .spoken("diario", "journal"),
    help: ArgumentHelp(
      said("Com --verificar: este diário ou cópia.", "With --verify: this journal or copy."), valueName: said("ARQUIVO", "FILE")),
    completion: .file())
  var journal: String?

  @Flag(help: ArgumentHelp(said("Com --verificar: responde em uma linha JSON.", "With --verify: answers with one JSON line.")))
  var json = false

  package init() {}

  package func validate() throws {
    guard isWanted || journal == nil && !json else {
      throw ValidationError(
        said("--diario e --json só valem com --verificar", "--journal and --json only go with --verify"))
    }
  }

  package func run<Owner: JournalOwner>(_ owner: Owner.Type, _ selection: Owner.Selection, _ house: HouseOptions) throws {
    let settings = try house.resolved(brokerUser: Owner.principal.text)
    try JournalCheck<Owner>(settings, of: selection, json: json).run(journal)
  }
}

/// `copiar`: a copy of the journal, also while its service runs.
package struct CopyCommand<Owner: JournalOwner>: ParsableCommand {
  package static var configuration: CommandConfiguration {
    .spoken(
      "copiar", "backup",
      abstract: said("Copia o diário, com o serviço de pé ou parado.", "Copies the journal, with the service up or down."),
      discussion: said(
        """
        A cópia é um arquivo só, de um instante só, conferida depois de gravada. \
        Nunca sobrescreve. Nenhum serviço a abre: quem a põe de volta é restaurar.

        EXEMPLO:
          \(Owner.program) copiar /copias/\(Owner.principal)-2026-12-01.sqlite
        """,
        """
        The copy is one file, of one instant, checked after it was written. Nothing is overwritten. \
        No service opens it: restore puts it back.

        EXAMPLE:
          \(Owner.program) backup /copies/\(Owner.principal)-2026-12-01.sqlite
        """))
  }

  @OptionGroup var house: HouseOptions
  @OptionGroup var selection: Owner.Selection
  @Argument(
    help: ArgumentHelp(said("O arquivo a criar.", "The file to make."), valueName: said("ARQUIVO", "FILE")), completion: .file())
  var target: String
  @Flag(help: ArgumentHelp(said("Responde em uma linha JSON.", "Answers with one JSON line."))) var json = false

  package init() {}

  package func run() throws {
    let check = JournalCheck<Owner>(try house.resolved(brokerUser: Owner.principal.text), of: selection, json: json)
    let size = try JournalCopy.make(of: check.path, at: target)
    let tally = try check.tally(target)
    guard json else {
      return tell(
        said("copiado e conferido: \(target) (\(size) bytes)", "copied and checked: \(target) (\(size) bytes)"))
    }
    var line = JSONLine()
    line.add("tipo", "copia")
    line.add("diario", check.path)
    line.add("copia", target)
    line.add("bytes", size)
    for count in tally.counts { line.add(count.name, count.count) }
    tell(line.text)
  }
}

/// `restaurar`: puts a copy in the place of a journal that was lost.
package struct RestoreCommand<Owner: JournalOwner>: ParsableCommand {
  package static var configuration: CommandConfiguration {
    .spoken(
      "restaurar", "restore",
      abstract: said("Põe uma cópia no lugar do diário perdido.", "Puts a copy in the place of a lost journal."),
      discussion: said(
        """
        Com o serviço parado e sem diário na pasta. No próximo início, os leilões que estavam \
        abertos na cópia, ou que já deviam ter aberto, são cancelados: o que a casa disse \
        depois da cópia está com os licitantes, e não se continua.

        EXEMPLO:
          \(Owner.program) restaurar /copias/\(Owner.principal)-2026-12-01.sqlite
        """,
        """
        With the service stopped and no journal in the folder. At the next start the auctions \
        that were open in the copy, or should have opened since, are cancelled: what the house \
        said after the copy is with the bidders, and nothing goes on.

        EXAMPLE:
          \(Owner.program) restore /copies/\(Owner.principal)-2026-12-01.sqlite
        """))
  }

  @OptionGroup var house: HouseOptions
  @OptionGroup var selection: Owner.Selection
  @Argument(help: ArgumentHelp(said("A cópia.", "The copy."), valueName: said("ARQUIVO", "FILE")), completion: .file())
  var copy: String

  package init() {}

  package func run() throws {
    let settings = try house.resolved(brokerUser: Owner.principal.text)
    let check = JournalCheck<Owner>(settings, of: selection, json: false)
    _ = try check.tally(copy)
    try JournalDivision.check(selection.division, in: try JournalReader(path: copy))
    try JournalCopy.restore(
      copy, folder: settings.dataPath, name: selection.instance(of: Owner.principal),
      appending: RestoredMark.entries(at: SystemTime.reading))
    // After: what was refused has changed nothing. A crash between the two leaves a journal that is refused, and restored again.
    try PresenceFile.forgetCount(beside: check.path)
    tell(
      said(
        "restaurado: \(check.path). Ao subir, \(Owner.program) cancela o que estava aberto na cópia ou já devia ter aberto.",
        "restored: \(check.path). When it starts, \(Owner.program) cancels what was open in the copy or should have opened."))
  }
}

/// The system's clock, for work without a service.
package enum SystemTime {
  package static var reading: ClockReading {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let now = Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    return ClockReading(now, uncertainty: .zero, status: .systemClock)
  }
}
