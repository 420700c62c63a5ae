/// Why bytes are not a message of this protocol: where, what was seen, what is accepted.
///
/// The texts are safe to log: printable ASCII, bounded, and never a secret.
package enum WireError: Error, Hashable, Sendable {
  case tooLarge(path: String, bytes: Int, limit: Int)
  /// Not JSON as this protocol reads it; `offset` counts bytes from 0.
  case syntax(path: String, offset: Int, seen: String, accepted: JSONExpectation)
  case missing(path: String)
  case duplicate(path: String)
  /// A member that a bid, a command, a query or an envelope may not have.
  case unknown(path: String)
  case value(path: String, seen: String, accepted: String)
}

extension WireError: CustomStringConvertible {
  package var description: String {
    func place(_ path: String) -> String { path.isEmpty ? "the message" : path }
    return switch self {
    case .tooLarge(let path, let bytes, let limit): "\(place(path)) has \(bytes) bytes; at most \(limit) are accepted"
    case .syntax(let path, let offset, let seen, let accepted):
      "\(place(path)), byte \(offset): \(seen) where \(accepted) is accepted"
    case .missing(let path): "\(path) is missing"
    case .duplicate(let path): "\(path) stands there twice"
    case .unknown(let path): "\(path) is not a member that is accepted here"
    case .value(let path, let seen, let accepted): "\(place(path)) is \(seen); accepted is \(accepted)"
    }
  }
}

/// At most 48 printable ASCII characters of something from outside.
func excerpt(_ text: String) -> String {
  var out = ""
  for scalar in text.unicodeScalars {
    guard out.utf8.count < 48 else { return out + "..." }
    out += scalar.isASCII && (0x20..<0x7f).contains(scalar.value) ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
  }
  return out
}
