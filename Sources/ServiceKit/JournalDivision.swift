package import ArgumentParser
package import JournalKit
package import SharedKernel

/// Which of a service's journals a command is about: most services have one.
package protocol JournalSelection: ParsableArguments {
  /// What part of the house the journal is of, as the journal remembers it; nil: the whole.
  var division: String? { get }
  /// What the journal's files are called, and its service in logs and at the broker.
  func instance(of principal: PrincipalID) -> String
}

/// The one journal of a service that has one.
package struct WholeJournal: JournalSelection {
  package init() {}
  package var division: String? { nil }
  package func instance(of principal: PrincipalID) -> String { principal.text }
}

/// A journal remembers, among its documents, which part of the house it is of: under another it would contradict what it said.
package enum JournalDivision {
  private static let collection = "particao"

  /// Writes it into a journal that holds nothing yet, and compares it with what any other remembers.
  /// - Throws: a configuration failure when it is another part's, or the whole's.
  package static func claim(_ division: String?, in journal: Journal) throws {
    if let division, journal.entryCount == 0, try known(in: journal) == nil {
      let mark = Document(collection: collection, key: "", number: 0, body: Array(division.utf8))
      _ = try journal.commit(Commit(documents: [mark]))
    }
    try check(division, in: journal)
  }

  /// - Throws: a configuration failure when it is another part's, or the whole's.
  package static func check(_ division: String?, in journal: some JournalReading) throws {
    let known = try known(in: journal)
    guard known != division else { return }
    let whole = said("da casa inteira", "the whole house's")
    func name(_ division: String?) -> String { division.map { said("da partição \($0)", "partition \($0)'s") } ?? whole }
    throw Failure(
      .configuration,
      said(
        "o diário \(journal.path) é \(name(known)), e não \(name(division)): quantas partições a casa tem não muda enquanto há leilões",
        "the journal \(journal.path) is \(name(known)), not \(name(division)): how many partitions a house has does not change while there are auctions"
      ))
  }

  private static func known(in journal: some JournalReading) throws -> String? {
    try journal.document(collection, "", 0).map { String(decoding: $0, as: UTF8.self) }
  }
}
