/// What a target found wrong with how the product took its input.
struct BrokenProperty: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

func require(_ holds: Bool, _ what: @autoclosure () -> String) throws(BrokenProperty) {
  guard holds else { throw BrokenProperty(what()) }
}

/// What is said of hostile input is shown to people: it must neither run over nor move a terminal.
func requireFit(_ sentence: String, most: Int) throws(BrokenProperty) {
  try require(sentence.utf8.count <= most, "an error of \(sentence.utf8.count) bytes")
  let odd = sentence.unicodeScalars.first { scalar in
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: scalar != "\n"
    default: false
    }
  }
  try require(odd == nil, "an error with U+\(String(odd?.value ?? 0, radix: 16)) in it")
}
