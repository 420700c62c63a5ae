/// A stranger's text for a person's terminal: what a terminal would obey, or would hide, is spelled out.
package enum VisibleText {
  /// - Parameter limit: how many characters (Unicode scalars) are shown; what is left out is marked.
  package static func of(_ text: String, limit: Int = .max) -> String {
    let scalars = text.unicodeScalars
    let visible = scalars.prefix(limit).map { isPlain($0) ? String($0) : "\\u{\(String($0.value, radix: 16))}" }.joined()
    return scalars.count > limit ? visible + "…" : visible
  }

  /// Whether a terminal shows it and does nothing else.
  package static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
    default: true
    }
  }
}
