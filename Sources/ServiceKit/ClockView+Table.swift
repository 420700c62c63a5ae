import SharedKernel

extension ClockView {
  /// `*` counts, `x` is contradicted by the majority, `?` says nothing that could count; the last column says it in words.
  /// - Parameter elapsed: how much older than the record the answers are by now.
  static func table(_ record: SyncRecord, after elapsed: Interval = .zero) -> [String] {
    guard !record.servers.isEmpty else { return [said("  nenhum servidor de tempo", "  no time servers")] }
    let heads = [
      "", said("servidor", "server"), said("estrato", "stratum"), said("alcance", "reach"), said("desvio", "offset"),
      said("atraso", "delay"), "±", said("há", "ago"), said("situação", "standing"),
    ]
    let rows = record.servers.map { server in
      let word = server.word
      let octal = String(server.reachability, radix: 8)
      let said = [
        word.map { "\($0.stratum)" }, String(repeating: "0", count: 3 - octal.utf8.count) + octal,
        word.map { SpanText.exact($0.offset, signed: true) }, word.map { SpanText.exact($0.delay) },
        word.map { SpanText.bound($0.uncertainty) }, word.map { SpanText.age($0.age + elapsed) },
      ].map { $0 ?? "-" }
      // Records lie in files: what is in them is shown, and no terminal obeys it.
      let (name, reason) = (VisibleText.of(server.name, limit: 255), VisibleText.of(ServiceKit.said(server.reason), limit: 255))
      return [server.mark, name] + said + [reason]
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
}

extension SyncRecord.Server {
  fileprivate var mark: String {
    if isUsed { return "*" }
    return standing == Self.outvoted ? "x" : "?"
  }
}
