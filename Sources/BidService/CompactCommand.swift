package import ArgumentParser
import Glibc
import JournalKit
import ServiceKit
import SharedKernel

/// `ms-lance compactar`
package struct CompactCommand: ParsableCommand {
  package static var configuration: CommandConfiguration {
    .spoken(
      "compactar", "compact",
      abstract: said(
        "Tira do diário os lances de leilões encerrados há muito.", "Takes the bids of long closed auctions out of the journal."),
      discussion: said(
        """
        Com o serviço parado. Cada lance vira a sua decisão; o livro de cada leilão fica como \
        foi publicado. O resultado é comparado com o que havia antes, e se não for igual nada \
        muda. Faça antes uma cópia (ms-lance copiar).

        EXEMPLOS:
          ms-lance compactar
          ms-lance compactar --dias 90 --json
        """,
        """
        With the service stopped. Each bid becomes its decision; every auction's ledger stays \
        as it was published. The result is compared with what was there before, and unless \
        they are equal nothing changes. Make a copy first (ms-lance backup).

        EXAMPLES:
          ms-lance compact
          ms-lance compact --days 90 --json
        """))
  }

  @OptionGroup var house: HouseOptions
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
    let settings = try house.resolved(brokerUser: BooksJournal.principal.text)
    let check = JournalCheck<BooksJournal>(settings, json: json)
    guard access(check.path, F_OK) == 0 else { throw JournalError(.absent, check.path) }
    let journal = try Journal.open(
      folder: settings.dataPath, name: BooksJournal.principal.text, waitingForLock: false, onHeld: { _ in })
    let before = try journal.size()
    var progress = SpokenProgress(json: json)
    let outcome = try BooksCompaction.run(journal, closedBefore: SystemTime.reading.instant - .seconds(days * 86_400)) {
      progress.say($0, of: 3 * journal.entryCount)
    }
    let after = try journal.size()
    journal.close()
    if outcome != nil { _ = try check.tally(check.path) }
    report(outcome ?? BooksCompaction.Outcome(), from: before, to: after)
  }

  private func report(_ outcome: BooksCompaction.Outcome, from before: Int64, to after: Int64) {
    if json {
      var line = JSONLine()
      line.add("tipo", "compactacao")
      line.add("leiloes", outcome.auctions)
      line.add("lances_compactados", outcome.bids)
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
    tell(
      said(
        "compactado e conferido: \(outcome.auctions) leilões, \(outcome.bids) lances; de \(outcome.entriesBefore) entradas e "
          + "\(before) bytes para \(outcome.entriesAfter) entradas e \(after) bytes",
        "compacted and checked: \(outcome.auctions) auctions, \(outcome.bids) bids; from \(outcome.entriesBefore) entries and "
          + "\(before) bytes to \(outcome.entriesAfter) entries and \(after) bytes"))
  }
}
