import GRDB
import SharedKernel

extension Journal {
  /// Every entry from this number on, in order, one at a time in memory. What `body` throws comes out as it is.
  ///
  /// Reads one state throughout: what is committed meanwhile is not seen. `body` must not use the journal.
  package func forEachEntry(from number: Int64, _ body: (Entry) throws -> Void) throws {
    try stream { db in
      var expected = max(1, number)
      let rows = try Row.fetchCursor(
        db.cachedStatement(sql: "SELECT number, kind, body FROM entries WHERE number >= ? ORDER BY number"),
        arguments: [expected])
      while let row = try rows.next() {
        let entry = Entry(number: row[0], kind: try Rows.text(row, 1), body: try Rows.bytes(row, 2))
        guard entry.number == expected else {
          throw JournalError(
            .corrupt(
              Sentence(
                "falta a entrada \(expected), depois vem a \(entry.number)",
                "entry \(expected) is missing, \(entry.number) follows")), path)
        }
        expected += 1
        try body(entry)
      }
    }
  }

  package func document(_ collection: String, _ key: String, _ number: Int64) throws(JournalError) -> [UInt8]? {
    try read { db in
      let rows = try Row.fetchCursor(
        db.cachedStatement(
          sql: "SELECT body FROM documents WHERE collection = CAST(? AS TEXT) AND key = CAST(? AS TEXT) AND number = ?"),
        arguments: [Rows.text(collection), Rows.text(key), number])
      return try Rows.all(rows) { try Rows.bytes($0, 0) }.first
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

  /// What is not yet marked as sent, in the order it was committed.
  package func pendingOutbox(after id: Int64, limit: Int) throws(JournalError) -> [OutboxMessage] {
    try read { db in
      let rows = try Row.fetchCursor(
        db.cachedStatement(
          sql: """
            SELECT id, exchange, routing_key, mandatory, message_id, correlation_id, content_type, headers, body FROM outbox
            WHERE id > ? ORDER BY id LIMIT ?
            """),
        arguments: [id, max(0, limit)])
      return try Rows.all(rows) { row in
        OutboxMessage(
          id: row[0],
          message: OutgoingMessage(
            exchange: try Rows.text(row, 1), routingKey: try Rows.text(row, 2), isMandatory: row[3],
            messageID: try Rows.optionalText(row, 4), correlationID: try Rows.optionalText(row, 5),
            contentType: try Rows.optionalText(row, 6), headers: try Rows.headers(row, 7), body: try Rows.bytes(row, 8)))
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
      guard let row = try Row.fetchOne(db, sql: "SELECT count(*), ifnull(min(number), 1), ifnull(max(number), 0) FROM entries")
      else { return }
      let (count, first, last): (Int64, Int64, Int64) = (row[0], row[1], row[2])
      guard first == 1, last == count else {
        throw JournalError(
          .corrupt(
            Sentence(
              "\(count) entradas, mas numeradas de \(first) a \(last)", "\(count) entries, but numbered \(first) to \(last)")),
          path)
      }
    }
  }
}
