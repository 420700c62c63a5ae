// ServiceKit: the shell that every program of the house shares: its language, options and exit codes, its log, its keys
// and clock, and the turn (take, decide, commit, acknowledge, publish) around a deterministic machine. It knows no auctions.

import Glibc
package import SharedKernel

extension Language {
  /// From `--idioma`; without it from `LC_ALL`, `LC_MESSAGES`, `LANG`, the first that is set.
  package static let current =
    Language(arguments: CommandLine.arguments)
    ?? Language(environment: ["LC_ALL", "LC_MESSAGES", "LANG"].map { environmentValue($0) })

  package init(environment candidates: [String?]) {
    let locale = candidates.compactMap { $0 }.first { !$0.isEmpty } ?? ""
    self = locale.hasPrefix("en") ? .english : .portuguese
  }
}

/// A sentence in the reader's language.
package func said(_ sentence: Sentence) -> String { sentence.said(in: .current) }

/// What an error says of itself, in the reader's language where it knows it.
package func said(_ error: any Error) -> String { said(Sentence(of: error)) }

/// A sentence in the reader's language.
package func said(_ portuguese: String, _ english: String) -> String { Language.current.choose(portuguese, english) }

/// Why the system would not: to be asked at once, before `errno` changes.
package func systemReason() -> String { said(Sentence(system: String(cString: strerror(errno)))) }

/// An environment variable; nil when unset.
package func environmentValue(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
