/// What one process knew about UTC, kept for the others of its user: valid only on the same boot.
package struct Anchor: Hashable, Sendable {
  package var bootMicroseconds: Int64
  package var unixMicroseconds: Int64
  package var uncertaintyMicroseconds: Int64

  package init(bootMicroseconds: Int64, unixMicroseconds: Int64, uncertaintyMicroseconds: Int64) {
    self.bootMicroseconds = bootMicroseconds
    self.unixMicroseconds = unixMicroseconds
    self.uncertaintyMicroseconds = uncertaintyMicroseconds
  }

  init(_ estimate: Estimate) {
    let boot = estimate.madeAt.microsecondsRoundedDown
    bootMicroseconds = boot
    unixMicroseconds = (.microseconds(boot) + estimate.offset).microsecondsRoundedDown
    uncertaintyMicroseconds = estimate.halfWidth.microsecondsRoundedUp + 1
  }

  /// Its claim, to be held over from; nil where its numbers cannot be: from the future, or of no use any more.
  func estimate(at now: Nanoseconds) -> Estimate? {
    guard (0...now / 1_000).contains(bootMicroseconds), (0...Self.latestUnixMicroseconds).contains(unixMicroseconds),
      (0...Reading.unknownUncertainty).contains(uncertaintyMicroseconds)
    else { return nil }
    let made = Nanoseconds.microseconds(bootMicroseconds)
    let estimate = Estimate(
      offset: .microseconds(unixMicroseconds) - made, halfWidth: .microseconds(uncertaintyMicroseconds), madeAt: made)
    return estimate.halfWidth(at: now) <= ClockDiscipline.usableHalfWidth ? estimate : nil
  }

  /// As far as 64-bit nanoseconds reach with room to spare (2172).
  private static let latestUnixMicroseconds = NTPTimestamp.latestPivot * 1_000_000
}

/// The anchor file's contents: what was agreed with which servers, and until when each address is not to be asked again by any
/// process of this user, on one boot.
///
///     leilao-relogio 2
///     boot fbfe60db-90c2-424d-bb11-862fb941aa75
///     anchor 1620000000 1795219447000000 5213 a.st1.ntp.br,b.st1.ntp.br
///     rest 1684000000 200.160.7.186:123
///
/// Numbers are microseconds: an anchor's boot clock, UTC and uncertainty; a rest's end on the boot clock. An anchor is of one set of
/// servers, and counts for who asks the same; a rest counts for everybody, under whatever name the address is known to them.
package struct AnchorRecord: Hashable, Sendable {
  package var bootID: String
  /// By the names of the servers, as `key(of:)` joins them.
  package private(set) var anchors: [String: Anchor] = [:]
  /// Boot clock in microseconds until when each address is left alone.
  package private(set) var rests: [String: Int64] = [:]

  /// More programs with other servers each than this, and the oldest anchor is forgotten.
  package static let mostAnchors = 8
  /// More than are ever asked within one rest.
  package static let mostRests = 256

  package init(bootID: String) { self.bootID = bootID }

  /// One text for a set of servers, in whatever order they were named.
  package static func key(of servers: [NTPServer]) -> String {
    Set(servers.map(\.description)).sorted().joined(separator: ",")
  }

  package mutating func keep(_ anchor: Anchor, of servers: String) {
    anchors[servers] = anchor
    while anchors.count > Self.mostAnchors,
      let oldest = anchors.min(by: { ($0.value.bootMicroseconds, $0.key) < ($1.value.bootMicroseconds, $1.key) })
    {
      anchors[oldest.key] = nil
    }
  }

  /// The longest that a server can ask for, and what the dice put on that. A rest that ends later is damage and none at all: cut to
  /// the longest at each look it would never end.
  package static let longestRest = (PollSchedule.longestInterval + PollSchedule.longestInterval / 10) / 1_000

  /// Until when an address is left alone; nil where it is not.
  package func rest(of address: String, at now: Int64) -> Int64? {
    rests[address].flatMap { Self.isRest($0, at: now) ? $0 : nil }
  }

  private static func isRest(_ end: Int64, at now: Int64) -> Bool { end > now && end - now <= longestRest }

  /// Lets an address rest, and forgets the rests that are over.
  package mutating func rest(_ address: String, until end: Int64, at now: Int64) {
    rests = rests.filter { Self.isRest($0.value, at: now) }
    rests[address] = max(min(end, now + Self.longestRest), rests[address] ?? .min)
    while rests.count > Self.mostRests, let first = rests.min(by: { ($0.value, $0.key) < ($1.value, $1.key) }) {
      rests[first.key] = nil
    }
  }

  /// Strict: anything unexpected makes it no record at all, since asking again is cheap.
  package init?(parsing text: String) {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 3, lines.removeLast().isEmpty, lines.removeFirst() == Self.heading else { return nil }
    let boot = lines.removeFirst().split(separator: " ", omittingEmptySubsequences: false)
    guard boot.count == 2, boot[0] == "boot", !boot[1].isEmpty else { return nil }
    bootID = String(boot[1])
    for line in lines {
      let words = line.split(separator: " ", omittingEmptySubsequences: false)
      switch (words.first, words.count) {
      case ("anchor", 5):
        let numbers = words[1...3].compactMap(Self.number)
        guard numbers.count == 3, !words[4].isEmpty, anchors[String(words[4])] == nil else { return nil }
        anchors[String(words[4])] = Anchor(
          bootMicroseconds: numbers[0], unixMicroseconds: numbers[1], uncertaintyMicroseconds: numbers[2])
      case ("rest", 3):
        guard let end = Self.number(words[1]), rests.updateValue(end, forKey: String(words[2])) == nil else { return nil }
      default: return nil
      }
    }
    guard anchors.count <= Self.mostAnchors, rests.count <= Self.mostRests else { return nil }
  }

  package var text: String {
    var out = "\(Self.heading)\nboot \(bootID)\n"
    for (servers, anchor) in anchors.sorted(by: { $0.key < $1.key }) {
      out += "anchor \(anchor.bootMicroseconds) \(anchor.unixMicroseconds) \(anchor.uncertaintyMicroseconds) \(servers)\n"
    }
    for (address, end) in rests.sorted(by: { $0.key < $1.key }) { out += "rest \(end) \(address)\n" }
    return out
  }

  private static let heading = "leilao-relogio 2"

  private static func number(_ text: Substring) -> Int64? {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(text) : nil
  }
}
