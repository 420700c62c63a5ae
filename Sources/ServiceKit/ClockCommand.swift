package import ArgumentParser
import Glibc
import JournalKit
import NTPKit
import SharedKernel

/// `relogio` of a service with a journal: its clock as it left it, and as it was.
package struct ClockCommand<Owner: JournalOwner>: ParsableCommand {
  package static var configuration: CommandConfiguration {
    .spoken(
      "relogio", "clock",
      abstract: said("Mostra o relógio do serviço e os seus servidores.", "Shows the service's clock and its servers."),
      discussion: said(
        """
        Não pergunta nada a ninguém: mostra o que o serviço deixou, e há quanto tempo. \
        \(ClockWords.marks.portuguese)

        \(ClockWords.codes.portuguese)

        EXEMPLOS:
          \(Owner.program) relogio
          \(Owner.program) relogio --json
          \(Owner.program) relogio --historico 20      # o que o diário guardou
          \(Owner.program) relogio --em 2026-12-01T18:00:00-03:00
        """,
        """
        Asks nobody anything: shows what the service left, and how long ago. \
        \(ClockWords.marks.english)

        \(ClockWords.codes.english)

        EXAMPLES:
          \(Owner.program) clock
          \(Owner.program) clock --json
          \(Owner.program) clock --history 20          # what the journal kept
          \(Owner.program) clock --at 2026-12-01T18:00:00-03:00
        """))
  }

  @OptionGroup var house: HouseOptions
  @OptionGroup var selection: Owner.Selection
  @Option(
    name: .spoken("historico", "history"),
    help: ArgumentHelp(
      said("Os últimos N registros do diário, do mais velho ao mais novo.", "The journal's last N records, oldest first."),
      valueName: "N"))
  var history: Int?
  @Option(
    name: .spoken("em", "at"),
    help: ArgumentHelp(
      said(
        "Os registros do diário antes e depois deste instante: quão bom era o relógio num fechamento.",
        "The journal's records before and after this instant: how good the clock was around a close."),
      valueName: said("INSTANTE", "INSTANT")))
  var instant: String?
  @Option(
    name: .spoken("diario", "journal"),
    help: ArgumentHelp(
      said("Com --historico e --em: este diário ou cópia.", "With --history and --at: this journal or copy."),
      valueName: said("ARQUIVO", "FILE")), completion: .file())
  var journal: String?
  @Flag(help: ArgumentHelp(said("Responde em linhas JSON.", "Answers with JSON lines."))) var json = false

  package init() {}

  package func validate() throws {
    if let history, !(1...Int(SyncRecords.most)).contains(history) {
      throw ValidationError(
        said("--historico aceita 1 a \(SyncRecords.most)", "--history accepts 1 to \(SyncRecords.most)"))
    }
    if let instant, TimeText.instant(instant) == nil {
      throw ValidationError(
        said(
          "--em: “\(instant)” não serve; aceito: 2026-12-01T18:00:00-03:00",
          "--at: “\(instant)” is not accepted; accepted: 2026-12-01T18:00:00-03:00"))
    }
    guard history == nil || instant == nil else {
      throw ValidationError(said("--historico ou --em, não os dois", "--history or --at, not both"))
    }
    guard journal == nil || history != nil || instant != nil else {
      throw ValidationError(said("--diario só vale com --historico ou --em", "--journal only goes with --history or --at"))
    }
  }

  package func run() throws {
    let settings = try house.resolved(brokerUser: Owner.principal.text)
    let instance = selection.instance(of: Owner.principal)
    let path = "\(settings.dataPath)/\(instance).sqlite"
    if let history {
      let records = try SyncRecords.last(history, in: try JournalReader(path: journal ?? path)).reversed().map(\.record)
      return try tell(records, none: said("o diário não tem registros do relógio", "the journal has no records of the clock"))
    }
    if let instant = instant.flatMap(TimeText.instant) {
      let (before, after) = try SyncRecords.around(instant, in: try JournalReader(path: journal ?? path))
      return try tell(
        [before, after].compactMap(\.self),
        none: said("o diário não tem registros do relógio", "the journal has no records of the clock"))
    }
    try ClockView(
      program: instance,
      without: Sentence("nada se sabe do relógio: nunca serviu aqui", "nothing is known of its clock: it never served here"),
      needsRecord: true, found: try found(instance, path, settings), present: PresenceFile.last(beside: path),
      cached: CachedTime(of: settings.time, in: settings.anchorFile), wantsNoServers: settings.time == .none,
      systemNow: SystemTime.reading.instant
    ).show(json: json)
  }

  /// The file that the running service rewrites; of one that does not run, the journal's last record where that is the newer one.
  private func found(_ instance: String, _ path: String, _ settings: HouseSettings) throws -> ClockView.Found? {
    let left = ClockFile.ofService(instance, in: settings.dataPath).read().map { ClockView.Found($0) }
    if let left, left.standing == .current { return left }
    guard access(path, F_OK) == 0,
      let kept = try SyncRecords.last(1, in: try JournalReader(path: path)).first?.record
    else { return left }
    guard let left, kept.reading.instant <= left.record.reading.instant else { return ClockView.Found(kept, .journal) }
    return left
  }

  private func tell(_ records: [SyncRecord], none: String) throws {
    guard !records.isEmpty else {
      CommandRunner.complain(none)
      throw ExitStatus.unknown
    }
    for record in records {
      if json {
        for line in ClockView.jsonLines(record) { ServiceKit.tell(line) }
        continue
      }
      let bound = record.reading.isDisciplined ? ", ± \(SpanText.bound(record.reading.uncertainty))" : ""
      ServiceKit.tell("\(TimeText.rfc3339(record.reading.instant)): \(said(record.reading.status.words))\(bound)")
      for line in ClockView.table(record) { ServiceKit.tell(line) }
    }
  }
}

extension ClockView {
  /// - Throws: the status to leave with, where it is not `ok`.
  func show(json: Bool) throws {
    for line in json ? jsonLines : lines { tell(line) }
    guard verdict == .ok else { throw verdict }
  }
}

enum ClockWords {
  static let marks = Sentence(
    "À esquerda de cada servidor: * conta, x a maioria o contradiz, ? nada diz que conte; a última coluna diz por quê.",
    "Left of each server: * counts, x the majority contradicts it, ? says nothing that counts; the last column says why.")
  static let codes = Sentence(
    """
    Sai com 0 se o relógio serve agora, 1 se não serve, 3 se só se sabe como ele era, ou nada (no diário: nenhum registro), \
    64, 69, 74 e 78 como sempre.
    """,
    """
    Ends with 0 if the clock can be used now, 1 if it cannot, 3 if only its past is known, or nothing (in the journal: no record), \
    64, 69, 74 and 78 as ever.
    """)
}
