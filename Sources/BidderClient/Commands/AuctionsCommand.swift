package import ArgumentParser
import AuctionClient
import ServiceKit

/// `cliente-tui leiloes`
package struct AuctionsCommand: AsyncParsableCommand {
  package static var configuration: CommandConfiguration {
    .spoken(
      "leiloes", "auctions",
      abstract: said("Lista os leilões da casa.", "Lists the house's auctions."),
      discussion: said("EXEMPLO:\n  cliente-tui leiloes --json", "EXAMPLE:\n  cliente-tui auctions --json"))
  }

  @OptionGroup var house: ClientHouse
  @Flag(help: ArgumentHelp(said("Uma linha JSON por leilão.", "One JSON line for each auction."))) var json = false

  package init() {}

  package func run() async throws {
    let settings = try house.resolved(brokerUser: BidderAccess.brokerUser)
    let (keys, json) = (try BidderAccess.keys(settings), json)
    try await onThread(named: "leiloes") {
      AuctionListing(json: json).show(try HouseCall(broker: settings.broker, name: "leiloes", keys: keys).auctions())
    }
  }
}
