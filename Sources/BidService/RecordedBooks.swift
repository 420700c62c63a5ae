import AuctionCore
import AuctionFacts
import AuctionSigning
import AuctionWire
import JournalKit
import ServiceKit
import SharedKernel
import SigningKit

/// The books, the bidders' keys and what is no longer kept, as the journal's entries build them. The same for the service that
/// takes its journal up, for who checks it and for who compacts it.
struct RecordedBooks: Sendable {
  var keeper: BookKeeper
  var keys = BidderKeys()
  var retention = Retention()
  var passed = PassedLots()
  /// The journal was put back from a copy, and what was due then has not been given up yet.
  private(set) var isForgetful = false
  /// Reserves of auctions that have not been heard of yet, by edition: the broker may have lost their scheduling, which comes with the
  /// opening then.
  private var early: [Edition: ReserveDisclosure] = [:]

  init(_ keeper: BookKeeper) { self.keeper = keeper }

  /// Takes the entries of one turn; answers with what the books say to each of them, and to the end of the turn.
  mutating func replay(
    _ entries: [Entry], at clock: ClockReading, _ hear: (Entry, [BookKeeper.Output]) throws -> Void = { _, _ in }
  )
    throws -> [BookKeeper.Output]
  {
    for entry in entries { try hear(entry, take(try BidEntry(entry), at: clock)) }
    return keeper.handle(.endTurn, at: clock)
  }

  /// Takes the entries of one turn; what the books say to them was said.
  mutating func replay(_ entries: [BidEntry], at clock: ClockReading) throws {
    for entry in entries { _ = try take(entry, at: clock) }
    _ = keeper.handle(.endTurn, at: clock)
  }

  private mutating func take(_ entry: BidEntry, at clock: ClockReading) throws -> [BookKeeper.Output] {
    switch entry {
    case .bid(let envelope):
      guard let bid = try keys.submitted(envelope) else {
        throw Failure(.ioError, said("o diário tem um lance sem chave", "the journal holds a bid without its key"))
      }
      defer { note(bid.bid.auction) }
      return keeper.handle(.bid(bid), at: clock)
    case .opened(let opening): return keeper.handle(.openedBefore(opening), at: clock)
    case .accepted(let bid): return keeper.handle(.acceptedBefore(bid), at: clock)
    case .sealed(let block):
      let outputs = keeper.handle(.sealedBefore(block), at: clock)
      if !outputs.isEmpty { note(block.auction) }
      return outputs
    case .refusal(let refusal):
      defer { note(refusal.auction) }
      return keeper.handle(.refusedBefore(refusal), at: clock)
    case .turnedAway(let bidder, let bid, let digest):
      return keeper.handle(.turnedAway(bidder: bidder, bid: bid, digest: digest), at: clock)
    case .statement(let statement):
      if case .passedOn(let said) = statement.fact { _ = pass(said, statement.digest) }
      defer { note(statement.auction) }
      return (inputs(of: statement) ?? []).flatMap { keeper.handle($0, at: clock) }
    case .key(let record):
      keys.apply(record)
      return keeper.handle(.key(record), at: clock)
    case .outage(let from, let to): return keeper.handle(.outage(from: from, to: to), at: clock)
    case .restored:
      isForgetful = true
      return []
    case .abandoned(let evidence):
      guard case .notice(let notice) = try HouseStatement(trusted: evidence).fact else {
        throw Failure(.ioError, said("o diário abandona um leilão sem aviso", "the journal gives an auction up without a notice"))
      }
      return abandon(notice, evidence, at: clock)
    case .resumed:
      remember()
      return []
    case .pruned(let auction, let through):
      retention.pruned(auction, through: through)
      return []
    case .trimmed(let auction, let through):
      retention.trimmed(auction, through: through)
      return []
    case .decided(let bidder, let bid, let decision, _):
      return keeper.handle(.decidedBefore(bidder: bidder, bid: bid, decision), at: clock)
    case .closed(let book, _, let lost):
      retention.pruned(book.terms.auction, through: lost)
      retention.trimmed(book.terms.auction, through: book.refusedBids)
      return keeper.handle(.closed(book), at: clock)
    }
  }

  /// Ends one of the auctions that the house has forgotten a part of.
  mutating func abandon(_ notice: CalendarNotice, _ evidence: Evidence, at clock: ClockReading) -> [BookKeeper.Output] {
    defer { note(notice.auction) }
    return keeper.handle(.abandoned(notice, evidence), at: clock)
  }

  /// Everything forgotten is given up.
  mutating func remember() { isForgetful = false }

  /// An auction that is over keeps its refused bids for a day.
  mutating func note(_ auction: AuctionID?) {
    if let auction, let book = keeper.closed(auction) { retention.closed(book) }
  }

  /// What the calendar said, as inputs of these books: the scheduling in an opening only where it was never heard, with its reserve where
  /// that was. Nil: it means nothing to them, and need not be recorded.
  mutating func inputs(of statement: HouseStatement) -> [BookKeeper.Input]? {
    switch statement.fact {
    case .opened(let opening) where keeper.status(of: opening.auction) != nil:
      return [.opened(opening, statement.envelope.evidence)]
    case .reserve(let reserve) where keeper.status(of: reserve.auction) == nil:
      guard early[reserve.edition] == nil else { return nil }
      early[reserve.edition] = reserve
      return []
    case .reserve(let reserve):
      guard let (nonce, digest) = keeper.reserveCommitment(of: reserve.auction), reserve.opens(digest, nonce) else { return nil }
      return Self.inputs(of: statement)
    default:
      let inputs = Self.inputs(of: statement).flatMap { input -> [BookKeeper.Input] in
        guard case .scheduled(let scheduling, let sealed) = input, let reserve = early.removeValue(forKey: sealed.digest),
          let commitment = scheduling.terms.rules.reserveCommitment, reserve.opens(commitment, scheduling.nonce)
        else { return [input] }
        return [input, .reserve(reserve.auction, reserve.edition, reserve.secret)]
      }
      return inputs.isEmpty ? nil : inputs
    }
  }

  /// What the calendar said, as inputs of any books. An opening brings the scheduling with it, so that one that was never
  /// heard is no loss.
  static func inputs(of statement: HouseStatement) -> [BookKeeper.Input] {
    let evidence = statement.envelope.evidence
    switch statement.fact {
    case .scheduled(let scheduling): return [.scheduled(scheduling, Sealed(digest: statement.digest, evidence: evidence))]
    case .opened(let opening):
      guard let envelope = try? Envelope(opening.scheduling), let scheduling = try? Scheduling(envelope) else { return [] }
      return [.scheduled(scheduling, envelope.sealed { SHA256.of($0) }), .opened(opening, evidence)]
    case .reserve(let reserve): return [.reserve(reserve.auction, reserve.edition, reserve.secret)]
    case .notice(let notice): return [.noticed(notice, evidence)]
    case .voiding(let voiding, _): return [.voided(voiding, evidence)]
    case .block, .extended, .refused, .answered, .clock, .ledgerClosed, .passedOn: return []
    }
  }
}

extension ReserveDisclosure {
  fileprivate func opens(_ commitment: Digest, _ nonce: [UInt8]) -> Bool {
    secret.reserveDigest(to: auction, nonce: nonce) == commitment
  }
}
