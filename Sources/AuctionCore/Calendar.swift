package import AuctionFacts
package import SharedKernel

/// ms-leilao: which auctions exist, when each opens and closes, and what operators may ask of them.
///
/// It announces ends and cancellations and repeats them until it hears the result, the only final word, which is ms-lance's.
package struct Calendar: Machine {
  package enum Input: Sendable {
    /// `digest` is the SHA-256 of the command's payload; `nonce` are sixteen random bytes, used if an auction is scheduled. `held` are
    /// the formats that the house held when it was decided.
    case command(Command, digest: Digest, nonce: [UInt8], held: Set<AuctionFormat> = AuctionFormat.held)
    /// `leilao.prorrogado`
    case extended(Extension)
    /// `leilao.vencedor`, and what it says.
    case finished(AuctionID, Edition, FinalWord? = nil)
    /// The calendar went back to an earlier state: what it said since is forgotten. Auctions that were open, or that were due
    /// since, are cancelled with this reason and not opened or closed again.
    case forgotten(reason: String)
    /// Time has passed: to be given when `wakeUp` has come.
    case tick

    // What follows is only read back from a journal that no longer holds the commands themselves; it says nothing.

    /// A command that was answered, its payload having that digest.
    case answeredBefore(CommandAnswer, digest: Digest)
    /// An auction that is over, in the place of its scheduling and of all that happened to it.
    case closed(ClosedEntry)
  }

  package enum Output: Sendable, Hashable {
    case scheduled(Scheduling, Sealed)
    /// After its scheduling, and before anything else of that auction: to ms-lance alone.
    case reserve(ReserveDisclosure, Sealed)
    case opened(Opening, Sealed)
    /// The first time and each repetition; repetitions are the same bytes.
    case noticed(CalendarNotice, Sealed)
    /// Said once, like a suspension.
    case passedOn(PassedOn, Sealed)
    case answered(CommandAnswer, Sealed)
    /// The operator's own signed command, for ms-lance.
    case handedOn(Command)
  }

  /// What comes between an announcement and its first repetition; it doubles up to `longestPause`.
  package static let shortestPause = Interval.seconds(5)
  package static let longestPause = Interval.seconds(60)
  /// How far the sequence of an auction goes on after the calendar has forgotten what it said: further than a calendar ever
  /// came between a copy of its journal and the loss of it.
  package static let forgottenNotices: Int64 = 1_000_000
  /// How soon an end that is due is tried again while the clock is not good enough to close.
  package static let uncertainRetry = Interval.milliseconds(250)

  private let scribe: CalendarScribe
  private var entries: [AuctionID: CalendarEntry] = [:]
  private var agenda = Agenda()
  /// Ends that have come and could not be announced. No journal knows of that: the next tick looks at them as if they had never
  /// been put off, so that what it says follows from what is recorded.
  private var postponed: Set<AuctionID> = []
  /// Under each id the answers that were given, first the one that stands; later ones are to other commands of the same id.
  private var answers: [CommandID: [Answered]] = [:]
  /// How many auctions have been opened, suspended ones too, and not yet heard to be over.
  package private(set) var openAuctions = 0

  /// What was said of lots by then may be forgotten: what is said of them next has a number of its own.
  private var timesForgotten: Int64 = 0

  private struct Answered: Equatable, Sendable {
    let digest: Digest
    let answer: CommandAnswer
    let sealed: Sealed
  }

  package init(scribe: CalendarScribe) { self.scribe = scribe }

  /// The next opening, end or repetition.
  package var wakeUp: Timestamp? { agenda.next?.instant }

  package mutating func handle(_ input: Input, at clock: ClockReading) -> [Output] {
    switch input {
    case .command(let command, let digest, let nonce, let held):
      return answer(command, digest: digest, nonce: nonce, held: held, at: clock)
    case .extended(let said):
      change(said.auction, of: said.edition) { $0.extend(to: said.closesAt) }
      return []
    case .finished(let auction, let edition, let said):
      change(auction, of: edition) { $0.end(said) }
      return []
    case .forgotten(let reason):
      timesForgotten += 1
      return cancelWhatWasDue(reason, at: clock)
    case .answeredBefore(let answer, let digest):
      remember(answer, to: digest)
      return []
    case .closed(let closed):
      entries[closed.auction] = CalendarEntry(closed)
      return []
    case .tick:
      var outputs: [Output] = []
      takeUpWhatWasPostponed()
      // Whatever is done makes its auction due later than now, or not at all, or, just opened, at its end.
      while let due = agenda.next, due.instant <= clock.instant { outputs += perform(due.auction, at: clock) }
      return outputs
    }
  }

  /// Nil for an auction that is not known; one that was announced to be over is open until its result is heard.
  package func status(of auction: AuctionID) -> AuctionStatus? { entries[auction]?.status }

  /// Nil for an auction that is not known.
  package func edition(of auction: AuctionID) -> Edition? { entries[auction]?.edition }

  /// As far as the calendar has heard; nil for an auction that is not known.
  package func closesAt(of auction: AuctionID) -> Timestamp? { entries[auction]?.closesAt }

  /// Auctions that are over and ended before `instant`, ascending by id.
  package func closed(before instant: Timestamp) -> [ClosedEntry] {
    entries.compactMap { $1.closed($0) }.filter { $0.closesAt < instant }.sorted { $0.auction < $1.auction }
  }

  /// Nil: it has not been given.
  package func answer(to command: CommandID, digest: Digest) -> CommandAnswer? {
    answers[command]?.first { $0.digest == digest }?.answer
  }

  /// The one way to change an entry: keeps the agenda and the count of what is open.
  private mutating func change(_ auction: AuctionID, of edition: Edition, _ body: (inout CalendarEntry) -> Void) {
    guard var entry = entries[auction], entry.edition == edition else { return }
    let wasOpen = entry.status.isUnderWay
    body(&entry)
    entries[auction] = entry
    agenda.set(auction, at: entry.due)
    if entry.status.isUnderWay != wasOpen { openAuctions += wasOpen ? -1 : 1 }
  }
}

