package import NTPKit
package import SharedKernel

/// What is known of a program's clock, from what it and its user's other programs have left: a table for people, JSON lines for
/// machines. The same for every program; nothing is asked of anybody.
package struct ClockView: Sendable {
  /// Who left the record.
  package enum Source: String, Sendable {
    /// The running program, after its last poll.
    case program = "programa"
    /// The journal: the last state that was worth keeping.
    case journal = "diario"
  }

  package var program: String
  /// What is said where there is no record.
  package var without: Sentence
  /// Whether that means that nothing is known.
  package var needsRecord: Bool
  package var record: SyncRecord?
  package var source: Source
  /// When the service last was there to consume; nil for a program that does not say so.
  package var present: Timestamp?
  /// What a program that starts now would know without asking.
  package var cached: CachedTime?
  /// Whether the system's clock is what was asked for.
  package var wantsNoServers: Bool
  package var now: Timestamp

  package init(
    program: String, without: Sentence, needsRecord: Bool, record: SyncRecord?, source: Source, present: Timestamp? = nil,
    cached: CachedTime?, wantsNoServers: Bool,
    now: Timestamp
  ) {
    (self.program, self.without, self.needsRecord) = (program, without, needsRecord)
    (self.record, self.source, self.present) = (record, source, present)
    (self.cached, self.wantsNoServers, self.now) = (cached, wantsNoServers, now)
  }

  /// - Returns: `ok` for a clock that can be used, `refused` for one that cannot, `unknown` where nothing is known.
  package var verdict: ExitStatus {
    guard let record else { return !needsRecord && (cached != nil || wantsNoServers) ? .ok : .unknown }
    switch record.reading.status {
    case .synchronized, .holdover: return record.uncertainty(at: now) <= Self.usable ? .ok : .refused
    case .unsynchronized: return .refused
    case .systemClock: return record.servers.isEmpty ? .ok : .refused
    }
  }

  /// As `ClockDiscipline.usableHalfWidth`.
  private static let usable = Interval.seconds(1)

  /// Whether an auction could be closed by it now.
  package func closes(_ record: SyncRecord) -> Bool {
    switch record.reading.status {
    case .synchronized, .holdover: record.uncertainty(at: now) <= SyncLog.closingBound
    case .unsynchronized: false
    case .systemClock: true
    }
  }

  private func ago(_ instant: Timestamp) -> Interval { max(now - instant, .zero) }
}

// MARK: - For people

extension ClockView {
  package var lines: [String] {
    var lines =
      record.map { heading($0) + Self.table($0, after: ago($0.reading.instant)) } ?? ["\(program): \(said(without))"]
    if let present {
      let age = SpanText.age(ago(present))
      lines.append(said("serviço presente há \(age)", "service present \(age) ago"))
    }
    return lines + [cachedLine].compactMap(\.self)
  }

  private func heading(_ record: SyncRecord) -> [String] {
    let (status, age) = (said(record.reading.status.words), SpanText.age(ago(record.reading.instant)))
    let bound = record.reading.isDisciplined ? ", ± \(SpanText.exact(record.uncertainty(at: now)))" : ""
    let closes = closes(record) ? said("fecha leilões", "closes auctions") : said("não fecha leilões", "closes no auctions")
    let instant = TimeText.rfc3339(Timestamp(microseconds: record.reading.instant.microseconds / 1_000_000 * 1_000_000))
    let source =
      switch source {
      case .program: said("do programa, depois da última pergunta", "by the program, after its last question")
      case .journal: said("do diário, a última mudança", "from the journal, the last change")
      }
    let offset = record.systemOffset
    let ahead = SpanText.exact(.microseconds(abs(offset.microseconds)))
    let system =
      offset < .zero
      ? said("o do sistema está atrasado \(ahead)", "the system's is \(ahead) behind")
      : said("o do sistema está adiantado \(ahead)", "the system's is \(ahead) ahead")
    return [
      "\(program): \(status)\(bound); \(closes)",
      said("  medido há \(age), \(instant), ", "  measured \(age) ago, \(instant), ") + source,
    ] + (record.reading.isDisciplined ? ["  " + system] : [])
  }

