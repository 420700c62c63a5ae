import Glibc

/// Why a key file could not be read or written, in one sentence that says what mends it.
package struct KeyFolderError: Error, Sendable, Hashable {
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
  package let description: String

  init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  init(_ file: String, _ error: SigningError) {
    self.init(.key(error.kind), "\(file): \(error)")
  }

  /// The system's last error, while doing this to that.
  static func system(_ doing: String, _ path: String, _ code: Int32 = errno) -> KeyFolderError {
    KeyFolderError(.io(code), "cannot \(doing) \(path): \(String(cString: strerror(code)))")
  }
}

extension KeyFolderError: CustomStringConvertible {}