// MARK: Time

extension Calendar {
  private mutating func perform(_ auction: AuctionID, at clock: ClockReading) -> [Output] {
    guard let entry = entries[auction] else { return [] }
    switch entry.phase {
    case .scheduled(let scheduling):
      return [open(auction, entry.edition, scheduling, at: clock)]
    case .open where clock.isPast(entry.closesAt):
      return [announce(.close(closesAt: entry.closesAt), auction, entry, at: clock)]
    case .open:
      change(auction, of: entry.edition) { $0.postpone(to: clock.nextTry(toPass: entry.closesAt)) }
      postponed.insert(auction)
      return []
    case .announced(let notice, let sealed, _):
      change(auction, of: entry.edition) { $0.repeatAnnouncement(at: clock.instant) }
      return [.noticed(notice, sealed)]
    case .suspended, .over:
      return []
    }
  }

  private mutating func takeUpWhatWasPostponed() {
    for auction in postponed { if let entry = entries[auction] { change(auction, of: entry.edition) { $0.takeUp() } } }
    postponed.removeAll(keepingCapacity: true)
  }

  private mutating func open(
    _ auction: AuctionID, _ edition: Edition, _ scheduling: Evidence, at clock: ClockReading
  ) -> Output {
    var (opensAt, closesAt) = (clock.instant, clock.instant)
    change(auction, of: edition) {
      $0.open(at: clock.instant)
      (opensAt, closesAt) = ($0.opensAt, $0.closesAt)
    }
    let opening = Opening(
      auction: auction, edition: edition, opensAt: opensAt, closesAt: closesAt, scheduling: scheduling, clock: clock)
    return .opened(opening, scribe.opening(opening))
  }

  private mutating func cancelWhatWasDue(_ reason: String, at clock: ClockReading) -> [Output] {
    entries.keys.sorted().compactMap { auction in
      guard let entry = entries[auction] else { return nil }
      switch entry.phase {
      case .over: return nil
      case .announced(let notice, _, _):
        if case .cancel = notice.action { return nil }
      case .scheduled: if entry.opensAt > clock.latest { return nil }
      case .open, .suspended: break
      }
      let output = announce(
        .cancel(reason: reason), auction, entry, sequence: entry.sequence + Calendar.forgottenNotices, at: clock)
      // Should it have been opened after all, the books close it on that one word; otherwise there is no result to wait for.
      if entry.status == .scheduled { change(auction, of: entry.edition) { $0.end() } }
      return output
    }
  }

