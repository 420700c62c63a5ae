import AuctionFacts
import SuiteTesting

extension Fault {
  static let messages = [
    Fault("duplicates", "cada lance chega três vezes", "every bid arrives three times") { scene in
      for _ in 0..<3 {
        try await scene.moment()
        for entry in scene.bidders.flatMap(\.record.bids) {
          for _ in 0..<2 { try await scene.tap.send(entry.sealed.evidence.bytes, id: "lance:\(entry.bid.id)") }
        }
      }
    }
  ]
}
