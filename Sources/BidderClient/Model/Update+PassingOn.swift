internal import AuctionFacts
internal import SharedKernel

// What the terminal tells of a lot that goes to another bidder.

extension Model {
  mutating func pass(_ id: AuctionID, _ passing: PassingOn) {
    guard let old = live.lots[id], old.isOver, old.view.passedOn != passing else { return }
    live.lots[id]?.view.passedOn = passing
    announcePassing(of: id)
  }

  /// The new holder and the one before are told, and who has bid on it or looks at it.
  mutating func announcePassing(of id: AuctionID) {
    guard let lot = live.lots[id], let passing = lot.view.passedOn else { return }
    guard passing.to == me || passing.from == me || isMine(lot) || selection == id else { return }
    note(
      .passedOn(
        to: passing.to == me ? nil : passing.to, isFromMe: passing.from == me, passing.amount, reason: passing.reason), lot)
    if passing.to == me || passing.from == me { ring() }
  }
}
