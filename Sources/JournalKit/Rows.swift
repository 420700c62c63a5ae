import FoundationEssentials
import GRDB
import SharedKernel

/// Between rows and values: one prepared statement for each kind of row.
///
/// Text is bound and read as its UTF-8 bytes: GRDB binds a `String` as a C string, which ends at U+0000, and then two different
/// keys are one.
enum Rows {
  static func insert(
    _ entries: [(kind: String, body: [UInt8])], from first: Int64, into table: String = "entries", _ db: Database
  ) throws {
    if entries.isEmpty { return }
    let statement = try db.cachedStatement(sql: "INSERT INTO \(table) (number, kind, body) VALUES (?, CAST(? AS TEXT), ?)")
    for pack in EntryPack.split(entries) {
      let last = first + Int64(pack.endIndex) - 1
      statement.setUncheckedArguments([last, text(EntryPack.kind), Data(EntryPack.encode(pack))])
      try statement.execute()
    }
  }

  /// Rows of entries from this number on, each with its entries, in order; one row at a time in memory. `body` says whether to go on.
  static func forEachRow(
    of table: String, from number: Int64, _ path: String, _ db: Database, _ body: ([Entry]) throws -> Bool
  ) throws {
    let rows = try Row.fetchCursor(
      db.cachedStatement(sql: "SELECT number, kind, body FROM \(table) WHERE number >= ? ORDER BY number"), arguments: [number])
    while let row = try rows.next() {
      let (last, kind) = (row[0] as Int64, try text(row, 1))
      guard kind == EntryPack.kind else {
        if try body([Entry(number: last, kind: kind, body: try bytes(row, 2))]) { continue } else { return }
      }
      let pack = try row.withUnsafeData(atIndex: 2) { data in
        data.flatMap { data in data.withUnsafeBytes { EntryPack.decode($0, last: last) } }
      }
      guard let pack else {
        throw JournalError(
          .corrupt(Sentence("as entradas até \(last) são ilegíveis", "the entries up to \(last) are unreadable")), path)
      }
      guard try body(pack) else { return }
    }
  }

  static func insert(_ documents: [Document], _ db: Database) throws {
    if documents.isEmpty { return }
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO documents (collection, key, number, body) VALUES (CAST(? AS TEXT), CAST(? AS TEXT), ?, ?)
        """)
    for document in documents {
      statement.setUncheckedArguments([text(document.collection), text(document.key), document.number, Data(document.body)])
      try statement.execute()
    }
  }

  static func insert(_ messages: [OutgoingMessage], _ db: Database) throws -> [OutboxMessage] {
    if messages.isEmpty { return [] }
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO outbox (
          exchange, routing_key, mandatory, message_id, correlation_id, content_type, headers, body,
          kept_collection, kept_key, kept_number)
        VALUES (CAST(? AS TEXT), CAST(? AS TEXT), ?, CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), ?,
          CAST(? AS TEXT), CAST(? AS TEXT), ?)
        """)
    return try messages.map { message in
      statement.setUncheckedArguments([
        text(message.exchange), text(message.routingKey), message.isMandatory, message.messageID.map(text),
        message.correlationID.map(text), message.contentType.map(text), headers(message.headers),
        message.kept == nil ? Data(message.body) : Data(), message.kept.map { text($0.collection) },
        message.kept.map { text($0.key) }, message.kept?.number,
      ])
      try statement.execute()
      return OutboxMessage(id: db.lastInsertedRowID, message: message)
    }
  }

  static func delete(_ removals: [Removal], _ db: Database) throws {
    if removals.isEmpty { return }
    let statement = try db.cachedStatement(
      sql: "DELETE FROM documents WHERE collection = CAST(? AS TEXT) AND key = CAST(? AS TEXT) AND number <= ? AND number >= ?")
    for removal in removals {
      let first = removal.after.map { $0 == .max ? $0 : $0 + 1 } ?? .min
      guard removal.after.map({ $0 < removal.through }) ?? true else { continue }
      statement.setUncheckedArguments([text(removal.collection), text(removal.key), removal.through, first])
      try statement.execute()
    }
  }

  static func deleteOutbox(_ ids: [Int64], _ db: Database) throws {
    let statement = try db.cachedStatement(sql: "DELETE FROM outbox WHERE id = ?")
    for id in ids {
      statement.setUncheckedArguments([id])
      try statement.execute()
    }
  }

  /// Headers as one text: names and values in order of name, separated by U+001F, pairs by U+001E; neither stands in a header.
  private static func headers(_ headers: [String: String]) -> Data {
    func clean(_ text: String) -> String { String(text.filter { $0 != pairSeparator && $0 != valueSeparator }) }
    let pairs = headers.sorted { $0.key < $1.key }.map { "\(clean($0.key))\(valueSeparator)\(clean($0.value))" }
    return text(pairs.joined(separator: String(pairSeparator)))
  }

  static func headers(_ row: Row, _ column: Int) throws -> [String: String] {
    let pairs = try text(row, column).split(separator: pairSeparator).map {
      $0.split(separator: valueSeparator, maxSplits: 1, omittingEmptySubsequences: false)
    }
    return Dictionary(pairs.compactMap { $0.count == 2 ? (String($0[0]), String($0[1])) : nil }) { $1 }
  }

  private static let pairSeparator: Character = "\u{1e}"
  private static let valueSeparator: Character = "\u{1f}"

  static func text(_ text: String) -> Data { Data(text.utf8) }

  static func text(_ row: Row, _ column: Int) throws -> String { try optionalText(row, column) ?? "" }

  /// Nil for NULL.
  static func optionalText(_ row: Row, _ column: Int) throws -> String? {
    try row.withUnsafeData(atIndex: column) { data in data.map { String(decoding: $0, as: UTF8.self) } }
  }

  /// A blob's bytes, copied once.
  static func bytes(_ row: Row, _ column: Int) throws -> [UInt8] {
    try row.withUnsafeData(atIndex: column) { data in data.map { [UInt8]($0) } ?? [] }
  }

  /// A document's bytes; nil where there is none.
  static func body(of place: DocumentPlace, _ db: Database) throws -> [UInt8]? {
    let rows = try Row.fetchCursor(
      db.cachedStatement(
        sql: "SELECT body FROM documents WHERE collection = CAST(? AS TEXT) AND key = CAST(? AS TEXT) AND number = ?"),
      arguments: [text(place.collection), text(place.key), place.number])
    return try all(rows) { try bytes($0, 0) }.first
  }

  /// Of three columns; nil where the first is NULL.
  static func place(_ row: Row, _ column: Int) throws -> DocumentPlace? {
    guard let collection = try optionalText(row, column) else { return nil }
    // No document has a negative number: what should name one and does not is missing.
    return DocumentPlace(collection: collection, key: try text(row, column + 1), number: row[column + 2] as Int64? ?? -1)
  }

  static func all<T>(_ rows: RowCursor, _ value: (Row) throws -> T) throws -> [T] {
    var values: [T] = []
    while let row = try rows.next() { values.append(try value(row)) }
    return values
  }
}
