package import AuctionFacts
package import SharedKernel
package import TerminalKit

/// What the bidder could see at one instant: facts only. Freezing the display keeps one of these.
package struct Picture: Hashable, Sendable {
  package var clock: ClockReading
  package var link = Link()
  package var lots: [AuctionID: Lot] = [:]
  package var notices = Notices()
  package var houseClock: ClockReading?
  /// Why something of the house's was left out last.
  var unverified: String?
  package var roundTrip: Interval?
  package var now: Timestamp { clock.instant }

  /// The seconds that are shown may be untrue.
  package var isClockDoubtful: Bool { isClockUnknown || clock.uncertainty > .milliseconds(500) }

  /// Nobody vouches for it: by how much it is wrong is not known.
  package var isClockUnknown: Bool { !clock.isDisciplined }
}

/// The whole state of the bidder's terminal.
package struct Model: Hashable, Sendable {
  /// What has the keys.
  package indirect enum Mode: Hashable, Sendable {
    case list
    case filter
    case armed(Armed)
    case bidBox(BidBox)
    case confirm(Confirmation)
    case notices(scroll: Int, fresh: Int)
    /// What the selected lot's auction is held under.
    case terms(scroll: Int)
    case help(scroll: Int, back: Mode)
    case quit
  }

  package enum Tab: Hashable, Sendable, CaseIterable { case open, mine, closed }
  package enum Sort: Hashable, Sendable, CaseIterable { case closing, price, title, standing }
  package enum Sound: Hashable, Sendable, CaseIterable { case off, bell, bellAndTitle }

  package var settings: Settings
  package var size: Size
  package var live: Picture
  /// What is shown while the display is frozen.
  package var frozen: Picture?
  package var mode = Mode.list
  package var tab = Tab.open
  package var sort = Sort.closing
  package var sortReversed = false
  package var filter = ""
  /// What is looked for on the page that is open.
  package var search: Search?
  package var selection: AuctionID?
  /// What the list shows, in this order; stands still while a bid is being made.
  package internal(set) var order: [AuctionID] = []
  package var sound = Sound.bell
  /// Marked by the bidder, whether the house lists them now or not.
  package internal(set) var followed: Set<AuctionID> = []
  /// Whether the window is looked at, as far as the terminal tells.
  package var isFocused = true
  /// Clicks and the wheel are ours, and not the terminal's.
  package var hasMouse: Bool
  /// Nil: the bidder has never changed it.
  var chosenLanguage: Language?
  /// Nil: the bidder has never switched it.
  var chosenMouse: Bool?
  /// Said at the bottom until then.
  package var hint: Hint?

  /// The order was to be put right while a bid was being made.
  var isOrderStale = false
  /// Many messages come at once, and the order is put right after the last.
  var defersOrder = false
  var epoch = 0
  var tickets = 0
  /// Bids of earlier runs that are asked for and that no lot shows yet.
  var recalled: [Ticket: RecalledBid] = [:]
  /// The lot of the newest own bid, whose progress the bottom line shows.
  var lastBid: AuctionID?
  var lastBell: Timestamp?
  var lastTitle = ""
  var lastInterrupt: Timestamp?
  /// The key before this one was Enter, then; and whether it came of a key that was held down.
  var lastEnter: Keystroke?
  var effects: [Effect] = []

  struct Keystroke: Hashable, Sendable {
    var at: Timestamp
    var isHeld: Bool
  }

  package struct Hint: Hashable, Sendable {
    package var text: Text
    package var until: Timestamp
  }

  /// The most auctions that are kept; the longest closed make room.
  package static let lotLimit = 16_384

  package init(_ settings: Settings, size: Size, clock: ClockReading) {
    (self.settings, self.size, live) = (settings, size, Picture(clock: clock))
    hasMouse = settings.takesMouse
  }

  /// What is to be drawn: the frozen picture, or the present one.
  package var picture: Picture { frozen ?? live }
  package var now: Timestamp { live.now }
  package var me: PrincipalID { settings.bidder }

  package var selectedLot: Lot? { selection.flatMap { picture.lots[$0] } }

  package func isMine(_ lot: Lot) -> Bool { lot.isFollowed || lot.hasOwnBid }

  package func count(in tab: Tab) -> Int { picture.lots.values.count { belongs($0, to: tab) } }

  /// Of those not over, how many have not begun.
  var waiting: Int { picture.lots.values.count { $0.view.status == .scheduled } }

  func belongs(_ lot: Lot, to tab: Tab) -> Bool {
    switch tab {
    case .open: !lot.isOver
    case .mine: isMine(lot)
    case .closed: lot.isOver
    }
  }
}

/// A quick bid that waits for its Enter: the amount is frozen, and void as soon as the auction moves.
package struct Armed: Hashable, Sendable {
  package var auction: AuctionID
  package var amount: Money
  /// The state that the amount was meant for.
  package var quote: Quote
  package var armedAt: Timestamp
  package var isVoid = false

  package static let patience = Interval.seconds(8)
}

/// What the bidder was looking at: a bid means this state and no other. That a price falls by itself is no other: a bid buys at what is
/// asked when it comes, never at more than it offers.
package struct Quote: Hashable, Sendable {
  package var price: Money?
  package var minimum: Money
  package var status: AuctionStatus
  package init(_ view: AuctionView) { (price, minimum, status) = (view.price, view.minimum, view.status) }
}

/// The box that a bid is typed into.
package struct BidBox: Hashable, Sendable {
  package var auction: AuctionID
  package var field: AmountField
  /// The amount is how far the house may go in secret, and openly the least is offered.
  package var isMaximum = false
  /// Enter counts from `guardTime` after this: what was typed ahead must not bid.
  package var openedAt: Timestamp
  package var quote: Quote
  package var obstacle: Obstacle?
  /// Asked once; the next Enter means it, if nothing has changed since.
  package var doubts: [Doubt] = []
  /// An amount that looked like a slip and was typed again: it is meant.
  package var retyped: Money?

  package static let guardTime = Interval.milliseconds(250)
  /// A key that is held down repeats itself after 250 to 660 ms, as systems are set: a second Enter sooner than this is the first one.
  package static let heldTime = Interval.milliseconds(700)
  /// So long after it was asked, that it has become later is not asked about again.
  package static let patience = Interval.seconds(10)
}

/// A bid so high that its number must be typed again.
package struct Confirmation: Hashable, Sendable {
  package var box: BidBox
  package var amount: Money
  /// What it would be with the comma that may have been forgotten.
  package var suggestion: Money?
  package var retyped: AmountField
  package var openedAt: Timestamp
  package var mismatch = false
}
