package import ArgumentParser
import AuctionFacts
import AuctionSigning
import AuctionWire
import Logging
import ServiceKit
import SharedKernel
import SigningKit

/// `ms-leilao`: serves, or gives one operator's command.
package struct AuctionCommand: AsyncParsableCommand {
  package static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "ms-leilao", abstract: said("O calendário dos leilões.", "The calendar of auctions."),
      discussion: said(
        """
        Sem subcomando, serve até ser parado. Os outros falam com a casa como operador.

        EXEMPLOS:
          ms-leilao                             # serve
          ms-leilao --leiloes calendario.json   # serve, e agenda o que há nele
          ms-leilao listar
          ms-leilao relogio                     # o relógio e os seus servidores
          ms-leilao --verificar                 # confere o diário e termina
        """,
        """
        Without a subcommand it serves until told to stop. The others talk to the house as an operator.

        EXAMPLES:
          ms-leilao                             # serves
          ms-leilao --auctions calendar.json    # serves, and schedules what it says
          ms-leilao list
          ms-leilao clock                       # the clock and its servers
          ms-leilao --verify                    # checks the journal and ends
        """),
      version: Release.version,
      subcommands: [
        ServeCommand.self, ScheduleCommand.self, CancelCommand.self, SuspendCommand.self, ResumeCommand.self, CloseCommand.self,
        VoidCommand.self, PassOnCommand.self,
        ListCommand.self, DeadLettersCommand.self,
        RotateKeyCommand.self,
        TopologyCommand.self, ClockCommand<CalendarJournal>.self,
        CopyCommand<CalendarJournal>.self, RestoreCommand<CalendarJournal>.self, CompactCommand<CalendarJournal>.self,
      ],
      defaultSubcommand: ServeCommand.self)
  }

  package init() {}
}

/// `ms-leilao servir`
package struct ServeCommand: AsyncParsableCommand {
  package static var configuration: CommandConfiguration {
    .spoken(
      "servir", "serve",
      abstract: said("Serve: anuncia cada leilão na sua hora.", "Serves: announces each auction at its time."),
      discussion: said(
        """
        EXEMPLOS:
          ms-leilao
          ms-leilao --leiloes calendario.json
          ms-leilao --verificar --json
          LEILAO_NTP=none ms-leilao --log debug
        """,
        """
        EXAMPLES:
          ms-leilao
          ms-leilao --auctions calendar.json
          ms-leilao --verify --json
          LEILAO_NTP=none ms-leilao --log debug
        """))
  }

  @OptionGroup var house: HouseOptions

  @Flag(
    name: .spoken("reserva", "standby"),
    help: ArgumentHelp(
      said("Espera pelo diário em vez de recusar-se a começar.", "Waits for the journal instead of refusing to start.")))
  var isStandby = false

  @Option(
    name: .spoken("leiloes", "auctions"),
    help: ArgumentHelp(
      said(
        "Calendário em JSON a agendar ao subir (docs/calendar.md).", "JSON calendar to schedule at the start (docs/calendar.md)."),
      valueName: said("ARQUIVO", "FILE")), completion: .file())
  var calendar: String?

  @OptionGroup var check: CheckOptions

  package init() {}

  package func run() async throws {
    if check.isWanted { return try check.run(CalendarJournal.self, WholeJournal(), house) }
    let principal = HousePrincipal.msLeilao
    let settings = try house.resolved(brokerUser: principal.text)
    let filed = try calendar.map { path throws(Failure) in try CalendarFile.read(path) } ?? []
    try makeOperator(settings)
    let log = settings.logger(principal.text)
    try await HouseService(
      principal: principal, settings: settings, isStandby: isStandby, queue: Queue.msLeilao.rawValue, queryQueue: nil,
      exchanges: Topology.house.exchanges(writtenBy: principal)
    ) { voice in
      CalendarDesk(voice: voice, filed: filed, report: { Self.tell($0, $1, log) }) { SecureRandom.bytes(16) }
    }.run()
  }

  /// What became of an auction of the calendar file.
  private static func tell(_ auction: AuctionID, _ refusal: CommandRefusal?, _ log: Logger) {
    switch refusal {
    case nil: log.notice("\(said("agendado do arquivo", "scheduled from the file"))", metadata: ["auction": "\(auction)"])
    case .auctionExists:
      let text = said("já existe na casa; o arquivo não o muda", "exists in the house already; the file does not change it")
      log.notice("\(text)", metadata: ["auction": "\(auction)"])
    case .some(let reason):
      let text = said("não agendado do arquivo", "not scheduled from the file")
      log.warning("\(text)", metadata: ["auction": "\(auction)", "reason": "\(reason.wireName)"])
    }
  }

  /// A house without any operator gets its first one here; a house that has one is left as it is.
  private func makeOperator(_ settings: HouseSettings) throws {
    let known = try settings.keys.publicKeys().keys
    guard !known.contains(where: { PrincipalID($0.id)?.role == .operator }) else { return }
    _ = try Identity.voice(of: HousePrincipal.operator, in: settings.keys, log: settings.logger(HousePrincipal.msLeilao.text))
  }
}
