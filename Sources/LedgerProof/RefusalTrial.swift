import AuctionFacts
import AuctionWire
import SharedKernel

/// What a receipt says, against the state of the auction when it was made. The bid itself is not in the ledger: that it was rightly
/// refused cannot be proved, only that it was not.
struct RefusalTrial {
  private let state: AuctionSummary
  private let seller: PrincipalID?

  init(_ state: AuctionSummary, seller: PrincipalID?) { (self.state, self.seller) = (state, seller) }

  /// Nil: nothing contradicts it.
  func problem(with receipt: Receipt) -> Sentence? {
    if receipt.afterBlock != state.head?.block {
      let (said, due) = (receipt.afterBlock.map(String.init) ?? "-", state.head.map { String($0.block) } ?? "-")
      return Sentence(
        "diz que foi feito após o bloco \(said), e foi após o \(due)", "it says after block \(said), and it was after \(due)")
    }
    if receipt.minimum != state.minimum {
      let (said, due) = (receipt.minimum.map { String($0.minorUnits) } ?? "-", state.minimum.minorUnits)
      return Sentence("diz que o mínimo era \(said), e era \(due)", "it says that the minimum was \(said), and it was \(due)")
    }
    guard possible(receipt).contains(receipt.reason) else {
      return Sentence("o motivo não pode ser \(receipt.reason.wireName)", "the reason cannot be \(receipt.reason.wireName)")
    }
    return nil
  }

  /// In the order of testing: the first that holds is the one that is named. That an id had been used is tested before all of them.
  private func possible(_ receipt: Receipt) -> Set<Refusal> {
    switch state.status {
    case .scheduled: return [.reusedID, .notOpenYet]
    case .suspended: return [.reusedID, .suspended]
    case .closed: return [.reusedID, .closed]
    case .open: break
    }
    if receipt.receivedAt > state.closesAt { return [.reusedID, .closed] }
    if receipt.bidder == seller { return [.reusedID, .sellerMayNotBid] }
    let always: Set<Refusal> = [.reusedID, .implausibleClock, .stale, .seenMismatch, .badCommitment]
    if let leader = state.leader, receipt.bidder == leader { return always.union([.alreadyLeading]) }
    return always.union(state.price == nil ? [.belowMinimum] : [.belowMinimum, .tieLost])
  }
}
