package import AuctionWire
package import ServiceKit
import SharedKernel

/// Something the house said, checked as the services check a `HouseStatement`, and read as far as passing it on needs.
package enum HouseNews: Sendable {
  case block(BlockHead)
  case statement(HouseStatement)

  package init(_ body: [UInt8], from exchange: Exchange, ring: KeyRing) throws(Rejection) {
    let (envelope, signer) = try Envelope.signed(body, from: exchange, ring: ring)
    guard let head = try Self.head(of: envelope) else {
      let statement = try HouseStatement(verified: envelope)
      try signer.check(saidAt: statement.saidAt)
      self = .statement(statement)
      return
    }
    try signer.check(saidAt: head.clock.instant)
    self = .block(head)
  }

  private static func head(of envelope: Envelope) throws(Rejection) -> BlockHead? {
    do {
      return try BlockHead(envelope)
    } catch {
      throw Rejection(.malformed, "\(error)")
    }
  }
}
