import Testing

/// A rule about one file.
struct Rule: Sendable, CustomTestStringConvertible {
  /// The targets that a rule holds in.
  enum Scope {
    case everywhere
    case only(Set<String>)
    case allBut(Set<String>)

    func contains(_ target: String) -> Bool {
      switch self {
      case .everywhere: true
      case .only(let targets): targets.contains(target)
      case .allBut(let targets): !targets.contains(target)
      }
    }
  }

  let name: String
  let scope: Scope
  /// The lines that break it, with what is wrong there.
  let check: @Sendable (SwiftSource) -> [(line: Int, what: String)]

  var testDescription: String { name }

  func violations(in file: SourceTree.File) -> [Violation] {
    guard scope.contains(file.target) else { return [] }
    return check(file.source).map { Violation(path: file.path, line: $0.line, what: $0.what) }
  }

  /// A rule against words of the code.
  static func noWord(
    _ name: String, in scope: Scope = .everywhere, where banned: @escaping @Sendable (Word) -> Bool
  ) -> Rule {
    Rule(name: name, scope: scope) { source in
      source.words.filter(banned).map { ($0.line, "\($0.text): \(name)") }
    }
  }
}

extension Rule {
  static let longestFile = 450

  static let all = [
    readsNoClock, drawsNoRandomness, isSynchronous, hasNoFloatingPoint, doesNotTrap, isFinished, isShort, wireNamesStayInWire,
  ]

  static let readsNoClock = noWord("the rules read no clock", in: .only(ImportTable.pure)) { word in
    switch word.text {
    case "Date": word.after == "(" || word.after == "."
    case "ContinuousClock", "SuspendingClock", "clock_gettime": true
    default: false
    }
  }

  static let drawsNoRandomness = noWord("the rules draw no randomness", in: .only(ImportTable.pure)) { word in
    switch word.text {
    case "UUID": word.after == "("
    case "SystemRandomNumberGenerator": true
    case "random", "randomElement", "shuffled", "shuffle": word.before == "." && word.after == "("
    // seeded anew in each process
    case "hashValue": true
    default: false
    }
  }

  static let isSynchronous = noWord("the rules are synchronous", in: .only(ImportTable.pure)) {
    ["async", "await", "Task", "actor"].contains($0.text)
  }

  static let hasNoFloatingPoint = Rule(
    name: "the rules and the clock have no floating point", scope: .only(ImportTable.pure.union(["NTPKit"]))
  ) { source in
    let types: Set = ["Double", "Float", "Float16", "Float32", "Float64", "Float80", "CGFloat", "TimeInterval"]
    let words = source.words.filter { types.contains($0.text) }.map { (line: $0.line, what: $0.text) }
    let literals = source.code.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap { index, line in
      line.matches(of: #/(?:^|[^\w.$])(\d[\d_]*\.\d[\d_]*)/#).map { (line: index + 1, what: String($0.1)) }
    }
    return (words + literals).map { ($0.line, "\($0.what): the rules have no floating point") }
  }

  static let doesNotTrap = noWord("bytes from outside never trap, and nothing is forced") { word in
    switch word.text {
    case "fatalError": word.after == "("
    case "try", "as": word.after == "!"
    default: false
    }
  }

  static let isFinished = Rule(name: "what is unfinished is an issue, not a comment", scope: .everywhere) { source in
    Word.all(in: source.text).filter { ["TODO", "FIXME", "XXX", "HACK"].contains($0.text) }.map { ($0.line, $0.text) }
  }

  static let isShort = Rule(name: "a file has at most \(longestFile) lines", scope: .everywhere) { source in
    source.lineCount > longestFile ? [(longestFile + 1, "\(source.lineCount) lines: two reasons to change?")] : []
  }

  /// Exchanges, queues and routing keys that mean nothing else: `leilao` is a vhost too, `ms_leilao` a key's owner.
  static let wireNamesStayInWire = Rule(name: "wire names are spelled in AuctionWire alone", scope: .allBut(["AuctionWire"])) {
    source in
    let names: Set = [
      "lances", "notificacoes", "comandos", "sigilo", "consultas", "mortas", "lance_realizado", "leilao_consulta",
    ]
    return source.literals.filter { literal in
      names.contains(literal.text)
        || literal.text.wholeMatch(of: #/(leilao|lance|comando|cliente|morta)\.([a-z_]+|\\\(\))/#) != nil
        || literal.text.hasPrefix("application/vnd.leilao.")
    }.map { ($0.line, "\"\($0.text)\": wire names are spelled in AuctionWire alone") }
  }
}
