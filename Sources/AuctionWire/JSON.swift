/// A JSON document as this protocol reads it: integers only, no member twice, bounded in depth and width.
indirect enum JSON: Sendable {
  case null
  case boolean(Bool)
  case integer(Int64)
  case string(String)
  case array([JSON])
  case object([Member])

  struct Member: Sendable {
    let name: String
    let value: JSON
  }

  /// What stands there, for an error: short, and printable.
  var summary: String {
    switch self {
    case .null: "null"
    case .boolean(let value): String(value)
    case .integer(let value): String(value)
    case .string(let text): "\"\(excerpt(text))\""
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension String {
  /// Whether both are the same bytes: `==` also holds canonically equivalent texts for equal, and is asked first because
  /// it is quick to say no.
  func isSpelled(as other: String) -> Bool { self == other && utf8.elementsEqual(other.utf8) }
}

/// One step from a document's root to a value.
enum PathStep: Sendable {
  case member(String)
  case index(Int)

  static func text(_ steps: [PathStep]) -> String { steps.reduce("") { $1.appended(to: $0) } }

  fileprivate func appended(to path: String) -> String {
    switch self {
    case .member(let name): path.isEmpty ? excerpt(name) : path + "." + excerpt(name)
    case .index(let i): path + "[\(i)]"
    }
  }
}

/// Where a value stands in its document. Every value that is read has one, and only what is refused needs its text.
indirect enum Place: Sendable {
  case root
  case inside(Place, PathStep)

  var text: String {
    switch self {
    case .root: ""
    case .inside(let outer, let step): step.appended(to: outer.text)
    }
  }
}
