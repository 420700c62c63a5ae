import AuctionFacts
import SharedKernel

// What a new kind of entry needs in order to be proved stands in this file, and how it is replayed in `DecisionReplay`.

extension BlockEntry.Fact {
  /// When ms-lance received it; nil of what is not received from anybody.
  var receivedAt: Timestamp? {
    switch self {
    case .bid(_, let at), .suspended(_, let at), .resumed(_, let at): at
    case .voided, .outage, .key: nil
    }
  }

  /// What the house or an operator said that it holds.
  var houseEvidence: Evidence? {
    switch self {
    case .voided(let evidence), .suspended(let evidence, _), .resumed(let evidence, _): evidence
    case .bid, .outage, .key: nil
    }
  }

  /// Whether it is something that an operator wanted.
  var isOperatorAct: Bool {
    switch self {
    case .voided, .suspended, .resumed: true
    case .bid, .outage, .key: false
    }
  }
}
