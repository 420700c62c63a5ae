package import ArgumentParser
import AuctionClient
import AuctionSigning
import LedgerProof
import ServiceKit
import SharedKernel

/// `cliente-tui livro`: an auction's ledger as a file.
package struct LedgerCommand: AsyncParsableCommand {
  package static var configuration: CommandConfiguration {
    .spoken(
      "livro", "ledger",
      abstract: said(
        "Escreve o livro de um leilão, para guardar e conferir.", "Writes an auction's ledger, to keep and to verify."),
      discussion: said(
        """
        Blocos, chaves e recibos de recusa, em texto (docs/ledger.md). O livro de um leilão \
        que acabou é o mesmo, byte por byte, sempre que for pedido.

        EXEMPLO:
          cliente-tui livro violao-1978 > violao.livro
        """,
        """
        Blocks, keys and receipts of refusals, as text (docs/ledger.md). The ledger of an \
        auction that is over is the same, byte by byte, whenever it is asked for.

        EXAMPLE:
          cliente-tui ledger guitar-1978 > guitar.livro
        """))
  }

  @OptionGroup var house: ClientHouse
  @Argument(help: ArgumentHelp(said("O leilão.", "The auction."), valueName: said("LEILÃO", "AUCTION"))) var auction: String

  package init() {}

  package func run() async throws {
    let id = try BidderAccess.auction(auction)
    let settings = try house.resolved(brokerUser: BidderAccess.brokerUser)
    let keys = try BidderAccess.keys(settings)
    try await onThread(named: "livro") {
      let statements = try HouseCall(broker: settings.broker, name: "livro", keys: keys).ledger(of: id)
      guard !statements.isEmpty else {
        throw Failure(
          .refused,
          said(
            "a casa não tem livro de \(id): não o conhece, ou ainda não abriu",
            "the house has no ledger of \(id): it does not know it, or it has not opened yet"))
      }
      guard let copy = LedgerCopy(statements, keys: keys.ring) else {
        throw Failure(
          .configuration,
          said(
            "falta em \(settings.keyPath) uma chave da casa que assinou o livro de \(id)",
            "\(settings.keyPath) lacks a key of the house that signed the ledger of \(id)"))
      }
      for line in copy.lines { tell(String(decoding: line, as: UTF8.self)) }
      if !copy.isOver {
        CommandRunner.complain(
          said(
            "\(id) ainda não acabou: este é o livro até agora, e ainda vai crescer",
            "\(id) is not over: this is the ledger so far, and it will grow"))
      }
    }
  }
}
