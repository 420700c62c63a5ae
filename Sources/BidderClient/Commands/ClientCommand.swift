package import ArgumentParser
import NTPKit
import ServiceKit
import SharedKernel
import SigningKit

/// `cliente-tui`: the bidder's terminal, and everything a bidder can do without it.
package struct ClientCommand: AsyncParsableCommand {
  package static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "cliente-tui",
      abstract: said("O terminal do licitante.", "The bidder's terminal."),
      discussion: said(
        """
        EXEMPLOS:
          cliente-tui keygen cliente_alpha      # cria o par de chaves, uma vez
          cliente-tui cliente_alpha             # abre o terminal
          cliente-tui lance violao-1978 1.300,00 --cliente cliente_alpha
          cliente-tui acompanhar violao-1978 --cliente cliente_alpha --ate-o-fim
          cliente-tui leiloes --json
          cliente-tui livro violao-1978 > violao.livro
          cliente-tui verificar violao.livro --chave-da-casa keys/public
        """,
        """
        EXAMPLES:
          cliente-tui keygen cliente_alpha      # makes the key pair, once
          cliente-tui cliente_alpha             # opens the terminal
          cliente-tui bid guitar-1978 1,300.00 --bidder cliente_alpha
          cliente-tui watch guitar-1978 --bidder cliente_alpha --to-the-end
          cliente-tui auctions --json
          cliente-tui ledger guitar-1978 > guitar.livro
          cliente-tui verify guitar.livro --house-key keys/public
        """),
      version: Release.version,
      subcommands: [
        TerminalCommand.self, KeygenCommand.self, PlaceBidCommand.self, WatchCommand.self, AuctionsCommand.self,
        LedgerCommand.self, VerifyCommand.self, ReceiptsCommand.self,
        UserClockCommand<BidderClock>.self,
      ],
      defaultSubcommand: TerminalCommand.self)
  }

  /// Of its commands, in both languages.
  static var names: Set<String> {
    Set(configuration.subcommands.flatMap { [$0.configuration.commandName].compactMap { $0 } + $0.configuration.aliases })
  }

  package init() {}
}

/// `cliente-tui relogio`
enum BidderClock: ClockProgram {
  static let program = "cliente-tui"
  static let brokerUser = BidderAccess.brokerUser
  static let hasClock = true
  static let remark = Sentence(
    "O que se vê é o que o último cliente-tui deste usuário ouviu dos servidores.",
    "What is shown is what this user's last cliente-tui heard from the servers.")

  static let without = Sentence("nenhum cliente-tui deixou registro", "no cliente-tui has left a record")

  /// A running clock, which leaves its state for `relogio`.
  static func started(_ settings: HouseSettings) -> TrustedClock {
    let anchorFile = settings.anchorFile
    let clock = TrustedClock(TrustedClockOptions(source: settings.time, anchorFile: anchorFile))
    ClockFile.ofUser(program, beside: anchorFile).follow(clock)
    return clock
  }
}

/// What every command of a bidder needs: who, and with which key.
struct BidderAccess {
  static let bidderOption = said("--cliente", "--bidder")
  static let brokerUser = "cliente"

  static func bidder(_ text: String, option: String) throws -> PrincipalID {
    guard let id = PrincipalID(text) else {
      throw Failure(
        .usage,
        said(
          "\(option): “\(text)” não serve; aceito: letras minúsculas, algarismos e _, de 1 a 32",
          "\(option): “\(text)” is not accepted; accepted: lower-case letters, digits and _, 1 to 32"))
    }
    guard id.role == .bidder else {
      throw Failure(
        .usage,
        said(
          "\(option): “\(text)” é reservado à casa (ms_*, operador*, casa*), que não dá lances; aceito: o id de um licitante",
          "\(option): “\(text)” is reserved for the house (ms_*, operador*, casa*), which does not bid; accepted: a bidder's id"))
    }
    return id
  }

  static func auction(_ text: String) throws -> AuctionID {
    guard let id = AuctionID(text) else {
      throw Failure(
        .usage,
        said(
          "“\(text)” não é um leilão: letras minúsculas, algarismos e -",
          "“\(text)” is no auction: lower-case letters, digits and -"))
    }
    return id
  }

  static func voice(of bidder: PrincipalID, _ settings: HouseSettings) throws -> Voice {
    guard settings.keys.hasPrivateKey(bidder.text) else {
      throw Failure(
        .usage,
        said(
          "não há chave de \(bidder) em \(settings.keyPath); crie uma: cliente-tui keygen \(bidder)\(settings.words)",
          "there is no key of \(bidder) in \(settings.keyPath); make one: cliente-tui keygen \(bidder)\(settings.words)"))
    }
    return try Voice(principal: bidder, key: settings.keys.privateKey(of: bidder.text) { try Passphrase.ask(for: bidder.text) })
  }

  static func keys(_ settings: HouseSettings) throws -> LiveKeyRing { try LiveKeyRing(settings.keys) }
}
