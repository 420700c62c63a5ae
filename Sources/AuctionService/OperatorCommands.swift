package import ArgumentParser
import AuctionClient
import AuctionFacts
import AuctionWire
import ServiceKit
import SharedKernel
import SigningKit

/// What an operator does to one auction, and why.
struct AuctionChange: ParsableArguments {
  @OptionGroup var house: HouseOptions
  @Argument(help: ArgumentHelp(said("O leilão.", "The auction."), valueName: "ID")) var auction: String
  @Option(
    name: .spoken("motivo", "reason"),
    help: ArgumentHelp(
      said(
        "Por quê: fica, assinado, no diário da casa; o de anular, cancelar, suspender e repassar todos leem.",
        "Why: stays, signed, in the house's journal; that of void, cancel, suspend and reassign everyone reads."),
      valueName: said("TEXTO", "TEXT"))) var reason: String
  @Option(
    name: .spoken("operador", "operator"),
    help: ArgumentHelp(said("Id do operador que assina.", "Id of the operator who signs."), valueName: "ID"),
    completion: .operators) var operador =
    "operador"
  @Flag(help: ArgumentHelp(said("Responde em uma linha JSON.", "Answers with one JSON line."))) var json = false

  func give(_ action: @escaping @Sendable (AuctionID, Edition, String) -> Command.Action) async throws {
    let (id, reason, operation) = try read()
    try await operation.give({ action(id, $0, reason) }, to: id)
  }

  func read() throws -> (auction: AuctionID, reason: String, operation: OperatorCall) {
    let id = try TermsReading().auction("ID", auction)
    let reason = try TermsReading().reason(said("--motivo", "--reason"), reason)
    return (id, reason, try OperatorCall(house: house, operador: operador, json: json))
  }
}

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

  @OptionGroup var change: AuctionChange

  package init() {}

  package func run() async throws { try await change.give { .cancel(auction: $0, edition: $1, reason: $2) } }
}

/// `ms-leilao suspender`
package struct SuspendCommand: AsyncParsableCommand {
  package static var configuration: CommandConfiguration {
    .spoken(
      "suspender", "suspend",
      abstract: said("Suspende um leilão aberto: lances deixam de contar.", "Suspends an open auction: bids no longer count."),
      discussion: said(
        "O fim anda o tempo que a suspensão durar.\n\nEXEMPLO:\n  ms-leilao suspender violao-1978 --motivo \"conferência do lote\"",
        "The end moves by as long as that lasts.\n\nEXAMPLE:\n  ms-leilao suspend guitar-1978 --reason \"the lot is being checked\""
      ))
  }

  @OptionGroup var change: AuctionChange

  package init() {}

  package func run() async throws { try await change.give { .suspend(auction: $0, edition: $1, reason: $2) } }
}

/// `ms-leilao retomar`
package struct ResumeCommand: AsyncParsableCommand {
  package static var configuration: CommandConfiguration {
    .spoken(
      "retomar", "resume",
      abstract: said("Retoma um leilão suspenso.", "Resumes a suspended auction."),
      discussion: said(
        "EXEMPLO:\n  ms-leilao retomar violao-1978 --motivo \"lote conferido\"",
        "EXAMPLE:\n  ms-leilao resume guitar-1978 --reason \"the lot was checked\""))
  }

  @OptionGroup var change: AuctionChange

  package init() {}

  package func run() async throws { try await change.give { .resume(auction: $0, edition: $1, reason: $2) } }
}

/// `ms-leilao encerrar`
package struct CloseCommand: AsyncParsableCommand {
  package static var configuration: CommandConfiguration {
    .spoken(
      "encerrar", "close",
      abstract: said(
        "Encerra à mão um leilão cujo fim passou.", "Closes by hand an auction whose end has passed."),
      discussion: said(
        """
        Para quando o relógio da casa não é bom o bastante (mais de 50 ms incerto) \
        e ela por isso não encerra nada.

        EXEMPLO:
          ms-leilao encerrar violao-1978 --motivo "servidores de tempo fora do ar"
        """,
        """
        For when the house's clock is not good enough (over 50 ms uncertain), so that \
        it closes nothing.

        EXAMPLE:
          ms-leilao close guitar-1978 --reason "time servers are down"
        """))
  }

  @OptionGroup var change: AuctionChange

  package init() {}

  package func run() async throws { try await change.give { .close(auction: $0, edition: $1, reason: $2) } }
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