  /// `*` counts, `x` is contradicted, `?` has said nothing of use; the last column says it in words.
  /// - Parameter elapsed: how much older than the record the answers are by now.
  static func table(_ record: SyncRecord, after elapsed: Interval = .zero) -> [String] {
    guard !record.servers.isEmpty else { return [said("  nenhum servidor de tempo", "  no time servers")] }
    let heads = [
      "", said("servidor", "server"), said("estrato", "stratum"), said("alcance", "reach"), said("desvio", "offset"),
      said("atraso", "delay"), "±", said("há", "ago"), said("situação", "standing"),
    ]
    let rows = record.servers.map { server in
      let word = server.word
      let mark = server.isUsed ? "*" : word == nil ? "?" : "x"
      let octal = String(server.reachability, radix: 8)
      let said = [
        word.map { "\($0.stratum)" }, String(repeating: "0", count: 3 - octal.utf8.count) + octal,
        word.map { SpanText.exact($0.offset, signed: true) }, word.map { SpanText.exact($0.delay) },
        word.map { SpanText.exact($0.uncertainty) }, word.map { SpanText.age($0.age + elapsed) },
      ].map { $0 ?? "-" }
      return [mark, server.name] + said + [ServiceKit.said(server.reason)]
    }
    let widths = heads.indices.map { column in ([heads] + rows).map { $0[column].count }.max() ?? 0 }
    return ([heads] + rows).map { row in
      let cells = row.enumerated().map { column, text in
        let space = String(repeating: " ", count: widths[column] - text.count)
        // Names and words begin together, numbers end together.
        return column == row.count - 1 ? text : column < 2 ? text + space : space + text
      }
      return "  " + cells.joined(separator: "  ")
    }
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
      SpanText.exact(.microseconds(cached.reading.uncertaintyMicroseconds))
    )
    return said(
      "guardado para este usuário: ± \(bound), de há \(age); um comando breve não pergunta a ninguém",
      "cached for this user: ± \(bound), of \(age) ago; a short command asks nobody")
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

  /// As in events.
  fileprivate var code: String {
    switch self {
    case .synchronized: "sincronizado"
    case .holdover: "holdover"
    case .unsynchronized: "sem_sincronia"
    case .systemClock: "sem_ntp"
    }
  }
}

// MARK: - For machines

extension ClockView {
  /// `relogio`, then a `servidor` for each, then `guardado`.
  package var jsonLines: [String] {
    var head = JSONLine()
    head.add("tipo", "relogio")
    head.add("programa", program)
    head.add("status", record?.reading.status.code)
    if let record {
      Self.add(record, to: &head)
      head.add("fonte", source.rawValue)
      head.add("idade_us", ago(record.reading.instant).microseconds)
      head.add("incerteza_agora_us", record.uncertainty(at: now).microseconds)
      head.add("fecha", closes(record))
    }
    head.add("presente_ha_us", present.map { ago($0).microseconds })
    var tail = JSONLine()
    tail.add("tipo", "guardado")
    tail.add("incerteza_us", cached?.reading.uncertaintyMicroseconds)
    tail.add("idade_us", cached?.ageMicroseconds)
    return [head.text] + (record.map(Self.servers) ?? []) + [tail.text]
  }

  /// A record of the past: `registro`, then a `servidor` for each.
  package static func jsonLines(_ record: SyncRecord) -> [String] {
    var head = JSONLine()
    head.add("tipo", "registro")
    head.add("status", record.reading.status.code)
    add(record, to: &head)
    return [head.text] + servers(record)
  }

  private static func add(_ record: SyncRecord, to line: inout JSONLine) {
    line.add("em_us", record.reading.instant.microseconds)
    line.add("incerteza_us", record.reading.uncertainty.microseconds)
    line.add("concordaram_ha_us", record.age?.microseconds)
    line.add("sistema_us", record.systemOffset.microseconds)
  }

  private static func servers(_ record: SyncRecord) -> [String] {
    record.servers.map { server in
      var line = JSONLine()
      line.add("tipo", "servidor")
      line.add("servidor", server.name)
      line.add("endereco", server.address)
      line.add("usado", server.isUsed)
      line.add("situacao", server.standing)
      line.add("motivo", said(server.reason))
      line.add("alcance", Int64(server.reachability))
      line.add("estrato", server.word?.stratum)
      line.add("desvio_us", server.word?.offset.microseconds)
      line.add("atraso_us", server.word?.delay.microseconds)
      line.add("dispersao_us", server.word?.dispersion.microseconds)
      line.add("incerteza_us", server.word?.uncertainty.microseconds)
      line.add("ouvido_ha_us", server.word?.age.microseconds)
      return line.text
    }
  }
}
