import GRDB
import Glibc
import SharedKernel

/// The tables, and how a file says that it is a journal.
enum Schema {
  /// In `user_version`; a later one is refused, an earlier one is brought here.
  ///
  /// - 1: the first.
  /// - 2: the same tables. Journals hold kinds of entries, and lack documents, that a program of version 1 does not know:
  ///   it must refuse them whole instead of stopping in the midst of them.
  /// - 3: the same tables; again other kinds of entries (accepted bids without their envelopes).
  /// - 4: the same tables; openings without their envelopes, compacted auctions without their result's.
  /// - 5: entries that are committed together are one row (`EntryPack`); a message of the outbox may name a document instead of
  ///   holding its bytes.
  /// - 6: the same tables; suspensions count, which an older program would replay without effect; receipts that a result commits to
  ///   are kept, which an older program would take for lost or take out.
  /// - 7: the same tables; accepted bids with secrets, and sealed auctions, which an older program does not know.
  /// - 8: the same tables; reserves, in commands and in what ms-leilao tells ms-lance, which an older program cannot read.
  /// - 9: the same tables; bids that were voided, which an older program would count.
  /// - 10: the same tables; auctions with a falling price, which an older program would refuse, or not know.
  /// - 11: the same tables; lots that were passed on, which an older program cannot read.
  static let version = 11
  static let oldest = 1
  /// In `application_id`: whether a service may continue the file.
  enum Role: Int {
    /// "LEIL"
    case journal = 0x4c45_494c
    /// "LEIC": made by `JournalCopy.make`, and nothing but restoring makes a journal of it.
    case copy = 0x4c45_4943
  }

  /// Bodies lie in tables with a rowid, appended at the end: inside an index-like table (WITHOUT ROWID) everything over about
  /// 1 KB would spill into pages of its own. Documents are found by a unique index, the outbox never uses an id twice.
  private static let tables = """
    CREATE TABLE journal (identity TEXT NOT NULL) STRICT;
    \(entriesTable("entries"));
    CREATE TABLE documents (
      collection TEXT NOT NULL, key TEXT NOT NULL, number INTEGER NOT NULL, body BLOB NOT NULL,
      UNIQUE (collection, key, number)
    ) STRICT;
    CREATE TABLE outbox (
      id INTEGER PRIMARY KEY AUTOINCREMENT, exchange TEXT NOT NULL, routing_key TEXT NOT NULL, mandatory INTEGER NOT NULL,
      message_id TEXT, correlation_id TEXT, content_type TEXT, headers TEXT NOT NULL, body BLOB NOT NULL,
      kept_collection TEXT, kept_key TEXT, kept_number INTEGER
    ) STRICT;
    """

  static func entriesTable(_ name: String) -> String {
    "CREATE TABLE \(name) (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, body BLOB NOT NULL) STRICT"
  }

  /// Makes the tables of an empty file, in one transaction; refuses every other file that is no journal of this version.
  /// True when it made them.
  static func prepare(_ db: Database, path: String) throws -> Bool {
    let application = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
    let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    let objects = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
    guard application == 0, found == 0, objects == 0 else {
      guard try check(db, path: path) == .journal else { throw JournalError(.copy, path) }
      try db.inTransaction(.immediate) {
        try upgrade(db)
        return .commit
      }
      return false
    }
    try db.inTransaction(.immediate) {
      try db.execute(sql: tables)
      try db.execute(sql: "INSERT INTO journal (identity) VALUES (?)", arguments: [newIdentity()])
      try become(.journal, db)
      return .commit
    }
    return true
  }

  /// Brings the tables of an earlier version to this one, within a transaction.
  static func upgrade(_ db: Database) throws {
    guard try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0 < version else { return }
    let namesDocuments = try namesDocuments(db)
    if !namesDocuments {
      try db.execute(
        sql: """
          ALTER TABLE outbox ADD COLUMN kept_collection TEXT;
          ALTER TABLE outbox ADD COLUMN kept_key TEXT;
          ALTER TABLE outbox ADD COLUMN kept_number INTEGER
          """)
    }
    try db.execute(sql: "PRAGMA user_version = \(version)")
  }

  /// Whether the outbox of a file, of this version or an earlier one, may name documents.
  static func namesDocuments(_ db: Database) throws -> Bool {
    try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0 >= versionNamingDocuments
  }

  private static let versionNamingDocuments = 5

  /// Writes what a file is; its tables are of this version.
  static func become(_ role: Role, _ db: Database) throws {
    try db.execute(sql: "PRAGMA application_id = \(role.rawValue)")
    try db.execute(sql: "PRAGMA user_version = \(version)")
  }

  /// Says what a file is; refuses one that is no journal which this program can read, and changes nothing in it.
  static func check(_ db: Database, path: String) throws -> Role {
    guard let role = try Int.fetchOne(db, sql: "PRAGMA application_id").flatMap(Role.init) else {
      throw JournalError(.corrupt(Sentence("um arquivo SQLite de outro programa", "an SQLite file of another program")), path)
    }
    try check(try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0, path)
    return role
  }

  /// Refuses a copy by its header alone, before SQLite makes a log beside it (`application_id` at 68, big endian: SQLite file
  /// format §1.3). A copy has no log that could say otherwise.
  static func refuseCopy(at path: String) throws(JournalError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var mark: UInt32 = 0
    guard pread(descriptor, &mark, 4, 68) == 4, Int(UInt32(bigEndian: mark)) == Role.copy.rawValue else { return }
    throw JournalError(.copy, path)
  }

  private static func check(_ found: Int, _ path: String) throws(JournalError) {
    if found > version { throw JournalError(.newer(version: found), path) }
    if found < oldest { throw JournalError(.corrupt(Sentence("o esquema dele é \(found)", "its schema is \(found)")), path) }
  }

  /// 32 hexadecimal digits from the system's generator.
  private static func newIdentity() -> String {
    (0..<4).map { _ in
      let digits = String(UInt32.random(in: .min ... .max), radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }
}
