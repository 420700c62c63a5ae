import GRDB
import Glibc
package import SharedKernel

/// Why a journal could not be opened, read or written.
package struct JournalError: Spoken, Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    /// Another process has it open; its process id, when it could be read.
    case held(pid: Int32?)
    /// The contents are damaged, or are no journal.
    case corrupt(Sentence)
    /// Written by a later version of the program.
    case newer(version: Int)
    /// Commits cannot be made durable: the disk refuses, or an earlier commit failed and nobody knows what is on the disk.
    case notDurable(Sentence)
    /// Something stands where it would have to go, and nothing is overwritten.
    case present
    /// A copy stands where a journal is to be continued: its service may have said more since it was made.
    case copy
    /// There is no such file.
    case absent
    /// This (collection, key, number) is written already.
    case duplicate(String)
    /// Others than the owner could replace it.
    case exposed(Sentence)
    /// The system or SQLite refused.
    case io(Sentence)
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
      let text = "\(error.message ?? "?") (SQLite \(error.extendedResultCode.rawValue))"
      switch error.resultCode {
      case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_MISMATCH: self.init(.corrupt(Sentence(verbatim: text)), path)
      case .SQLITE_CONSTRAINT: self.init(.duplicate(text), path)
      default: self.init(.io(Sentence(verbatim: text)), path)
      }
    } else {
      self.init(.io(Sentence(verbatim: "\(error)")), path)
    }
  }

  /// Names the file that somebody asked for in place of the one that was on its way to become it.
  func naming(_ target: String, insteadOf unfinished: String) -> JournalError {
    path == unfinished ? JournalError(kind, target) : self
  }

  /// The system's last error, while doing this, in both languages.
  static func system(_ portuguese: String, _ english: String, _ path: String, _ code: Int32 = errno) -> JournalError {
    let reason = Sentence(system: String(cString: strerror(code)))
    return JournalError(.io(reason.within({ "não foi possível \(portuguese): \($0)" }, { "cannot \(english): \($0)" })), path)
  }
}

extension JournalError {
  package var sentence: Sentence {
    switch kind {
    case .held(let pid):
      (pid.map { Sentence("pelo processo \($0)", "by process \($0)") } ?? Sentence("por outro processo", "by another process"))
        .within(
          { "\(path) está em uso \($0); um diário tem um só escritor: pare-o antes" },
          { "\(path) is in use \($0); one journal has one writer: stop it first" })
    case .corrupt(let what):
      what.within(
        { "\(path) está danificado ou não é um diário: \($0); restaure-o de uma cópia, ele ficou como estava" },
        { "\(path) is damaged or is no journal: \($0); restore it from a copy, it was left as it is" })
    case .newer(let version):
      Sentence(
        "\(path) tem o esquema \(version), e este programa conhece até \(Schema.version): execute a versão mais nova dele",
        "\(path) has the schema \(version), this program knows up to \(Schema.version): run the later version of it")
    case .notDurable(let why):
      why.within({ "\(path) não pode prometer nada: \($0)" }, { "\(path) can promise nothing: \($0)" })
    case .present:
      Sentence(
        "\(path) já existe e nada é sobrescrito: mova-o antes, por exemplo: mv \(path) \(path).antigo",
        "\(path) exists already and nothing is overwritten: move it first, for example: mv \(path) \(path).old")
    case .copy:
      Sentence(
        "\(path) é uma cópia de segurança, e nada se continua sobre uma cópia: a casa pode ter dito mais depois dela. "
          + "Mova-a daqui e ponha-a de volta com o comando 'restaurar'",
        "\(path) is a backup, and nothing goes on from a backup: the house may have said more since. "
          + "Move it away and put it back with the command 'restore'")
    case .absent: Sentence("\(path) não existe", "\(path) does not exist")
    case .duplicate(let what): Sentence("\(path) já tem isto: \(what)", "\(path) has this already: \(what)")
    case .exposed(let what): what.within({ "\(path) não é seguro: \($0)" }, { "\(path) is not safe: \($0)" })
    case .io(let what): what.map { "\(path): \($0)" }
    case .closed: Sentence("\(path) está fechado", "\(path) is closed")
    }
  }
}
