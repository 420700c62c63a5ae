import AuctionFacts

extension BlockEntry.Fact {
  var mayMovePrice: Bool {
    switch self {
    case .bid, .voided, .revealed: true
    case .key, .outage, .suspended, .resumed, .reserveRevealed: false
    }
  }
}
