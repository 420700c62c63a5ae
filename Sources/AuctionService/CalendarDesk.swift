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

  private var calendar: Calendar
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
    calendar = Calendar(
      scribe: CalendarScribe(
        scheduling: { voice.seal($0) }, opening: { voice.seal($0) }, notice: { voice.seal($0) }, answer: { voice.seal($0) }))
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
      return .unreadable(id, legible.auction, Command.kinds.contains(envelope.kind) ? .malformed : .unsupported)
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
        let nonce = nonce()
        let outputs = calendar.handle(.command(command, digest: sealed.digest, nonce: nonce), at: clock)
        turn.entries.append(CalendarEntry.command(sealed.evidence, nonce: nonce).entry)
        say(outputs, in: &turn)
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

  /// The keys of others are not the calendar's state: they only say who is heard.
  package mutating func keysChanged(_ ring: KeyRing, at clock: ClockReading) -> Turn {
    self.ring = ring
    return Turn()
  }

  package mutating func replay(_ entries: [Entry], at clock: ClockReading) throws {
    for entry in entries {
      switch try CalendarEntry(entry) {
      case .command(let evidence, let nonce):
        let envelope = try Envelope(evidence)
        let command = try Command(envelope)
        _ = calendar.handle(.command(command, digest: SHA256.of(envelope.payload), nonce: nonce), at: clock)
      case .filed(let command, let nonce):
        _ = calendar.handle(.command(command, digest: SHA256.of(command.payload), nonce: nonce), at: clock)
      case .statement(let evidence):
        if let input = Self.input(of: try HouseStatement(trusted: evidence)) { _ = calendar.handle(input, at: clock) }
      case .tick: _ = calendar.handle(.tick, at: clock)
      }
    }
  }

  /// What the calendar said stands in the books of ms-lance, not here.
  package func audit(_ store: any Store) throws {}

  /// ms-leilao answers no queries: ms-lance does, from the books.
  package func answer(_ query: Delivery, from store: any Store, at clock: ClockReading) -> Publishing? { nil }

  /// What the calendar would refuse is not even put into the journal, which every start would lengthen otherwise.
  private mutating func schedule(_ proposed: ProposedTerms, at clock: ClockReading, in turn: inout Turn) {
    if let refusal = refusal(of: proposed, at: clock) { return report(proposed.auction, refusal) }
    let command = proposed.filed(at: clock)
    let nonce = nonce()
    turn.entries.append(CalendarEntry.filed(command, nonce: nonce).entry)
    // Nobody waits for the answer: the announcement tells.
    let outputs = calendar.handle(.command(command, digest: SHA256.of(command.payload), nonce: nonce), at: clock)
    say(outputs.filter { !$0.isAnswer }, in: &turn)
    report(proposed.auction, nil)
  }

  private func refusal(of proposed: ProposedTerms, at clock: ClockReading) -> CommandRefusal? {
    if calendar.status(of: proposed.auction) != nil { return .auctionExists }
    return proposed.oversize == nil ? proposed.terms(asOf: clock.instant).refusal(at: clock.instant) : .malformed
  }

  private mutating func hear(_ statement: HouseStatement, at clock: ClockReading, in turn: inout Turn) {
    guard let input = Self.input(of: statement) else { return }
    turn.entries.append(CalendarEntry.statement(statement.envelope.evidence).entry)
    say(calendar.handle(input, at: clock), in: &turn)
  }

  private static func input(of statement: HouseStatement) -> Calendar.Input? {
    switch statement.fact {
    case .extended(let extended): .extended(extended)
    case .block(let block):
      switch block.content {
      case .closing: .finished(block.auction, block.edition)
      case .opening, .entries: nil
      }
    case .scheduled, .opened, .notice, .refused, .answered: nil
    }
  }

  /// Time is an input too, when it made something happen.
  private mutating func tick(at clock: ClockReading, in turn: inout Turn) {
    guard let due = calendar.wakeUp, due <= clock.instant else { return }
    let outputs = calendar.handle(.tick, at: clock)
    guard !outputs.isEmpty else { return }
    turn.entries.append(CalendarEntry.tick.entry)
    say(outputs, in: &turn)
  }

  private func say(_ outputs: [Calendar.Output], in turn: inout Turn) {
    for output in outputs {
      switch output {
      case .scheduled(let scheduling, let sealed): turn.outgoing.append(.event(scheduling, sealed))
      case .opened(let opening, let sealed): turn.outgoing.append(.event(opening, sealed))
      case .noticed(let notice, let sealed): turn.outgoing.append(.event(notice, sealed))
      case .answered(let answer, let sealed): turn.outgoing.append(.event(answer, sealed))
      }
    }
  }
}

extension Calendar.Output {
  fileprivate var isAnswer: Bool {
    if case .answered = self { true } else { false }
  }
}

/// An input of the calendar as the journal keeps it.
enum CalendarEntry {
  case command(Evidence, nonce: [UInt8])
  case filed(Command, nonce: [UInt8])
  case statement(Evidence)
  case tick

  private static let nonceLength = 16

  var entry: NewEntry {
    switch self {
    case .command(let evidence, let nonce): NewEntry(kind: "comando", body: nonce + evidence.bytes)
    case .filed(let command, let nonce): NewEntry(kind: "arquivo", body: nonce + command.payload)
    case .statement(let evidence): NewEntry(kind: "lance", body: evidence.bytes)
    case .tick: NewEntry(kind: "hora", body: [])
    }
  }

  init(_ entry: Entry) throws {
    func split() throws -> (nonce: [UInt8], rest: [UInt8]) {
      guard entry.body.count > Self.nonceLength else { throw Self.unreadable(entry.kind) }
      return (Array(entry.body.prefix(Self.nonceLength)), Array(entry.body.dropFirst(Self.nonceLength)))
    }
    switch entry.kind {
    case "comando":
      let (nonce, rest) = try split()
      self = .command(Evidence(rest), nonce: nonce)
    case "arquivo":
      let (nonce, rest) = try split()
      self = .filed(try Command(payload: rest, kind: .schedule), nonce: nonce)
    case "lance": self = .statement(Evidence(entry.body))
    case "hora": self = .tick
    default: throw Self.unreadable(entry.kind)
    }
  }

  private static func unreadable(_ kind: String) -> Failure {
    Failure(.ioError, said("o diário tem uma entrada ilegível (\(kind))", "the journal holds an unreadable entry (\(kind))"))
  }
}
