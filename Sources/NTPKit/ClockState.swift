import SharedKernel
internal import Synchronization

/// What the clock's readers and its polling thread share.
final class ClockState: Sendable {
  struct Contents: Sendable {
    var discipline: ClockDiscipline
    var servers: [ServerState]
    var anchorProblem: Sentence?
    var onChange: (@Sendable (ClockReport) -> Void)?
    var onPoll: (@Sendable (ClockReport) -> Void)?
    /// Told by how many microseconds the system's clock is ahead (behind: below zero) when it stops being followed, and nil when it
    /// is again.
    var onLeap: (@Sendable (Int64?) -> Void)?
    /// The sign of what was told last; 0: that it is followed.
    var toldLeap: Int64 = 0
    /// The status last told to `onChange`.
    var toldStatus: Reading.Status?
    var isAttentive = false
    var isStopped = false
    var waiters: [UInt64: Waiter] = [:]
    var nextWaiter: UInt64 = 0
    /// Names resolved since the polling thread last looked.
    var resolutions: [Resolution] = []
  }

  struct ServerState: Sendable {
    var server: NTPServer
    var address: String?
    var reachability: UInt8 = 0
    var sample: Sample?
    var standing = ServerStanding.untried
  }

  struct Waiter: Sendable {
    var continuation: CheckedContinuation<Void, Never>
    /// Boot clock; nil to wait for ever.
    var deadline: Nanoseconds?
  }

  struct Resolution: Sendable {
    var server: NTPServer
    var outcome: Result<[SocketAddress], SocketAddress.ResolutionFailure>
  }

  let contents: Mutex<Contents>
  /// Wakes the polling thread; nil where there are no servers, so that nothing at all is opened.
  let wakeUp: WakeUp?

  init(servers: [NTPServer], acceptsSystemClock: Bool) {
    wakeUp = servers.isEmpty ? nil : WakeUp()
    contents = Mutex(
      Contents(
        discipline: ClockDiscipline(acceptsSystemClock: acceptsSystemClock),
        servers: servers.map { ServerState(server: $0) }))
  }

  func reading() -> Reading {
    // The instant is taken inside the lock, so that the order of readings is the order of instants.
    let (reading, leap) = contents.withLock { state in
      let reading = state.discipline.reading(at: SystemTime.boot(), systemOffset: SystemTime.wallOffset)
      return (reading, state.newLeap())
    }
    leap?()
    return reading
  }

  func report() -> ClockReport { contents.withLock { $0.report(at: SystemTime.boot()) } }

  /// Tells that polls have ended. Called on the polling thread.
  func announcePoll() {
    let now = SystemTime.boot()
    let told = contents.withLock { state in state.onPoll.map { ($0, state.report(at: now)) } }
    if let (callback, report) = told { callback(report) }
  }

  /// Tells a changed status, and lets go of those who waited for it or long enough. Called on the polling thread.
  func announce() {
    let now = SystemTime.boot()
    let (told, released) = contents.withLock { state in
      let status = state.discipline.status(at: now)
      var told: (callback: @Sendable (ClockReport) -> Void, report: ClockReport)?
      if status != state.toldStatus {
        state.toldStatus = status
        told = state.onChange.map { ($0, state.report(at: now)) }
      }
      let done = state.isStopped || status != .unsynchronized
      let released = state.waiters.filter { done || ($0.value.deadline.map { $0 <= now } ?? false) }
      for id in released.keys { state.waiters[id] = nil }
      return (told, released)
    }
    if let told { told.callback(told.report) }
    for waiter in released.values { waiter.continuation.resume() }
  }

  /// Waits until a reading would be usable, the clock is stopped, the task cancelled or the bound passed.
  func ready(within bound: Duration?) async {
    let id = contents.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    let now = SystemTime.boot()
    let deadline = bound.map { now.addingReportingOverflow($0.nanoseconds) }.map { $0.overflow ? .max : $0.partialValue }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = contents.withLock { state in
          if Task.isCancelled || state.isStopped || state.discipline.status(at: now) != .unsynchronized { return true }
          state.waiters[id] = Waiter(continuation: continuation, deadline: deadline)
          return false
        }
        if isOver { continuation.resume() } else { wakeUp?.ring() }
      }
    } onCancel: {
      contents.withLock { $0.waiters.removeValue(forKey: id) }?.continuation.resume()
    }
  }
}

extension ClockState.Contents {
  /// Whether neither servers nor what was known of them say the time any more: whatever another program has learnt is better.
  func isLost(at now: Nanoseconds) -> Bool {
    switch discipline.status(at: now) {
    case .synchronized, .holdover: false
    case .unsynchronized, .systemClock: true
    }
  }

  /// What is to be told of the system's clock since the last look; nil: nothing.
  mutating func newLeap() -> (@Sendable () -> Void)? {
    guard discipline.estimate == nil else {
      // Servers have answered: whatever the system's clock does counts no more, and is no news.
      toldLeap = 0
      return nil
    }
    let leap = discipline.disbelieved
    guard let onLeap, toldLeap != (leap ?? 0).signum() else { return nil }
    toldLeap = (leap ?? 0).signum()
    return { onLeap(leap?.microsecondsRoundedDown) }
  }

  func report(at now: Nanoseconds) -> ClockReport {
    // A copy is asked, so that a report leaves no mark on the clock.
    var copy = discipline
    let reading = copy.reading(at: now, systemOffset: SystemTime.wallOffset)
    let shown = discipline.offset(at: now, systemOffset: SystemTime.wallOffset)
    return ClockReport(
      status: reading.status,
      uncertaintyMicroseconds: reading.uncertaintyMicroseconds,
      unixMicroseconds: reading.unixMicroseconds,
      systemOffsetMicroseconds: (SystemTime.wallOffset() - shown).microsecondsRoundedDown,
      ageMicroseconds: discipline.estimate.map { (now - $0.madeAt).microsecondsRoundedDown },
      servers: servers.map { state in
        ServerReport(
          server: state.server, address: state.address, reachability: state.reachability,
          sample: state.sample.map {
            SampleReport(
              offsetMicroseconds: ($0.offset - shown).microsecondsRoundedDown,
              delayMicroseconds: $0.delay.microsecondsRoundedUp,
              dispersionMicroseconds: $0.dispersion.microsecondsRoundedUp,
              uncertaintyMicroseconds: $0.halfWidth(at: now).microsecondsRoundedUp,
              ageMicroseconds: (now - $0.takenAt).microsecondsRoundedDown, stratum: $0.stratum)
          },
          standing: state.standing)
      },
      anchorProblem: anchorProblem)
  }
}
