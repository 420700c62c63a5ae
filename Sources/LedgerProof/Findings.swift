package import SharedKernel

/// What is looked at in a ledger, in the order in which it is told.
package enum Check: CaseIterable, Sendable, Hashable {
  /// Lines, order, counts.
  case file
  case houseKeys
  case signatures
  /// Numbers, hashes, edition, first and last block.
  case chain
  /// What was received when, and the clocks of blocks.
  case stamps
  /// Keys registered, not revoked; no bid twice.
  case bids
  /// Replayed by the rules.
  case decisions
  case refusals
  case ending
  case commitments
  /// Suspensions, resumptions, cancellations, voided bids.
  case operatorActs
  /// Records of the house's clock.
  case clock

  package var name: Sentence {
    switch self {
    case .file: Sentence("arquivo: linhas, ordem, contagens", "file: lines, order, counts")
    case .houseKeys: Sentence("chaves da casa", "keys of the house")
    case .signatures: Sentence("assinaturas da casa", "signatures of the house")
    case .chain: Sentence("corrente: números, hashes, edição", "chain: numbers, hashes, edition")
    case .stamps: Sentence("carimbos de recebimento, crescentes", "receipt stamps, rising")
    case .bids: Sentence("lances: chave registrada, assinatura, uma vez", "bids: registered key, signature, once")
    case .decisions: Sentence("decisões refeitas pelas regras", "decisions replayed by the rules")
    case .refusals: Sentence("recibos de recusa", "receipts of refusals")
    case .ending: Sentence("encerramento e resultado", "end and result")
    case .commitments: Sentence("compromissos abertos", "commitments opened")
    case .operatorActs: Sentence("atos do operador, assinados", "acts of the operator, signed")
    case .clock: Sentence("registros do relógio da casa", "records of the house's clock")
    }
  }

  /// In what programs read.
  package var label: String {
    switch self {
    case .file: "arquivo"
    case .houseKeys: "chaves_da_casa"
    case .signatures: "assinaturas"
    case .chain: "corrente"
    case .stamps: "carimbos"
    case .bids: "lances_assinados"
    case .decisions: "decisoes"
    case .refusals: "recusas"
    case .ending: "encerramento"
    case .commitments: "compromissos"
    case .operatorActs: "atos_do_operador"
    case .clock: "relogio"
    }
  }
}

/// Something in a ledger that is not as it must be.
package struct Fault: Sendable, Hashable {
  package let check: Check
  /// Of the file, from 1.
  package let line: Int
  package let sentence: Sentence
}

/// What was looked at and what was found, while a ledger is checked.
package struct Findings: Sendable {
  private var counts: [Check: Int64] = [:]
  private var found: [Fault] = []
  /// How many there are, those that are not told of too.
  private(set) var faultCount = 0
  /// So many are told of; who wants to know more of such a file will not read on.
  package static let mostFaults = 1_000
  /// What no ledger, or not this one, can prove.
  package private(set) var unprovable: [Sentence] = []

  init() {}

  mutating func count(_ check: Check, _ number: Int64 = 1) { counts[check, default: 0] += number }

  mutating func fault(_ check: Check, line: Int, _ sentence: Sentence) {
    faultCount += 1
    guard found.count < Self.mostFaults else { return }
    found.append(Fault(check: check, line: line, sentence: sentence))
  }

  mutating func cannotProve(_ sentence: Sentence) { unprovable.append(sentence) }

  /// How many of them were looked at.
  package func count(of check: Check) -> Int64 { counts[check] ?? 0 }

  /// In the order of the file; of one line in the order in which they were found.
  package var faults: [Fault] {
    found.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }.map(\.element)
  }

  /// How many faults are not told of.
  package var untold: Int { faultCount - found.count }
}
