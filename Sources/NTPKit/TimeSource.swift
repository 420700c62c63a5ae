/// Where a process has its time from.
package enum TimeSource: Sendable, Hashable {
  /// The system's clock, on purpose: no socket is ever opened.
  case none
  /// These servers; `insisted` when the operator named them, so that nothing else will do.
  case servers([NTPServer], insisted: Bool)

  package typealias Problem = NTPServer.Problem

  /// More would not be more certain, only more traffic.
  package static let mostServers = 16

  /// ntp.br's public stratum-1 servers, which distribute the legal Brazilian time.
  package static let standard = TimeSource.servers(
    ["a", "b", "c", "d"].map { NTPServer(trusted: "\($0).st1.ntp.br") }, insisted: false)

  /// - Parameter environment: `LEILAO_NTP`: nil for the standard, `none`, or servers separated by commas, then insisted on.
  package init(environment: String?) throws(Problem) {
    guard let environment else {
      self = .standard
      return
    }
    let names = environment.split(separator: ",", omittingEmptySubsequences: false).map(Self.trimmed)
    if names == ["none"] {
      self = .none
      return
    }
    guard !names.contains("none") else { throw .noneAmongServers }
    var servers: [NTPServer] = []
    for name in names {
      let server = try NTPServer(name)
      if !servers.contains(server) { servers.append(server) }
    }
    guard servers.count <= Self.mostServers else { throw .tooMany(servers.count) }
    self = .servers(servers, insisted: true)
  }

  private static func trimmed(_ text: Substring) -> String {
    let kept = text.drop { $0 == " " || $0 == "\t" }
    return String(kept.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }
}
