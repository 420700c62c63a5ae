import Glibc
import SuiteTesting
import Synchronization
import Testing

@testable import NTPKit

/// That no server is asked twice in 64 s by the programs of one user: at once, one after the other, whatever they call it.
struct CourtesyTests {
  let folder: ScratchFolder
  init() throws { folder = try ScratchFolder() }

  var path: String { folder.path + "/relogio" }
  func address(_ host: Int) throws -> SocketAddress {
    try #require(SocketAddress.resolve(NTPServer("192.0.2.\(host)"), numericOnly: true).first)
  }
  func file(_ names: String = "a.example") throws -> AnchorFile {
    AnchorFile(path: path, servers: [try NTPServer(names)], bootID: "boot")
  }
  /// As a program asks strangers' servers, though these are on this machine, and leaves them alone for hours: no test takes that long.
  func courteous(_ addresses: [String]) throws -> TrustedClockOptions {
    var options = try TrustedClockOptions.loopback(addresses, anchorFile: path)
    options.fastLoopbackPolling = false
    options.pace.floor = 10_000 * second
    return options
  }

  @Test func `an address asked by one is not asked by another within 64 s, whatever servers that one has`() throws {
    let (one, other) = (try file(), try file("b.example"))
    let (a, b) = (try address(1), try address(2))
    #expect(try one.takeTurn(for: a, floor: 64 * second, at: 100 * second) == .granted(until: 164 * second))
    #expect(try other.takeTurn(for: a, floor: 64 * second, at: 101 * second) == .notBefore(164 * second))
    #expect(try other.takeTurn(for: b, floor: 64 * second, at: 101 * second) == .granted(until: 165 * second))
    #expect(try other.takeTurn(for: a, floor: 64 * second, at: 164 * second) == .granted(until: 228 * second))
    #expect(try one.takeTurn(for: a, floor: 64 * second, at: 165 * second) == .notBefore(228 * second))
    // Turns and anchors keep each other.
    let anchor = Anchor(bootMicroseconds: 165_000_000, unixMicroseconds: 1, uncertaintyMicroseconds: 1)
    #expect(try one.store(anchor, at: 166 * second))
    #expect(try other.takeTurn(for: a, floor: 64 * second, at: 166 * second) == .notBefore(228 * second))
    #expect(one.anchor() == anchor && other.anchor() == nil)
  }

  @Test func `a server that asked one for less is left alone by all, however often they look`() throws {
    let (one, other, a) = (try file(), try file("b.example"), try address(1))
    #expect(try one.rest(a, until: 1_124 * second, at: 100 * second))
    for at in [200, 1_123] as [Int64] {
      #expect(try other.takeTurn(for: a, floor: 64 * second, at: at * second) == .notBefore(1_124 * second))
    }
    // Nobody is told of more than a server can ask for.
    #expect(try one.rest(a, until: .max, at: 100 * second))
    let longest = 100 * second + AnchorRecord.longestRest * 1_000
    #expect(try other.takeTurn(for: a, floor: 64 * second, at: 200 * second) == .notBefore(longest))
  }

  @Test(arguments: [.max, 200_000_000 + AnchorRecord.longestRest + 1] as [Int64])
  func `a rest beyond what a server can ask for is damage, and keeps nobody away`(end: Int64) throws {
    let (file, a) = (try file(), try address(1))
    try folder.write(Array("leilao-relogio 2\nboot boot\nrest \(end) \(a.description)\n".utf8), "relogio")
    chmod(path, 0o600)
    #expect(try file.takeTurn(for: a, floor: 64 * second, at: 200 * second) == .granted(until: 264 * second))
    #expect(try file.takeTurn(for: a, floor: 64 * second, at: 201 * second) == .notBefore(264 * second))
  }

  @Test func `the clock is read when nobody else can write any more, however long that took`() throws {
    let (file, a) = (try file(), try address(1))
    var isHeld = false
    func clock() -> Nanoseconds {
      let other = open(path + ".lock", O_RDWR | O_CLOEXEC)
      defer { close(other) }
      isHeld = flock(other, LOCK_EX | LOCK_NB) != 0
      return 100 * second
    }
    #expect(try file.takeTurn(for: a, floor: 64 * second, at: clock()) == .granted(until: 164 * second))
    #expect(isHeld)
    isHeld = false
    #expect(try file.rest(a, until: 900 * second, at: clock()))
    #expect(isHeld)
  }