  private mutating func announce(
    _ action: CalendarNotice.Action, _ auction: AuctionID, _ entry: CalendarEntry, sequence: Int64? = nil,
    at clock: ClockReading
  ) -> Output {
    let notice = CalendarNotice(
      auction: auction, edition: entry.edition, sequence: sequence ?? entry.sequence + 1, action: action, clock: clock)
    let sealed = scribe.notice(notice)
    change(auction, of: entry.edition) { $0.announce(notice, sealed, at: clock.instant) }
    return .noticed(notice, sealed)
  }
}

extension ClockReading {
  /// Whether that instant has certainly passed, so that what cannot be undone may be done. A clock that is the system's on
  /// purpose is taken at its word.
  package func isPast(_ end: Timestamp) -> Bool {
    switch status {
    case .systemClock: instant > end
    case .unsynchronized: false
    case .synchronized, .holdover: uncertainty <= ClockReading.closingBound && earliest > end
    }
  }

  /// When to ask again; always later than now.
  fileprivate func nextTry(toPass end: Timestamp) -> Timestamp {
    switch status {
    case .systemClock: end.next
    case .synchronized, .holdover:
      uncertainty <= ClockReading.closingBound ? (end + uncertainty).next : instant + Calendar.uncertainRetry
    case .unsynchronized: instant + Calendar.uncertainRetry
    }
  }
}

// MARK: Commands

extension Calendar {
  /// The same command gets the same answer for ever; another one under the same id is refused.
  private mutating func answer(
    _ command: Command, digest: Digest, nonce: [UInt8], held: Set<AuctionFormat>, at clock: ClockReading
  ) -> [Output] {
    if let given = answers[command.id]?.first(where: { $0.digest == digest }) { return [.answered(given.answer, given.sealed)] }
    var outputs: [Output] = []
    let refusal = refusal(of: command, held: held, at: clock)
    if refusal == nil { outputs = carryOut(command, nonce: nonce, at: clock) }
    let answer = CommandAnswer(
      command: command.id, auction: command.auction, refusal: refusal, edition: edition(of: command.auction), clock: clock)
    return outputs + [.answered(answer, remember(answer, to: digest))]
  }

  @discardableResult
  private mutating func remember(_ answer: CommandAnswer, to digest: Digest) -> Sealed {
    let sealed = scribe.answer(answer)
    answers[answer.command, default: []].append(Answered(digest: digest, answer: answer, sealed: sealed))
    return sealed
  }

  /// In `CommandRefusal`'s order; nil: it is to be carried out.
  private func refusal(of command: Command, held: Set<AuctionFormat>, at clock: ClockReading) -> CommandRefusal? {
    if command.clock.latest < clock.earliest - ClockRules.staleCommand { return .stale }
    if answers[command.id] != nil { return .reusedID }
    switch command.action {
    case .schedule(let terms, let reserve):
      return entries[terms.auction] == nil
        ? terms.refusal(at: clock.instant, reserve: reserve?.amount, held: held) : .auctionExists
    case .cancel(let auction, let edition, _): return refusal(auction, edition) { _ in nil }
    case .suspend(let auction, let edition, _): return refusal(auction, edition) { $0.phase == .open ? nil : .notOpen }
    case .resume(let auction, let edition, _):
      return refusal(auction, edition) { $0.endResumed(at: clock.instant) == nil ? .notSuspended : nil }
    case .close(let auction, let edition, _):
      return refusal(auction, edition) { entry in
        entry.phase != .open ? .notOpen : clock.instant > entry.closesAt ? nil : .beforeTheEnd
      }
    case .void(let voiding): return refusal(voiding.auction, voiding.edition) { $0.status.isUnderWay ? nil : .notOpen }
    case .passOn(let passing):
      guard let entry = entries[passing.auction] else { return .unknownAuction }
      return entry.edition == passing.edition ? entry.refusal(of: passing) : .wrongEdition
    }
  }

