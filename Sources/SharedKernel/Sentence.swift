/// A sentence in each language of the house: made where its facts are known, and said where its reader is.
package struct Sentence: Hashable, Sendable {
  package let portuguese: String
  package let english: String

  package init(_ portuguese: String, _ english: String) { (self.portuguese, self.english) = (portuguese, english) }

  /// Words that are the same to every reader: a path, a number, what another program or the system said.
  package init(verbatim text: String) { self.init(text, text) }

  /// The error's own sentence, or what else it says of itself.
  package init(of error: any Error) { self = (error as? any Spoken)?.sentence ?? Sentence(verbatim: "\(error)") }

  package func said(in language: Language) -> String { language.choose(portuguese, english) }

  /// Within a longer sentence.
  package func within(_ portuguese: (String) -> String, _ english: (String) -> String) -> Sentence {
    Sentence(portuguese(self.portuguese), english(self.english))
  }

  /// The same around both.
  package func map(_ body: (String) -> String) -> Sentence { within(body, body) }
}

/// An error that says itself in each language of the house. Its `description` is the English one, for whoever debugs.
package protocol Spoken: Error, CustomStringConvertible {
  var sentence: Sentence { get }
}

extension Spoken {
  package var description: String { sentence.english }
}
