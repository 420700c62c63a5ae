package import AuctionFacts
package import ServiceKit

extension ClockRecord {
  /// What a service's clock rested on, as the published language says it.
  package init(_ record: SyncRecord, number: Int64) {
    self.init(
      number: number, clock: record.reading, age: record.age, systemOffset: record.systemOffset,
      servers: record.servers.prefix(Self.mostServers).map { server in
        Server(
          name: server.name, address: server.address, isUsed: server.isUsed, standing: server.standing,
          word: server.word.map {
            Word(
              offset: $0.offset, delay: $0.delay, dispersion: $0.dispersion, uncertainty: $0.uncertainty, age: $0.age,
              stratum: $0.stratum)
          })
      })
  }
}
