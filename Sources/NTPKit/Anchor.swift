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

/// The anchor file's contents: the anchor, and when each server was last asked by any process of this user, on one boot.
///
///     leilao-relogio 1
///     boot fbfe60db-90c2-424d-bb11-862fb941aa75
///     anchor 1620000000 1795219447000000 5213
///     server 1619990000 a.st1.ntp.br
///
/// Numbers are microseconds: the anchor's boot clock, UTC and uncertainty; a server's boot clock when asked, 0 for never.
/// The anchor line is missing until servers have agreed. Who reads other servers' file reads nothing.
package struct AnchorRecord: Hashable, Sendable {
  package var bootID: String
  package var anchor: Anchor?
  /// Boot clock in microseconds when each server was last asked.
  package var lastAsked: [String: Int64]

  package init(bootID: String, servers: [NTPServer]) {
    self.bootID = bootID
    lastAsked = Dictionary(servers.map { ($0.description, 0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Strict: anything unexpected makes it no record at all, since asking again is cheap.
  package init?(parsing text: String) {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 4, lines.removeLast().isEmpty, lines.removeFirst() == Self.heading else { return nil }
    let boot = lines.removeFirst().split(separator: " ", omittingEmptySubsequences: false)
    guard boot.count == 2, boot[0] == "boot", !boot[1].isEmpty else { return nil }
    bootID = String(boot[1])
    lastAsked = [:]
    for line in lines {
      let words = line.split(separator: " ", omittingEmptySubsequences: false)
      switch (words.first, words.count) {
      case ("anchor", 4):
        let numbers = words.dropFirst().compactMap(Self.number)
        guard numbers.count == 3, anchor == nil, lastAsked.isEmpty else { return nil }
        anchor = Anchor(bootMicroseconds: numbers[0], unixMicroseconds: numbers[1], uncertaintyMicroseconds: numbers[2])
      case ("server", 3):
        guard let asked = Self.number(words[1]), lastAsked.updateValue(asked, forKey: String(words[2])) == nil else { return nil }
      default: return nil
      }
    }
  }

  package var text: String {
    var out = "\(Self.heading)\nboot \(bootID)\n"
    if let anchor {
      out += "anchor \(anchor.bootMicroseconds) \(anchor.unixMicroseconds) \(anchor.uncertaintyMicroseconds)\n"
    }
    for (server, asked) in lastAsked.sorted(by: { $0.key < $1.key }) { out += "server \(asked) \(server)\n" }
    return out
  }

  private static let heading = "leilao-relogio 1"

  private static func number(_ text: Substring) -> Int64? {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(text) : nil
  }
}
