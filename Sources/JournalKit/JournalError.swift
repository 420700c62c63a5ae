import GRDB
import Glibc

/// Why a journal could not be opened, read or written.
package struct JournalError: Error, Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    /// Another process has it open; its process id, when it could be read.
    case held(pid: Int32?)
    /// The contents are damaged, or are no journal.
    case corrupt(String)
    /// Written by a later version of the program.
    case newer(version: Int)
    /// Commits cannot be made durable: the disk refuses, or an earlier commit failed and nobody knows what is on the disk.
    case notDurable(String)
    /// Something stands where it would have to go, and nothing is overwritten.
    case present
    /// There is no such file.
    case absent
    /// This (collection, key, number) is written already.
    case duplicate(String)
    /// Others than the owner could replace it.
    case exposed(String)
    /// The system or SQLite refused.
    case io(String)
    /// It was closed by this process.
    case closed
  }

  package let kind: Kind
  /// The journal's file, or the folder that is to hold it.
  package let path: String

  package init(_ kind: Kind, _ path: String) {
    self.kind = kind
    self.path = path
  }

  init(_ error: any Error, _ path: String) {
    if let error = error as? JournalError {
      self = error
    } else if let error = error as? DatabaseError {
      let text = "\(error.message ?? "unknown") (SQLite \(error.extendedResultCode.rawValue))"
      switch error.resultCode {
      case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_MISMATCH: self.init(.corrupt(text), path)
      case .SQLITE_CONSTRAINT: self.init(.duplicate(text), path)
      default: self.init(.io(text), path)
      }
    } else {
      self.init(.io("\(error)"), path)
    }
  }

  /// The system's last error.
  static func system(_ doing: String, _ path: String, _ code: Int32 = errno) -> JournalError {
    JournalError(.io("cannot \(doing): \(String(cString: strerror(code)))"), path)
  }
}

extension JournalError: CustomStringConvertible {
  package var description: String {
    switch kind {
    case .held(let pid?): "\(path) is in use by process \(pid); one journal has one writer"
    case .held(nil): "\(path) is in use by another process; one journal has one writer"
    case .corrupt(let what): "\(path) is damaged or is no journal: \(what); restore it from a copy, it was left as it is"
    case .newer(let version):
      "\(path) has the schema \(version), this program knows up to \(Schema.version): run the later version of it"
    case .notDurable(let why): "\(path) can promise nothing: \(why)"
    case .present: "\(path) exists already, and nothing is overwritten: move it away first"
    case .absent: "\(path) does not exist"
    case .duplicate(let what): "\(path) has this already: \(what)"
    case .exposed(let what): "\(path) is not safe: \(what)"
    case .io(let what): "\(path): \(what)"
    case .closed: "\(path) is closed"
    }
  }
}
