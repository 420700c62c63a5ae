package import AuctionFacts
package import AuctionWire
package import ServiceKit
package import SharedKernel
import SigningKit

/// Why something that arrived is not heard: the reason that a dead letter carries, and what was seen.
package struct Rejection: Spoken {
  package enum Reason: String, Sendable, CaseIterable {
    case malformed = "formato"
    /// Nobody here is known by that key.
    case unknownKey = "usuario_desconhecido"
    /// Said after the day on which that key was replaced.
    case retiredKey = "chave_revogada"
    case invalidSignature = "assinatura_invalida"
    case wrongSpeaker = "identidade_divergente"
    /// From an exchange where this is not said.
    case wrongExchange = "origem"
  }

  package let reason: Reason
  /// Names and numbers in no language; of a malformed text the codec's own words, in English.
  package let detail: String
  package init(_ reason: Reason, _ detail: String) { (self.reason, self.detail) = (reason, detail) }

  package var sentence: Sentence {
    let text = "\(reason.rawValue): \(detail)"
    return reason == .malformed
      ? Sentence("\(reason.rawValue): os bytes não são uma mensagem da casa", text) : Sentence(verbatim: text)
  }
}

/// Something the house said, checked: that the one signed it who may, and what it says.
package struct HouseStatement: Sendable {
  package enum Fact: Sendable {
    case scheduled(Scheduling)
    case reserve(ReserveDisclosure)
    case opened(Opening)
    case notice(CalendarNotice)
    case block(Block)
    case extended(Extension)
    case refused(Receipt)
    case answered(CommandAnswer)
    case clock(ClockRecord)
    case ledgerClosed(LedgerSeal)
    /// What an operator said, handed on as it was signed.
    case voiding(Voiding, at: ClockReading)
    case passedOn(PassedOn)
  }

  package let fact: Fact
  package let envelope: Envelope
  /// SHA-256 of the payload.
  package let digest: Digest

  /// Size and shape, then whether this is said on that exchange, then the signature under the key of the one who may say it,
  /// and only then the payload.
  package init(_ body: [UInt8], from exchange: Exchange? = nil, ring: KeyRing) throws(Rejection) {
    let (envelope, member) = try Envelope.signed(body, from: exchange, ring: ring)
    try self.init(verified: envelope)
    try member.check(saidAt: saidAt)
  }

  /// As one reads it who takes nothing on ms-lance's word: what it holds of the calendar's is checked too. The services must hear each
  /// other also when the key of something said earlier is gone.
  package init(whole body: [UInt8], from exchange: Exchange? = nil, ring: KeyRing) throws(Rejection) {
    try self.init(body, from: exchange, ring: ring)
    for evidence in ofOthers { try Self.checkOthers(evidence, by: ring) }
  }

  /// What a ledger holds of ms-leilao's or an operator's is under that one's key as well, one that stood when it was said. Only where
  /// ms-lance ends an auction that the house has forgotten a part of does it say so itself.
  private static func checkOthers(_ evidence: Evidence, by ring: KeyRing) throws(Rejection) {
    let said = try HouseStatement(trusted: evidence)
    let member = try said.envelope.signer(in: ring) { kind, owner in
      kind.speaker.admits(owner) || kind == .cancelled && owner == HousePrincipal.msLance
    }
    try member.check(saidAt: said.saidAt)
    for evidence in said.ofOthers { try checkOthers(evidence, by: ring) }
  }

  /// What it holds that ms-leilao or an operator signed.
  private var ofOthers: [Evidence] {
    switch fact {
    case .opened(let opening): return [opening.scheduling]
    case .block(let block):
      switch block.content {
      case .opening(let evidence): return [evidence]
      case .closing(_, let evidence): return [evidence].compactMap { $0 }
      case .entries(let entries): return entries.compactMap(\.fact.ofOthers)
      }
    case .scheduled, .reserve, .notice, .extended, .refused, .answered, .clock, .ledgerClosed, .voiding, .passedOn: return []
    }
  }

  /// Reads what was checked before it was written down: the journal's own entries.
  package init(trusted evidence: Evidence) throws(Rejection) {
    do {
      try self.init(verified: try Envelope(evidence))
    } catch {
      throw Rejection(.malformed, "\(error)")
    }
  }

  /// What a journal keeps of what `speaker` said: under its signature, by a key that spoke for it at the instant at which it says that
  /// it said this. When it was heard does not matter: it may have waited in a queue while the key was replaced.
  /// What an operator said, any of them did: it is kept where a service heard it or handed it on.
  package init?(recorded body: [UInt8], by speaker: PrincipalID, keys: KeyRing) {
    guard let envelope = try? Envelope(parsing: body),
      let member = keys.check(envelope.keyID, envelope.signature, over: envelope.preAuthenticationEncoding),
      envelope.kind.speaker == .operator ? member.owner.role == .operator : member.owner == speaker
    else { return nil }
    do throws(Rejection) {
      try self.init(verified: envelope)
    } catch {
      return nil
    }
    if let retiredAt = member.retiredAt, saidAt > retiredAt { return nil }
  }

  init(verified envelope: Envelope) throws(Rejection) {
    self.envelope = envelope
    digest = SHA256.of(envelope.payload)
    do {
      fact = try Self.read(envelope)
    } catch {
      throw Rejection(.malformed, "\(error)")
    }
  }

  private static func read(_ envelope: Envelope) throws -> Fact {
    switch envelope.kind {
    case .scheduled: .scheduled(try Scheduling(envelope))
    case .reserve: .reserve(try ReserveDisclosure(envelope))
    case .opened: .opened(try Opening(envelope))
    case .closed, .cancelled, .suspended, .resumed: .notice(try CalendarNotice(envelope))
    case .bidsAccepted, .awarded: .block(try Block(envelope))
    case .extended: .extended(try Extension(envelope))
    case .bidRefused: .refused(try Receipt(envelope))
    case .commandAnswered: .answered(try CommandAnswer(envelope))
    case .clockSynchronized: .clock(try ClockRecord(envelope))
    case .ledgerClosed: .ledgerClosed(try LedgerSeal(envelope))
    case .voidBid: try voiding(try Command(envelope))
    case .passedOn: .passedOn(try PassedOn(envelope))
    case .bidPlaced, .snapshot, .schedule, .cancel, .suspend, .resume, .close, .passOn:
      throw Rejection(.malformed, envelope.kind.rawValue)
    }
  }

  private static func voiding(_ command: Command) throws -> Fact {
    guard case .void(let voiding) = command.action else { throw Rejection(.malformed, command.kind.rawValue) }
    return .voiding(voiding, at: command.clock)
  }

  /// The instant at which its speaker says that it said this.
  package var saidAt: Timestamp {
    switch fact {
    case .scheduled(let scheduling): scheduling.clock.instant
    case .reserve(let reserve): reserve.clock.instant
    case .opened(let opening): opening.clock.instant
    case .notice(let notice): notice.clock.instant
    case .block(let block): block.clock.instant
    case .extended(let extended): extended.clock.instant
    case .refused(let receipt): receipt.clock.instant
    case .answered(let answer): answer.clock.instant
    case .clock(let record): record.clock.instant
    case .ledgerClosed(let seal): seal.clock.instant
    case .voiding(_, let clock): clock.instant
    case .passedOn(let said): said.clock.instant
    }
  }

  /// The auction this is about.
  package var auction: AuctionID? {
    switch fact {
    case .scheduled(let scheduling): scheduling.terms.auction
    case .reserve(let reserve): reserve.auction
    case .opened(let opening): opening.auction
    case .notice(let notice): notice.auction
    case .block(let block): block.auction
    case .extended(let extended): extended.auction
    case .refused(let receipt): receipt.auction
    case .answered(let answer): answer.auction
    case .voiding(let voiding, _): voiding.auction
    case .passedOn(let said): said.auction
    case .clock: nil
    case .ledgerClosed(let seal): seal.auction
    }
  }
}

