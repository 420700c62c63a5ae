package import JournalKit
package import SharedKernel
import SigningKit

/// A service with a journal, as its journal's commands need to know it.
package protocol JournalOwner {
  /// Which of its journals, where it may have several.
  associatedtype Selection: JournalSelection = WholeJournal
  static var principal: PrincipalID { get }
  /// The executable's name.
  static var program: String { get }
  /// Replays the journal and compares what it holds with what follows from it; `keys` are the house's and the operators'.
  /// - Throws: the first thing that is wrong.
  static func audit(_ journal: JournalReader, keys: KeyRing, progress: (Int64) -> Void) throws -> JournalTally
  /// What compacting leaves of an auction, for the command's help.
  static var compacting: Sentence { get }
  /// Takes out of the journal what was closed before `instant`; `progress` hears how many entries were read, of three times all.
  static func compact(
    _ journal: Journal, closedBefore instant: Timestamp, progress: (Int64) -> Void
  ) throws -> CompactionOutcome
}

/// Looks at a journal from outside, whether its service runs or not.
package struct JournalCheck<Owner: JournalOwner> {
  private let settings: HouseSettings
  private let selection: Owner.Selection
  private let json: Bool

  package init(_ settings: HouseSettings, of selection: Owner.Selection, json: Bool) {
    (self.settings, self.selection, self.json) = (settings, selection, json)
  }

  package var path: String { "\(settings.dataPath)/\(selection.instance(of: Owner.principal)).sqlite" }

  /// Checks the service's own journal, or the one at `other`, and says what was found.
  /// - Throws: `ioError` with the first thing that is wrong, after it was told as a JSON line where one was asked for.
  package func run(_ other: String? = nil) throws {
    let path = other ?? path
    do {
      let journal = try JournalReader(path: path)
      if other == nil { try JournalDivision.check(selection.division, in: journal) }
      let tally = try tally(journal)
      var line = JSONLine()
      line.add("tipo", "verificacao")
      line.add("diario", path)
      line.add("confere", true)
      line.add("copia", journal.isCopy)
      for count in tally.counts { line.add(count.name, count.count) }
      if json { return tell(line.text) }
      tell(said("confere: \(path)", "agrees: \(path)"))
      if journal.isCopy {
        tell(
          said(
            "  é uma cópia de segurança: nenhum serviço a abre antes de \(Owner.program) restaurar",
            "  it is a backup: no service opens it before \(Owner.program) restore"))
      }
      for count in tally.counts { tell("  \(count.words): \(count.count)") }
    } catch let error where json {
      var line = JSONLine()
      line.add("tipo", "verificacao")
      line.add("diario", path)
      line.add("confere", false)
      line.add("problema", said(error))
      tell(line.text)
      throw error
    }
  }

  /// Quietly, for a command that is about to rely on it.
  package func tally(_ path: String) throws -> JournalTally {
    try tally(try JournalReader(path: path))
  }

  private func tally(_ journal: JournalReader) throws -> JournalTally {
    var progress = SpokenProgress(json: json)
    try journal.check()
    let keys = try LiveKeyRing(settings.keys).ring
    return try naming(journal.path) { try Owner.audit(journal, keys: keys) { progress.say($0, of: journal.entryCount) } }
  }
}

/// Tells on standard error how far a long piece of work has come, every two seconds.
package struct SpokenProgress {
  private let json: Bool
  private var last = ContinuousClock.now

  package init(json: Bool) { self.json = json }

  /// How many entries are done, of how many.
  package mutating func say(_ done: Int64, of all: Int64) {
    guard ContinuousClock.now - last >= .seconds(2) else { return }
    last = .now
    if json {
      var line = JSONLine()
      line.add("tipo", "andamento")
      line.add("feitas", done)
      line.add("entradas", all)
      CommandRunner.complain(line.text)
    } else {
      CommandRunner.complain(said("\(done) de \(all) entradas", "\(done) of \(all) entries"))
    }
  }
}
