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
