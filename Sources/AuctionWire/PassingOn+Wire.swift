package import AuctionFacts
import SharedKernel

// `leilao-repassar` and `leilao-repassado` as payloads.

extension PassingOn {
  init(auction: AuctionID, taking members: inout Members) throws(WireError) {
    self.init(
      auction: auction, edition: try members.take(.edition).digest(), result: try members.take(.resultDigest).digest(),
      from: try members.take(.of).orNull { field throws(WireError) in try field.principal() },
      to: try members.take(.to).principal(), amount: try members.take(.amount).money(),
      reason: try members.take(.reason).text(atMost: WireLimits.reason))
  }

  func write(to writer: inout JSONWriter) {
    writer.member(.edition, edition.hex)
    writer.member(.resultDigest, result.hex)
    writer.member(.of, from?.text)
    writer.member(.to, to.text)
    writer.member(.amount, amount.minorUnits)
    writer.member(.reason, reason)
  }
}

extension PassedOn: WireValue {
  package static let kinds: [Kind] = [.passedOn]

  package init(payload: [UInt8], kind: Kind) throws(WireError) {
    var members = try Members(payload, limit: kind.maximumPayload, unknown: .ignored)
    let auction = try members.take(.auction).auction()
    self.init(
      try PassingOn(auction: auction, taking: &members), sequence: try members.take(.sequence).count(from: 1),
      clock: try members.take(.clock).clock())
    try members.finish()
  }

  package var kind: Kind { .passedOn }

  package var payload: [UInt8] {
    JSONWriter.object {
      $0.member(.auction, auction.text)
      passing.write(to: &$0)
      $0.member(.sequence, sequence)
      $0.clock(clock)
    }
  }

  package var messageID: String { "\(auction):calendario:\(sequence)" }
  package var correlationID: String? { auction.text }
}

extension AuctionSummary.Holder {
  init(_ field: Field) throws(WireError) {
    var members = try field.object()
    self.init(
      id: try members.take(.to).principal(), amount: try members.take(.amount).money(),
      sequence: try members.take(.sequence).count(from: 1), at: try members.take(.instant).instant())
    try members.finish()
  }

  func write(to writer: inout JSONWriter) {
    writer.object(.passing) {
      $0.member(.to, id.text)
      $0.member(.amount, amount.minorUnits)
      $0.member(.sequence, sequence)
      $0.member(.instant, at.microseconds)
    }
  }
}
