import AuctionFacts
import AuctionService
import AuctionSigning
import AuctionWire
import JournalKit
import MessagingKit
import ServiceKit
import SharedKernel
import SuiteTesting
import Testing

/// ms-leilao alone.
@Suite("ms-leilao")
struct CalendarTests {
  /// With the operator's key and ms-lance's, a minute before noon by its clock and the true one.
  private func bench() throws -> CalendarBench {
    let world = SimulatedWorld()
    for id: PrincipalID in ["ms_lance", "operador", "alpha"] { try world.keys.register(id) }
    let service = try SimulatedService(HousePrincipal.msLeilao, in: world, clock: SimulatedClock(world.time), queue: .msLeilao) {
      CalendarDesk(voice: $0) { Array(1...16) }
    }
    return try CalendarBench(world, service)
  }

  private func terms(_ id: AuctionID = "moto") -> AuctionTerms {
    Build.terms(id, opensAt: Build.noon + .seconds(10), lasting: .seconds(60))
  }

  private func give(_ command: Command, to bench: CalendarBench, signer: PrincipalID = "operador") throws {
    bench.say(.command(command, try bench.world.keys.voice(signer).seal(command)), as: "operador")
  }

  private func schedule(_ bench: CalendarBench, id: CommandID = Build.commandID(1)) throws -> Command {
    let command = Build.schedule(terms(), id: id, clock: bench.service.clock.now())
    try give(command, to: bench)
    return command
  }

  private func answers(_ bench: CalendarBench) throws -> [CommandAnswer] {
    try bench.facts(.commandAnswered).compactMap { if case .answered(let answer) = $0 { answer } else { nil } }
  }

