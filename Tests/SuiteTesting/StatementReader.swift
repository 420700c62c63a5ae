import AuctionSigning
import AuctionWire
import ServiceKit

/// Opens what the house said, and remembers what it has opened: in a simulation all bidders hear the same bytes, and one
/// verification of each is enough. The services verify everything themselves.
package final class StatementReader: @unchecked Sendable {
  private struct Heard: Hashable {
    let body: [UInt8]
    let exchange: String?
    let keys: Int64
  }

  private var known: [Heard: HouseStatement] = [:]

  package init() {}

  func read(_ body: [UInt8], from exchange: Exchange?, keys: SimulatedKeys) throws(Rejection) -> HouseStatement {
    let heard = Heard(body: body, exchange: exchange?.rawValue, keys: keys.changes)
    if let statement = known[heard] { return statement }
    let statement = try HouseStatement(body, from: exchange, ring: keys.ring)
    known[heard] = statement
    return statement
  }
}
