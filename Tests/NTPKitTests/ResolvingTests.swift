import Glibc
import SharedKernel
import SuiteTesting
import Synchronization
import Testing

@testable import NTPKit

/// Names, and what the resolver makes of them.
struct ResolvingTests {
  static func addresses(_ texts: String...) -> [SocketAddress] {
    texts.flatMap { text in (try? SocketAddress.resolve(NTPServer(text), numericOnly: true)) ?? [] }
  }
  static let refusal = SocketAddress.ResolutionFailure(reason: Sentence(system: "Temporary failure in name resolution"))

  func options(
    _ names: [String], _ resolver: @escaping @Sendable (NTPServer) throws(SocketAddress.ResolutionFailure) -> [SocketAddress]
  ) throws -> TrustedClockOptions {
    var options = try TrustedClockOptions.loopback(names)
    options.resolver = resolver
    return options
  }

  /// Lets whoever reads from the pipe go on. To close it would not do: a program that another test starts just now may hold it too.
  static func release(_ writing: Int32) {
    let bytes = [UInt8](repeating: 0, count: 1_000)
    #expect(write(writing, bytes, bytes.count) == bytes.count)
    close(writing)
  }

  @Test func `a name without an address is named with the reason, and asked for again`() async throws {
    let server = try FakeNTPServer.honest()
    let asked = Mutex(0)
    var ends: [Int32] = [-1, -1]
    #expect(pipe(&ends) == 0)
    let (reading, writing) = (ends[0], ends[1])
    defer { close(reading) }
    // The second time it waits until the first failure has been seen: a busy machine may look late.
    let options = try options(["hora.example"]) { _ throws(SocketAddress.ResolutionFailure) in
      let time = asked.withLock { asked in
        asked += 1
        return asked
      }
      guard time > 1 else { throw Self.refusal }
      var byte: UInt8 = 0
      _ = read(reading, &byte, 1)
      return Self.addresses(server.address)
    }
    let clock = TrustedClock(options)
    clock.start()
    defer { clock.stop() }
    try await until("unresolved") { clock.report.servers.first?.standing == .unresolved(Self.refusal.reason) }
    #expect(clock.report.status == .unsynchronized)
    Self.release(writing)
    #expect(await clock.waitUntilReady(within: .seconds(300)).status == .synchronized)
    #expect(clock.report.servers.first?.address == server.address)
  }

  @Test func `a resolver that does not come back holds nobody up`() async throws {
    let servers = try (0..<2).map { _ in try FakeNTPServer.honest() }
    var ends: [Int32] = [-1, -1]
    #expect(pipe(&ends) == 0)
    let (reading, writing) = (ends[0], ends[1])
    defer { close(reading) }
    let options = try options(["lento.example"] + servers.map(\.address)) { _ throws(SocketAddress.ResolutionFailure) in
      var byte: UInt8 = 0
      _ = read(reading, &byte, 1)
      throw Self.refusal
    }
    let clock = TrustedClock(options)
    clock.start()
    defer { clock.stop() }
    #expect(await clock.waitUntilReady(within: .seconds(60)).status == .synchronized)
    #expect(clock.report.servers.map(\.standing) == [.untried, .chosen, .chosen])
    Self.release(writing)
    try await until("it came back") { clock.report.servers.first?.standing == .unresolved(Self.refusal.reason) }
  }

  @Test func `the addresses of a name are asked one after the other until one answers`() async throws {
    let (dead, live) = (try FakeNTPServer { _ in [] }, try FakeNTPServer.honest())
    dead.stop()
    let clock = TrustedClock(try options(["hora.example"]) { _ in Self.addresses(dead.address, "[::1]:9", live.address) })
    defer { clock.stop() }
    #expect(await clock.waitUntilReady(within: .seconds(60)).status == .synchronized)
    #expect(clock.report.servers.first?.address == live.address)
  }

  @Test func `names that lead to one address have one vote`() async throws {
    let server = try FakeNTPServer.honest()
    let clock = TrustedClock(try options(["a.example", "b.example", "c.example"]) { _ in Self.addresses(server.address) })
    defer { clock.stop() }
    #expect(await clock.waitUntilReady(within: .seconds(60)).status == .synchronized)
    try await until("one of them stands for all, and is enough") {
      clock.report.servers.count { $0.standing == .chosen } == 1
        && clock.report.servers.count { $0.standing == .sameAsAnother } == 2
    }
  }

  @Test func `what an address said is not another's word, so that no address speaks twice`() throws {
    var association = Association(try NTPServer("hora.example"), pace: .courteous, first: 0)
    let found = Self.addresses("192.0.2.1", "192.0.2.2")
    association.resolved(to: found, at: 0)
    #expect(association.takeAddress(notIn: []) == found[0])
    association.succeeded(with: Sample(offset: 0, delay: 1, halfWidth: 1, takenAt: 0))
    #expect(association.takeAddress(notIn: []) == found[0] && association.filter.newest != nil)
    association.failed(.noAnswer, at: second)
    #expect(association.filter.newest != nil, "one lost answer forgets nothing by itself")
    #expect(association.takeAddress(notIn: []) == found[1])
    #expect(association.filter.newest == nil && association.filter.reachability == 0)
    association.succeeded(with: Sample(offset: 0, delay: 1, halfWidth: 1, takenAt: 0))
    #expect(association.takeAddress(notIn: Set(found)) == nil && association.filter.newest == nil && association.isAwaited)
    association.failed(.sameAsAnother, at: second)
    #expect(!association.hasVote)
  }

  @Test func `two names of one server, one as IPv6, have one vote`() async throws {
    let server = try FakeNTPServer.honest()
    let clock = TrustedClock(try .loopback([server.address, "[::ffff:127.0.0.1]:\(server.port)"]))
    clock.start()
    defer { clock.stop() }
    try await until("the second is the first") { clock.report.servers.map(\.standing) == [.chosen, .sameAsAnother] }
  }

  @Test func `addresses that fail are looked up anew after an hour, not before`() throws {
    var association = Association(try NTPServer("hora.example"), pace: .courteous, first: 0)
    let found = Self.addresses("192.0.2.1", "192.0.2.2")
    association.resolved(to: found, at: 10 * second)
    association.failed(.noAnswer, at: 3_600 * second)
    #expect(association.addresses == found.reversed(), "the next one's turn")
    association.failed(.noAnswer, at: 3_611 * second)
    #expect(association.addresses.isEmpty)
  }
}
