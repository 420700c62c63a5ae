import SharedKernel
internal import Synchronization

/// What becomes of the answers: agreement, the anchor, and the clock of last resort.
extension Poller {
  /// Until when the first answers wait for the others'; nil before there is any.
  var awaitingEnd: Nanoseconds? { firstSampleAt.map { $0 + Self.firstRoundPatience } }

  /// Puts the best word of each server together, and sets the clock by what a majority says.
  func select(at now: Nanoseconds) {
    let samples = associations.map { $0.filter.best(at: now) }
    if associations.indices.allSatisfy({ samples[$0] != nil || !associations[$0].isAwaited })
      || awaitingEnd.map({ now >= $0 }) ?? false
    {
      isAwaitingOthers = false
    }
    let known = state.contents.withLock { $0.discipline.estimate }
    let voteless = Set(associations.indices.filter { !associations[$0].hasVote })
    let selection = Selection(samples, voteless: voteless, knowing: known, awaiting: isAwaitingOthers, at: now)
    verdicts = selection.verdicts
    guard let estimate = selection.estimate else { return }
    let chosen = zip(associations, selection.verdicts).filter { $0.1 == .chosen }.map(\.0)
    // Two polls of the slowest, from the newest word that counted.
    let heard = chosen.compactMap(\.filter.newest?.takenAt).max() ?? now
    let interval = chosen.map { max($0.schedule.interval, $0.schedule.pace.attentive) }.max() ?? 0
    state.contents.withLock {
      $0.discipline.accept(estimate, freshUntil: heard + 2 * interval + Association.patience, at: now)
    }
    keep(estimate, at: now)
  }

  private func keep(_ estimate: Estimate, at now: Nanoseconds) {
    guard let file, anchorStoredAt.map({ now - $0 >= Self.anchorInterval }) ?? true else { return }
    do {
      // Who finds the file in another's hands tries again with the next estimate.
      if try file.store(Anchor(estimate), at: SystemTime.boot()) { anchorStoredAt = now }
      note(anchorProblem: nil)
    } catch {
      note(anchorProblem: error.reason)
    }
  }

  func note(anchorProblem: Sentence?) { state.contents.withLock { $0.anchorProblem = anchorProblem } }

  /// Uses what another process has learnt, where that is better than what is known here.
  func adoptAnchor(at now: Nanoseconds) {
    guard let cached = file?.anchor()?.estimate(at: now) else { return }
    state.contents.withLock { contents in
      guard contents.discipline.status(at: now) != .synchronized else { return }
      if let known = contents.discipline.estimate, known.halfWidth(at: now) <= cached.halfWidth(at: now) { return }
      contents.discipline.accept(cached, freshUntil: nil, at: now)
    }
  }

  func readFileIfNeeded(at now: Nanoseconds) {
    guard file != nil, now - fileReadAt >= Self.fileInterval else { return }
    fileReadAt = now
    if state.contents.withLock({ $0.isLost(at: now) }) { adoptAnchor(at: now) }
  }

  /// When the system's clock will do; nil where only the servers will. That nobody answered says nothing of servers that nobody was
  /// let ask: their turn is waited for, as far as another program's question can put it off.
  var patienceEnd: Nanoseconds? {
    guard case .servers(_, insisted: false) = options.source else { return nil }
    let turn = associations.compactMap(\.waitsUntil).max() ?? startedAt
    let latest = startedAt + options.pace.floor + options.pace.floor / 10
    let (end, overflow) = max(min(turn, latest), startedAt).addingReportingOverflow(options.patience.nanoseconds)
    return overflow ? nil : end
  }

  func acceptSystemClockIfNeeded(at now: Nanoseconds) {
    guard let end = patienceEnd, now >= end else { return }
    state.contents.withLock { if $0.discipline.estimate == nil { $0.discipline.acceptsSystemClock = true } }
  }

  /// Shows the readers how the servers stand, and announces what has changed.
  func publish() {
    let now = SystemTime.boot()
    let servers = associations.indices.map { index in
      let association = associations[index]
      let sample = association.filter.best(at: now)
      return ClockState.ServerState(
        server: association.server, address: association.address?.description,
        reachability: association.filter.reachability, sample: sample, standing: standing(of: index, sample))
    }
    state.contents.withLock { $0.servers = servers }
    state.announce()
    if hasNews { state.announcePoll() }
    hasNews = false
  }

  private func standing(of index: Int, _ sample: Sample?) -> ServerStanding {
    guard sample != nil, associations[index].hasVote else { return associations[index].trouble }
    switch verdicts[index] {
    case .chosen: return .chosen
    case .outvoted: return .outvoted
    case .noMajority: return .noMajority
    case .silent: return associations[index].trouble
    }
  }
}
