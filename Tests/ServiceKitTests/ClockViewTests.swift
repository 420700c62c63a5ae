import Glibc
import NTPKit
import ServiceKit
import SharedKernel
import SuiteTesting
import Testing

/// What `relogio` shows. In the language of whoever runs the tests; Portuguese unless an English locale is set.
struct ClockViewTests {
  static let liar = ServerStanding.outvoted

  func view(
    _ status: Reading.Status = .synchronized, noRecord: Bool = false, needsRecord: Bool = true, after seconds: Int64 = 12,
    servers: Bool = true, wantsNoServers: Bool = false
  ) throws -> ClockView {
    var report = try SyncRecordTests.report(status)
    if !servers { report.servers = [] }
    return ClockView(
      program: "ms_lance", without: Sentence("nada", "nothing"), needsRecord: needsRecord,
      record: noRecord ? nil : SyncRecord(report), source: .program, present: Build.noon + .seconds(11), cached: nil,
      wantsNoServers: wantsNoServers, now: Build.noon + .seconds(seconds))
  }

  @Test func `every server has a line with its mark, its numbers and why in words`() throws {
    let lines = try view().lines
    let outvoted = try #require(lines.first { $0.contains("a.st1.ntp.br") })
    let silent = try #require(lines.first { $0.contains("2001:db8::1") })
    let used = try #require(lines.first { $0.contains("b.st1.ntp.br") })
    #expect(outvoted.hasPrefix("  x ") && silent.hasPrefix("  ? ") && used.hasPrefix("  * "))
    #expect(outvoted.hasSuffix(said(ServerStanding.outvoted.sentence)) && used.hasSuffix(said(ServerStanding.chosen.sentence)))
    for part in [said("-3600,0 s", "-3600.0 s"), said("20,1 ms", "20.1 ms"), said("11,0 ms", "11.0 ms"), " 377 ", " 43 s "] {
      #expect(outvoted.contains(part), "\(part) in \(outvoted)")
    }
    // Columns stand under each other, whatever the names.
    let heads = try #require(lines.first { $0.contains(said("alcance", "reach")) })
    let standing = heads.count - said("situação", "standing").count
    for line in [outvoted, silent, used] { #expect(Array(line)[standing - 2] == " " && Array(line)[standing] != " ") }
  }

  @Test func `it says how old it is, and how much worse by now`() throws {
    #expect(try view().lines[0].contains(said("± 1,8 ms", "± 1.8 ms")), "1 234 µs and 50 ppm of 12 s")
    #expect(try view().lines[1].contains(said("há 12 s", "12 s ago")))
    #expect(try view(after: 7_300).lines[1].contains(said("há 2 h", "2 h ago")))
    #expect(try view().lines.contains { $0 == said("serviço presente há 1 s", "service present 1 s ago") })
  }

  @Test func `whether an auction could be closed is said, and what the program ends with`() throws {
    func outcome(_ view: ClockView) throws -> [String] {
      let record = try #require(view.record)
      return ["\(view.verdict)", "\(view.closes(record))"]
    }
    #expect(try outcome(view()) == ["ok", "true"])
    #expect(try outcome(view(.holdover)) == ["ok", "true"])
    #expect(try outcome(view(.holdover, after: 1_000)) == ["ok", "false"], "51 ms")
    #expect(try outcome(view(.synchronized, after: 20_000)) == ["refused", "false"], "over a second")
    #expect(try outcome(view(.unsynchronized)) == ["refused", "false"])
    #expect(try outcome(view(.systemClock)) == ["refused", "true"], "nobody answers, and the house says sem_ntp")
    #expect(try outcome(view(.systemClock, servers: false, wantsNoServers: true)) == ["ok", "true"], "on purpose")
  }

  @Test func `where nothing was left that is said, and is unknown but for a program that needs nothing`() throws {
    let service = try view(noRecord: true, wantsNoServers: true)
    #expect(service.verdict == .unknown && service.lines[0] == "ms_lance: \(said("nada", "nothing"))")
    #expect(try view(noRecord: true, needsRecord: false).verdict == .unknown)
    #expect(try view(noRecord: true, needsRecord: false, wantsNoServers: true).verdict == .ok)
  }

  @Test func `for machines there is a line for the clock, for each server and for what is cached`() throws {
    let lines = try view().jsonLines
    #expect(lines.count == 5)
    #expect(lines[0].hasPrefix(#"{"tipo":"relogio","programa":"ms_lance","status":"sincronizado","em_us":"#))
    #expect(
      lines[0].contains(
        #""incerteza_us":1234,"concordaram_ha_us":5000000,"sistema_us":-42,"fonte":"programa","idade_us":12000000"#))
    #expect(
      lines[1].contains(
        #""situacao":"vencido","motivo":"\#(said(Self.liar.sentence))","alcance":255,"estrato":1,"desvio_us":-3600000000"#))
    #expect(lines[2].contains(#""servidor":"[2001:db8::1]:124","endereco":null,"usado":false"#))
    #expect(lines[4] == #"{"tipo":"guardado","incerteza_us":null,"idade_us":null}"#)
    #expect(ClockView.jsonLines(SyncRecord(try SyncRecordTests.report())).count == 4)
  }

  @Test(
    arguments: [
      (0, "0 µs", "+0 µs"), (999, "999 µs", "+999 µs"), (1_000, "1,0 ms", "+1,0 ms"), (-12_399, "-12,3 ms", "-12,3 ms"),
      (999_999, "999,9 ms", "+999,9 ms"), (1_000_000, "1,000 s", "+1,000 s"), (-9_999_999, "-9,999 s", "-9,999 s"),
      (3_600_000_112, "3600,0 s", "+3600,0 s"), (.min, "-9223372036854,7 s", "-9223372036854,7 s"),
    ] as [(Int64, String, String)])
  func `spans are short and never more than they are`(micros: Int64, plain: String, signed: String) {
    #expect(SpanText.exact(.microseconds(micros), in: .portuguese) == plain)
    #expect(SpanText.exact(.microseconds(micros), signed: true, in: .portuguese) == signed)
    #expect(!SpanText.exact(.microseconds(micros), in: .english).contains(","))
  }

  @Test func `ages are told in the largest unit that they fill`() {
    let ages = [-5, 0, 59, 60, 3_599, 3_600, 86_399, 86_400, 200_000] as [Int64]
    #expect(ages.map { SpanText.age(.seconds($0)) } == ["0 s", "0 s", "59 s", "1 min", "59 min", "1 h", "23 h", "1 d", "2 d"])
  }

  @Test func `the file beside a journal follows the clock's polls, whole at any moment`() async throws {
    let scratch = try ScratchFolder()
    let (honest, liar) = (
      try (0..<2).map { _ in try FakeNTPServer.honest() }, try FakeNTPServer.honest(offset: 3_600_000_000_000)
    )
    let names = (honest + [liar]).map(\.address).joined(separator: ",")
    let clock = TrustedClock(
      TrustedClockOptions(source: try TimeSource(environment: names), anchorFile: nil, fastLoopbackPolling: true))
    let file = ClockFile.ofService("ms_lance", in: scratch.path)
    #expect(file.read() == nil)
    file.follow(clock)
    clock.start()
    defer { clock.stop() }
    try await until("all three judged") { file.read()?.servers.map(\.standing) == ["usado", "usado", "vencido"] }
    for server in honest { server.stop() }
    try await until("the change is there") {
      file.read()?.servers.map(\.standing) == ["fora_de_alcance", "fora_de_alcance", "sem_maioria"]
    }
    var status = stat()
    #expect(stat(file.path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    clock.stop()
    try scratch.write([1, 2, 3], "ms_lance.relogio")
    #expect(file.read() == nil, "what is no record is none")
  }

  @Test func `a clock that asks nobody leaves its state at once`() throws {
    let scratch = try ScratchFolder()
    let file = ClockFile.ofService("ms_lance", in: scratch.path)
    file.follow(TrustedClock(TrustedClockOptions(source: .none, anchorFile: nil)))
    #expect(file.read()?.reading.status == .systemClock)
  }
}
