import AuctionFacts
package import AuctionSigning
package import AuctionWire
package import ServiceKit
import SharedKernel

/// The house's signed answer to a query, and the statements that came with it, each checked by itself.
package struct HouseAnswer: Sendable {
  package let snapshot: Snapshot
  package let statements: [HouseStatement]

  /// - Parameter open: checks and reads a statement; whoever hears the same bytes many times may remember.
  package init(
    _ reply: SnapshotReply, ring: KeyRing,
    opening open: ([UInt8], KeyRing) throws(Rejection) -> HouseStatement = { body, ring throws(Rejection) in
      try HouseStatement(body, ring: ring)
    }
  ) throws(Rejection) {
    let envelope = reply.envelope
    try envelope.check(by: ring)
    do {
      snapshot = try Snapshot(envelope)
    } catch {
      throw Rejection(.malformed, "\(error)")
    }
    var statements: [HouseStatement] = []
    for evidence in reply.envelopes { statements.append(try open(evidence.bytes, ring)) }
    self.statements = statements
  }
}
