package import NTPKit
package import SharedKernel

/// What is known of a program's clock, from what it and its user's other programs have left: a table for people, JSON lines for
/// machines. The same for every program; nothing is asked of anybody.
package struct ClockView: Sendable {
  /// The record, and how much it says of now.
  package struct Found: Sendable {
    package var record: SyncRecord
    package var standing: Standing
    /// How old it is by the boot clock; nil where that is not known and the instants must tell.
    package var age: Interval?
    /// Why the program could not cache what was agreed on, if it could not.
    package var anchorProblem: Sentence?

    package init(_ record: SyncRecord, _ standing: Standing, age: Interval? = nil, anchorProblem: Sentence? = nil) {
      (self.record, self.standing, self.age, self.anchorProblem) = (record, standing, age, anchorProblem)
    }

    /// What a program left in its file, seen now.
    package init(_ live: LiveClock, bootID: String?, bootNow: Interval, isAlive: (LiveClock.Author) -> Bool) {
      let age = bootNow - live.at
      guard live.author.bootID == bootID else {
        self.init(live.record, .rebooted)
        return
      }
      // A clock without servers hears nothing that could grow old.
      let isOld = !live.record.servers.isEmpty && age > LiveClock.longestSilence
      let standing: Standing = !isAlive(live.author) ? .ended : isOld ? .silent : .current
      self.init(live.record, standing, age: age, anchorProblem: live.anchorProblem)
    }

    package init(_ live: LiveClock) {
      self.init(live, bootID: LiveClock.Author.currentBoot, bootNow: LiveClock.bootNow) { $0.isAlive }
    }
  }

  /// Whose word it is, and whether it still holds.
  package enum Standing: String, Sendable {
    /// The running program's, after its last poll.
    case current = "programa"
    /// That of a process that is no more.
    case ended = "terminado"
    /// That of a process of before the machine was restarted.
    case rebooted = "reiniciada"
    /// That of a process that is there, and has said nothing for longer than it ever waits between two polls.
    case silent = "calado"
    /// The journal's: the last state that was worth keeping.
    case journal = "diario"
  }

  package var program: String
  /// What is said where there is no record.
  package var without: Sentence
  /// Whether that means that nothing is known.
  package var needsRecord: Bool
  package var found: Found?
  /// When the service last was there to consume; nil for a program that does not say so.
  package var present: Timestamp?
  /// What a program that starts now would know without asking.
  package var cached: CachedTime?
  /// Whether the system's clock is what was asked for.
  package var wantsNoServers: Bool
  package var now: Timestamp

  /// - Parameter systemNow: the system's clock, for who has nothing better.
  package init(
    program: String, without: Sentence, needsRecord: Bool, found: Found?, present: Timestamp? = nil, cached: CachedTime?,
    wantsNoServers: Bool, systemNow: Timestamp
  ) {
    (self.program, self.without, self.needsRecord) = (program, without, needsRecord)
    (self.found, self.present) = (found, present)
    (self.cached, self.wantsNoServers) = (cached, wantsNoServers)
    // By what the user's programs agreed on, where they did; otherwise by the system's clock, less what it was off by.
    let isOff = found?.record.reading.isDisciplined ?? false
    now =
      cached.map { Timestamp(microseconds: $0.reading.unixMicroseconds) }
      ?? systemNow - (isOff ? found?.record.systemOffset ?? .zero : .zero)
  }

  /// Whether the record says how the clock is, and not how it was.
  package var isCurrent: Bool { found?.standing == .current }

  /// - Returns: `ok` for a clock that can be used, `refused` for one that cannot, `unknown` where nothing is known of it now.
  package var verdict: ExitStatus {
    guard let found, isCurrent else { return !needsRecord && (cached != nil || wantsNoServers) ? .ok : .unknown }
    let record = found.record
    switch record.reading.status {
    case .synchronized, .holdover: return uncertainty(found) <= Self.usable ? .ok : .refused
    case .unsynchronized: return .refused
    case .systemClock: return record.servers.isEmpty ? .ok : .refused
    }
  }

  /// As `ClockDiscipline.usableHalfWidth`.
  private static let usable = Interval.microseconds(ClockDiscipline.usableHalfWidth / 1_000)

  /// Whether an auction could be closed by it now.
  package var closes: Bool {
    guard let found, isCurrent else { return false }
    switch found.record.reading.status {
    case .synchronized, .holdover: return uncertainty(found) <= ClockReading.closingBound
    case .unsynchronized: return false
    case .systemClock: return true
    }
  }

  /// Below zero for what lies in the future, by the clock that ages are told by.
  func age(_ found: Found) -> Interval { found.age ?? now - found.record.reading.instant }

  /// How wrong it may be by now; of what is history, how wrong it was.
  func uncertainty(_ found: Found) -> Interval {
    isCurrent ? found.record.uncertainty(after: age(found)) : found.record.reading.uncertainty
  }

  /// `há 12 s`, or that it lies in the future: by more than a second that is never passed over.
  func ago(_ age: Interval) -> String {
    guard age < .zero - .seconds(1) else { return said("há \(SpanText.age(age))", "\(SpanText.age(age)) ago") }
    let ahead = SpanText.age(.zero - age)
    return said("\(ahead) no futuro do relógio desta máquina", "\(ahead) in the future of this machine's clock")
  }
}

