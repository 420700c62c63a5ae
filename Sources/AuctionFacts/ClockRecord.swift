package import SharedKernel

/// `relogio-sincronizado`: what ms-lance's time rested on at an instant: the reading, and of each time server what it said and whether
/// that counted.
package struct ClockRecord: Hashable, Sendable {
  package struct Server: Hashable, Sendable {
    /// As it was named.
    package let name: String
    /// Numeric, with the port; nil until the name was resolved.
    package let address: String?
    package let isUsed: Bool
    /// Why, or why not: a word for machines.
    package let standing: String
    /// Nil where it gave none of use.
    package let word: Word?
    package init(name: String, address: String?, isUsed: Bool, standing: String, word: Word?) {
      (self.name, self.address, self.isUsed, self.standing, self.word) = (name, address, isUsed, standing, word)
    }
  }

  /// The best of a server's last answers.
  package struct Word: Hashable, Sendable {
    /// The server's time minus the house's.
    package let offset: Interval
    package let delay: Interval
    package let dispersion: Interval
    /// Half-width of what it claims.
    package let uncertainty: Interval
    /// Since it was said.
    package let age: Interval
    package let stratum: Int64
    package init(
      offset: Interval, delay: Interval, dispersion: Interval, uncertainty: Interval, age: Interval, stratum: Int64
    ) {
      (self.offset, self.delay, self.dispersion) = (offset, delay, dispersion)
      (self.uncertainty, self.age, self.stratum) = (uncertainty, age, stratum)
    }
  }

  /// From 1, of one house or partition, without a gap while its journal is the same.
  package let number: Int64
  package let clock: ClockReading
  /// Since servers last agreed; nil if they never have.
  package let age: Interval?
  /// The system's clock minus this one: told, and used for nothing.
  package let systemOffset: Interval
  /// In the order they were named; none for a clock that is the system's on purpose.
  package let servers: [Server]
  package init(number: Int64, clock: ClockReading, age: Interval?, systemOffset: Interval, servers: [Server]) {
    (self.number, self.clock, self.age, self.systemOffset, self.servers) = (number, clock, age, systemOffset, servers)
  }

  /// More servers than may be named.
  package static let mostServers = 64
}
