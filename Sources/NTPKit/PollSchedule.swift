/// When one server is asked next: a short burst at first, then ever more seldom, and never against its will.
///
/// Pure: instants of the boot clock and random numbers come in as arguments.
package struct PollSchedule: Hashable, Sendable {
  /// How often a server may be asked.
  package struct Pace: Hashable, Sendable {
    package var burst: Int
    package var burstSpacing: Nanoseconds
    /// The least between two polls, whatever happens, also across processes of this host; and the first after the burst.
    package var floor: Nanoseconds
    /// The most while somebody depends on the clock.
    package var attentive: Nanoseconds
    /// The most.
    package var ceiling: Nanoseconds
    /// The least once the server has said RATE.
    package var rateFloor: Nanoseconds

    /// What strangers' servers are asked: RFC 4330 §10, RFC 5905's minpoll 6 and maxpoll 10.
    package static let courteous = Pace(
      burst: 4, burstSpacing: .seconds(2), floor: .seconds(64), attentive: .seconds(256), ceiling: .seconds(1024),
      rateFloor: .seconds(1024))
    /// For a server on this very machine, where the operator allowed it.
    package static let loopback = Pace(
      burst: 4, burstSpacing: .milliseconds(50), floor: .milliseconds(250), attentive: .milliseconds(500), ceiling: .seconds(1),
      rateFloor: .seconds(1))
  }

  /// However often a server says RATE, it is asked again after this: RFC 5905's longest interval, 36 hours.
  package static let longestInterval: Nanoseconds = .seconds(1 << 17)

  package let pace: Pace
  /// When to ask next; nil once the server said to stop.
  package private(set) var next: Nanoseconds?
  /// Between two polls, before the dice.
  package private(set) var interval: Nanoseconds
  private var burstLeft: Int
  private var isAttentive = false
  /// Set by RATE; only ever raised.
  private var leastInterval: Nanoseconds
  private var lastAsked: Nanoseconds?

  /// - Parameters:
  ///   - first: when to ask first.
  ///   - bursts: whether that is a burst; who knows the time already asks once.
  package init(pace: Pace, first: Nanoseconds, bursts: Bool = true) {
    self.pace = pace
    next = first
    interval = pace.floor
    burstLeft = bursts ? pace.burst : 0
    leastInterval = pace.floor
  }

  package func isDue(at now: Nanoseconds) -> Bool { next.map { $0 <= now } ?? false }

  /// Whether the next question opens a new round, rather than continuing a burst.
  package var opensRound: Bool { burstLeft == pace.burst || burstLeft == 0 }

  /// A request has left.
  package mutating func asked(at now: Nanoseconds, using dice: inout some RandomNumberGenerator) {
    lastAsked = now
    burstLeft = max(burstLeft - 1, 0)
    next = burstLeft > 0 ? now + pace.burstSpacing : now + spread(interval, using: &dice)
  }

  /// The answer was good: the next wait is longer, up to what attention allows.
  package mutating func answered() {
    guard burstLeft == 0 else { return }
    interval = bounded(interval * 2)
  }

  /// Nothing usable came: ask more seldom, whoever is waiting, for the server may be overrun.
  package mutating func failed() {
    guard burstLeft == 0 else { return }
    interval = min(max(interval * 2, leastInterval), max(pace.ceiling, leastInterval))
  }

  package mutating func kissed(_ kiss: KissCode, at now: Nanoseconds, using dice: inout some RandomNumberGenerator) {
    burstLeft = 0
    switch kiss {
    case .deny, .restrict:
      next = nil
    case .rate:
      leastInterval = min(max(leastInterval * 2, pace.rateFloor), Self.longestInterval)
      interval = max(interval, leastInterval)
      next = now + spread(interval, using: &dice)
    }
  }

  /// Another process of this host asked lately: the question waits for its turn, and then it is one, for the burst was that one's.
  package mutating func postpone(until instant: Nanoseconds, using dice: inout some RandomNumberGenerator) {
    burstLeft = 0
    let earliest = max(instant + jitter(pace.floor, using: &dice), lastAsked.map { $0 + leastInterval } ?? .min)
    next = next.map { max($0, earliest) }
  }

  /// The question could not be settled now, and may be a moment later.
  package mutating func retry(after pause: Nanoseconds, at now: Nanoseconds, using dice: inout some RandomNumberGenerator) {
    next = next.map { max($0, now + pause + jitter(pause, using: &dice)) }
  }

  /// Somebody depends on the clock now, or no longer does.
  package mutating func setAttentive(_ attentive: Bool, using dice: inout some RandomNumberGenerator) {
    guard attentive != isAttentive else { return }
    isAttentive = attentive
    guard attentive, burstLeft == 0, let next, let lastAsked else { return }
    interval = max(pace.floor, leastInterval)
    self.next = min(next, lastAsked + spread(interval, using: &dice))
  }

  private func bounded(_ wanted: Nanoseconds) -> Nanoseconds {
    max(min(wanted, isAttentive ? pace.attentive : pace.ceiling), leastInterval)
  }

  /// The interval ± 10 %, but never under the floor: many clients must not ask in step.
  private func spread(_ interval: Nanoseconds, using dice: inout some RandomNumberGenerator) -> Nanoseconds {
    max(interval - interval / 10 + jitter(interval * 2, using: &dice), leastInterval)
  }

  /// Between nothing and a tenth.
  private func jitter(_ span: Nanoseconds, using dice: inout some RandomNumberGenerator) -> Nanoseconds {
    .random(in: 0...max(span / 10, 0), using: &dice)
  }
}
