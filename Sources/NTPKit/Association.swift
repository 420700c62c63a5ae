/// What one server has been asked and has answered. Owned by the polling thread.
struct Association {
  let server: NTPServer
  /// Those of its addresses that may be asked, the next one first; empty until resolved.
  private(set) var addresses: [SocketAddress] = []
  /// The one that was asked last, and that no other association may ask: nobody votes twice.
  private(set) var address: SocketAddress?
  /// Boot clock when the name was last resolved.
  private(set) var resolvedAt: Nanoseconds?
  var isResolving = false
  var filter = ClockFilter()
  var schedule: PollSchedule
  /// The request under way.
  var request: Request?
  /// The turn that this process took last: where, and until when everybody else leaves that address alone (boot clock).
  var turn: (address: SocketAddress, end: Nanoseconds)?
  /// How often in a row the anchor file was in another process's hands when it was to be asked.
  var busyTurns = 0
  /// Until when it is not asked because of another program, though it never was asked by this one.
  private(set) var waitsUntil: Nanoseconds?
  /// A rest that the others are still to be told of.
  var untoldRest: UntoldRest?
  /// Why it has nothing usable to say.
  var trouble = ServerStanding.untried

  struct Request {
    let socket: RequestSocket
    let check: ReplyCheck
    let deadline: Nanoseconds
    /// Why the last datagram that was not the answer was passed over.
    var ignored: ReplyCheck.Reason?
  }

  struct UntoldRest {
    let address: SocketAddress
    let end: Nanoseconds
    var retryAt: Nanoseconds
    var tries = 0
  }

  /// How long an answer is awaited. Half a second of delay is the most that is accepted, the rest is the server's.
  static let patience: Nanoseconds = .seconds(2)
  /// How long resolved addresses are used before the name is asked for again, once they fail.
  static let resolutionLifetime: Nanoseconds = .seconds(3600)

  init(_ server: NTPServer, pace: PollSchedule.Pace, first: Nanoseconds, bursts: Bool = true) {
    self.server = server
    schedule = PollSchedule(pace: pace, first: first, bursts: bursts)
  }

  /// Whether it stands for a server of its own. One that told us to stop does: were its seat to go, the liars among those that are
  /// left could be a majority of them.
  var hasVote: Bool { !(trouble == .sameAsAnother && address == nil) }

  /// Whether it may still have something to say.
  var isAwaited: Bool { hasVote && schedule.next != nil }

  mutating func resolved(to addresses: [SocketAddress], at now: Nanoseconds) {
    (self.addresses, resolvedAt, isResolving) = (addresses, now, false)
  }

  /// Takes the first of the addresses that nobody else has; nil where there is none. What the address before it said is forgotten:
  /// another of the list may ask there now, and one server must not be heard twice.
  mutating func takeAddress(notIn taken: Set<SocketAddress>) -> SocketAddress? {
    let next = addresses.first { !taken.contains($0) }
    if next != address { filter = ClockFilter() }
    address = next
    return address
  }

  /// Another program keeps it from being asked. What it said when it was asked before is worth more than that.
  mutating func waitsForTurn() {
    guard trouble == .untried || trouble == .sameAsAnother || trouble == .waitingForTurn else { return }
    trouble = .waitingForTurn
    waitsUntil = schedule.next
  }

  /// A poll has ended with a usable answer.
  mutating func succeeded(with sample: Sample) {
    filter.record(sample)
    schedule.answered()
    request = nil
  }

  /// A poll has ended without one: the next tries the next address, and after all of them the name again, hourly at most.
  mutating func failed(_ trouble: ServerStanding, at now: Nanoseconds) {
    filter.record(nil)
    self.trouble = trouble
    schedule.failed()
    if addresses.count > 1 { addresses.append(addresses.removeFirst()) }
    if let resolvedAt, now - resolvedAt > Self.resolutionLifetime { addresses = [] }
    request = nil
  }

  mutating func kissed(_ kiss: KissCode, at now: Nanoseconds, using dice: inout some RandomNumberGenerator) {
    // Who told us to stop is never heard again, so that nothing would push its last words out: it is silent from now on.
    if kiss == .rate { filter.record(nil) } else { filter = ClockFilter() }
    trouble = .kissed(kiss)
    schedule.kissed(kiss, at: now, using: &dice)
    request = nil
  }
}
