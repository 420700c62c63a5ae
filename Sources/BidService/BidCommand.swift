package import ArgumentParser
import AuctionSigning
import AuctionWire
import ServiceKit
import SharedKernel

/// `ms-lance`: serves, or looks after its journal. The options of serving are a subcommand's own: those of a program's root are
/// taken from every subcommand that has one of the same name.
package struct BidCommand: AsyncParsableCommand {
  package static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "ms-lance",
      abstract: said("Julga os lances assinados e acha o vencedor.", "Judges the signed bids and finds the winner."),
      discussion: said(
        """
        Lê lances e o calendário de uma só fila, decide na ordem dela, grava cada decisão \
        antes de anunciá-la e responde a consultas. Percebe, sem reiniciar, as chaves \
        postas em keys/public ou tiradas de lá.

        EXEMPLOS:
          ms-lance
          ms-lance --reserva            # espera outra instância largar o diário
          ms-lance --verificar          # confere o diário, de pé ou parado, e termina
          ms-lance --particao 0/2       # a primeira de duas partições
          LEILAO_NTP=none ms-lance --log debug
        """,
        """
        Reads bids and the calendar from one queue, decides in its order, writes each \
        decision down before announcing it, and answers queries. Notices, without \
        a restart, keys put into keys/public or taken away.

        EXAMPLES:
          ms-lance
          ms-lance --standby            # waits until another lets go of the journal
          ms-lance --verify             # checks the journal, up or down, and ends
          ms-lance --partition 0/2      # the first of two partitions
          LEILAO_NTP=none ms-lance --log debug
        """),
      version: Release.version,
      subcommands: [
        ServeCommand.self, CopyCommand<BooksJournal>.self, RestoreCommand<BooksJournal>.self, CompactCommand<BooksJournal>.self,
        ClockCommand<BooksJournal>.self,
      ],
      defaultSubcommand: ServeCommand.self)
  }

  package init() {}
}

/// `ms-lance servir`
struct ServeCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    .spoken(
      "servir", "serve",
      abstract: said("Serve: decide cada lance na sua vez.", "Serves: decides each bid in its turn."),
      discussion: said(
        """
        EXEMPLOS:
          ms-lance
          ms-lance --reserva
          ms-lance --verificar --json
          ms-lance --particao 1/2 --reserva
          LEILAO_NTP=none ms-lance --log debug
        """,
        """
        EXAMPLES:
          ms-lance
          ms-lance --standby
          ms-lance --verify --json
          ms-lance --partition 1/2 --standby
          LEILAO_NTP=none ms-lance --log debug
        """))
  }

  @OptionGroup var house: HouseOptions
  @OptionGroup var part: PartitionOptions

  @Flag(
    name: .spoken("reserva", "standby"),
    help: ArgumentHelp(
      said("Espera pelo diário em vez de recusar-se a começar.", "Waits for the journal instead of refusing to start.")))
  var isStandby = false

  @Option(
    name: .spoken("lances-por-segundo", "bids-per-second"),
    help: ArgumentHelp(
      said("Quantos lances por segundo cada licitante pode dar.", "How many bids a second each bidder may place."), valueName: "N"
    ))
  var bidsPerSecond: Int64 = 20

  @OptionGroup var check: CheckOptions

  func validate() throws {
    guard (1...1_000_000).contains(bidsPerSecond) else {
      throw ValidationError(said("--lances-por-segundo aceita 1 a 1000000", "--bids-per-second accepts 1 to 1000000"))
    }
  }

  func run() async throws {
    if check.isWanted { return try check.run(BooksJournal.self, part, house) }
    let principal = HousePrincipal.msLance
    let settings = try house.resolved(brokerUser: principal.text)
    let (profile, rate, partition) = (settings.broker.profile, bidsPerSecond, part.partition)
    func name(_ queue: Queue) -> String { partition?.queue(queue) ?? queue.rawValue }
    try await HouseService(
      principal: principal, journal: part, settings: settings, isStandby: isStandby, queue: name(.lanceRealizado),
      queryQueue: name(.leilaoConsulta),
      exchanges: Topology.house.exchanges(writtenBy: principal)
    ) { voice in
      BidDesk(voice: voice, profile: profile, limiter: RateLimiter(perSecond: rate, burst: rate * 2), partition: partition)
    }.run()
  }
}
