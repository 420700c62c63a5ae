package import GRDB
import SharedKernel

/// What can be read of a journal, by the one who writes it and by who only looks.
package protocol JournalReading {
  /// The journal's file.
  var path: String { get }
  /// How many entries are committed, as far as the reader knows; the number of the last one.
  var entryCount: Int64 { get }
  /// Reads one committed state. GRDB's own type: what is read is asked for by the methods below.
  func read<T>(_ body: (Database) throws -> T) throws(JournalError) -> T
}

extension JournalReading {
  /// Every entry from this number on, in order, a few hundred at a time in memory. What `body` throws comes out as it is.
  ///
  /// Ends at the entry that was the last one when this began. Nothing is held back meanwhile: a service may start, write and
  /// put its log away while its journal is read.
  package func forEachEntry(from number: Int64, _ body: (Entry) throws -> Void) throws {
    var expected = max(1, number)
    let last = entryCount
    while expected <= last {
      let page = try entries(expected...last)
      for entry in page {
        guard entry.number == expected else { throw misplaced(entry.number, after: expected - 1) }
        expected += 1
        try body(entry)
      }
      if page.isEmpty {
        throw JournalError(
          .corrupt(
            Sentence("falta a entrada \(expected), a última é a \(last)", "entry \(expected) is missing, \(last) is the last one")
          ), path)
      }
    }
  }

  /// The first of them: a few hundred.
  private func entries(_ range: ClosedRange<Int64>) throws(JournalError) -> [Entry] {
    try read { db in
      var entries: [Entry] = []
      try Rows.forEachRow(of: "entries", from: range.lowerBound, path, db) { row in
        entries += row.lazy.filter { range.contains($0.number) }
        return entries.count < EntryPack.size && row[row.count - 1].number < range.upperBound
      }
      return entries
    }
  }

  package func document(_ collection: String, _ key: String, _ number: Int64) throws(JournalError) -> [UInt8]? {
    try read { db in try Rows.body(of: DocumentPlace(collection: collection, key: key, number: number), db) }
  }

  /// Those under these keys and numbers, in this order; nil where there is none.
  package func documents(_ collection: String, at places: [(key: String, number: Int64)]) throws(JournalError) -> [[UInt8]?] {
    try read { db in
      try places.map { try Rows.body(of: DocumentPlace(collection: collection, key: $0.key, number: $0.number), db) }
    }
  }

  /// By number, from this one on.
  package func documents(
    _ collection: String, _ key: String, from number: Int64, limit: Int
  ) throws(JournalError) -> [Document] {
    try read { db in
      let rows = try Row.fetchCursor(
        db.cachedStatement(
          sql: """
            SELECT number, body FROM documents WHERE collection = CAST(? AS TEXT) AND key = CAST(? AS TEXT) AND number >= ?
            ORDER BY number LIMIT ?
            """),
        arguments: [Rows.text(collection), Rows.text(key), number, max(0, limit)])
      return try Rows.all(rows) { row in
        Document(collection: collection, key: key, number: row[0], body: try Rows.bytes(row, 1))
      }
    }
  }

  /// By number, from this one down: the newest first.
  package func lastDocuments(
    _ collection: String, _ key: String, through number: Int64 = .max, limit: Int
  ) throws(JournalError) -> [Document] {
    try read { db in
      let rows = try Row.fetchCursor(
        db.cachedStatement(
          sql: """
            SELECT number, body FROM documents WHERE collection = CAST(? AS TEXT) AND key = CAST(? AS TEXT) AND number <= ?
            ORDER BY number DESC LIMIT ?
            """),
        arguments: [Rows.text(collection), Rows.text(key), number, max(0, limit)])
      return try Rows.all(rows) { row in
        Document(collection: collection, key: key, number: row[0], body: try Rows.bytes(row, 1))
      }
    }
  }

