internal import Glibc
import SharedKernel
internal import Synchronization

/// Asks the servers and tells the clock what they agree on. Lives on one thread of its own and sleeps in one `poll`.
final class Poller {
  let state: ClockState
  let options: TrustedClockOptions
  let file: AnchorFile?
  let startedAt: Nanoseconds
  var associations: [Association]
  var dice = SystemRandomNumberGenerator()
  /// When the first usable answer came: the others have a little longer before it is used without them.
  var firstSampleAt: Nanoseconds?
  var isAwaitingOthers = true
  /// What the last selection said of each.
  var verdicts: [Selection.Verdict]
  var anchorStoredAt: Nanoseconds?
  var fileReadAt: Nanoseconds

  /// Whether a poll has ended since that was told.
  var hasNews = false

  /// An era's pivot never lies before this: 2026-11-21.
  static let earliestPivot: Int64 = 1_795_219_447
  /// How long the first answers wait for the others'.
  static let firstRoundPatience: Nanoseconds = .milliseconds(2_500)
  /// How often the file is looked at for another process's anchor, while there is nothing better.
  static let fileInterval: Nanoseconds = .seconds(1)
  /// How often an anchor is kept.
  static let anchorInterval: Nanoseconds = .seconds(16)
  /// With a cached anchor nothing is asked for this long and up to as long again: short commands need no packets.
  private static let anchoredRest: Nanoseconds = .seconds(5)
  /// Datagrams looked at before the others have their turn.
  private static let mostDatagramsAtOnce = 32

  /// - Parameter anchorAge: since when the cached anchor that the clock begins with was agreed on; nil where there is none.
  init(_ state: ClockState, _ options: TrustedClockOptions, servers: [NTPServer], file: AnchorFile?, anchorAge: Nanoseconds?) {
    (self.state, self.options, self.file) = (state, options, file)
    startedAt = SystemTime.boot()
    fileReadAt = startedAt
    verdicts = Array(repeating: .silent, count: servers.count)
    let rest = anchorAge != nil ? Self.anchoredRest + .random(in: 0...Self.anchoredRest, using: &dice) : 0
    // What was agreed a moment ago is as good as what a burst would find.
    let bursts = anchorAge.map { $0 > options.pace.ceiling } ?? true
    associations = servers.map { [startedAt] server in
      let numeric = (try? SocketAddress.resolve(server, numericOnly: true)) ?? []
      let isNear = options.fastLoopbackPolling && !numeric.isEmpty && numeric.allSatisfy(\.isLoopback)
      var association = Association(
        server, pace: isNear ? .loopback : options.pace, first: startedAt + (isNear ? 0 : rest), bursts: isNear || bursts)
      if !numeric.isEmpty { association.resolved(to: numeric, at: startedAt) }
      return association
    }
  }

  func run() {
    while takeOrders() {
      let now = SystemTime.boot()
      for index in associations.indices {
        expire(index, at: now)
        tellRest(index, at: now)
      }
      for index in associations.indices { ask(index, at: now) }
      if isAwaitingOthers, let end = awaitingEnd, now >= end { select(at: now) }
      readFileIfNeeded(at: now)
      acceptSystemClockIfNeeded(at: now)
      publish()
      sleep()
      hear()
    }
    let now = SystemTime.boot()
    for index in associations.indices { tellRest(index, at: now, isLast: true) }
    state.announce()
  }

  /// What other threads want. False to end.
  private func takeOrders() -> Bool {
    state.wakeUp?.clear()
    let (stopped, attentive, resolutions) = state.contents.withLock { contents in
      defer { contents.resolutions = [] }
      return (contents.isStopped, contents.isAttentive, contents.resolutions)
    }
    for index in associations.indices { associations[index].schedule.setAttentive(attentive, using: &dice) }
    let now = SystemTime.boot()
    for resolution in resolutions {
      guard let index = associations.firstIndex(where: { $0.server == resolution.server }) else { continue }
      switch resolution.outcome {
      case .success(let addresses): associations[index].resolved(to: addresses, at: now)
      case .failure(let failure):
        associations[index].isResolving = false
        miss(index, .unresolved(failure.reason), at: now)
      }
    }
    return !stopped
  }