  @Test func `a burst renews its turn with each packet, and goes on after a pause only where nobody else has asked`() throws {
    let (one, other, a) = (try file(), try file("b.example"), try address(1))
    let first = 164 * second
    #expect(try one.takeTurn(for: a, floor: 64 * second, at: 100 * second) == .granted(until: first))
    #expect(try one.takeTurn(for: a, floor: 64 * second, holding: first, at: 106 * second) == .granted(until: 170 * second))
    #expect(try other.takeTurn(for: a, floor: 64 * second, at: 165 * second) == .notBefore(170 * second), "from the last packet")
    #expect(try other.takeTurn(for: a, floor: 64 * second, at: 170 * second) == .granted(until: 234 * second))
    // The one that was stopped for a minute and more, and wakes.
    let held = 170 * second
    #expect(try one.takeTurn(for: a, floor: 64 * second, holding: held, at: 171 * second) == .notBefore(234 * second))
  }

  @Test func `an IPv4 address written as IPv6 is the same address`() throws {
    let mapped = try #require(SocketAddress.resolve(NTPServer("[::ffff:192.0.2.1]:124"), numericOnly: true).first)
    let plain = try #require(SocketAddress.resolve(NTPServer("192.0.2.1:124"), numericOnly: true).first)
    #expect(mapped == plain && mapped.description == "192.0.2.1:124")
    #expect(try #require(SocketAddress.resolve(NTPServer("::ffff:127.0.0.1"), numericOnly: true).first).isLoopback)
    #expect(try #require(SocketAddress.resolve(NTPServer("::1"), numericOnly: true).first).isLoopback)
    #expect(try !#require(SocketAddress.resolve(NTPServer("::ffff:192.0.2.1"), numericOnly: true).first).isLoopback)
    #expect(try !#require(SocketAddress.resolve(NTPServer("2001:db8::1"), numericOnly: true).first).isLoopback)
  }

  /// A program's clock that no thread drives.
  func poller(_ options: TrustedClockOptions, anchorAge: Nanoseconds? = nil) throws -> Poller {
    let servers = options.source.servers
    let file = options.anchorFile.flatMap { AnchorFile(path: $0, servers: servers) }
    let state = ClockState(servers: servers, acceptsSystemClock: false)
    return Poller(state, options, servers: servers, file: file, anchorAge: anchorAge)
  }

