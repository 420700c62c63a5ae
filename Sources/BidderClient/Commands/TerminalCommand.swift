package import ArgumentParser
import AuctionClient
import Glibc
import MessagingKit
import NTPKit
import ServiceKit
import SharedKernel
import SigningKit
import Synchronization
import TerminalKit

/// `cliente-tui ID`: the terminal itself.
package struct TerminalCommand: AsyncParsableCommand {
  package static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "terminal",
      abstract: said("Abre o terminal de um licitante.", "Opens a bidder's terminal."),
      discussion: said(
        """
        EXEMPLOS:
          cliente-tui cliente_alpha
          cliente-tui cliente_alpha --limite 5.000,00 --confirmar-sempre
          printf 'listar\\n' | cliente-tui cliente_alpha

        Tecle ? para a ajuda. Um terminal que ficou estranho depois de kill -9 volta com o \
        comando reset.
        """,
        """
        EXAMPLES:
          cliente-tui cliente_alpha
          cliente-tui cliente_alpha --limit 5,000.00 --always-confirm
          printf 'list\\n' | cliente-tui cliente_alpha

        Press ? for help. A terminal left strange by kill -9 comes back with the command \
        reset.
        """))
  }

  /// `--cor`
  enum ColorChoice: CaseIterable, ExpressibleByArgument {
    case never, auto, always

    private var words: Sentence {
      switch self {
      case .never: Sentence("nunca", "never")
      case .auto: Sentence(verbatim: "auto")
      case .always: Sentence("sempre", "always")
      }
    }

    init?(argument: String) {
      guard let found = Self.allCases.first(where: { [$0.words.portuguese, $0.words.english].contains(argument) }) else {
        return nil
      }
      self = found
    }

    static var allValueStrings: [String] { allCases.map(\.defaultValueDescription) }
    var defaultValueDescription: String { said(words) }
  }

  // First: it asks for nothing that the others need.
  @OptionGroup var keyListing: KeyListing
  @OptionGroup var house: ClientHouse
  @Argument(help: ArgumentHelp(said("O licitante.", "The bidder."), valueName: "ID"), completion: .biddersOfHouse) var id: String
  @Option(
    name: .spoken("limite", "limit"),
    help: ArgumentHelp(
      said(
        "Nenhum lance acima disto é enviado, seja qual for a moeda.", "No bid above this is ever sent, whatever the currency."),
      valueName: said("VALOR", "AMOUNT")))
  var limit: String?
  @Option(
    name: .spoken("cor", "color"),
    help: ArgumentHelp(
      said("Cores; NO_COLOR também vale.", "Colours; NO_COLOR counts too."), valueName: said("COR", "COLOR"))) var color:
    ColorChoice = .auto
  @OptionGroup(title: said("Linhas", "Lines")) var plain: PlainOptions
  @Flag(help: ArgumentHelp(said("Só caracteres ASCII.", "ASCII characters only."))) var ascii = false
  @OptionGroup(title: said("Guarda", "Guard")) var guardOptions: GuardOptions
  @OptionGroup(title: said("Tela", "Screen")) var screenOptions: ScreenOptions
  @OptionGroup var noticeOptions: NoticeOptions
  @OptionGroup(title: said("Demonstração e capturas", "Demonstration and captures")) var script: ScriptOptions

  package init() {}

  package func run() async throws {
    ProcessEnding.restartWithoutQuestions()
    let bidder = try BidderAccess.bidder(id, option: "ID")
    let size = try script.frameSize()
    if let played = try script.read() { return try await play(played, as: bidder, size: size) }
    let settings = try house.resolved(brokerUser: BidderAccess.brokerUser)
    var screen = try screen(of: bidder, broker: settings.broker.place)
    (screen.advice, screen.brokerUser, screen.house) = (settings.broker.advice, settings.broker.user, settings.name)
    if !settings.keys.hasPrivateKey(id), ClientCommand.names.contains(id) {
      throw Failure(
        .usage,
        said(
          "“\(id)” é um comando, e um comando vem antes das suas opções: cliente-tui \(id)\(settings.words)",
          "“\(id)” is a command, and a command goes before its options: cliente-tui \(id)\(settings.words)"))
    }
    if size == nil { try FirstKey(bidder: bidder, settings: settings).offerIfMissing() }
    let voice = try BidderAccess.voice(of: bidder, settings)
    let keys = try BidderAccess.keys(settings)
    let clock = BidderClock.started(settings)
    clock.setAttentive(true)
    let notices = try noticeOptions.opened()
    let inbox = try inbox()
    let receipts = ReceiptFolder(settings, of: bidder)
    let gateway = TerminalGateway(voice: voice, clock: clock, inbox: inbox, receipts: receipts)
    let recalled = try gateway.sent.load()
    gateway.join(
      TerminalGateway.House(broker: settings.broker, keys: keys, recalled: recalled, asks: size == nil, keyPath: settings.keyPath)
    )
    let memory = BidderMemory(beside: receipts)
    screen.language = memory.language
    for remark in [gateway.sent.warning(of: recalled), memory.remark].compactMap({ $0 }) {
      // Still there when the terminal is left; in lines it stands among the others.
      if !plain.isChosen { CommandRunner.complain(remark) }
      gateway.post(.remark(remark))
    }
    let sitting = Sitting(screen: screen, clock: clock, inbox: inbox, gateway: gateway, memory: memory, notices: notices)
    if let size {
      try await onThread(named: "render") { [ascii] in
        RenderedFrame.tell(try RenderedFrame.current(of: sitting, size: size), ascii: ascii)
      }
      await gateway.stop()
      notices?.finish()
      clock.stop()
      return
    }
    let parting = try await attend(sitting)
    clock.stop()
    receipts.complain()
    memory.complain()
    try parting.leave()
  }

  /// A script needs neither keys nor a house.
  private func play(_ played: Script, as bidder: PrincipalID, size: Size?) async throws {
    let log = try script.log.map { path throws(Failure) in try ScriptLog(path) }
    let notices = try noticeOptions.opened()
    var screen = try screen(of: bidder, broker: played.broker)
    screen.zone = played.zone
    screen.language = Language(arguments: CommandLine.arguments) ?? played.language ?? .current
    if let size {
      var model = Model(screen, size: size, clock: played.reading(at: played.start))
      model.play(played, until: script.instant.map { .milliseconds($0) } ?? played.length) { log?.note($0, at: $1) }
      model.size = size
      RenderedFrame.tell(model, ascii: ascii)
      try log?.check()
      return
    }
    let speed = script.speed ?? 1
    let clock = ScriptClock(played, speed: speed)
    let inbox = try inbox()
    let gateway = ScriptGateway(played, for: bidder, clock: clock, inbox: inbox, log: log)
    let parting = try await attend(
      Sitting(screen: screen, clock: clock, inbox: inbox, gateway: gateway, notices: notices, speed: speed))
    try log?.check()
    try parting.leave()
  }

  /// Until the bidder leaves, with a screen or with lines.
  private func attend(_ sitting: Sitting) async throws -> Parting {
    let parting: Parting = plain.isChosen ? .lines(try await showLines(sitting)) : .screen(try await show(sitting))
    await sitting.gateway.stop()
    sitting.notices?.finish()
    return parting
  }

  private enum Parting {
    case screen(Ending)
    case lines(ExitStatus)

    func leave() throws {
      switch self {
      case .screen(.quit), .lines(.ok): break
      case .screen(.signal(let signal)): ProcessEnding.die(bySignal: signal)
      case .lines(let status): throw status
      }
    }
  }

  private func show(_ sitting: Sitting) async throws -> Ending {
    let ending = Outcome()
    try await onThread(named: "terminal") { [options, script] in
      let terminal = try Self.open(options)
      defer { terminal.close() }
      sitting.gateway.start()
      var model = sitting.model(terminal.size)
      ending.set(
        runTerminal(
          &model, on: terminal, inbox: sitting.inbox, clock: { sitting.clock.now() }, speed: sitting.speed,
          debugs: script.debugs, perform: sitting.perform))
    }
    return ending.value
  }

  private func inbox() throws(Failure) -> Inbox {
    guard let inbox = Inbox() else {
      throw Failure(.ioError, said("não há mais descritores de arquivo", "there are no file descriptors left"))
    }
    return inbox
  }

  /// What the options and the environment say, all of it looked at before the screen is taken.
  private func screen(of bidder: PrincipalID, broker: String) throws -> Settings {
    var screen = Settings(
      bidder: bidder, language: .current, broker: broker, zone: .here, limit: try ceiling())
    screenOptions.apply(to: &screen)
    try guardOptions.apply(to: &screen)
    screen.recordsNotices = noticeOptions.path != nil
    return screen
  }

  /// No bid above it is sent; nil: none is too high.
  private func ceiling() throws -> Money? {
    guard let limit else { return nil }
    do {
      return try Language.current.money.parse(limit, in: .brl)
    } catch {
      throw Failure(
        .usage,
        said(
          "--limite: “\(limit)” não é um valor; aceito: 5000, 5.000,00",
          "--limit: “\(limit)” is no amount; accepted: 5000, 5,000.00"))
    }
  }

  private var options: NcursesTerminal.Options {
    var options = NcursesTerminal.Options()
    options.ascii = ascii
    options.color =
      switch color {
      case .never: .never
      case .auto: .auto
      case .always: .always
      }
    screenOptions.apply(to: &options)
    return options
  }

  private static func open(_ options: NcursesTerminal.Options) throws -> NcursesTerminal {
    do {
      return try NcursesTerminal(options)
    } catch {
      throw Failure(.usage, said(error))
    }
  }
}

/// How the terminal ended, carried from its thread.
private final class Outcome: Sendable {
  private let state = Mutex<Ending>(.quit)
  var value: Ending { state.withLock { $0 } }
  func set(_ ending: Ending) { state.withLock { $0 = ending } }
}

extension Zone {
  /// Where this machine is, now.
  static var here: Zone {
    var now = time(nil)
    var parts = tm()
    localtime_r(&now, &parts)
    return Zone(secondsEast: Int64(parts.tm_gmtoff))
  }
}
