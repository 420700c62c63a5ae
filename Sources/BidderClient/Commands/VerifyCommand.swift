package import ArgumentParser
import LedgerProof
import ServiceKit
import SharedKernel

/// `cliente-tui verificar`: whether a ledger holds, offline.
package struct VerifyCommand: ParsableCommand {
  package static var configuration: CommandConfiguration {
    .spoken(
      "verificar", "verify",
      abstract: said("Confere o livro de um leilão, sem rede.", "Verifies an auction's ledger, offline."),
      discussion: said(
        """
        Assinaturas, corrente, carimbos, e cada decisão refeita pelas regras. Sai com 0 se \
        tudo confere, 1 se algo não confere, 64 se o arquivo não se lê.

        EXEMPLOS:
          cliente-tui verificar violao.livro --chave-da-casa keys/public
          cliente-tui verificar violao.livro --explicar 6f1c2a34-… 7a0d9341-…
          cliente-tui verificar violao.livro --json
        """,
        """
        Signatures, chain, stamps, and every decision replayed by the rules. Exits with 0 \
        when all holds, 1 when something does not, 64 when the file cannot be read.

        EXAMPLES:
          cliente-tui verify guitar.livro --house-key keys/public
          cliente-tui verify guitar.livro --explain 6f1c2a34-… 7a0d9341-…
          cliente-tui verify guitar.livro --json
        """))
  }

  @Argument(help: ArgumentHelp(said("O livro.", "The ledger."), valueName: said("ARQUIVO", "FILE")), completion: .file())
  var file: String
  @Option(
    name: .spoken("chave-da-casa", "house-key"),
    help: ArgumentHelp(
      said(
        "Uma chave pública da casa (PEM), ou uma pasta delas; pode repetir-se. Sem ela só o arquivo responde pelas chaves.",
        "A public key of the house (PEM), or a folder of them; may be repeated. Without it only the file vouches for the keys."),
      valueName: "PEM"), completion: .file())
  var houseKeys: [String] = []
  @Option(
    name: .spoken("explicar", "explain"), parsing: .upToNextOption,
    help: ArgumentHelp(
      said("Qual de dois lances aceitos veio antes.", "Which of two accepted bids came first."),
      valueName: said("ID_LANCE", "BID_ID")))
  var explained: [String] = []
  @Flag(help: ArgumentHelp(said("Uma linha JSON por verificação e por falha.", "One JSON line for each check and each fault.")))
  var json = false
  @OptionGroup var language: LanguageOption

  package init() {}

  package func run() throws {
    let pair = try pair()
    let pinned = houseKeys.isEmpty ? nil : try houseKeys.flatMap { try LocalFile.houseKeys(at: $0) }
    let proof = LedgerProof(try LocalFile.contents(of: file, atMost: LedgerFile.maximumBytes), pinned: pinned)
    let report = ProofReport(json: json)
    if let pair {
      report.show(proof.precedence(of: try bid(pair.0, proof), try bid(pair.1, proof)), isProven: proof.holds)
    } else {
      report.show(proof)
    }
    guard proof.holds else { throw ExitStatus.refused }
  }

  private func bid(_ name: BidName, _ proof: LedgerProof) throws -> PlacedBid {
    let found = proof.bids(named: name)
    guard let bid = found.first else {
      throw Failure(
        .usage,
        said(
          "--explicar: os dois lances precisam estar entre os aceitos deste livro",
          "--explain: both bids must be among those that this ledger accepts"))
    }
    guard found.count == 1 else {
      let names = found.map { "\($0.bidder):\($0.id)" }.joined(separator: ", ")
      throw Failure(
        .usage,
        said(
          "--explicar: há mais de um lance \(name.id); diga de quem: \(names)",
          "--explain: there is more than one bid \(name.id); say whose: \(names)"))
    }
    return bid
  }

  private func pair() throws -> (BidName, BidName)? {
    guard !explained.isEmpty else { return nil }
    guard explained.count == 2, let a = BidName(explained[0]), let b = BidName(explained[1]) else {
      throw Failure(
        .usage,
        said(
          "--explicar pede os ids de dois lances: A B, ou LICITANTE:A LICITANTE:B",
          "--explain takes the ids of two bids: A B, or BIDDER:A BIDDER:B"))
    }
    return (a, b)
  }
}
