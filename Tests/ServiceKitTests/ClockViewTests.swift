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
    servers: Bool = true, wantsNoServers: Bool = false, _ found: (SyncRecord) -> ClockView.Found? = { .init($0, .current) }
  ) throws -> ClockView {
    var report = try SyncRecordTests.report(status)
    report.systemOffsetMicroseconds = 0
    if !servers { report.servers = [] }
    return ClockView(
      program: "ms_lance", without: Sentence("nada", "nothing"), needsRecord: needsRecord,
      found: noRecord ? nil : found(SyncRecord(report)), present: Build.noon + .seconds(11), cached: nil,
      wantsNoServers: wantsNoServers, systemNow: Build.noon + .seconds(seconds))
  }

  static let author = LiveClock.Author(bootID: "a", pid: 77, startTicks: 5)

  /// What a file of 100 s after the boot says at a later instant of that boot, or another.
  func seen(
    _ status: Reading.Status = .synchronized, after seconds: Int64, boot: String = "a", isAlive: Bool = true, servers: Bool = true
  ) throws -> ClockView {
    try view(status, after: seconds, servers: servers) {
      let live = LiveClock(author: Self.author, at: .seconds(100), record: $0)
      return ClockView.Found(live, bootID: boot, bootNow: .seconds(100 + seconds)) { $0 == Self.author && isAlive }
    }
  }

  @Test func `a running program's clock is as it says, until it is silent for longer than it ever waits`() throws {
    #expect(try seen(after: 1_126).isCurrent && seen(.systemClock, after: 100, servers: false).isCurrent)
    let silent = try seen(after: 1_201)
    #expect(!silent.isCurrent && silent.verdict == .unknown && !silent.closes)
    // On purpose on the system's clock, there is nothing that could grow old.
    #expect(try seen(.systemClock, after: 9_000_000, servers: false).verdict == .ok)
  }

  @Test func `what a dead, restarted or rebooted service left is history, however good it was`() throws {
    for (view, words) in [
      (try seen(after: 5, isAlive: false), said("esse processo terminou", "that process has ended")),
      (try seen(after: 5, boot: "b"), said("a máquina foi reiniciada", "the machine was restarted")),
      (try seen(.systemClock, after: 9_000_000, isAlive: false, servers: false), said("terminou", "has ended")),
      (try seen(.systemClock, after: 9_000_000), said("se cala", "silent")),
      (try self.view { .init($0, .journal) }, said("do diário", "from the journal")),
    ] {
      #expect(view.verdict == .unknown && !view.closes && !view.isCurrent)
      let lines = view.lines
      #expect(lines[0].hasPrefix("ms_lance: \(said("era: ", "was: "))") && lines[1].contains(words), "\(lines)")
      #expect(!lines[0].contains(said("fecha leilões", "closes auctions")))
      #expect(view.jsonLines[0].contains(#""incerteza_agora_us":null,"fecha":false"#))
    }
    // What it stated then stands; it has not grown since.
    #expect(try seen(after: 5_000, isAlive: false).lines[0].contains(said("± 1,3 ms", "± 1.3 ms")))
    // A program that needs no clock of its own is served by what is cached, and by the system's on purpose.
    #expect(try view(needsRecord: false, wantsNoServers: true) { .init($0, .ended) }.verdict == .ok)
    #expect(try view(needsRecord: false) { .init($0, .ended) }.verdict == .unknown)
  }

  @Test func `a process is known by its boot and its beginning, not by its number alone`() throws {
    let me = try #require(LiveClock.Author.me)
    #expect(me.isAlive && me.pid == Int64(getpid()) && me.bootID == LiveClock.Author.currentBoot)
    for other in [
      LiveClock.Author(bootID: me.bootID, pid: me.pid, startTicks: me.startTicks + 1),
      LiveClock.Author(bootID: "b", pid: me.pid, startTicks: me.startTicks),
      LiveClock.Author(bootID: me.bootID, pid: 1 << 40, startTicks: me.startTicks),
    ] { #expect(!other.isAlive) }
  }

  @Test func `a live state survives being written and read, and damage traps nobody`() throws {
    var live = LiveClock(author: Self.author, at: .seconds(100), record: SyncRecord(try SyncRecordTests.report()))
    #expect(LiveClock(live.bytes) == live)
    live.anchorProblem = Sentence("é", "is")
    #expect(LiveClock(live.bytes) == live)
    let bytes = live.bytes
    var dice = SeededRandom(seed: 11)
    for _ in 0..<2_000 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...4, using: &dice) {
        damaged[Int.random(in: 0..<bytes.count, using: &dice)] = [0, 0x7F, 0x80, 0xFF].randomElement(using: &dice) ?? 0
      }
      guard let read = LiveClock(damaged) else { continue }
      let view = try view { _ in ClockView.Found(read, bootID: "a", bootNow: .seconds(200)) { _ in true } }
      #expect(!view.lines.isEmpty && !view.jsonLines.isEmpty)
    }
  }

  @Test func `ages are told by the boot clock, or corrected, and what lies in the future is said`() throws {
    // The system's clock was set back an hour since: the boot clock knows better.
    let seen = try view(after: -3_600) { .init($0, .current, age: .seconds(12)) }
    #expect(seen.lines[1].contains(said("há 12 s", "12 s ago")) && seen.lines[0].contains(said("± 1,9 ms", "± 1.9 ms")))
    let future = try view(after: -3_600) { .init($0, .journal) }
    #expect(future.lines[1].contains(said("1 h no futuro", "1 h in the future")))
    #expect(future.jsonLines[0].contains(#""idade_us":-3600000000"#))
    #expect(try view(after: -1) { .init($0, .journal) }.lines[1].contains(said("há 0 s", "0 s ago")))
    // A system's clock that was an hour ahead when the record was made.
    var record = SyncRecord(try SyncRecordTests.report())
    record.systemOffset = .seconds(3_600)
    let ahead = try view(after: 3_612) { _ in .init(record, .journal) }
    #expect(ahead.lines[1].contains(said("há 12 s", "12 s ago")))
  }

  @Test func `what a file holds is shown, and no terminal obeys it`() throws {
    var record = SyncRecord(try SyncRecordTests.report())
    record.servers[0].name = "a\u{1B}[2Jb"
    record.servers[0].reason = Sentence("x\u{1B}]0;y\u{7}", "x\u{1B}]0;y\u{7}")
    let problem = Sentence(verbatim: "\u{1B}[31m")
    let lines = try view { _ in .init(record, .current, anchorProblem: problem) }.lines
    #expect(lines.allSatisfy { $0.unicodeScalars.allSatisfy(VisibleText.isPlain) }, "\(lines)")
    #expect(lines.contains { $0.hasPrefix(said("sem guardar a hora: ", "the time is not cached: ")) })
  }

  @Test func `only those whom the majority contradicts are marked as contradicted`() throws {
    var report = try SyncRecordTests.report()
    report.servers[0].standing = .noMajority
    let lines = try view { _ in .init(SyncRecord(report), .current) }.lines
    #expect(lines.contains { $0.hasPrefix("  ? ") && $0.contains("a.st1.ntp.br") })
    #expect(!lines.contains { $0.hasPrefix("  x ") })
  }

  @Test(
    arguments: [
      (0, "0 µs"), (999, "999 µs"), (1_000, "1,0 ms"), (1_001, "1,1 ms"), (50_001, "50,1 ms"), (999_901, "1,000 s"),
      (1_000_001, "1,001 s"), (9_999_001, "10,0 s"), (10_000_000, "10,0 s"), (.max, "9223372036854,7 s"),
    ] as [(Int64, String)])
  func `a bound is rounded up`(micros: Int64, shown: String) {
    #expect(SpanText.bound(.microseconds(micros), in: .portuguese) == shown)
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
    #expect(try view().lines[0].contains(said("± 1,9 ms", "± 1.9 ms")), "1 234 µs and 50 ppm of 12 s")
    #expect(try view().lines[1].contains(said("há 12 s", "12 s ago")))
    #expect(try view(after: 7_300).lines[1].contains(said("há 2 h", "2 h ago")))
    #expect(try view().lines.contains { $0 == said("serviço presente há 1 s", "service present 1 s ago") })
  }

  @Test func `whether an auction could be closed is said, and what the program ends with`() throws {
    func outcome(_ view: ClockView) throws -> [String] {
      ["\(view.verdict)", "\(view.closes)"]
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
        #""incerteza_us":1234,"concordaram_ha_us":5000000,"sistema_us":0,"fonte":"programa","idade_us":12000000"#))
    #expect(
      lines[1].contains(
        #""situacao":"vencido","motivo":"\#(said(Self.liar.sentence))","alcance":255,"estrato":1,"desvio_us":-3600000000"#))
    #expect(lines[2].contains(#""servidor":"[2001:db8::1]:124","endereco":null,"usado":false"#))
    #expect(lines[4] == #"{"tipo":"guardado","incerteza_us":null,"idade_us":null,"problema":null}"#)
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
    try await until("all three judged") { file.read()?.record.servers.map(\.standing) == ["usado", "usado", "vencido"] }
    for server in honest { server.stop() }
    try await until("the change is there") {
      file.read()?.record.servers.map(\.standing) == ["fora_de_alcance", "fora_de_alcance", "sem_maioria"]
    }
    var status = stat()
    #expect(stat(file.path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    clock.stop()
    try scratch.write([1, 2, 3], "ms_lance.relogio")
    #expect(file.read() == nil, "what is no record is none")
  }

  @Test(arguments: [false, true])
  func `a clock leaves its state at its start, and which process it is of`(asksSomebody: Bool) throws {
    let scratch = try ScratchFolder()
    let file = ClockFile.ofService("ms_lance", in: scratch.path)
    // The draft of a process that ended while it wrote is taken away, another's and its own number's.
    try scratch.write([1], "ms_lance.relogio.99999999.draft")
    try scratch.write([1], "ms_lance.relogio.\(getpid()).draft")
    let silent = try FakeNTPServer { _ in [] }
    let source = asksSomebody ? try TimeSource(environment: silent.address) : .none
    let clock = TrustedClock(TrustedClockOptions(source: source, anchorFile: nil))
    file.follow(clock)
    defer { clock.stop() }
    let live = try #require(file.read())
    #expect(live.record.reading.status == (asksSomebody ? .unsynchronized : .systemClock))
    #expect(live.author.isAlive && live.at <= LiveClock.bootNow)
    #expect(ClockView.Found(live).standing == .current)
    #expect(access(file.path + ".99999999.draft", F_OK) != 0 && access(file.path + ".\(getpid()).draft", F_OK) != 0)
  }
}
