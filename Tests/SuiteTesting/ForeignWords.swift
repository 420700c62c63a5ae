package import SharedKernel

/// The small words by which a text shows that it is not in its reader's language. Words that both languages have (a, as, do, no,
/// for) tell nothing, nor do options, paths, names with underscores, addresses and what stands between quotation marks.
package enum ForeignWords {
  package static func found(in text: String, for language: Language) -> [String] {
    let foreign = language == .portuguese ? english : portuguese
    return unquoted(text).split(whereSeparator: \.isWhitespace)
      .filter { word in !word.contains("--") && !word.contains { "/_=.:@".contains($0) && word.last != $0 } }
      .flatMap { $0.lowercased().split { !$0.isLetter } }
      .map(String.init).filter(foreign.contains)
  }

  private static let english: Set<String> = [
    "the", "of", "is", "are", "was", "not", "and", "or", "with", "without", "to", "from", "this", "that", "has", "have", "must",
    "cannot", "can", "at", "by", "it", "be", "an", "on", "one", "more", "please", "provide", "default", "values", "value",
    "missing",
    "unexpected", "unknown", "invalid", "usage", "expected", "accepted", "refused",
  ]

  private static let portuguese: Set<String> = [
    "de", "da", "não", "é", "em", "um", "uma", "que", "para", "com", "sem", "ou", "na", "por", "ao", "se", "já", "há", "mais",
    "são", "aceito", "falta", "recusado", "padrão", "erro", "uso",
  ]

  private static func unquoted(_ text: String) -> String {
    var isQuoted = false
    return text.filter { character in
      if character == "“" { isQuoted = true }
      defer { if character == "”" { isQuoted = false } }
      return !isQuoted
    }
  }
}