extension BlockEntry.Fact {
  fileprivate var ofOthers: Evidence? {
    switch self {
    case .voided(let evidence, _), .suspended(let evidence, _), .resumed(let evidence, _): evidence
    case .bid, .outage, .key, .revealed, .reserveRevealed: nil
    }
  }
}

extension KeyRing.Member {
  /// Whether what was said at that instant was said by its key while it stood.
  func check(saidAt instant: Timestamp) throws(Rejection) {
    guard let retiredAt, instant > retiredAt, let id = Digest(key.id) else { return }
    throw Rejection(.retiredKey, "keyid \(id.hex.prefix(16))")
  }
}

extension Envelope {
  /// Size and shape, then whether this is said on that exchange, then the signature.
  package static func signed(
    _ body: [UInt8], from exchange: Exchange?, ring: KeyRing
  ) throws(Rejection) -> (envelope: Envelope, signer: KeyRing.Member) {
    let envelope: Envelope
    do {
      envelope = try Envelope(parsing: body)
    } catch {
      throw Rejection(.malformed, "\(error)")
    }
    if let exchange, !exchange.kinds.contains(envelope.kind) {
      throw Rejection(.wrongExchange, "\(exchange.rawValue), \(envelope.kind.rawValue)")
    }
    return (envelope, try envelope.signer(in: ring))
  }

  /// Checks that one signed it who may say this kind, and speaks now.
  package func check(by ring: KeyRing) throws(Rejection) {
    guard try signer(in: ring).retiredAt == nil else { throw Rejection(.retiredKey, "keyid \(keyID.hex.prefix(16))") }
  }

  /// Who signed it: one who may say this kind, now or once.
  func signer(
    in ring: KeyRing, admitting isAdmitted: (Kind, PrincipalID) -> Bool = { $0.speaker.admits($1) }
  ) throws(Rejection) -> KeyRing.Member {
    guard ring.members[keyID] != nil else { throw Rejection(.unknownKey, "keyid \(keyID.hex.prefix(16))") }
    guard let member = ring.check(keyID, signature, over: preAuthenticationEncoding) else {
      throw Rejection(.invalidSignature, "keyid \(keyID.hex.prefix(16))")
    }
    guard isAdmitted(kind, member.owner) else {
      throw Rejection(.wrongSpeaker, "\(member.owner), \(kind.rawValue)")
    }
    return member
  }
}

extension LiveKeyRing {
  /// Opens something; looks into the key folder again when it is under a key that is not known yet.
  package func open<Value>(_ read: (KeyRing) throws(Rejection) -> Value) throws(Rejection) -> Value {
    do {
      return try read(ring)
    } catch  where error.reason == .unknownKey {
      guard let fresh = renewed() else { throw error }
      return try read(fresh)
    }
  }
}