  func ask(_ index: Int, at now: Nanoseconds) {
    let association = associations[index]
    guard association.request == nil, !association.isResolving, association.schedule.isDue(at: now) else { return }
    guard !association.addresses.isEmpty else { return resolve(index) }
    let taken = Set(associations.indices.filter { $0 != index }.compactMap { associations[$0].address })
    guard let address = associations[index].takeAddress(notIn: taken) else { return miss(index, .sameAsAnother, at: now) }
    guard hasTurn(index, at: address) else { return }
    do {
      let socket = try RequestSocket(connectedTo: address)
      let nonce = UInt64.random(in: 1...(.max), using: &dice)
      let known = state.contents.withLock { $0.discipline.estimate }
      let sentAt = SystemTime.boot()
      let pivot = max(Self.earliestPivot, known.map { (sentAt + $0.offset).floorSeconds } ?? 0)
      try socket.send(NTPPacket.request(nonce: nonce))
      associations[index].schedule.asked(at: now, using: &dice)
      associations[index].request = Association.Request(
        socket: socket, check: ReplyCheck(nonce: nonce, sentAt: sentAt, pivot: pivot), deadline: sentAt + Association.patience)
    } catch {
      miss(index, .unreachable(error.reason), at: now)
    }
  }

  /// A poll that ended before anything was sent.
  private func miss(_ index: Int, _ trouble: ServerStanding, at now: Nanoseconds) {
    associations[index].schedule.asked(at: now, using: &dice)
    associations[index].failed(trouble, at: now)
    hasNews = true
  }

  /// On a thread of its own, because DNS may take its time and nothing else can wait for it.
  private func resolve(_ index: Int) {
    let server = associations[index].server
    associations[index].isResolving = true
    let thread = PosixThread.start { [state, resolver = options.resolver] in
      let outcome: Result<[SocketAddress], SocketAddress.ResolutionFailure>
      do throws(SocketAddress.ResolutionFailure) { outcome = .success(try resolver(server)) } catch { outcome = .failure(error) }
      state.contents.withLock { $0.resolutions.append(.init(server: server, outcome: outcome)) }
      state.wakeUp?.ring()
    }
    if let thread {
      pthread_detach(thread)
    } else {
      associations[index].isResolving = false
      miss(
        index, .unresolved(Sentence("o sistema não dá mais uma thread", "the system gives no other thread")),
        at: SystemTime.boot())
    }
  }

  /// Sleeps until something is due, or until an answer or an order comes.
  private func sleep() {
    let waiting = associations.indices.filter { associations[$0].request != nil }
    let bell = state.wakeUp?.descriptor ?? -1
    var polled = [pollfd(fd: bell, events: Int16(POLLIN), revents: 0)]
    for index in waiting {
      polled.append(pollfd(fd: associations[index].request?.socket.descriptor ?? -1, events: Int16(POLLIN), revents: 0))
    }
    let wait = max(nextDeadline() - SystemTime.boot(), 0)
    let milliseconds = Int32(min((wait + 999_999) / 1_000_000, bell >= 0 ? 60_000 : 500))
    poll(&polled, nfds_t(polled.count), milliseconds)
  }

  private func nextDeadline() -> Nanoseconds {
    let now = SystemTime.boot()
    var instants: [Nanoseconds?] = associations.map { association in
      if let request = association.request { return request.deadline }
      return association.isResolving ? nil : association.schedule.next
    }
    instants += associations.map { $0.untoldRest?.retryAt }
    if isAwaitingOthers { instants.append(awaitingEnd) }
    state.contents.withLock { contents in
      instants += contents.waiters.values.map(\.deadline)
      instants.append(contents.discipline.nextChange(after: now))
      if contents.isLost(at: now), file != nil { instants.append(fileReadAt + Self.fileInterval) }
      if contents.discipline.estimate == nil {
        if !contents.discipline.acceptsSystemClock { instants.append(patienceEnd) }
      }
    }
    return instants.compactMap(\.self).min() ?? .max
  }

  /// Reads what has come for every request under way: the sockets do not block, so all may be tried.
  private func hear() {
    for index in associations.indices {
      for _ in 0..<Self.mostDatagramsAtOnce {
        guard let request = associations[index].request else { break }
        do {
          guard let datagram = try request.socket.receive() else { break }
          take(request.check.judge(datagram, receivedAt: SystemTime.boot()), for: index)
        } catch {
          associations[index].failed(.unreachable(error.reason), at: SystemTime.boot())
          hasNews = true
        }
      }
    }
  }

  private func take(_ verdict: ReplyCheck.Verdict, for index: Int) {
    let now = SystemTime.boot()
    if case .ignored = verdict {} else { hasNews = true }
    switch verdict {
    case .sample(let sample):
      associations[index].succeeded(with: sample)
      if firstSampleAt == nil { firstSampleAt = now }
      select(at: now)
    case .kiss(let kiss):
      associations[index].kissed(kiss, at: now, using: &dice)
      leaveAlone(index, at: now)
    case .ignored(let reason):
      associations[index].request?.ignored = reason
    case .refused(let reason):
      associations[index].failed(.refused(reason), at: now)
    }
  }

  private func expire(_ index: Int, at now: Nanoseconds) {
    guard let request = associations[index].request, now >= request.deadline else { return }
    associations[index].failed(request.ignored.map { .refused($0) } ?? .noAnswer, at: now)
    hasNews = true
  }
}
