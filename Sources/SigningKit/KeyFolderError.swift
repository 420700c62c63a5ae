import Glibc
package import SharedKernel

/// Why a key file could not be read or written, in one sentence that says what mends it.
package struct KeyFolderError: Spoken, Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    /// Not an id that may name a key file.
    case nameNotAccepted
    /// There is no such file.
    case missing
    /// Others than the owner may read, or write, what only the owner may.
    case exposed
    /// A file or folder of another user.
    case foreignOwner
    /// There is a key for this id, and it was not to be replaced.
    case alreadyExists
    /// A link, a folder, a pipe, or too large for a key file.
    case notAKeyFile
    /// The contents are not an accepted key.
    case key(SigningError.Kind)
    /// The one who was asked for the passphrase failed.
    case passphraseUnavailable
    /// The public file is not the public half of the private one.
    case pairDiffers
    /// More files than a key folder may hold.
    case tooManyFiles
    /// The system refused; `errno`.
    case io(Int32)
  }

  package let kind: Kind
  package let sentence: Sentence

  init(_ kind: Kind, _ sentence: Sentence) { (self.kind, self.sentence) = (kind, sentence) }

  init(_ kind: Kind, _ portuguese: String, _ english: String) { self.init(kind, Sentence(portuguese, english)) }

  init(_ file: String, _ error: SigningError) {
    self.init(.key(error.kind), error.sentence.map { "\(file): \($0)" })
  }

  /// The system's last error, while doing this, in both languages, to that.
  static func system(_ portuguese: String, _ english: String, _ path: String, _ code: Int32 = errno) -> KeyFolderError {
    let reason = Sentence(system: String(cString: strerror(code)))
    return KeyFolderError(
      .io(code), reason.within({ "não foi possível \(portuguese) \(path): \($0)" }, { "cannot \(english) \(path): \($0)" }))
  }
}
