// AuctionService: ms-leilao. Its desk opens operators' commands and what ms-lance says of ends, lets the calendar decide, and
// turns its announcements into journal entries and messages. Also the operator's command line: agendar, cancelar, listar.

import AuctionCore
package import AuctionFacts
package import AuctionSigning
import AuctionWire
package import JournalKit
package import MessagingKit
package import ServiceKit
package import SharedKernel
import SigningKit

/// ms-leilao without its shell.
package struct CalendarDesk: Desk, Sendable {
  package enum Opened: Sendable {
    case command(Command, Sealed)
    /// Signed by an operator, but no command that this house knows: answered, so that nobody waits in vain.
    case unreadable(CommandID, AuctionID?, CommandRefusal)
    case statement(HouseStatement)
    case poison(Delivery, Rejection)
  }

  private var recorded: RecordedCalendar
  private var ring = KeyRing()
  private let voice: Voice
  private let nonce: @Sendable () -> [UInt8]
  /// Auctions of the calendar file, still to be scheduled.
  private var filed: [ProposedTerms]
  private let report: @Sendable (AuctionID, CommandRefusal?) -> Void

  /// - Parameters:
  ///   - filed: scheduled in the first turn, but for those that the house has already: an id serves once.
  ///   - report: hears what became of each of them; nil: it is scheduled.
  ///   - nonce: sixteen fresh random bytes for an edition.
  package init(
    voice: Voice, filed: [ProposedTerms] = [], report: @escaping @Sendable (AuctionID, CommandRefusal?) -> Void = { _, _ in },
    nonce: @escaping @Sendable () -> [UInt8]
  ) {
    self.voice = voice
    self.filed = filed
    self.report = report
    self.nonce = nonce
    recorded = RecordedCalendar(
      Calendar(
        scribe: CalendarScribe(
          scheduling: { voice.seal($0) }, opening: { voice.seal($0) }, notice: { voice.seal($0) }, answer: { voice.seal($0) },
          reserve: { voice.seal($0) }, passedOn: { voice.seal($0) }, commitment: { $0.reserveDigest(to: $1, nonce: $2) })))
  }

  private var calendar: Calendar {
    get { recorded.calendar }
    _modify { yield &recorded.calendar }
  }

  package var wakeUp: Timestamp? { filed.isEmpty ? calendar.wakeUp : Timestamp(microseconds: 0) }
  package var needsGoodClock: Bool { calendar.openAuctions > 0 }

  package func open(_ delivery: Delivery) -> Opened {
    guard !delivery.isOversize else { return .poison(delivery, Rejection(.malformed, "too large")) }
    switch Exchange(rawValue: delivery.exchange) {
    case .comandos: return openCommand(delivery)
    case .leilao:
      do throws(Rejection) {
        return .statement(try HouseStatement(delivery.body, from: .leilao, ring: ring))
      } catch {
        return .poison(delivery, error)
      }
    case .lances, .notificacoes, .sigilo, .consultas, .mortas, nil:
      return .poison(delivery, Rejection(.wrongExchange, delivery.exchange))
    }
  }

  private func openCommand(_ delivery: Delivery) -> Opened {
    let envelope: Envelope
    do {
      envelope = try Envelope(parsing: delivery.body)
    } catch {
      return .poison(delivery, Rejection(.malformed, "\(error)"))
    }
    guard Exchange.comandos.kinds.contains(envelope.kind) else {
      return .poison(delivery, Rejection(.wrongExchange, envelope.kind.rawValue))
    }
    do throws(Rejection) {
      try envelope.check(by: ring)
      guard delivery.properties.userID != nil else { throw Rejection(.wrongSpeaker, "no user_id") }
    } catch {
      return .poison(delivery, error)
    }
    do {
      return .command(try Command(envelope), envelope.sealed { SHA256.of($0) })
    } catch {
      let legible = Command.legible(in: envelope.payload)
      guard let id = legible.command else { return .poison(delivery, Rejection(.malformed, "\(error)")) }
      return .unreadable(id, legible.auction, .malformed)
    }
  }

  package func isUnderUnknownKey(_ opened: Opened) -> Bool {
    if case .poison(_, let rejection) = opened { rejection.reason == .unknownKey } else { false }
  }

  package mutating func decide(_ opened: [Opened], away: (from: Timestamp, to: Timestamp)?, at clock: ClockReading) -> Turn {
    var turn = Turn()
    for proposed in filed { schedule(proposed, at: clock, in: &turn) }
    filed = []
    for item in opened {
      switch item {
      case .command(let command, let sealed):
        say(decide(command, sealed, at: clock, in: &turn), handingOn: sealed, in: &turn)
      case .unreadable(let id, let auction, let refusal):
        let answer = CommandAnswer(command: id, auction: auction, refusal: refusal, edition: nil, clock: clock)
        turn.outgoing.append(.event(answer, voice.seal(answer)))
      case .statement(let statement): hear(statement, at: clock, in: &turn)
      case .poison(let delivery, let rejection):
        turn.outgoing.append(.deadLetter(delivery, from: .msLeilao, reason: rejection.reason.rawValue))
        turn.deadLetters.append(rejection.reason.rawValue)
      }
    }
    tick(at: clock, in: &turn)
    return turn
  }

  /// Of what was refused only the answer is kept: later rules may not take it after all. What is answered again is kept already.
  private mutating func decide(
    _ command: Command, _ sealed: Sealed, at clock: ClockReading, in turn: inout Turn
  ) -> [Calendar.Output] {
    let (nonce, isRepeated) = (nonce(), calendar.answer(to: command.id, digest: sealed.digest) != nil)
    let outputs = calendar.handle(.command(command, digest: sealed.digest, nonce: nonce), at: clock)
    guard !isRepeated, let answer = calendar.answer(to: command.id, digest: sealed.digest) else { return outputs }
    let input =
      answer.refusal == nil
      ? CalendarInput.command(sealed.evidence, nonce: nonce) : .answeredBefore(answer, digest: sealed.digest)
    turn.entries.append(input.entry)
    return outputs
  }

  /// The keys of others are not the calendar's state: they only say who is heard.
  package mutating func keysChanged(_ ring: KeyRing, at clock: ClockReading) -> Turn {
    self.ring = ring
    return Turn()
  }

  package static func decode(_ entry: Entry) throws -> CalendarInput { try CalendarInput(entry) }

  package mutating func replay(_ entries: [CalendarInput], at clock: ClockReading) throws {
    for entry in entries { _ = try recorded.replay(entry, at: clock) }
  }

  /// What the calendar said stands in the books of ms-lance, not here.
  package func audit(_ store: any Store, on spread: Spread) throws {}

  /// After its journal was put back from a copy: what was open then, or may have been opened since, is cancelled.
  package mutating func resume(at clock: ClockReading) -> Turn {
    var turn = Turn()
    guard recorded.isForgetful else { return turn }
    turn.entries.append(CalendarInput.resumed.entry)
    say(recorded.take(.resumed, at: clock), in: &turn)
    return turn
  }

  /// ms-leilao listens to no queries: ms-lance answers them, from the books.
  package func answer(_ query: Delivery, from store: any Store, at clock: ClockReading) throws(DroppedQuery) -> Publishing {
    throw .malformed
  }

  /// What the calendar would refuse is not even put into the journal, which every start would lengthen otherwise.
  private mutating func schedule(_ proposed: ProposedTerms, at clock: ClockReading, in turn: inout Turn) {
    if let refusal = refusal(of: proposed, at: clock) { return report(proposed.auction, refusal) }
    let command = proposed.filed(at: clock, salt: nonce())
    let nonce = nonce()
    turn.entries.append(CalendarInput.filed(command, nonce: nonce).entry)
    // Nobody waits for the answer: the announcement tells.
    let outputs = calendar.handle(.command(command, digest: SHA256.of(command.payload), nonce: nonce), at: clock)
    say(outputs.filter { !$0.isAnswer }, in: &turn)
    report(proposed.auction, nil)
  }

  private func refusal(of proposed: ProposedTerms, at clock: ClockReading) -> CommandRefusal? {
    if calendar.status(of: proposed.auction) != nil { return .auctionExists }
    return proposed.oversize == nil
      ? proposed.terms(asOf: clock.instant).refusal(at: clock.instant, reserve: proposed.reserve) : .malformed
  }

  private mutating func hear(_ statement: HouseStatement, at clock: ClockReading, in turn: inout Turn) {
    guard let input = RecordedCalendar.input(of: statement) else { return }
    turn.entries.append(CalendarInput.statement(statement.envelope.evidence).entry)
    say(calendar.handle(input, at: clock), in: &turn)
  }

  /// Time is an input too, when it made something happen.
  private mutating func tick(at clock: ClockReading, in turn: inout Turn) {
    guard let due = calendar.wakeUp, due <= clock.instant else { return }
    let outputs = calendar.handle(.tick, at: clock)
    guard !outputs.isEmpty else { return }
    turn.entries.append(CalendarInput.tick.entry)
    say(outputs, in: &turn)
  }

  /// - Parameter given: the command that brought it about, as it was signed.
  private func say(_ outputs: [Calendar.Output], handingOn given: Sealed? = nil, in turn: inout Turn) {
    for output in outputs {
      switch output {
      case .scheduled(let scheduling, let sealed): turn.outgoing.append(.event(scheduling, sealed))
      case .reserve(let reserve, let sealed): turn.outgoing.append(.confidence(reserve, sealed))
      case .opened(let opening, let sealed): turn.outgoing.append(.event(opening, sealed))
      case .noticed(let notice, let sealed): turn.outgoing.append(.event(notice, sealed))
      case .answered(let answer, let sealed): turn.outgoing.append(.event(answer, sealed))
      case .passedOn(let said, let sealed): turn.outgoing.append(.event(said, sealed))
      case .handedOn(let command): if let given { turn.outgoing.append(.event(command, given)) }
      }
    }
  }
}

extension Calendar.Output {
  fileprivate var isAnswer: Bool {
    if case .answered = self { true } else { false }
  }
}
