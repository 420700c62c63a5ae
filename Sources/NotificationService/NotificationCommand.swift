package import ArgumentParser
import AuctionSigning
import AuctionWire
import Logging
import MessagingKit
import ServiceKit
import ServiceLifecycle
import SharedKernel
import SigningKit

/// `ms-notificacao`: serves until told to stop.
package struct NotificationCommand: AsyncParsableCommand {
  package static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "ms-notificacao",
      abstract: said("Leva cada decisão da casa a quem interessa.", "Takes each of the house's decisions to those interested."),
      discussion: said(
        """
        Ouve os eventos assinados de ms-lance e ms-leilao, confere a assinatura e repete \
        os mesmos bytes num tópico por leilão e num por licitante. Não guarda nada.

        EXEMPLOS:
          ms-notificacao
          RABBITMQ_URL=amqp://ms_notificacao:senha@broker:5672/leilao \\
            ms-notificacao --log debug
        """,
        """
        Hears the signed events of ms-lance and ms-leilao, checks their signatures and \
        repeats the same bytes on one topic for each auction and one for each bidder. Keeps nothing.

        EXAMPLES:
          ms-notificacao
          RABBITMQ_URL=amqp://ms_notificacao:password@broker:5672/leilao \\
            ms-notificacao --log debug
        """),
      version: Release.version, subcommands: [ServeCommand.self, UserClockCommand<RelayClock>.self],
      defaultSubcommand: ServeCommand.self)
  }

  package init() {}
}

/// `ms-notificacao relogio`
enum RelayClock: ClockProgram {
  static let program = "ms-notificacao"
  static let brokerUser = HousePrincipal.msNotificacao.text
  static let hasClock = false
  static let without = Sentence("não usa relógio", "uses no clock")
  static let remark = Sentence(
    "O ms-notificacao não usa relógio: repete bytes. O que se vê é o que os programas deste usuário sabem da hora.",
    "ms-notificacao uses no clock: it repeats bytes. What is shown is what this user's programs know of the time.")
}

/// `ms-notificacao servir`
struct ServeCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    .spoken(
      "servir", "serve",
      abstract: said("Serve: repete cada decisão.", "Serves: repeats each decision."),
      discussion: said(
        """
        EXEMPLOS:
          ms-notificacao
          LEILAO_LOG_FORMAT=json ms-notificacao servir
        """,
        """
        EXAMPLES:
          ms-notificacao
          LEILAO_LOG_FORMAT=json ms-notificacao serve
        """))
  }

  @OptionGroup var house: HouseOptions

  init() {}

  func run() async throws {
    let principal = HousePrincipal.msNotificacao
    let settings = try house.resolved(brokerUser: principal.text)
    let log = settings.logger(principal.text)
    let mailbox = Mailbox()
    let watcher = try KeyFolderWatcher(settings.keys) { mailbox.post(.keysChanged) }
    defer { watcher.close() }
    let publishing = Connection(
      settings.broker.options("\(principal) (publica)", publishingTo: Topology.house.exchanges(writtenBy: principal)),
      onEvent: { [report = ConnectionLog(log, role: "publishing")] event in
        report.hear(event)
        switch event {
        case .connected: mailbox.post(.publisherUp)
        case .disconnected: mailbox.post(.publisherDown)
        default: break
        }
      })
    let consuming = Connection(
      settings.broker.options("\(principal) (consome)"),
      subscriptions: [
        Subscription(
          name: "trabalho", source: .queue(Queue.notificacao.rawValue), prefetch: 1_000, automaticAcknowledgement: false)
      ],
      onEvent: { [report = ConnectionLog(log, role: "consuming")] event in
        report.hear(event)
        switch event {
        case .subscribed: mailbox.post(.consuming)
        case .subscriptionCancelled, .disconnected: mailbox.post(.notConsuming)
        case .delivered(let deliveries): mailbox.post(deliveries: deliveries)
        case .connected, .bound, .blocked, .unblocked, .silent, .heard, .refused: break
        }
      })
    publishing.start()
    consuming.start()
    let service = RelayService(
      mailbox: mailbox, keys: settings.keys, consuming: consuming, publishing: publishing, log: log,
      whenReady: {
        log.notice("\(said("pronto", "ready"))", metadata: ["queue": "\(Queue.notificacao.rawValue)"])
        Readiness.announce(principal.text)
      })
    try await ServiceRunner.run(service)
    await consuming.close(within: .seconds(1))
    await publishing.close(within: .seconds(2))
    log.notice("\(said("parado", "stopped"))", metadata: service.summary)
  }
}