  private func edition(_ bench: CalendarBench) throws -> Edition {
    try bench.statement(try #require(bench.said(.scheduled).first)).digest
  }

  /// Something that ms-lance says.
  private func books(_ statement: some WireValue, _ bench: CalendarBench) throws {
    let sealed = try bench.world.keys.voice("ms_lance").seal(statement)
    bench.say(Publishing(OutgoingMessage.event(statement, sealed)), as: "ms_lance")
  }

  private func result(_ bench: CalendarBench, number: Int64 = 1) throws -> Block {
    let end = try #require(bench.said(.closed).last ?? bench.said(.cancelled).last)
    return Block(
      auction: "moto", edition: try edition(bench), number: number, previous: Build.digest("x"),
      content: .closing(
        AuctionResult(
          outcome: .noBids, winner: nil, amount: nil, acceptedBids: 0, refusedBids: 0, refusals: Build.digest("r"),
          closesAt: Build.noon + .seconds(70)), Evidence(end.body)), clock: bench.service.clock.now())
  }

  @Test func `schedules at once, opens on time, announces the end, and repeats it until it hears the result`() throws {
    let bench = try bench()
    _ = try schedule(bench)
    #expect(bench.keys == [RoutingKey.scheduled, RoutingKey.commandAnswered])
    #expect(bench.verbs == ["starts", "takes", "commit", "acknowledges", "publishes", "publishes"])
    bench.after(.seconds(9))
    #expect(bench.said(.opened).isEmpty)
    bench.after(.seconds(2))
    #expect(bench.said(.opened).count == 1)
    bench.after(.seconds(60))
    #expect(bench.said(.closed).count == 1)
    bench.after(.seconds(20))
    let announced = bench.said(.closed)
    #expect(announced.count == 3 && Set(announced.map(\.body)).count == 1)

    try books(try result(bench), bench)
    bench.forget()
    bench.after(.seconds(300))
    #expect(bench.heard.isEmpty && bench.service.desk?.wakeUp == nil)
  }

  @Test func `answers a command once, and the same command with the same answer`() throws {
    let bench = try bench()
    let command = try schedule(bench)
    try give(command, to: bench)
    #expect(bench.said(.scheduled).count == 1)
    let answered = bench.said(.commandAnswered)
    #expect(answered.count == 2 && Set(answered.map(\.body)).count == 1)
    #expect(try answers(bench).allSatisfy { $0.refusal == nil && $0.command == command.id })
  }

  @Test func `answers after a restart what it answered before`() throws {
    let bench = try bench()
    let command = try schedule(bench)
    bench.restart()
    try give(command, to: bench)
    #expect(Set(bench.said(.scheduled).map(\.body)).count == 1)
    #expect(Set(bench.said(.commandAnswered).map(\.body)).count == 1)
  }

  @Test func `answers from a compacted journal what it answered before`() throws {
    let bench = try bench()
    let command = try schedule(bench)
    bench.after(.seconds(60))
    let cancelling = Build.cancel(edition: try edition(bench), clock: bench.service.clock.now())
    try give(cancelling, to: bench)
    let before = bench.said(.commandAnswered).map(\.body)
    // It had opened: only the result ends it.
    let scratch = try ScratchFolder()
    let open = try makeJournal(bench.service.store.contents, in: scratch.file("open"), as: HousePrincipal.msLeilao)
    #expect(try CalendarJournal.compact(open, closedBefore: Build.noon + .seconds(9_999)) { _ in }.auctions == 0)
    try books(try result(bench), bench)

    let journal = try makeJournal(bench.service.store.contents, in: scratch.file("closed"), as: HousePrincipal.msLeilao)
    let outcome = try CalendarJournal.compact(journal, closedBefore: Build.noon + .seconds(9_999)) { _ in }
    #expect(outcome.auctions == 1 && outcome.parts.map(\.count) == [2])
    var entries: [Entry] = []
    try journal.forEachEntry(from: 1) { entries.append($0) }
    bench.service.crash(flushing: 0, losingPower: false)
    bench.service.store.restore(SimulatedStore.Contents(entries: entries, documents: [], outbox: []), appending: [])
    bench.service.start()
    bench.settle()
    bench.forget()
    for again in [command, cancelling] { try give(again, to: bench) }
    #expect(bench.said(.commandAnswered).map(\.body) == before)
    #expect(bench.heard.count == 2, "nothing else is said")
    let other = Build.schedule(terms(), id: Build.commandID(77), clock: bench.service.clock.now())
    try give(other, to: bench)
    #expect(try answers(bench).last?.refusal == .auctionExists)
  }

  @Test(arguments: CrashPoint.allCases)
  func `carries a command out once, wherever it ends`(point: CrashPoint) throws {
    let bench = try bench()
    bench.service.plannedEnd = point
    _ = try schedule(bench)
    bench.after(.milliseconds(300))
    #expect(bench.service.crashes == [point])
    bench.service.start()
    bench.after(.seconds(11))
    #expect(Set(bench.said(.scheduled).map(\.body)).count == 1)
    #expect(Set(bench.said(.opened).map(\.body)).count == 1)
    #expect(Set(bench.said(.commandAnswered).map(\.body)).count == 1)
    #expect(bench.world.broker.depth(.msLeilao) == 0 && bench.service.isSilent)
  }

  private func voiding(_ bench: CalendarBench, _ number: UInt64 = 31, of auction: AuctionID = "moto") throws -> Command {
    Command(
      id: Build.commandID(number),
      action: .void(
        Voiding(auction: auction, edition: try edition(bench), bid: Build.bidID(1), bidder: "alpha", reason: "valor errado")),
      clock: bench.service.clock.now())
  }

  @Test(arguments: [nil] + CrashPoint.allCases.map(Optional.init))
  func `hands on an operator's word byte for byte, and once, wherever it ends`(point: CrashPoint?) throws {
    let bench = try bench()
    _ = try schedule(bench)
    bench.after(.seconds(11))
    let command = try voiding(bench)
    bench.forget()
    let sealed = try bench.world.keys.voice("operador").seal(command)
    bench.service.plannedEnd = point
    bench.say(.command(command, sealed), as: "operador")
    bench.after(.milliseconds(300))
    if point != nil { bench.service.start() }
    bench.after(.seconds(11))
    let handed = bench.said(.voidBid)
    #expect(Set(handed.map(\.body)) == [sealed.evidence.bytes])
    #expect(handed.allSatisfy { $0.properties.messageID == command.id.description && $0.properties.correlationID == "moto" })
    #expect(Set(bench.said(.commandAnswered).map(\.body)).count == 1)
    let count = handed.count
    bench.say(.command(command, sealed), as: "operador")
    #expect(bench.said(.voidBid).count == count, "answered again, and done once")
  }

  @Test func `hands nothing on that it refuses, or that no operator wants`() throws {
    let bench = try bench()
    _ = try schedule(bench)
    let early = try voiding(bench)
    try give(early, to: bench)
    #expect(try answers(bench).last?.refusal == .notOpen)
    bench.after(.seconds(11))
    try give(try voiding(bench, 32, of: "carro"), to: bench)
    #expect(try answers(bench).last?.refusal == .unknownAuction)
    let forged = try voiding(bench, 33)
    bench.forget()
    try give(forged, to: bench, signer: "alpha")
    #expect(bench.reasons == ["identidade_divergente"] && bench.said(.voidBid).isEmpty)
  }

  @Test func `refuses another command under the same id, and an auction that exists`() throws {
    let bench = try bench()
    _ = try schedule(bench)
    let other = Build.schedule(terms("violao"), id: Build.commandID(1), clock: bench.service.clock.now())
    let again = Build.schedule(terms(), id: Build.commandID(2), clock: bench.service.clock.now())
    for command in [other, again] { try give(command, to: bench) }
    #expect(try answers(bench).map(\.refusal) == [nil, .reusedID, .auctionExists])
  }

  @Test func `cancels, repeats the cancellation of what is open, and not that of what never opened`() throws {
    for isOpen in [false, true] {
      let bench = try bench()
      _ = try schedule(bench)
      if isOpen { bench.after(.seconds(15)) }
      try give(Build.cancel(edition: try edition(bench), clock: bench.service.clock.now()), to: bench)
      bench.after(.seconds(30))
      #expect(isOpen ? bench.said(.cancelled).count > 1 : bench.said(.cancelled).count == 1)
      #expect(Set(bench.said(.cancelled).map(\.body)).count == 1)
    }
  }

  @Test func `moves the end when ms-lance says so, even after it was announced`() throws {
    let bench = try bench()
    _ = try schedule(bench)
    bench.after(.seconds(75))
    #expect(bench.said(.closed).count == 1)
    let end = Build.noon + .seconds(100)
    try books(
      Extension(
        auction: "moto", edition: try edition(bench), block: 1, closesAt: end, by: nil, cause: .outage,
        clock: bench.service.clock.now()),
      bench)
    bench.after(.seconds(20))
    #expect(bench.said(.closed).count == 1)
    bench.after(.seconds(10))
    let notices = try bench.facts(.closed).compactMap { if case .notice(let notice) = $0 { notice } else { nil } }
    #expect(notices.map(\.sequence) == [1, 2])
    #expect(notices.last?.action == .close(closesAt: end))
  }

  @Test func `does not close while its clock is uncertain`() throws {
    let bench = try bench()
    _ = try schedule(bench)
    bench.service.clock.uncertainty = .milliseconds(60)
    bench.after(.seconds(80))
    #expect(bench.said(.opened).count == 1 && bench.said(.closed).isEmpty)
    bench.service.clock.uncertainty = .milliseconds(10)
    bench.after(.seconds(1))
    #expect(bench.said(.closed).count == 1)
  }

  @Test func `catches up after a stop: opens late with the whole duration`() throws {
    let bench = try bench()
    _ = try schedule(bench)
    bench.restart(after: .seconds(40))
    let openings = try bench.facts(.opened).compactMap { if case .opened(let opening) = $0 { opening } else { nil } }
    #expect(openings.map { $0.closesAt - $0.opensAt } == [.seconds(60)])
    #expect(openings.map { $0.opensAt - Build.noon } == [.seconds(40)])
  }

  enum Poison: CaseIterable { case junk, unknownKey, bidder, noUser, eventAmongCommands, unknownSpeaker }

  @Test(arguments: Poison.allCases)
  func `buries poison with its reason and goes on`(poison: Poison) throws {
    let bench = try bench()
    let command = Build.schedule(terms("violao"), id: Build.commandID(9), clock: bench.service.clock.now())
    func sealed(_ signer: PrincipalID) throws -> Publishing {
      .command(command, try bench.world.keys.voice(signer).seal(command))
    }
    let (message, user, reason): (Publishing, String, String)
    switch poison {
    case .junk:
      var junk = try sealed("operador")
      junk.body = [0xff, 0x00]
      (message, user, reason) = (junk, "operador", "formato")
    case .unknownKey: (message, user, reason) = (try sealed("operador2"), "operador", "usuario_desconhecido")
    case .bidder: (message, user, reason) = (try sealed("alpha"), "operador", "identidade_divergente")
    case .noUser:
      var nobody = try sealed("operador")
      nobody.properties.userID = nil
      (message, user, reason) = (nobody, "operador", "identidade_divergente")
    case .eventAmongCommands:
      var event = try sealed("operador")
      event.body = try bench.world.keys.voice("ms_leilao").seal(Build.scheduling()).evidence.bytes
      (message, user, reason) = (event, "operador", "origem")
    case .unknownSpeaker:
      let statement = Extension(
        auction: "moto", edition: Build.digest("e"), block: 1, closesAt: Build.noon, by: nil, cause: .outage, clock: Build.clock()
      )
      let event = OutgoingMessage.event(statement, try bench.world.keys.voice("estranho").seal(statement))
      (message, user, reason) = (Publishing(event), "ms_lance", "usuario_desconhecido")
    }
    bench.say(message, as: user)
    #expect(bench.reasons == [reason])
    _ = try schedule(bench)
    #expect(bench.said(.scheduled).count == 1 && bench.service.isRunning)
  }

  @Test func `answers a signed command that it does not know`() throws {
    let bench = try bench()
    let voice = try bench.world.keys.voice("operador")
    let id = Build.commandID(5)
    for (kind, refusal) in [(Kind.schedule, CommandRefusal.malformed), (.suspend, .malformed), (.passOn, .malformed)] {
      bench.forget()
      let envelope = Envelope.seal(
        kind, payload: Array("{\"id_comando\":\"\(id)\",\"id_leilao\":\"moto\"}".utf8), keyID: voice.keyID
      ) {
        voice.sign($0)
      }
      bench.say(
        Publishing(
          exchange: Exchange.comandos.rawValue, routingKey: kind.routingKey, isMandatory: true,
          properties: MessageProperties(userID: "operador", isPersistent: true), body: envelope.encoded()), as: "operador")
      #expect(try answers(bench).map(\.refusal) == [refusal])
    }
  }
}
