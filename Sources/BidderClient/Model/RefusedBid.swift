import AuctionCore
package import AuctionFacts
package import SharedKernel

/// A refusal as its bidder is told of it: why, and what the house would have accepted.
package struct RefusedBid: Hashable, Sendable {
  /// Nil: the house no longer keeps the receipt that says why.
  package let reason: Refusal?
  /// The least that would have been accepted; nil where another amount would have been refused just the same.
  package let minimum: Money?
  /// From when on bids count, or until when they counted, where that is the reason.
  let bound: Timestamp?

  /// - Parameters:
  ///   - minimum: what the receipt says, whatever the reason.
  ///   - span: from when until when the auction takes bids; nil where it is not known.
  package init(_ reason: Refusal?, minimum: Money?, span: (from: Timestamp, until: Timestamp?)?) {
    self.reason = reason
    self.minimum = reason == .belowMinimum || reason == .tieLost ? minimum : nil
    bound =
      switch reason {
      case .notOpenYet: span?.from
      case .closed: span?.until
      default: nil
      }
  }

  package func words(_ language: Language, money: (Money) -> String, clock: (Timestamp) -> String) -> String {
    reason.words(language) + (accepted(language, money: money, clock: clock).map { "; " + $0 } ?? "")
  }

  /// - Parameters:
  ///   - money: how an amount is written.
  ///   - clock: how an instant is.
  func accepted(_ language: Language, money: (Money) -> String, clock: (Timestamp) -> String) -> String? {
    let isPortuguese = language == .portuguese
    if let minimum { return isPortuguese ? "aceitaria \(money(minimum))" : "\(money(minimum)) would do" }
    if let bound, reason == .notOpenYet { return isPortuguese ? "abre às \(clock(bound))" : "it opens at \(clock(bound))" }
    if let bound { return isPortuguese ? "aceitava até \(clock(bound))" : "bids counted until \(clock(bound))" }
    return reason?.accepted.map { isPortuguese ? $0.portuguese : $0.english }
  }
}

extension Refusal {
  /// What would have been accepted, where that does not depend on the auction.
  fileprivate var accepted: (portuguese: String, english: String)? {
    let seconds = ClockRules.staleBid.microseconds / 1_000_000
    switch self {
    case .rateLimit: return ("espere um segundo e tente de novo", "wait a second and try again")
    case .unknownBidder:
      return (
        "vale uma chave que a casa registrou: entregue-lhe a sua pública",
        "keys that it registered count: hand it your public one"
      )
    case .invalidSignature: return ("vale a assinatura da chave registrada", "the registered key's signature counts")
    case .revokedKey: return ("vale a chave que a substituiu", "the key that replaced it counts")
    case .malformed: return ("este programa é de outra versão que a casa?", "is this program of another version than the house?")
    case .identityMismatch: return ("vale a chave deste licitante", "this bidder's own key counts")
    case .unknownAuction: return ("os que há: cliente-tui leiloes", "those that there are: cliente-tui auctions")
    case .wrongEdition, .seenMismatch: return ("siga o leilão de novo e repita", "follow the auction anew and repeat")
    case .reusedID: return ("um lance novo leva outro", "a new bid takes another")
    case .suspended: return ("valerão quando for retomado", "bids count when it goes on")
    case .sellerMayNotBid: return ("qualquer outro pode", "anybody else may")
    case .implausibleClock: return ("acerte o relógio (NTP) e tente de novo", "set the clock (NTP) and try again")
    case .stale: return ("um lance vale por \(seconds) s", "a bid counts for \(seconds) s")
    case .alreadyLeading: return ("valeria um máximo maior que o seu", "a higher maximum than yours would do")
    case .badCommitment:
      return (
        "vale um máximo não menor que o lance, num leilão selado só o valor em segredo, num holandês nenhum",
        "a maximum not under the bid counts, in a sealed auction the amount in secret alone, in a Dutch one none"
      )
    case .notOpenYet, .closed, .tieLost, .belowMinimum: return nil
    }
  }
}

extension Refusal {
  /// The house's reason, for the bidder.
  package func words(_ language: Language) -> String {
    let (portuguese, english): (String, String) =
      switch self {
      case .rateLimit: ("lances rápidos demais", "bidding too fast")
      case .unknownBidder: ("a casa não conhece esta chave", "the house does not know this key")
      case .invalidSignature: ("assinatura inválida", "invalid signature")
      case .revokedKey: ("chave revogada", "key revoked")
      case .malformed: ("formato inválido", "malformed")
      case .identityMismatch: ("a chave é de outro licitante", "the key is another bidder's")
      case .unknownAuction: ("leilão desconhecido", "unknown auction")
      case .wrongEdition: ("outra edição do leilão", "another edition of the auction")
      case .reusedID: ("identificador repetido", "identifier used before")
      case .notOpenYet: ("o leilão ainda não abriu", "the auction has not opened")
      case .suspended: ("o leilão está suspenso", "the auction is halted")
      case .closed: ("o leilão já fechou", "the auction has closed")
      case .sellerMayNotBid: ("o vendedor não pode dar lance", "the seller may not bid")
      case .implausibleClock:
        ("o relógio deste computador está errado ou não sincronizado", "this computer's clock is wrong or not synchronised")
      case .stale: ("chegou tarde demais para valer", "it came too late to count")
      case .seenMismatch: ("o livro visto não é o da casa", "the ledger seen is not the house's")
      case .alreadyLeading: ("você já lidera", "you lead already")
      case .tieLost: ("outro deu o mesmo valor antes", "another bid the same first")
      case .belowMinimum: ("abaixo do mínimo", "under the minimum")
      case .badCommitment: ("compromisso inválido", "bad commitment")
      }
    return language == .portuguese ? portuguese : english
  }
}

extension Refusal? {
  /// Nil: the house no longer keeps the receipt that says why.
  func words(_ language: Language) -> String {
    if let self { return self.words(language) }
    return language == .portuguese ? "há mais de um dia" : "more than a day ago"
  }
}
