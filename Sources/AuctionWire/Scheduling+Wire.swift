package import AuctionFacts
import SharedKernel

extension Scheduling: WireValue {
  package static let kinds: [Kind] = [.scheduled]
  /// `versao_regras`: the edition of the rules that decides, replays and verifies.
  package static let rulesVersion: Int64 = 1

  package init(payload: [UInt8], kind: Kind) throws(WireError) {
    var members = try Members(payload, limit: kind.maximumPayload, unknown: .ignored)
    let terms = try AuctionTerms(auction: try members.take(.auction).auction(), taking: &members)
    _ = try members.take(.rulesVersion).integer(Scheduling.rulesVersion...Scheduling.rulesVersion)
    self.init(
      terms: terms, nonce: try members.take(.nonce).hexadecimal(bytes: 16), clock: try members.take(.clock).clock())
    try members.finish()
  }

  package var kind: Kind { .scheduled }

  package var payload: [UInt8] {
    JSONWriter.object {
      $0.member(.auction, terms.auction.text)
      terms.write(to: &$0)
      $0.member(.rulesVersion, Scheduling.rulesVersion)
      $0.member(.nonce, Hex.encode(nonce))
      $0.clock(clock)
    }
  }

  package var messageID: String { "\(terms.auction):agendado" }
  package var correlationID: String? { terms.auction.text }
}
