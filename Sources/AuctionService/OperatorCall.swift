import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import MessagingKit
import ServiceKit
import SharedKernel
import SigningKit

/// One operator's command: signed, sent, and its signed answer told.
struct OperatorCall {
  let settings: HouseSettings
  let json: Bool
  private let principal: PrincipalID

  init(house: HouseOptions, operador: String, json: Bool) throws {
    let option = said("--operador", "--operator")
    principal = try TermsReading().principal(option, operador)
    guard principal.role == .operator else {
      throw TermsReading.refused(option, operador, said("ids que começam por operador", "ids that begin with operador"))
    }
    settings = try house.resolved(brokerUser: "operador")
    self.json = json
  }

  /// - Throws: `refused` with the house's reason, `unknown` when it does not answer, `unavailable` without a broker.
  func give(_ action: @Sendable (ClockReading) throws -> Command.Action) async throws {
    let voice = try voice()
    let reading = await ShortClock.reading(settings)
    let action = try action(reading)
    let command = Command(id: CommandID(.random()), action: action, clock: reading)
    let answers = CommandReport(json: json, id: command.id, auction: command.auction)
    try await answers.telling {
      try await call { house in try answers.tell(try house.command(command, by: voice), to: command) }
    }
  }

  /// What is done to an auction needs to know which edition: the house is asked first.
  func give(_ action: @escaping @Sendable (Edition) -> Command.Action, to auction: AuctionID) async throws {
    try await give(to: auction) { _, summary, _ in
      (action(summary.edition), ())
    } following: { _, _, answer, report in
      report.accepted(answer)
    }
  }

  /// The same, of an auction that the house lists.
  func give<Known: Sendable>(
    to auction: AuctionID,
    preparing prepare: @escaping @Sendable (HouseCall, AuctionSummary, CommandReport) throws -> (Command.Action, Known),
    following follow: @escaping @Sendable (HouseCall, Known, CommandAnswer, CommandReport) throws -> Void
  ) async throws {
    try await give(
      about: auction,
      preparing: { house, report in
        guard let found = try house.auctions().first(where: { $0.summary.auction == auction }) else {
          throw report.refused(.unknownAuction)
        }
        return try prepare(house, found.summary, report)
      }, following: follow)
  }

  /// A command of which ms-leilao knows only half: what it may be given about an auction is looked up first, and what became of it
  /// afterwards.
  ///
  /// - Parameters:
  ///   - prepare: makes the action, having asked the house.
  ///   - follow: looks for what became of it once it was accepted; and tells it.
  func give<Known: Sendable>(
    about auction: AuctionID,
    preparing prepare: @escaping @Sendable (HouseCall, CommandReport) throws -> (Command.Action, Known),
    following follow: @escaping @Sendable (HouseCall, Known, CommandAnswer, CommandReport) throws -> Void
  ) async throws {
    let voice = try voice()
    let reading = await ShortClock.reading(settings)
    let id = CommandID(.random())
    let answers = CommandReport(json: json, id: id, auction: auction)
    try await answers.telling {
      try await call { house in
        let (action, known) = try prepare(house, answers)
        let command = Command(id: id, action: action, clock: reading)
        let answer = try house.command(command, by: voice)
        try answers.check(answer, to: command)
        do {
          try follow(house, known, answer, answers)
        } catch let failure as Failure where failure.status == .unavailable {
          // It is on its way, whatever becomes of the link.
          throw Failure(
            .unknown,
            said("ms-leilao aceitou o comando; depois: ", "ms-leilao accepted the command; then: ") + failure.description)
        }
      }
    }
  }

  /// Runs something that talks to the house, off Swift's shared threads.
  func call(_ body: @escaping @Sendable (HouseCall) throws -> Void) async throws {
    let (keys, broker) = (settings.keys, settings.broker)
    try await onThread(named: "operador") {
      let house = try HouseCall(
        broker: broker, name: "operador", keys: try LiveKeyRing(keys),
        hearing: .ownQueue([(.leilao, RoutingKey.commandAnswered)]))
      try body(house)
    }
  }

  private func voice() throws -> Voice {
    guard settings.keys.hasPair(principal.text) else {
      throw Failure(
        .usage,
        said(
          "não há chave de \(principal) em \(settings.keyPath); ms-leilao cria a do operador na primeira vez que sobe",
          "there is no key of \(principal) in \(settings.keyPath); ms-leilao makes the operator's at its first start"))
    }
    return try Voice(
      principal: principal, key: settings.keys.privateKey(of: principal.text) { try Passphrase.ask(for: principal.text) })
  }
}
