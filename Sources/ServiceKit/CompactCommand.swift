package import ArgumentParser
import Glibc
import JournalKit
import SharedKernel

/// `compactar`
package struct CompactCommand<Owner: JournalOwner>: ParsableCommand {
  package static var configuration: CommandConfiguration {
    .spoken(
      "compactar", "compact",
      abstract: said(
        "Encurta no diário os leilões encerrados há muito.", "Shortens long closed auctions in the journal."),
      discussion: said(
        """
        Com o serviço parado. \(Owner.compacting.portuguese) O resultado é comparado com o que havia \
        antes, e se não for igual nada muda. Faça antes uma cópia (\(Owner.program) copiar).

        EXEMPLOS:
          \(Owner.program) compactar
          \(Owner.program) compactar --dias 90 --json
        """,
        """
        With the service stopped. \(Owner.compacting.english) The result is compared with what was there \
        before, and unless they are equal nothing changes. Make a copy first (\(Owner.program) backup).

        EXAMPLES:
          \(Owner.program) compact
          \(Owner.program) compact --days 90 --json
        """))
  }

  @OptionGroup var house: HouseOptions
  @OptionGroup var selection: Owner.Selection
  @Option(
    name: .spoken("dias", "days"),
    help: ArgumentHelp(
      said(
        "Só leilões encerrados há mais de tantos dias (0 a 36500).",
        "Only auctions closed more than so many days ago (0 to 36500)."),
      valueName: "N"))
  var days: Int64 = 30
  @Flag(help: ArgumentHelp(said("Responde em uma linha JSON.", "Answers with one JSON line."))) var json = false

  package init() {}

  package func validate() throws {
    guard (0...36_500).contains(days) else { throw ValidationError(said("--dias aceita 0 a 36500", "--days accepts 0 to 36500")) }
  }

  package func run() throws {
    let settings = try house.resolved(brokerUser: Owner.principal.text)
    let check = JournalCheck<Owner>(settings, of: selection, json: json)
    guard access(check.path, F_OK) == 0 else { throw JournalError(.absent, check.path) }
    let journal = try Journal.open(
      folder: settings.dataPath, name: selection.instance(of: Owner.principal), waitingForLock: false, onHeld: { _ in })
    try JournalDivision.check(selection.division, in: journal)
    let before = try journal.size()
    var progress = SpokenProgress(json: json)
    let presence = try PresenceFile(beside: journal)
    try presence.checkNothingIsMissing()
    // Before: a crash between the two must not leave a file that calls the shorter journal an old one.
    try PresenceFile.forgetCount(beside: journal.path)
    let outcome: CompactionOutcome
    do {
      outcome = try naming(journal.path) {
        try Owner.compact(journal, closedBefore: SystemTime.reading.instant - .seconds(days * 86_400)) {
          progress.say($0, of: 3 * journal.entryCount)
        }
      }
      presence.remember(journal.entryCount)
    } catch {
      // A full disk must not make an older journal welcome; what the file holds now is asked, since a commit may have failed halfway.
      if let left = try? JournalReader(path: journal.path) { presence.remember(left.entryCount) }
      throw error
    }
    let after = try journal.size()
    journal.close()
    if outcome.auctions > 0 { _ = try check.tally(check.path) }
    report(outcome, from: before, to: after)
  }

  private func report(_ outcome: CompactionOutcome, from before: Int64, to after: Int64) {
    if json {
      var line = JSONLine()
      line.add("tipo", "compactacao")
      line.add("leiloes", outcome.auctions)
      for part in outcome.parts { line.add(part.name, part.count) }
      line.add("entradas_antes", outcome.entriesBefore)
      line.add("entradas_depois", outcome.entriesAfter)
      line.add("bytes_antes", before)
      line.add("bytes_depois", after)
      return tell(line.text)
    }
    guard outcome.auctions > 0 else {
      return tell(
        said(
          "nada a compactar: nenhum leilão encerrado há mais de \(days) dias",
          "nothing to compact: no auction closed more than \(days) days ago"))
    }
    let parts = outcome.parts.map { ", \($0.count) \(said($0.words))" }.joined()
    tell(
      said(
        "compactado e conferido: \(outcome.auctions) leilões\(parts); de \(outcome.entriesBefore) entradas e "
          + "\(before) bytes para \(outcome.entriesAfter) entradas e \(after) bytes",
        "compacted and checked: \(outcome.auctions) auctions\(parts); from \(outcome.entriesBefore) entries and "
          + "\(before) bytes to \(outcome.entriesAfter) entries and \(after) bytes"))
  }
}
