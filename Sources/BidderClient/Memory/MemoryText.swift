import AuctionFacts
import AuctionSigning
import AuctionWire
import ServiceKit
import SharedKernel

/// How a memory is spelled: an object whose members each have a line of their own.
enum MemoryText {
  /// Something that stands in the file and is no choice.
  struct Strange: Error {
    let line: Int
    let sentence: String
  }

  private static let (followed, sound, language, mouse) = ("seguidos", "som", "idioma", "mouse")
  private static let languages: [(Language, String)] = [(.portuguese, "pt"), (.english, "en")]

  private static func word(_ sound: Model.Sound) -> String {
    switch sound {
    case .off: "mudo"
    case .bell: "campainha"
    case .bellAndTitle: "campainha_e_titulo"
    }
  }

  // MARK: Reading

  /// - Returns: also the members that say nothing here.
  static func memory(in document: JSONDocument.Value) throws(Strange) -> (Memory, others: [JSONDocument.Member]) {
    guard case .object(let members) = document.content else { throw strange(document, "um objeto", "an object") }
    var (memory, others) = (Memory(), [JSONDocument.Member]())
    for member in members {
      switch member.name {
      case followed:
        guard case .list(let values) = member.value.content else {
          throw strange(member.value, "uma lista de leilões", "a list of auctions")
        }
        for value in values.prefix(Memory.mostFollowed) {
          guard case .text(let text) = value.content, let id = AuctionID(text) else {
            throw strange(value, "um leilão", "an auction")
          }
          memory.followed.insert(id)
        }
      case sound:
        guard case .text(let text) = member.value.content, let found = Model.Sound.allCases.first(where: { word($0) == text })
        else {
          let words = Model.Sound.allCases.map(word).joined(separator: ", ")
          throw strange(member.value, words, words)
        }
        memory.sound = found
      case language:
        guard case .text(let text) = member.value.content, let found = languages.first(where: { $0.1 == text }) else {
          throw strange(member.value, "pt, en", "pt, en")
        }
        memory.language = found.0
      case mouse:
        guard case .boolean(let hasMouse) = member.value.content else {
          throw strange(member.value, "true, false", "true, false")
        }
        memory.hasMouse = hasMouse
      default: others.append(member)
      }
    }
    return (memory, others)
  }

  private static func strange(_ value: JSONDocument.Value, _ portuguese: String, _ english: String) -> Strange {
    let seen = value.seen
    return Strange(
      line: value.line, sentence: said("\(seen) não serve; aceito: \(portuguese)", "\(seen) will not do; accepted: \(english)"))
  }

  // MARK: Writing

  static func text(_ memory: Memory, _ others: [JSONDocument.Member]) -> String {
    let auctions = memory.followed.sorted().map { "    \(quoted($0.text))" }.joined(separator: ",\n")
    var members = [
      "\(quoted(followed)): [" + (auctions.isEmpty ? "]" : "\n\(auctions)\n  ]"),
      "\(quoted(sound)): \(quoted(word(memory.sound)))",
    ]
    if let language = languages.first(where: { $0.0 == memory.language }) {
      members.append("\(quoted(self.language)): \(quoted(language.1))")
    }
    if let hasMouse = memory.hasMouse { members.append("\(quoted(mouse)): \(hasMouse)") }
    members += others.map { "\(quoted($0.name)): \(text($0.value))" }
    return "{\n" + members.map { "  " + $0 }.joined(separator: ",\n") + "\n}\n"
  }

  private static func text(_ value: JSONDocument.Value) -> String {
    switch value.content {
    case .null: "null"
    case .boolean(let flag): String(flag)
    case .integer(let n): String(n)
    case .text(let text): quoted(text)
    case .list(let values): "[" + values.map(text).joined(separator: ", ") + "]"
    case .object(let members): "{" + members.map { "\(quoted($0.name)): \(text($0.value))" }.joined(separator: ", ") + "}"
    }
  }

  private static func quoted(_ text: String) -> String { LineLogHandler.quoted(text) }
}
