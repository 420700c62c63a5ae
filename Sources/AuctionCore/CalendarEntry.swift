import AuctionFacts
import SharedKernel

/// One auction of the calendar.
///
/// `scheduled` becomes `open` when it is due, or `over` when it is cancelled; `open` becomes `suspended` and `open` again by command,
/// or `announced` (its end, or its cancellation), and `announced` becomes `over` when the result is heard, or `open` again when its
/// end turns out to have moved. Nothing leads out of `over`.
struct CalendarEntry: Equatable, Sendable {
  enum Phase: Equatable, Sendable {
    /// Holds the signed scheduling, which the opening will carry.
    case scheduled(Evidence)
    case open
    /// With that much left to its end.
    case suspended(remaining: Interval)
    /// Said, and repeated until the result is heard; `pause` comes after the next repetition.
    case announced(CalendarNotice, Sealed, pause: Interval)
    case over
  }

  let edition: Edition
  /// Nil of what an earlier version compacted.
  private let seller: PrincipalID?
  /// What has become of the lot; nil until it is over, and where there is nothing to be had.
  private(set) var lot: FinishedLot?
  private(set) var opensAt: Timestamp
  private(set) var closesAt: Timestamp
  private(set) var phase: Phase
  /// The sequence of the last notice.
  private(set) var sequence: Int64 = 0
  /// When something is to be done about it next: its opening, its end, a repetition.
  private(set) var due: Timestamp?

  init(_ terms: AuctionTerms, _ scheduling: Sealed) {
    (opensAt, closesAt, due) = (terms.opensAt, terms.closesAt, terms.opensAt)
    (edition, seller, phase) = (scheduling.digest, terms.seller, .scheduled(scheduling.evidence))
  }

  init(_ closed: ClosedEntry) {
    (edition, opensAt, closesAt, sequence) = (closed.edition, closed.opensAt, closed.closesAt, closed.sequence)
    (phase, due, lot, seller) = (.over, nil, closed.lot, closed.seller)
  }

  /// Nil while it is not over.
  func closed(_ auction: AuctionID) -> ClosedEntry? {
    guard phase == .over else { return nil }
    return ClosedEntry(
      auction: auction, edition: edition, opensAt: opensAt, closesAt: closesAt, sequence: sequence, seller: seller, lot: lot)
  }

  var status: AuctionStatus {
    switch phase {
    case .scheduled: .scheduled
    case .open, .announced: .open
    case .suspended: .suspended
    case .over: .closed
    }
  }

  /// An opening that comes late moves both times, so that the duration stays; up to a second is not called late.
  mutating func open(at now: Timestamp) {
    let late = now - opensAt
    if late > CalendarEntry.punctual { (opensAt, closesAt) = (now, closesAt + late) }
    (phase, due) = (.open, closesAt)
  }

  /// Bids do not count from here on.
  mutating func suspend(_ notice: CalendarNotice, at now: Timestamp) {
    (sequence, phase, due) = (notice.sequence, .suspended(remaining: closesAt - now), nil)
  }

  /// The end that it will have at least when it is resumed now; nil unless it is suspended. ms-lance, which knows from when to when
  /// bids did not count, may say a later one.
  func endResumed(at now: Timestamp) -> Timestamp? {
    if case .suspended(let remaining) = phase { max(closesAt, now + remaining) } else { nil }
  }

  mutating func resume(_ notice: CalendarNotice, closingAt end: Timestamp) {
    (sequence, closesAt) = (notice.sequence, end)
    (phase, due) = (.open, end)
  }

  /// The end cannot be announced yet.
  mutating func postpone(to instant: Timestamp) { due = instant }

  mutating func takeUp() { if case .open = phase { due = closesAt } }

  mutating func announce(_ notice: CalendarNotice, _ sealed: Sealed, at now: Timestamp) {
    sequence = notice.sequence
    (phase, due) = (.announced(notice, sealed, pause: Calendar.shortestPause), now)
    repeatAnnouncement(at: now)
  }

  mutating func repeatAnnouncement(at now: Timestamp) {
    guard case .announced(let notice, let sealed, let pause) = phase else { return }
    phase = .announced(notice, sealed, pause: min(pause + pause, Calendar.longestPause))
    due = now + pause
  }

  /// The end has moved, as ms-lance says: an end that was announced is open again. Ends only move later, so that an older
  /// word, heard late, has no effect; a cancellation stands.
  mutating func extend(to end: Timestamp) {
    guard end > closesAt, status == .open || status == .suspended else { return }
    closesAt = end
    switch phase {
    case .suspended: return
    case .announced(let notice, _, _): if case .cancel = notice.action { return }
    case .scheduled, .open, .over: break
    }
    (phase, due) = (.open, end)
  }

  mutating func end() { (phase, due) = (.over, nil) }

  /// The closing block was heard; the first one stands.
  mutating func end(_ said: FinalWord?) {
    end()
    guard lot == nil, let said, let seller else { return }
    lot = FinishedLot(said.result, digest: said.digest, seller: seller)
  }

  /// In `CommandRefusal`'s order; nil: the lot can be passed on.
  func refusal(of passing: PassingOn) -> CommandRefusal? {
    guard phase == .over else { return .notOver }
    guard let lot else { return .nothingToPassOn }
    return lot.said(from: passing).isEmpty ? lot.refusal(of: passing) : nil
  }

  mutating func pass(_ said: PassedOn) {
    sequence = said.sequence
    lot?.pass(said)
  }

  private static let punctual = Interval.seconds(1)
}
