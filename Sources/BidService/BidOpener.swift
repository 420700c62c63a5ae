import AuctionCore
package import AuctionFacts
import AuctionSigning
import AuctionWire
package import MessagingKit
import ServiceKit
package import SharedKernel
import SigningKit

/// A bid that the books never see: what could be read of it, and why it is not heard.
package struct UnheardBid: Sendable {
  package let delivery: Delivery?
  package let reason: Refusal
  package var replyTo: String?
  /// Whose key signed it, once that is sure.
  package var owner: PrincipalID?
  package var bid: BidID?
  package var auction: AuctionID?
  package var digest: Digest?

  init(
    _ delivery: Delivery, _ reason: Refusal, owner: PrincipalID? = nil, bid: BidID? = nil, auction: AuctionID? = nil,
    digest: Digest? = nil
  ) {
    self.delivery = delivery
    self.reason = reason
    replyTo = delivery.properties.replyTo.flatMap { Query.isReplyAddress($0) ? $0 : nil }
    self.owner = owner
    self.bid = bid
    self.auction = auction
    self.digest = digest
  }

  /// Whatever its sender sent, it was one too many. What it says of itself is taken on trust: only its sender hears of it.
  init(shed delivery: Delivery, from sender: PrincipalID?) {
    let envelope = delivery.isOversize ? nil : try? Envelope(parsing: delivery.body)
    let legible = envelope.map { Bid.legible(in: $0.payload) }
    self.init(
      delivery, .rateLimit, owner: sender, bid: legible?.bid, auction: legible?.auction,
      digest: envelope.map { SHA256.of($0.payload) })
  }

  /// A good bid, but one too many.
  init(shed bid: SubmittedBid, replyTo: String?) {
    delivery = nil
    self.replyTo = replyTo
    reason = .rateLimit
    owner = bid.bid.bidder
    self.bid = bid.bid.id
    auction = bid.bid.auction
    digest = bid.digest
  }

  func receipt(at clock: ClockReading) -> Receipt {
    Receipt(auction: auction, bid: bid, bidder: owner, bidDigest: digest, reason: reason, receivedAt: clock.instant, clock: clock)
  }
}

/// Opens what arrives on `lances`, in the order of PROTOCOL's first refusals: envelope, key, signature, revocation, payload,
/// identity. Pure; many may run at once.
struct BidOpener: Sendable {
  let keys: BidderKeys
  let profile: IdentityProfile

  func open(_ delivery: Delivery) -> BidDesk.Opened {
    guard let envelope = try? Envelope(parsing: delivery.body), envelope.kind == .bidPlaced else {
      return .unheardBid(UnheardBid(delivery, .malformed))
    }
    let digest = SHA256.of(envelope.payload)
    guard let known = keys.known(envelope.keyID) else {
      return .unheardBid(UnheardBid(delivery, .unknownBidder, digest: digest))
    }
    guard known.key.isValid(envelope.signature, for: envelope.preAuthenticationEncoding) else {
      return .unheardBid(UnheardBid(delivery, .invalidSignature, digest: digest))
    }
    let owner = known.record.owner
    let bid = try? Bid(envelope)
    func unheard(_ reason: Refusal) -> BidDesk.Opened {
      let legible = Bid.legible(in: envelope.payload)
      return .unheardBid(UnheardBid(delivery, reason, owner: owner, bid: legible.bid, auction: legible.auction, digest: digest))
    }
    guard known.record.standing == .active else { return unheard(.revokedKey) }
    guard let bid else { return unheard(.malformed) }
    guard bid.bidder == owner, isOwn(delivery.properties.userID, owner) else { return unheard(.identityMismatch) }
    let submitted = SubmittedBid(
      bid: bid, digest: digest, key: known.record, evidence: envelope.evidence, secret: bid.opened(by: envelope.secret))
    return .bid(submitted, replyTo: delivery.properties.replyTo)
  }

  private func isOwn(_ user: String?, _ bidder: PrincipalID) -> Bool {
    switch profile {
    case .own: user == bidder.text
    case .shared: user != nil
    }
  }
}

/// The bidders' keys as the journal knows them: every key that ever was registered, and whether it still is.
package struct BidderKeys: Sendable {
  struct Known: Sendable {
    let record: KeyRecord
    let key: PublicKey
  }

  private var byID: [Digest: Known] = [:]

  func known(_ id: Digest) -> Known? { byID[id] }

  mutating func apply(_ record: KeyRecord) {
    guard let key = try? PublicKey(spki: record.spki) else { return }
    byID[record.keyID] = Known(record: record, key: key)
  }

  /// What must be recorded so that the journal knows the keys of the folder: added, come back, gone. In order of id.
  func changes(to ring: KeyRing) -> [KeyRecord] {
    let present = ring.members.filter { $0.value.owner.role == .bidder }
    var changes: [KeyRecord] = []
    for (id, member) in present where byID[id]?.record.standing != .active || byID[id]?.record.owner != member.owner {
      changes.append(KeyRecord(owner: member.owner, keyID: id, spki: member.key.spki, standing: .active))
    }
    for (id, known) in byID where known.record.standing == .active && present[id] == nil {
      changes.append(KeyRecord(owner: known.record.owner, keyID: id, spki: known.record.spki, standing: .revoked))
    }
    // Revocations first: a replaced key is gone before its successor stands.
    return changes.sorted {
      $0.standing == $1.standing ? ($0.owner, $0.keyID.hex) < ($1.owner, $1.keyID.hex) : $0.standing == .revoked
    }
  }

  /// A bid of the journal, opened without checking again what was checked before it was written.
  func submitted(_ evidence: Evidence) throws -> SubmittedBid? {
    let envelope = try Envelope(evidence)
    guard let known = byID[envelope.keyID] else { return nil }
    let bid = try Bid(envelope)
    return SubmittedBid(
      bid: bid, digest: SHA256.of(envelope.payload), key: known.record, evidence: envelope.evidence,
      secret: bid.opened(by: envelope.secret))
  }
}

extension Bid {
  /// The secret that came with it, if that is what it commits to.
  fileprivate func opened(by secret: Secret?) -> Secret? {
    guard let secret, let maximumCommitment,
      SHA256.of(secret.commitment(to: id, of: bidder, in: edition)) == maximumCommitment
    else { return nil }
    return secret
  }
}

extension Evidence {
  /// The bid as the journal keeps it, so that it can be decided again: with what opens its commitment.
  func bytes(with secret: Secret?) -> [UInt8] {
    guard let secret, let envelope = try? Envelope(self) else { return bytes }
    return envelope.with(secret).encoded(withSecret: true)
  }
}
