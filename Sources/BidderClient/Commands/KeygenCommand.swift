package import ArgumentParser
import ServiceKit
import SharedKernel
import SigningKit

/// `cliente-tui keygen`
package struct KeygenCommand: AsyncParsableCommand {
  /// What `--tipo` accepts.
  enum Choice: String, CaseIterable, ExpressibleByArgument {
    case ed25519, p256, rsa

    var type: KeyType {
      switch self {
      case .ed25519: .ed25519
      case .p256: .p256
      case .rsa: .rsa(bits: 2_048)
      }
    }

    init(_ type: KeyType) {
      switch type {
      case .ed25519: self = .ed25519
      case .p256: self = .p256
      case .rsa: self = .rsa
      }
    }
  }

  package static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "keygen",
      abstract: said("Cria o par de chaves de um licitante.", "Makes a bidder's key pair."),
      discussion: said(
        """
        EXEMPLOS:
          cliente-tui keygen cliente_alpha
          cliente-tui keygen cliente_beta --tipo p256 --com-senha

        A metade pública (keys/public/ID.pem) precisa chegar à pasta de chaves da casa; a \
        privada nunca sai daqui.
        """,
        """
        EXAMPLES:
          cliente-tui keygen cliente_alpha
          cliente-tui keygen cliente_beta --type p256 --passphrase

        The public half (keys/public/ID.pem) must reach the house's key folder; the private \
        one never leaves.
        """))
  }

  @OptionGroup var house: ClientHouse
  @Argument(help: ArgumentHelp(said("Quem: [a-z0-9_], até 32.", "Who: [a-z0-9_], up to 32."), valueName: "ID")) var id: String
  @Option(
    name: .spoken("tipo", "type"),
    help: ArgumentHelp(
      said(
        "Tipo da chave (padrão: o da que é substituída, ou ed25519).",
        "Kind of key (default: that of the key that is replaced, or ed25519)."), valueName: said("TIPO", "TYPE"))) var type:
    Choice?
  @Flag(
    name: .spoken("com-senha", "passphrase"),
    help: ArgumentHelp(said("Pergunta uma senha no terminal.", "Asks for a passphrase on the terminal."))) var wantsPassphrase =
    false
  @Flag(
    name: .spoken("substituir", "replace"),
    help: ArgumentHelp(said("Troca o par que já existe.", "Replaces the pair that exists."))) var replaces = false
  @Flag(help: ArgumentHelp(said("Responde em uma linha JSON.", "Answers with one JSON line."))) var json = false

  package init() {}

  package func run() async throws {
    let bidder = try BidderAccess.bidder(id, option: "ID")
    let settings = try house.resolved(brokerUser: BidderAccess.brokerUser)
    var passphrase: [UInt8]?
    if wantsPassphrase {
      guard let chosen = try Passphrase.choose(for: bidder.text) else {
        throw Failure(
          .usage,
          said(
            "nenhuma senha foi dada; sem --com-senha a chave fica sem senha",
            "no passphrase was given; without --passphrase the key has none"))
      }
      passphrase = chosen
    }
    let pair = try NewPair(bidder, in: settings, type: type?.type, passphrase: passphrase, replacing: replaces)
    if json {
      var line = JSONLine()
      line.add("id_usuario", bidder.text)
      line.add("tipo", Choice(pair.type).rawValue)
      line.add("keyid", Hex.encode(pair.key.publicKey.id))
      line.add("privada", pair.privateFile)
      line.add("publica", pair.publicFile)
      tell(line.text)
    } else {
      tell(pair.sentence)
    }
  }
}
