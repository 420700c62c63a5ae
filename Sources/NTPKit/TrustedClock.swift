internal import Glibc
internal import Synchronization

/// The one clock of a process: UTC as a majority of servers has it, carried by the boot clock, never stepping back, always
/// with its uncertainty.
///
/// The wall clock has no part in it, unless the source is `.none` or nobody answers; setting it therefore moves nothing.
package final class TrustedClock: Sendable {
  private let options: TrustedClockOptions
  private let state: ClockState
  private let thread = Mutex<ThreadState>(.idle)

  private enum ThreadState: Sendable {
    case idle, running(pthread_t), over
  }

  package init(_ options: TrustedClockOptions) {
    self.options = options
    state = ClockState(servers: options.source.servers, acceptsSystemClock: options.source == .none)
  }

  deinit { stop() }

  /// Begins to ask the servers, if there are any, on a thread of its own. What was cached on this boot counts at once.
  /// Once only: a clock that was stopped stays stopped.
  package func start() {
    thread.withLock { thread in
      let servers = options.source.servers
      guard case .idle = thread, !servers.isEmpty else { return }
      let file = options.anchorFile.flatMap { AnchorFile(path: $0, servers: servers) }
      let now = SystemTime.boot()
      let cached = file?.anchor()?.estimate(at: now)
      if let cached { state.contents.withLock { $0.discipline.accept(cached, freshUntil: nil, at: now) } }
      let started = PosixThread.start { [state, options] in
        Poller(state, options, servers: servers, file: file, anchorAge: cached.map { now - $0.madeAt }).run()
      }
      thread = started.map { .running($0) } ?? .over
    }
  }

  /// Ends the asking and lets go of everyone who waits. The clock goes on, held over, ever less certain.
  package func stop() {
    let running = thread.withLock { thread -> pthread_t? in
      defer { thread = .over }
      if case .running(let id) = thread { return id }
      return nil
    }
    state.contents.withLock { $0.isStopped = true }
    state.wakeUp?.ring()
    if let running, pthread_equal(running, pthread_self()) == 0 { pthread_join(running, nil) }
    state.announce()
  }

  /// The time: never less than the reading before it. Costs a lock and reading the boot clock, no system call.
  package func now() -> Reading { state.reading() }

  /// Waits for the first reading that may be used, and starts the clock if nobody has.
  ///
  /// That is a synchronised or held-over one; the system's, if the source is `.none`, or, for servers that are not insisted
  /// on, after the patience of the options has passed without agreement (the servers are then still asked). Insisted servers
  /// are waited for. Also ends when the bound passes, the task is cancelled or the clock is stopped: ask the reading.
  /// - Parameter bound: nil to wait for ever.
  package func waitUntilReady(within bound: Duration? = nil) async -> Reading {
    start()
    await state.ready(within: bound)
    return now()
  }

  /// How the clock and each server stand.
  package var report: ClockReport { state.report() }

  /// Told the status as it is, then each change of it, on the clock's own thread; it must not block. Without servers there is
  /// no thread and no change.
  package var onChange: (@Sendable (ClockReport) -> Void)? {
    get { state.contents.withLock { $0.onChange } }
    set {
      state.contents.withLock { ($0.onChange, $0.toldStatus) = (newValue, nil) }
      state.wakeUp?.ring()
    }
  }

  /// Told how all stand whenever one or more polls have ended, well or not, on the clock's own thread; it must not block.
  package var onPoll: (@Sendable (ClockReport) -> Void)? {
    get { state.contents.withLock { $0.onPoll } }
    set { state.contents.withLock { $0.onPoll = newValue } }
  }

  /// Told by how many microseconds the system's clock has leapt ahead while that is not believed (`ClockDiscipline.stepOut`), or back
  /// (then below zero) while the clock shown is drawn to it, and nil when it is followed again; nothing once servers have answered.
  /// On the thread that reads the clock, which it must not block.
  package var onLeap: (@Sendable (Int64?) -> Void)? {
    get { state.contents.withLock { $0.onLeap } }
    set { state.contents.withLock { $0.onLeap = newValue } }
  }

  /// While an auction is open somebody depends on ± 50 ms: the servers are then asked every 64 to 256 s.
  package func setAttentive(_ attentive: Bool) {
    state.contents.withLock { $0.isAttentive = attentive }
    state.wakeUp?.ring()
  }
}

extension TimeSource {
  /// Those to ask, each once.
  var servers: [NTPServer] {
    switch self {
    case .none: []
    case .servers(let servers, _): servers.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
  }
}