  @Test func `who stopped with the file in its hands keeps nobody from asking for ever, one server like another`() throws {
    let holder = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    defer { close(holder) }
    #expect(flock(holder, LOCK_EX | LOCK_NB) == 0)
    let poller = try poller(courteous(["127.0.0.1:9", "127.0.0.2:9"]))
    let addresses = try [1, 2].map { try #require(SocketAddress.resolve(NTPServer("127.0.0.\($0):9"), numericOnly: true).first) }
    // Each has its own count: what one used up is not taken from the other.
    for _ in 0..<Poller.mostBusyTurns { #expect(!poller.hasTurn(0, at: addresses[0])) }
    #expect(poller.hasTurn(0, at: addresses[0]))
    for _ in 0..<Poller.mostBusyTurns { #expect(!poller.hasTurn(1, at: addresses[1])) }
    #expect(poller.hasTurn(1, at: addresses[1]))
    // Once it can be had again, the count begins anew.
    #expect(flock(holder, LOCK_UN) == 0)
    #expect(poller.hasTurn(0, at: addresses[0]))
    #expect(flock(holder, LOCK_EX | LOCK_NB) == 0)
    #expect(!poller.hasTurn(0, at: addresses[0]))
  }

  @Test func `a rest that the others could not be told of at once is told of later`() throws {
    let poller = try poller(courteous(["127.0.0.1:9"]))
    let address = try #require(SocketAddress.resolve(NTPServer("127.0.0.1:9"), numericOnly: true).first)
    #expect(poller.associations[0].takeAddress(notIn: []) == address)
    #expect(poller.hasTurn(0, at: address))
    let holder = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    defer { close(holder) }
    #expect(flock(holder, LOCK_EX | LOCK_NB) == 0)
    let now = bootNanoseconds()
    var dice = SystemRandomNumberGenerator()
    poller.associations[0].kissed(.rate, at: now, using: &dice)
    poller.leaveAlone(0, at: now)
    let retryAt = try #require(poller.associations[0].untoldRest?.retryAt)
    #expect(flock(holder, LOCK_UN) == 0)
    poller.tellRest(0, at: retryAt - 1)
    #expect(poller.associations[0].untoldRest != nil, "not yet")
    poller.tellRest(0, at: retryAt)
    #expect(poller.associations[0].untoldRest == nil)
    let record = try #require(AnchorRecord(parsing: String(decoding: folder.read("relogio"), as: UTF8.self)))
    #expect(try #require(record.rests[address.description]) == #require(poller.associations[0].schedule.next) / 1_000)
  }

  @Test func `after a start with a fresh anchor, or behind another program's question, one packet is enough`() throws {
    /// Until the next is a minute away.
    func packets(_ schedule: PollSchedule) -> Int {
      var (schedule, dice, count) = (schedule, SystemRandomNumberGenerator(), 0)
      while let now = schedule.next, count < 8 {
        schedule.asked(at: now, using: &dice)
        count += 1
        if schedule.next.map({ $0 - now > 60 * second }) ?? true { break }
      }
      return count
    }
    let options = try courteous(["127.0.0.1:9"])
    #expect(try packets(poller(options).associations[0].schedule) == 4)
    #expect(try packets(poller(options, anchorAge: 100 * second).associations[0].schedule) == 1)
    #expect(
      try packets(poller(options, anchorAge: 3_600 * second).associations[0].schedule) == 4, "hours old, it is worth a burst")
    let poller = try poller(options)
    let address = try #require(SocketAddress.resolve(NTPServer("127.0.0.1:9"), numericOnly: true).first)
    #expect(
      try #require(AnchorFile(path: path, servers: [])).takeTurn(for: address, floor: second, at: bootNanoseconds()) != .busy)
    #expect(!poller.hasTurn(0, at: address))
    #expect(packets(poller.associations[0].schedule) == 1)
  }

  @Test func `servers that nobody was let ask have not been silent`() throws {
    let source = try TimeSource.servers([NTPServer("127.0.0.1:9"), NTPServer("127.0.0.2:9")], insisted: false)
    var options = TrustedClockOptions(source: source, anchorFile: path)
    options.pace.floor = 64 * second
    let other = try #require(AnchorFile(path: path, servers: []))
    let addresses = try [1, 2].map { try #require(SocketAddress.resolve(NTPServer("127.0.0.\($0):9"), numericOnly: true).first) }
    for address in addresses {
      #expect(try other.takeTurn(for: address, floor: 64 * second, at: bootNanoseconds()) != .busy)
    }
    let poller = try poller(options)
    #expect(poller.patienceEnd == poller.startedAt + 5 * second)
    for index in 0...1 { poller.ask(index, at: bootNanoseconds()) }
    #expect(poller.associations.map(\.trouble) == [.waitingForTurn, .waitingForTurn])
    let end = try #require(poller.patienceEnd)
    #expect((60 * second...(71 + 5) * second).contains(end - poller.startedAt))
    poller.acceptSystemClockIfNeeded(at: end - 1)
    #expect(poller.state.reading().status == .unsynchronized)
    poller.acceptSystemClockIfNeeded(at: end)
    #expect(poller.state.reading().status == .systemClock)
    // However long another program's rest is, that is not waited out.
    #expect(try other.rest(addresses[0], until: bootNanoseconds() + 9_000 * second, at: bootNanoseconds()))
    let next = try self.poller(options)
    for index in 0...1 { next.ask(index, at: bootNanoseconds()) }
    #expect(try #require(next.patienceEnd) - next.startedAt <= 76 * second)
  }

  @Test func `while another process has the file, nobody is asked and nothing is kept`() throws {
    let (file, a) = (try file(), try address(1))
    let other = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    defer { close(other) }
    #expect(flock(other, LOCK_EX | LOCK_NB) == 0)
    #expect(try file.takeTurn(for: a, floor: second, at: second) == .busy)
    #expect(try !file.store(Anchor(bootMicroseconds: 1, unixMicroseconds: 1, uncertaintyMicroseconds: 1), at: second))
    #expect(flock(other, LOCK_UN) == 0)
    #expect(try file.takeTurn(for: a, floor: second, at: second) == .granted(until: 2 * second))
  }

  @Test func `of many that want to ask at the same moment, one does`() async throws {
    let a = try address(1)
    let files = try (0..<8).map { _ in try file() }
    let granted = try await withThrowingTaskGroup(of: Int.self) { group in
      for file in files {
        group.addTask {
          var granted = 0
          for round in 1...200 as ClosedRange<Int64> {
            var turn = AnchorFile.Turn.busy
            while turn == .busy { turn = try file.takeTurn(for: a, floor: 64 * second, at: round * 64 * second) }
            if case .granted = turn { granted += 1 }
          }
          return granted
        }
      }
      return try await group.reduce(0, +)
    }
    // Who is behind the others' rounds finds their later turns taken.
    #expect((1...200).contains(granted))
    #expect(try file().takeTurn(for: a, floor: 64 * second, at: 200 * 64 * second) == .notBefore(201 * 64 * second))
  }

  @Test func `two programs that start together ask once, and the second holds over from what the first learns`() async throws {
    let server = try FakeNTPServer.honest()
    let clocks = try (0..<2).map { _ in TrustedClock(try courteous([server.address])) }
    for clock in clocks { clock.start() }
    defer { for clock in clocks { clock.stop() } }
    var statuses: [Reading.Status] = []
    for clock in clocks { statuses.append(await clock.waitUntilReady(within: .seconds(600)).status) }
    for clock in clocks { clock.stop() }
    #expect(statuses.count { $0 == .synchronized } == 1 && statuses.count { $0 == .holdover } == 1)
    #expect((1...4).contains(server.questions.count), "one burst")
  }

  @Test(arguments: ["127.0.0.1", "127.1"])
  func `a program that starts after another, with more servers, asks those that are new`(host: String) async throws {
    let silent = try FakeNTPServer { _ in [] }
    let first = TrustedClock(try courteous([silent.address]))
    first.start()
    try await until("asked") { !silent.questions.isEmpty }
    first.stop()
    let asked = silent.questions.count
    let new = try FakeNTPServer { _ in [] }
    let second = TrustedClock(try courteous(["\(host):\(silent.port)", new.address]))
    second.start()
    defer { second.stop() }
    // In the order of the list: when the new one is asked, the other's turn was considered.
    try await until("the new one is asked") { !new.questions.isEmpty }
    #expect(silent.questions.count == asked)
    #expect(second.report.servers.first?.standing == .waitingForTurn)
  }

  @Test func `a server that said RATE is not asked by the next start either`() async throws {
    let server = try FakeNTPServer { [.honest(to: $0) { ($0.leap, $0.stratum, $0.referenceID) = (3, 0, 0x5241_5445) }] }
    let before = bootNanoseconds()
    let first = TrustedClock(try courteous([server.address]))
    first.start()
    try await until("it said so") { first.report.servers.first?.standing == .kissed(.rate) }
    first.stop()
    let record = try #require(AnchorRecord(parsing: String(decoding: folder.read("relogio"), as: UTF8.self)))
    let rest = try #require(record.rests[server.address]) - before / 1_000
    #expect(rest >= 20_000_000_000, "twice as long as before: \(rest) µs")
    let marker = try FakeNTPServer { _ in [] }
    let next = TrustedClock(try courteous([server.address, marker.address]))
    next.start()
    defer { next.stop() }
    try await until("the other is asked") { !marker.questions.isEmpty }
    #expect(server.questions.count == 1)
  }
}
