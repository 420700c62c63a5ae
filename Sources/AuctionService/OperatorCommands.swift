package import ArgumentParser
import AuctionClient
import AuctionFacts
import AuctionWire
import ServiceKit
import SharedKernel
import SigningKit

/// `ms-leilao cancelar`
package struct CancelCommand: AsyncParsableCommand {
  package static var configuration: CommandConfiguration {
    .spoken(
      "cancelar", "cancel",
      abstract: said("Cancela um leilão agendado ou aberto.", "Cancels a scheduled or open auction."),
      discussion: said(
        "EXEMPLO:\n  ms-leilao cancelar violao-1978 --motivo \"peça danificada\"",
        "EXAMPLE:\n  ms-leilao cancel guitar-1978 --reason \"damaged piece\""))
  }

  @OptionGroup var house: HouseOptions
  @Argument(help: ArgumentHelp(said("O leilão.", "The auction."), valueName: "ID")) var auction: String
  @Option(
    name: .spoken("motivo", "reason"),
    help: ArgumentHelp(said("Por quê; todos o leem.", "Why; everyone reads it."), valueName: said("TEXTO", "TEXT"))) var reason:
    String
  @Option(
    name: .spoken("operador", "operator"),
    help: ArgumentHelp(said("Id do operador que assina.", "Id of the operator who signs."), valueName: "ID")) var operador =
    "operador"
  @Flag(help: ArgumentHelp(said("Responde em uma linha JSON.", "Answers with one JSON line."))) var json = false

  package init() {}

  package func run() async throws {
    let id = try TermsReading().auction("ID", auction)
    let reason = try TermsReading().reason(said("--motivo", "--reason"), reason)
    try await OperatorCall(house: house, operador: operador, json: json).cancel(id, reason: reason)
  }
}

/// `ms-leilao listar`
package struct ListCommand: AsyncParsableCommand {
  package static var configuration: CommandConfiguration {
    .spoken(
      "listar", "list",
      abstract: said(
        "Lista os leilões: agendados, abertos e os encerrados há menos de um dia.",
        "Lists the auctions: scheduled, open, and closed less than a day ago."),
      discussion: said("EXEMPLO:\n  ms-leilao listar --json", "EXAMPLE:\n  ms-leilao list --json"))
  }

  @OptionGroup var house: HouseOptions
  @Flag(help: ArgumentHelp(said("Uma linha JSON por leilão.", "One JSON line for each auction."))) var json = false

  package init() {}

  package func run() async throws {
    let json = json
    try await OperatorCall(house: house, operador: "operador", json: json).call { house in
      AuctionListing(json: json).show(try house.auctions())
    }
  }
}
