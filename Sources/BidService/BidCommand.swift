package import ArgumentParser
import AuctionSigning
import AuctionWire
import ServiceKit
import SharedKernel

/// `ms-lance`: serves until told to stop.
package struct BidCommand: AsyncParsableCommand {
  package static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "ms-lance",
      abstract: said("Julga os lances assinados e acha o vencedor.", "Judges the signed bids and finds the winner."),
      discussion: said(
        """
        Lê lances e o calendário de uma só fila, decide na ordem dela, grava cada decisão \
        antes de anunciá-la e responde a consultas. Nota chaves de licitantes postas em \
        keys/public ou tiradas de lá sem parar.

        EXEMPLOS:
          ms-lance
          ms-lance --reserva            # espera outra instância largar o diário
          LEILAO_NTP=none ms-lance --log debug
        """,
        """
        Reads bids and the calendar from one queue, decides in its order, writes each \
        decision down before announcing it, and answers queries. Notices bidders' keys \
        put into keys/public or taken away without stopping.

        EXAMPLES:
          ms-lance
          ms-lance --standby            # waits until another lets go of the journal
          LEILAO_NTP=none ms-lance --log debug
        """),
      version: Release.version)
  }

  @OptionGroup var house: HouseOptions

  @Flag(
    name: .spoken("reserva", "standby"),
    help: ArgumentHelp(
      said("Espera pelo diário em vez de recusar-se a começar.", "Waits for the journal instead of refusing to start.")))
  var isStandby = false

  @Option(
    name: .spoken("perfil", "profile"),
    help: ArgumentHelp(
      said(
        "compartilhada: um usuário do broker para todos os licitantes; propria: um para cada um.",
        "compartilhada: one broker user for all bidders; propria: one each."), valueName: said("PERFIL", "PROFILE")))
  var profile: IdentityProfile = .shared

  @Option(
    name: .spoken("lances-por-segundo", "bids-per-second"),
    help: ArgumentHelp(
      said("Quantos lances por segundo cada licitante pode dar.", "How many bids a second each bidder may place."), valueName: "N"
    ))
  var bidsPerSecond: Int64 = 20

  package init() {}

  package func validate() throws {
    guard (1...1_000_000).contains(bidsPerSecond) else {
      throw ValidationError(said("--lances-por-segundo aceita 1 a 1000000", "--bids-per-second accepts 1 to 1000000"))
    }
  }

  package func run() async throws {
    let principal = HousePrincipal.msLance
    let (profile, rate) = (profile, bidsPerSecond)
    try await HouseService(
      principal: principal, settings: house.resolved(brokerUser: principal.text), isStandby: isStandby,
      queue: Queue.lanceRealizado.rawValue, queryQueue: Queue.leilaoConsulta.rawValue
    ) { voice in
      BidDesk(voice: voice, profile: profile, limiter: RateLimiter(perSecond: rate, burst: rate * 2))
    }.run()
  }
}

extension IdentityProfile: ExpressibleByArgument {}
