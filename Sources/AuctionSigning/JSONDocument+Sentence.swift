package import AuctionWire
import ServiceKit

// What a JSON text that a person wrote says wrong, for people.

extension JSONDocument.Problem {
  /// What was seen and what is accepted, for people.
  package var sentence: String {
    let shown = VisibleText.of(String(decoding: seen, as: UTF8.self), limit: 60)
    let what = seen.isEmpty ? said("fim da linha ou do texto", "the end of the line or the text") : "“\(shown)”"
    return said("\(what) não serve em JSON; aceito: \(portuguese)", "\(what) is not JSON here; accepted: \(accepted)")
  }

  private var portuguese: String {
    switch accepted {
    case .value: "um valor"
    case .word(let word): word
    case .end: "o fim do texto"
    case .memberName: "o nome de um membro, entre aspas"
    case .colon: "“:”"
    case .commaOrBrace: "“,” ou “}”"
    case .commaOrBracket: "“,” ou “]”"
    case .depth: "até \(WireLimits.depth) níveis"
    case .members: "até \(WireLimits.members) membros"
    case .digit: "um algarismo"
    case .noLeadingZero: "nenhum algarismo depois de um zero inicial"
    case .noFraction: "um inteiro, sem fração nem expoente"
    case .integerRange: "um inteiro em ±(2^53 − 1)"
    case .closingQuote: "aspas que fechem o texto"
    case .escapedControl: "aspas que fechem o texto, ou \\n, \\t, \\u… no lugar de um caractere de controle"
    case .escape: "\\\", \\\\, \\/, \\b, \\f, \\n, \\r, \\t ou \\u e quatro algarismos"
    case .surrogatePair: "um par de substitutos \\u"
    case .hexDigits: "quatro algarismos hexadecimais"
    case .utf8: "UTF-8"
    }
  }
}

extension JSONDocument.Value {
  /// What stands there, for people.
  package var seen: String {
    switch content {
    case .null: "null"
    case .boolean(let flag): String(flag)
    case .integer(let n): String(n)
    case .text(let text): "“\(VisibleText.of(text, limit: 60))”"
    case .list: said("uma lista", "an array")
    case .object: said("um objeto", "an object")
    }
  }
}
