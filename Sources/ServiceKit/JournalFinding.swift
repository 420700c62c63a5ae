package import JournalKit

/// What is wrong with a journal, in a sentence; a check ends at the first.
package func journalProblem(_ portuguese: String, _ english: String) -> Failure {
  Failure(.ioError, said("o diário não confere: " + portuguese, "the journal does not agree with itself: " + english))
}

/// What a check has counted, in the order in which it was told.
package struct JournalTally {
  package private(set) var counts: [(name: String, words: String, count: Int64)] = []

  package init() {}

  /// - Parameters:
  ///   - name: the member of the JSON line.
  ///   - words: what was counted, for people.
  package mutating func add(_ name: String, _ words: String, _ count: Int64) { counts.append((name, words, count)) }
}

/// Says of which journal a problem is.
package func naming<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
  do {
    return try body()
  } catch let failure as Failure {
    throw Failure(failure.status, "\(path): \(failure.sentence)")
  }
}

/// The body of an entry is not what its kind promises.
package func unreadableEntry(_ entry: Entry) -> Failure {
  Failure(
    .ioError,
    said(
      "o diário tem uma entrada ilegível (\(entry.number), \(entry.kind))",
      "the journal holds an unreadable entry (\(entry.number), \(entry.kind))"))
}

/// A program never writes entries of this kind: the journal is another one's.
package func foreignEntry(_ entry: Entry, to program: String) -> Failure {
  Failure(
    .ioError,
    said(
      "não é um diário de \(program): a entrada \(entry.number) (\(entry.kind)) é de outro programa",
      "this is no journal of \(program): entry \(entry.number) (\(entry.kind)) is another program's"))
}
