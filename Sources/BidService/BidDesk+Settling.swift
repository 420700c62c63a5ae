import AuctionCore
import AuctionFacts
import AuctionSigning
import AuctionWire
import JournalKit
package import ServiceKit
package import SharedKernel

extension BidDesk {
  /// After its journal was put back from a copy: every auction that was open then, or may have been opened since, ends as
  /// cancelled before anything else is heard. Blocks may be in bidders' hands that these books do not hold: to go on would be
  /// to decide again what was decided, or to sign two different blocks of one number, each with bids of its own.
  package mutating func resume(at clock: ClockReading) -> Turn {
    var draft = Draft()
    guard recorded.isForgetful else { return Turn() }
    for auction in keeper.due(by: clock.latest) {
      guard let edition = keeper.summary(of: auction)?.edition, let sequence = keeper.nextSequence(of: auction) else { continue }
      let notice = CalendarNotice(
        auction: auction, edition: edition, sequence: sequence, action: .cancel(reason: RestoredHouse.reason), clock: clock)
      let sealed = voice.seal(notice)
      draft.turn.entries.append(BidEntry.abandoned(sealed.evidence).entry)
      say(recorded.abandon(notice, sealed.evidence, at: clock), in: &draft)
    }
    recorded.remember()
    draft.turn.entries.append(BidEntry.resumed.entry)
    say(keeper.handle(.endTurn, at: clock), in: &draft)
    return draft.signed(by: voice)
  }

  /// Takes out what need not be kept any longer, a little at a time and only when nothing else is to be done.
  mutating func prune(at clock: ClockReading, in draft: inout Draft) {
    let keeper = keeper
    guard let (auction, through) = recorded.retention.next(at: clock.instant, { keeper.closed($0) }),
      let book = keeper.closed(auction)
    else { return }
    draft.turn.entries.append(BidEntry.trimmed(auction, through: through).entry)
    draft.turn.removals += book.removals(through: through)
  }
}
