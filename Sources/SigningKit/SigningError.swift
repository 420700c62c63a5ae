import COpenSSL
package import SharedKernel

/// Why a key could not be read, made or used: what was wrong, what was seen, what is accepted.
package struct SigningError: Spoken, Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    /// No key of the form asked for.
    case notAKey
    /// The private key is encrypted and no passphrase was given.
    case passphraseNeeded
    /// The passphrase does not open the private key.
    case passphraseWrong
    /// A passphrase that cannot protect a key.
    case passphraseNotAccepted
    /// A key, but of a type, curve or form that the house does not use.
    case typeNotAccepted
    /// RSA below 2048 bits.
    case rsaTooSmall
    /// More than one key, bytes after it, or another spelling of it than the one canonical DER.
    case notCanonical
    /// A key under which signatures prove nothing.
    case weakKey
    /// OpenSSL refused something that should work.
    case failed
  }

  package let kind: Kind
  package let reason: Sentence
  /// What OpenSSL had in its error queue at that moment, oldest first; often empty.
  package let openSSL: [String]

  init(_ kind: Kind, _ portuguese: String, _ english: String) {
    self.kind = kind
    reason = Sentence(portuguese, english)
    openSSL = Self.drainedQueue()
  }

  /// The reason; where only OpenSSL knows it, with OpenSSL's words.
  package var sentence: Sentence {
    guard kind == .failed, !openSSL.isEmpty else { return reason }
    return reason.map { "\($0) (\(openSSL.joined(separator: "; ")))" }
  }

  /// The queue belongs to the thread: what is left in it would be blamed on the next failure.
  private static func drainedQueue() -> [String] {
    var texts: [String] = []
    var text = [CChar](repeating: 0, count: 256)
    // The queue holds 16 errors at most.
    for _ in 0..<16 {
      let code = ERR_get_error()
      guard code != 0 else { break }
      ERR_error_string_n(code, &text, text.count)
      texts.append(text.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" })
    }
    ERR_clear_error()
    return texts
  }
}