  /// What keeps any command from that auction, then what keeps this one.
  private func refusal(
    _ auction: AuctionID, _ edition: Edition, _ other: (CalendarEntry) -> CommandRefusal?
  ) -> CommandRefusal? {
    guard let entry = entries[auction] else { return .unknownAuction }
    if entry.edition != edition { return .wrongEdition }
    switch entry.phase {
    // The end was said first; should it turn out to have moved, the auction is open again and can be cancelled.
    case .announced, .over: return .auctionOver
    case .scheduled, .open, .suspended: return other(entry)
    }
  }

  private mutating func carryOut(_ command: Command, nonce: [UInt8], at clock: ClockReading) -> [Output] {
    switch command.action {
    case .schedule(var terms, let reserve):
      precondition(nonce.count == 16, "a nonce has 16 bytes, not \(nonce.count)")
      terms.rules.reserveCommitment = reserve.map { scribe.commitment($0, terms.auction, nonce) }
      let scheduling = Scheduling(terms: terms, nonce: nonce, clock: clock)
      let sealed = scribe.scheduling(scheduling)
      entries[terms.auction] = CalendarEntry(terms, sealed)
      agenda.set(terms.auction, at: terms.opensAt)
      return [.scheduled(scheduling, sealed)]
        + [reserve].compactMap { secret in
          guard let secret else { return nil }
          let disclosure = ReserveDisclosure(auction: terms.auction, edition: sealed.digest, secret: secret, clock: clock)
          return .reserve(disclosure, scribe.reserve(disclosure))
        }
    case .cancel(let auction, let edition, let reason):
      guard let entry = entries[auction] else { return [] }
      let output = announce(.cancel(reason: reason), auction, entry, at: clock)
      // Without a ledger there is no result to wait for: the cancellation itself is final.
      if entry.status == .scheduled { change(auction, of: edition) { $0.end() } }
      return [output]
    case .suspend(let auction, _, let reason):
      guard let entry = entries[auction] else { return [] }
      return [say(.suspend(reason: reason), auction, entry, at: clock) { $0.suspend($1, at: clock.instant) }]
    case .resume(let auction, _, _):
      guard let entry = entries[auction], let end = entry.endResumed(at: clock.instant) else { return [] }
      return [say(.resume(closesAt: end), auction, entry, at: clock) { $0.resume($1, closingAt: end) }]
    case .close(let auction, _, _):
      guard let entry = entries[auction] else { return [] }
      return [announce(.close(closesAt: entry.closesAt), auction, entry, at: clock)]
    // Which bids there are, ms-lance knows.
    case .void: return [.handedOn(command)]
    case .passOn(let passing):
      guard let entry = entries[passing.auction] else { return [] }
      // Somebody may not have heard it, and then nothing that came after it either.
      if let before = entry.lot?.said(from: passing), !before.isEmpty { return before.map { .passedOn($0, scribe.passedOn($0)) } }
      let last = max(entry.sequence, timesForgotten * Calendar.forgottenNotices)
      let said = PassedOn(passing, sequence: last + 1, clock: clock)
      change(passing.auction, of: passing.edition) { $0.pass(said) }
      return [.passedOn(said, scribe.passedOn(said))]
    }
  }

  /// Said once: it reaches ms-lance through the same queue as the bids, and nothing is waited for.
  private mutating func say(
    _ action: CalendarNotice.Action, _ auction: AuctionID, _ entry: CalendarEntry, at clock: ClockReading,
    _ body: (inout CalendarEntry, CalendarNotice) -> Void
  ) -> Output {
    let notice = CalendarNotice(
      auction: auction, edition: entry.edition, sequence: entry.sequence + 1, action: action, clock: clock)
    change(auction, of: entry.edition) { body(&$0, notice) }
    return .noticed(notice, scribe.notice(notice))
  }
}

extension Calendar: Equatable {
  /// Whether both hold the same state; who signs for them does not count, nor what was put off, and the agenda follows from the
  /// entries.
  package static func == (a: Calendar, b: Calendar) -> Bool {
    let (a, b) = (a.withNothingPostponed, b.withNothingPostponed)
    return a.entries == b.entries && a.answers == b.answers && a.openAuctions == b.openAuctions
  }

  private var withNothingPostponed: Calendar {
    var calendar = self
    calendar.takeUpWhatWasPostponed()
    return calendar
  }
}