  /// The keys of a collection that come after this one, in the order of their UTF-8 bytes.
  package func keys(_ collection: String, after key: String?, limit: Int) throws(JournalError) -> [String] {
    try read { db in
      // One step down the index for each key: DISTINCT would walk over every number of it.
      let first = "SELECT min(key) FROM documents WHERE collection = CAST(? AS TEXT)"
      let next = "SELECT min(key) FROM documents WHERE collection = CAST(? AS TEXT) AND key > CAST(? AS TEXT)"
      var keys: [String] = []
      var last = key
      while keys.count < limit {
        let rows =
          if let last {
            try Row.fetchCursor(db.cachedStatement(sql: next), arguments: [Rows.text(collection), Rows.text(last)])
          } else {
            try Row.fetchCursor(db.cachedStatement(sql: first), arguments: [Rows.text(collection)])
          }
        guard let found = try Rows.all(rows, { try Rows.optionalText($0, 0) }).first ?? nil else { break }
        keys.append(found)
        last = found
      }
      return keys
    }
  }

  /// How many documents a collection holds under a key, between two numbers.
  package func documentCount(_ collection: String, _ key: String, in range: ClosedRange<Int64>) throws(JournalError) -> Int64 {
    try read { db in
      try Int64.fetchOne(
        db,
        sql: """
          SELECT count(*) FROM documents WHERE collection = CAST(? AS TEXT) AND key = CAST(? AS TEXT) AND number BETWEEN ? AND ?
          """, arguments: [Rows.text(collection), Rows.text(key), range.lowerBound, range.upperBound]) ?? 0
    }
  }

  /// What is not yet marked as sent, in the order it was committed.
  package func pendingOutbox(after id: Int64, limit: Int) throws(JournalError) -> [OutboxMessage] {
    try read { db in
      let kept = try Schema.namesDocuments(db) ? "kept_collection, kept_key, kept_number" : "NULL, NULL, NULL"
      let rows = try Row.fetchCursor(
        db.cachedStatement(
          sql: """
            SELECT id, exchange, routing_key, mandatory, message_id, correlation_id, content_type, headers, body, \(kept)
            FROM outbox WHERE id > ? ORDER BY id LIMIT ?
            """),
        arguments: [id, max(0, limit)])
      return try Rows.all(rows) { row in
        let place = try Rows.place(row, 9)
        let body = try place.map { try Rows.body(of: $0, db) } ?? Rows.bytes(row, 8)
        guard let body else {
          throw JournalError(
            .corrupt(
              Sentence(
                "falta o documento da mensagem \(row[0] as Int64)", "the document of message \(row[0] as Int64) is missing")),
            path)
        }
        return OutboxMessage(
          id: row[0],
          message: OutgoingMessage(
            exchange: try Rows.text(row, 1), routingKey: try Rows.text(row, 2), isMandatory: row[3],
            messageID: try Rows.optionalText(row, 4), correlationID: try Rows.optionalText(row, 5),
            contentType: try Rows.optionalText(row, 6), headers: try Rows.headers(row, 7), body: body, kept: place))
      }
    }
  }

  /// Reads all of it: SQLite's own check, and that no entry is missing. Takes time in proportion to the file.
  package func check() throws(JournalError) {
    try read { db in
      let findings = try String.fetchAll(db, sql: "PRAGMA integrity_check(3)")
      guard findings == ["ok"] else {
        throw JournalError(.corrupt(Sentence(verbatim: findings.joined(separator: "; "))), path)
      }
      var last: Int64 = 0
      try Rows.forEachRow(of: "entries", from: .min, path, db) { entries in
        for entry in entries {
          guard entry.number == last + 1 else { throw misplaced(entry.number, after: last) }
          last = entry.number
        }
        return true
      }
    }
  }

  /// Entries are numbered from 1, without gaps.
  private func misplaced(_ number: Int64, after last: Int64) -> JournalError {
    JournalError(
      .corrupt(
        Sentence("falta a entrada \(last + 1), depois vem a \(number)", "entry \(last + 1) is missing, \(number) follows")), path)
  }
}
