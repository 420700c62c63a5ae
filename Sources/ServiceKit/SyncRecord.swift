package import NTPKit
package import SharedKernel

/// What a program's time rested on at an instant: the reading, and of each server what it said and why that counted or did not.
///
/// `HouseClock.syncRecord` takes it from a running clock; a service's journal keeps those that differ (`SyncLog`).
package struct SyncRecord: Hashable, Sendable {
  package var reading: ClockReading
  /// Since servers last agreed; nil if they never have.
  package var age: Interval?
  /// The system's clock minus this one: told, and used for nothing.
  package var systemOffset: Interval
  /// In the order they were named; none for a clock that is the system's on purpose.
  package var servers: [Server]

  package struct Server: Hashable, Sendable {
    /// As it was named.
    package var name: String
    /// Numeric, with the port; nil until the name was resolved.
    package var address: String?
    /// The last eight polls, newest in the lowest bit, set where answered well.
    package var reachability: UInt8
    /// The best of its last answers; nil where it gave none of use.
    package var word: Word?
    package var isUsed: Bool
    /// Why, for machines: `ServerStanding.code`.
    package var standing: String
    /// Why, for people.
    package var reason: Sentence

    /// Of one that the majority contradicts.
    static let outvoted = ServerStanding.outvoted.code

    package init(
      name: String, address: String?, reachability: UInt8, word: Word?, isUsed: Bool, standing: String, reason: Sentence
    ) {
      (self.name, self.address, self.reachability, self.word) = (name, address, reachability, word)
      (self.isUsed, self.standing, self.reason) = (isUsed, standing, reason)
    }
  }

  package struct Word: Hashable, Sendable {
    /// The server's time minus this clock's.
    package var offset: Interval
    package var delay: Interval
    package var dispersion: Interval
    /// Half-width of what it claims.
    package var uncertainty: Interval
    /// Since it was said.
    package var age: Interval
    package var stratum: Int64

    package init(
      offset: Interval, delay: Interval, dispersion: Interval, uncertainty: Interval, age: Interval, stratum: Int64
    ) {
      (self.offset, self.delay, self.dispersion) = (offset, delay, dispersion)
      (self.uncertainty, self.age, self.stratum) = (uncertainty, age, stratum)
    }
  }

  package init(reading: ClockReading, age: Interval?, systemOffset: Interval, servers: [Server]) {
    (self.reading, self.age, self.systemOffset, self.servers) = (reading, age, systemOffset, servers)
  }

  package init(_ report: ClockReport) {
    reading = ClockReading(report.reading)
    age = report.ageMicroseconds.map { .microseconds($0) }
    systemOffset = .microseconds(report.systemOffsetMicroseconds)
    servers = report.servers.map { server in
      Server(
        name: server.server.description, address: server.address, reachability: server.reachability,
        word: server.sample.map {
          Word(
            offset: .microseconds($0.offsetMicroseconds), delay: .microseconds($0.delayMicroseconds),
            dispersion: .microseconds($0.dispersionMicroseconds), uncertainty: .microseconds($0.uncertaintyMicroseconds),
            age: .microseconds($0.ageMicroseconds), stratum: Int64($0.stratum))
        },
        isUsed: server.standing == .chosen, standing: server.standing.code, reason: server.standing.sentence)
    }
  }

  /// The half-width once nothing more was heard for so long. The system's clock states none that grows.
  package func uncertainty(after elapsed: Interval) -> Interval {
    guard reading.isDisciplined else { return reading.uncertainty }
    return reading.uncertainty + .microseconds(Drift.growth(over: elapsed.microseconds))
  }
}

extension SyncRecord {
  private static let version: Int64 = 1
  /// The end of the year 9999.
  private static let latestInstant: Int64 = 253_402_300_799_999_999
  /// What can be said of any two clocks, with room to reckon.
  fileprivate static let spans = -(Int64.max / 16)...(Int64.max / 16)
  /// More than may be named.
  private static let mostServers: Int64 = 64
  private static let states: [ClockStatus] = [.synchronized, .holdover, .unsynchronized, .systemClock]

  /// As it lies in the journal and in the file beside it.
  package var bytes: [UInt8] {
    var out = Fields()
    out.add(Self.version)
    out.add(reading.instant.microseconds)
    out.add(reading.uncertainty.microseconds)
    out.add(Int64(Self.states.firstIndex(of: reading.status) ?? 2))
    out.add(age?.microseconds)
    out.add(systemOffset.microseconds)
    out.add(Int64(servers.count))
    for server in servers {
      out.add(server.name)
      out.add(server.address ?? "")
      out.add(Int64(server.reachability))
      out.add(Int64(server.isUsed ? 1 : 0))
      for text in [server.standing, server.reason.portuguese, server.reason.english] { out.add(text) }
      let word = server.word
      for span in [word?.offset, word?.delay, word?.dispersion, word?.uncertainty, word?.age] { out.add(span?.microseconds) }
      out.add(word?.stratum)
    }
    return out.bytes
  }

  /// Nil where the bytes are no record that this program knows.
  package init?(_ bytes: [UInt8]) {
    var fields = Fields(bytes)
    guard fields.number() == Self.version, let instant = fields.number(), (0...Self.latestInstant).contains(instant),
      let uncertainty = fields.number(), (0...Reading.unknownUncertainty).contains(uncertainty),
      let status = fields.number(), (0..<Int64(Self.states.count)).contains(status), let age = fields.optionalNumber(),
      Self.spans.contains(age ?? 0), let systemOffset = fields.number(), Self.spans.contains(systemOffset),
      let count = fields.number(), (0...Self.mostServers).contains(count)
    else { return nil }
    reading = ClockReading(
      Timestamp(microseconds: instant), uncertainty: .microseconds(uncertainty), status: Self.states[Int(status)])
    self.age = age.map { .microseconds($0) }
    self.systemOffset = .microseconds(systemOffset)
    servers = []
    for _ in 0..<count {
      guard let server = Server(&fields) else { return nil }
      servers.append(server)
    }
    guard fields.isAtEnd else { return nil }
  }
}

extension SyncRecord.Server {
  fileprivate init?(_ fields: inout Fields) {
    guard let name = fields.text(), let address = fields.text(), let reachability = fields.number().flatMap(UInt8.init(exactly:)),
      let used = fields.number(), let standing = fields.text(), let portuguese = fields.text(), let english = fields.text()
    else { return nil }
    var numbers: [Int64?] = []
    for _ in 0..<6 {
      guard let number = fields.optionalNumber() else { return nil }
      numbers.append(number)
    }
    let known = numbers.compactMap(\.self)
    guard known.isEmpty || known.count == numbers.count, known.allSatisfy(SyncRecord.spans.contains) else { return nil }
    self.init(
      name: name, address: address.isEmpty ? nil : address, reachability: reachability,
      word: known.isEmpty
        ? nil
        : SyncRecord.Word(
          offset: .microseconds(known[0]), delay: .microseconds(known[1]), dispersion: .microseconds(known[2]),
          uncertainty: .microseconds(known[3]), age: .microseconds(known[4]), stratum: known[5]),
      isUsed: used == 1, standing: standing, reason: Sentence(portuguese, english))
  }
}
