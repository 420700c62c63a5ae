import AuctionFacts
import AuctionSigning
import AuctionWire
import ServiceKit
import SharedKernel
import Synchronization

// What the house signed about this bidder is kept, and he is told of it.

extension TerminalGateway {
  /// Of bids of this program's; what the disk does not take, once for each reason.
  func keep(_ statement: HouseStatement) {
    switch receipts.keep(statement) {
    case .kept:
      let tickets = state.withLock { s in
        s.receiptProblem = nil
        return statement.acceptedBids.compactMap { s.tickets[$0]?.ticket }
      }
      for ticket in tickets { post(.receiptKept(ticket)) }
    case .waiting: break
    case .failed(let problem):
      let isNew = state.withLock { s in
        defer { s.receiptProblem = problem }
        return s.receiptProblem != problem
      }
      if isNew { post(.receiptNotKept(reason: said(problem))) }
    }
  }
}

extension HouseStatement {
  fileprivate var acceptedBids: [BidID] {
    guard case .block(let block) = fact, case .entries(let entries) = block.content else { return [] }
    return entries.compactMap { entry in
      guard case .bid(let evidence, _) = entry.fact, let envelope = try? Envelope(evidence) else { return nil }
      return (try? Bid(envelope))?.id
    }
  }
}
