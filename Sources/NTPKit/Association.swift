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
  /// The address that this host's turn was last taken for: a burst goes on there, and nowhere else.
  var turnAddress: SocketAddress?
  /// Why it has nothing usable to say.
  var trouble = ServerStanding.untried

  struct Request {
    let socket: RequestSocket
    let check: ReplyCheck
    let deadline: Nanoseconds
    /// Why the last datagram that was not the answer was passed over.
    var ignored: ReplyCheck.Reason?
  }

  /// How long an answer is awaited. Half a second of delay is the most that is accepted, the rest is the server's.
  static let patience: Nanoseconds = .seconds(2)
  /// How long resolved addresses are used before the name is asked for again, once they fail.
  static let resolutionLifetime: Nanoseconds = .seconds(3600)

  init(_ server: NTPServer, pace: PollSchedule.Pace, first: Nanoseconds) {
    self.server = server
    schedule = PollSchedule(pace: pace, first: first)
  }

  /// Whether it stands for a server of its own, one that may still be asked.
  var hasVote: Bool { schedule.next != nil && !(trouble == .sameAsAnother && address == nil) }

  mutating func resolved(to addresses: [SocketAddress], at now: Nanoseconds) {
    (self.addresses, resolvedAt, isResolving) = (addresses, now, false)
  }

  /// Takes the first of the addresses that nobody else has; nil where there is none.
  mutating func takeAddress(notIn taken: Set<SocketAddress>) -> SocketAddress? {
    address = addresses.first { !taken.contains($0) }
    return address
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
    filter.record(nil)
    trouble = .kissed(kiss)
    schedule.kissed(kiss, at: now, using: &dice)
    request = nil
  }
}
