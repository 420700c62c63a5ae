import AuctionFacts

// What a new kind of entry needs in order to be proved stands in this file, and how it is replayed in `DecisionReplay`.

extension BlockEntry.Fact {
  /// What the house or an operator said that it holds.
  var houseEvidence: Evidence? {
    switch self {
    case .voided(let evidence, _), .suspended(let evidence, _), .resumed(let evidence, _): evidence
    case .bid, .outage, .key, .revealed, .reserveRevealed: nil
    }
  }

  /// A bidder's key, before the first bid under it.
  var isActiveKey: Bool { if case .key(let record) = self { record.standing == .active } else { false } }

  /// Whether it is something that an operator wanted.
  var isOperatorAct: Bool {
    switch self {
    case .voided, .suspended, .resumed: true
    case .bid, .outage, .key, .revealed, .reserveRevealed: false
    }
  }
}
