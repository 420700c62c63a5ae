import AuctionClient
import AuctionSigning
import AuctionWire
import ServiceKit

/// Opens what the house said, and remembers what it has opened: in a simulation all bidders hear the same bytes, and one
/// verification of each is enough. The services verify everything themselves.
package final class StatementReader: @unchecked Sendable {
  private struct Heard: Hashable {
    let body: [UInt8]
    let keys: Int64
  }

  private var known: [Heard: HouseStatement] = [:]

  package init() {}

  func read(_ body: [UInt8], from exchange: Exchange?, keys: SimulatedKeys) throws(Rejection) -> HouseStatement {
    let statement = try read(body, keys)
    guard let exchange, !exchange.kinds.contains(statement.envelope.kind) else { return statement }
    throw Rejection(.wrongExchange, "\(statement.envelope.kind.rawValue) on \(exchange.rawValue)")
  }

  func read(_ reply: SnapshotReply, keys: SimulatedKeys) throws(Rejection) -> HouseAnswer {
    try HouseAnswer(reply, ring: keys.ring) { body, _ throws(Rejection) in try read(body, keys) }
  }

  private func read(_ body: [UInt8], _ keys: SimulatedKeys) throws(Rejection) -> HouseStatement {
    let heard = Heard(body: body, keys: keys.changes)
    if let statement = known[heard] { return statement }
    let statement = try HouseStatement(whole: body, ring: keys.ring)
    known[heard] = statement
    return statement
  }
}