// MARK: - For people

extension ClockView {
  package var lines: [String] {
    var lines =
      found.map { heading($0) + Self.table($0.record, after: max(age($0), .zero)) } ?? ["\(program): \(said(without))"]
    if let present { lines.append(said("serviço presente ", "service present ") + ago(now - present)) }
    return lines + [problemLine, cachedLine].compactMap(\.self)
  }

  private func heading(_ found: Found) -> [String] {
    let record = found.record
    let bound = record.reading.isDisciplined ? ", ± \(SpanText.bound(uncertainty(found)))" : ""
    let status = said(record.reading.status.words) + bound
    let closes = closes ? said("fecha leilões", "closes auctions") : said("não fecha leilões", "closes no auctions")
    let head =
      isCurrent
      ? "\(status); \(closes)"
      : said("era: \(status); de agora nada se sabe", "was: \(status); nothing is known of now")
    let instant = TimeText.rfc3339(Timestamp(microseconds: record.reading.instant.microseconds / 1_000_000 * 1_000_000))
    let offset = record.systemOffset
    let size = SpanText.exact(.microseconds(Int64(clamping: offset.microseconds.magnitude)))
    let (is_, was) = isCurrent ? ("está", "is") : ("estava", "was")
    let system =
      offset < .zero
      ? said("o do sistema \(is_) atrasado em \(size)", "the system's \(was) \(size) behind")
      : said("o do sistema \(is_) adiantado em \(size)", "the system's \(was) \(size) ahead")
    return [
      "\(program): \(head)",
      said("  medido ", "  measured ") + "\(ago(age(found))), \(instant), \(said(found.standing.words))",
    ] + (record.reading.isDisciplined ? ["  " + system] : [])
  }

  private var problemLine: String? {
    found?.anchorProblem.map { VisibleText.of(said("sem guardar a hora: ", "the time is not cached: ") + said($0)) }
  }

  private var cachedLine: String? {
    guard !wantsNoServers else { return nil }
    guard let cached else {
      return said(
        "guardado para este usuário: nada; um comando breve pergunta aos servidores",
        "cached for this user: nothing; a short command asks the servers")
    }
    let (age, bound) = (
      SpanText.age(.microseconds(cached.ageMicroseconds)),
      SpanText.bound(.microseconds(cached.reading.uncertaintyMicroseconds))
    )
    return said(
      "guardado para este usuário: ± \(bound), de \(age) atrás; um comando breve não pergunta a ninguém",
      "cached for this user: ± \(bound), of \(age) ago; a short command asks nobody")
  }
}

extension ClockView.Standing {
  fileprivate var words: Sentence {
    switch self {
    case .current: Sentence("do programa, depois da última pergunta", "by the program, after its last question")
    case .ended: Sentence("história: esse processo terminou", "history: that process has ended")
    case .rebooted: Sentence("história: a máquina foi reiniciada", "history: the machine was restarted")
    case .silent:
      Sentence(
        "história: o programa se cala há mais tempo do que espera entre duas perguntas",
        "history: the program has been silent for longer than it waits between two questions")
    case .journal: Sentence("história, do diário: a última mudança", "history, from the journal: the last change")
    }
  }
}

extension ClockStatus {
  package var words: Sentence {
    switch self {
    case .synchronized: Sentence("sincronizado", "synchronised")
    case .holdover: Sentence("mantido sem servidores (holdover)", "held over without servers (holdover)")
    case .unsynchronized: Sentence("sem sincronia", "not synchronised")
    case .systemClock: Sentence("relógio do sistema (sem_ntp)", "the system's clock (sem_ntp)")
    }
  }
}
