import AuctionCore
import AuctionFacts
import SharedKernel
import SuiteTesting

/// A calendar with a clock that a test moves.
struct CalendarHouse {
  private(set) var calendar = Calendar(scribe: ToyScribe.calendar)
  var clock = Build.clock(.seconds(-60))
  private var commands: UInt64 = 100

  @discardableResult
  mutating func give(_ input: Calendar.Input) -> [Calendar.Output] { calendar.handle(input, at: clock) }

  /// Moves the clock to that long after noon and lets the calendar run.
  @discardableResult
  mutating func tick(
    at sinceNoon: Interval, uncertainty: Interval = .milliseconds(2), status: ClockStatus = .synchronized
  ) -> [Calendar.Output] {
    clock = Build.clock(sinceNoon, uncertainty: uncertainty, status: status)
    return give(.tick)
  }

  @discardableResult
  mutating func command(_ action: Command.Action, id: CommandID? = nil) -> [Calendar.Output] {
    commands += 1
    let command = Command(id: id ?? Build.commandID(commands), action: action, clock: clock)
    return give(.command(command, digest: Build.digest("\(command)"), nonce: Array(1...16)))
  }

  @discardableResult
  mutating func schedule(_ terms: AuctionTerms = Build.terms()) -> [Calendar.Output] { command(.schedule(terms)) }

  @discardableResult
  mutating func cancel(_ auction: AuctionID = "moto", edition: Edition? = nil) -> [Calendar.Output] {
    command(.cancel(auction: auction, edition: edition ?? self.edition(of: auction), reason: "erro no edital"))
  }

  @discardableResult
  mutating func extend(to sinceNoon: Interval, auction: AuctionID = "moto", edition: Edition? = nil) -> [Calendar.Output] {
    give(
      .extended(
        Extension(
          auction: auction, edition: edition ?? self.edition(of: auction), block: 1, closesAt: Build.noon + sinceNoon,
          by: "alpha", cause: .bid, clock: clock)))
  }

  @discardableResult
  mutating func finish(_ auction: AuctionID = "moto") -> [Calendar.Output] {
    give(.finished(auction, edition(of: auction)))
  }

  /// The closing block is heard, and what it says.
  mutating func finish(
    _ outcome: AuctionResult.Outcome, _ winner: PrincipalID? = nil, _ amount: Money? = nil, digest: Digest = CalendarHouse.result
  ) {
    let said = AuctionResult(
      outcome: outcome, winner: winner, amount: amount, acceptedBids: 3, refusedBids: 0, refusals: digest, closesAt: Build.noon)
    give(.finished("moto", edition(of: "moto"), FinalWord(said, digest: digest)))
  }

  static let result = Build.digest("resultado")

  func edition(of auction: AuctionID) -> Edition { calendar.edition(of: auction) ?? Build.digest("nenhuma") }

  /// When the calendar wants to run next, since noon.
  var wakeUp: Interval? { calendar.wakeUp.map { $0 - Build.noon } }

  /// With one auction open, at noon.
  static func open(_ terms: AuctionTerms = Build.terms()) -> CalendarHouse {
    var house = CalendarHouse()
    house.schedule(terms)
    house.tick(at: .zero)
    return house
  }
}

extension [Calendar.Output] {
  var openings: [Opening] { compactMap { if case .opened(let opening, _) = $0 { opening } else { nil } } }
  var notices: [CalendarNotice] { compactMap { if case .noticed(let notice, _) = $0 { notice } else { nil } } }
  var passings: [PassedOn] { compactMap { if case .passedOn(let said, _) = $0 { said } else { nil } } }
  var answers: [CommandAnswer] { compactMap { if case .answered(let answer, _) = $0 { answer } else { nil } } }
  /// What was answered: nil where it was accepted.
  var refusals: [CommandRefusal?] { answers.map(\.refusal) }
}
