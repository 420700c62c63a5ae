import NTPKit
import SharedKernel

extension ClockView {
  /// `relogio`, then a `servidor` for each, then `guardado`.
  package var jsonLines: [String] {
    var head = JSONLine()
    head.add("tipo", "relogio")
    head.add("programa", program)
    head.add("status", found?.record.reading.status.code)
    if let found {
      Self.add(found.record, to: &head)
      head.add("fonte", found.standing.rawValue)
      head.add("idade_us", age(found).microseconds)
      head.add("incerteza_agora_us", isCurrent ? uncertainty(found).microseconds : nil)
      head.add("fecha", closes)
    }
    head.add("presente_ha_us", present.map { (now - $0).microseconds })
    var tail = JSONLine()
    tail.add("tipo", "guardado")
    tail.add("incerteza_us", cached?.reading.uncertaintyMicroseconds)
    tail.add("idade_us", cached?.ageMicroseconds)
    tail.add("problema", found?.anchorProblem.map { said($0) })
    return [head.text] + (found.map { Self.servers($0.record) } ?? []) + [tail.text]
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

extension ClockStatus {
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
