import AuctionCore
import AuctionFacts
import SharedKernel
import SuiteTesting
import Testing

/// What operators may ask, and why they are told no.
struct CommandTests {
  struct Terms: CustomTestStringConvertible {
    let testDescription: String
    let refusal: CommandRefusal?
    var problem: AuctionTerms.Problem?
    let change: @Sendable (inout AuctionTerms) -> Void

    init(_ description: String, _ refusal: CommandRefusal?, _ change: @escaping @Sendable (inout AuctionTerms) -> Void) {
      (testDescription, self.refusal, self.change) = (description, refusal, change)
    }

    init(_ description: String, _ problem: AuctionTerms.Problem, _ change: @escaping @Sendable (inout AuctionTerms) -> Void) {
      self.init(description, CommandRefusal.badTerms, change)
      self.problem = problem
    }
  }

  static func bands(_ bands: [(Int64?, Int64)]) -> Increment {
    .table(bands.map { Increment.Band(upTo: $0.0.map(Build.money), step: Build.money($0.1)) })
  }

  /// Asked for at a minute before noon.
  static let now = Build.noon - .seconds(60)

  static let terms = [
    Terms("as they are", nil) { _ in },
    Terms("the longest title", nil) { $0.title = String(repeating: "ã", count: 120) },
    Terms("a title too long", .title) { $0.title = String(repeating: "a", count: 121) },
    Terms("a title that is one long character", .title) { $0.title = "a" + String(repeating: "\u{301}", count: 120) },
    Terms("no title", .title) { $0.title = "" },
    Terms("no description", nil) { $0.description = "" },
    Terms("the longest description", nil) { $0.description = String(repeating: "a", count: 2_000) },
    Terms("a description too long", .description) { $0.description = String(repeating: "a", count: 2_001) },
    Terms("a bidder sells", nil) { $0.seller = "cliente_alpha" },
    Terms("a service sells", .seller) { $0.seller = "ms_leilao" },
    Terms("an operator sells", .seller) { $0.seller = "operador" },
    Terms("from nothing", .openingPrice) { $0.openingPrice = 0 },
    Terms("from one", nil) { $0.openingPrice = 1 },
    Terms("from the largest amount", nil) { $0.openingPrice = .maximum },
    Terms("a step of nothing", .increment) { $0.increment = .fixed(0) },
    Terms("a share of nothing", .increment) { $0.increment = .percentage(basisPoints: 0) },
    Terms("a negative share", .increment) { $0.increment = .percentage(basisPoints: -1) },
    Terms("the largest share", nil) { $0.increment = .percentage(basisPoints: 1_000_000) },
    Terms("a share too large", .increment) { $0.increment = .percentage(basisPoints: 1_000_001) },
    Terms("no bands", .increment) { $0.increment = bands([]) },
    Terms("one band", nil) { $0.increment = bands([(nil, 5)]) },
    Terms("rising bands", nil) { $0.increment = bands([(100, 5), (200, 3), (nil, 9)]) },
    Terms("bands that stand still", .increment) { $0.increment = bands([(100, 5), (100, 3), (nil, 9)]) },
    Terms("bands that fall", .increment) { $0.increment = bands([(200, 5), (100, 3), (nil, 9)]) },
    Terms("a band without a step", .increment) { $0.increment = bands([(100, 0), (nil, 9)]) },
    Terms("no last band", .increment) { $0.increment = bands([(100, 5)]) },
    Terms("an unbounded band in the middle", .increment) { $0.increment = bands([(nil, 5), (nil, 9)]) },
    Terms("too many bands", .increment) { $0.increment = bands((1...64).map { ($0 * 10, 1) } + [(nil, 1)]) },
    Terms("buy now", nil) { $0.rules.buyNow = $0.openingPrice.addingClamped(1) },
    Terms("buy now at the opening price", .buyNow) { $0.rules.buyNow = $0.openingPrice },
    Terms("buy now in a sealed auction", .buyNow) { ($0.format, $0.rules.buyNow) = (.sealed, 500_00) },
    Terms("an end at the start", .closesAt) { $0.closesAt = $0.opensAt },
    Terms("an end before the start", .closesAt) { $0.closesAt = $0.opensAt - .seconds(1) },
    Terms("the shortest", nil) { $0.closesAt = $0.opensAt + .microseconds(1) },
    Terms("an hour ago", nil) { $0.opensAt = now - .seconds(3_600) },
    Terms("longer ago", .opensAt) { $0.opensAt = now - .microseconds(3_600_000_001) },
    Terms("over before it was asked for", nil) {
      ($0.opensAt, $0.closesAt) = (now - .seconds(3_600), now - .seconds(60))
    },
    Terms("in ten years", nil) { $0.closesAt = now + .seconds(3_653 * 86_400) },
    Terms("later", .closesAt) { $0.closesAt = now + .seconds(3_653 * 86_400) + .microseconds(1) },
    Terms("at the end of time", .closesAt) { $0.closesAt = Timestamp(microseconds: .max) },
    Terms("since the beginning", .opensAt) { $0.opensAt = Timestamp(microseconds: .min) },
    Terms("a hard close", nil) { $0.rules.extensionWindow = .zero },
    Terms("the longest window", nil) { $0.rules.extensionWindow = .seconds(86_400) },
    Terms("a window too long", .extensionWindow) { $0.rules.extensionWindow = .seconds(86_401) },
    Terms("a negative window", .extensionWindow) { $0.rules.extensionWindow = .seconds(-1) },
    Terms("half a second", .extensionWindow) { $0.rules.extensionWindow = .milliseconds(500) },
    Terms("the latest close at the end", nil) { $0.rules.latestClose = $0.closesAt },
    Terms("the latest close before the end", .latestClose) { $0.rules.latestClose = $0.closesAt - .microseconds(1) },
    Terms("the latest close too late", .latestClose) { $0.rules.latestClose = Timestamp(microseconds: .max) },
    Terms("no tolerance", nil) { $0.rules.inFlightTolerance = .zero },
    Terms("the longest tolerance", nil) { $0.rules.inFlightTolerance = .seconds(10) },
    Terms("too much tolerance", .inFlightTolerance) { $0.rules.inFlightTolerance = .milliseconds(10_001) },
    Terms("a negative tolerance", .inFlightTolerance) { $0.rules.inFlightTolerance = .milliseconds(-1) },
    Terms("half a millisecond", .inFlightTolerance) { $0.rules.inFlightTolerance = .microseconds(500) },
    Terms("a clock demanded", nil) { $0.rules.clockRequired = true },
    Terms("sealed", nil) { $0.format = .sealed },
    Terms("Vickrey", nil) { $0.format = .vickrey },
    Terms("Dutch", nil) { $0 = DescentTests.terms() },
    Terms("Dutch, and nothing that it falls from", .descent) { $0.format = .dutch },
    Terms("Dutch, with an extension", .extensionWindowOfDescent) {
      $0 = DescentTests.terms { $0.rules.extensionWindow = .seconds(1) }
    },
    Terms("a reserve", .unsupported) { $0.rules.reserveCommitment = Build.digest("reserva") },
    Terms("a descent", .descent) { $0.rules.descent = .init(from: 500, step: 10, every: .seconds(1), to: 100) },
    Terms("bad before unsupported", .title) { ($0.format, $0.title) = (.dutch, "") },
  ]

  @Test(arguments: terms) func `terms are taken or refused`(example: Terms) {
    var (house, terms) = (CalendarHouse(), Build.terms())
    example.change(&terms)
    let outputs = house.schedule(terms)
    #expect(outputs.refusals == [example.refusal])
    #expect(outputs.count == (example.refusal == nil ? 2 : 1))
    #expect(house.calendar.status(of: "moto") == (example.refusal == nil ? .scheduled : nil))
    #expect(terms.problem(at: Self.now) == example.problem)
  }

  @Test func `each bound has an example that is out of it`() {
    // The reserve is no part of the terms.
    #expect(Set(Self.terms.compactMap(\.problem)).union([.reserve, .reserveOfDescent]) == Set(AuctionTerms.Problem.allCases))
  }

  @Test func `an id serves once, for ever`() {
    var house = CalendarHouse()
    let edition = house.schedule().answers.first?.edition
    let answer = house.schedule().answers.first
    #expect(answer?.refusal == .auctionExists && answer?.edition == edition)
    house.cancel()
    #expect(house.schedule().refusals == [.auctionExists])
  }

  @Test func `a refused scheduling does not use the id up`() {
    var house = CalendarHouse()
    #expect(house.schedule(Build.terms(openingPrice: 0)).refusals == [.badTerms])
    #expect(house.schedule().refusals == [nil])
  }

  @Test func `an auction is cancelled by its id and edition`() {
    var house = CalendarHouse()
    #expect(house.cancel().refusals == [.unknownAuction])
    house.schedule()
    let answer = house.cancel(edition: Build.digest("outra")).answers.first
    #expect(answer?.refusal == .wrongEdition && answer?.auction == "moto")
    #expect(house.calendar.status(of: "moto") == .scheduled)
  }

  @Test func `the same command gets the same answer again, and does nothing`() {
    var house = CalendarHouse()
    let command = Build.schedule()
    let input = Calendar.Input.command(command, digest: Build.digest("c"), nonce: Array(1...16))
    let first = house.give(input)
    #expect(first.count == 2)
    house.clock = Build.clock(.seconds(86_400))
    let before = house.calendar
    #expect(house.give(.command(command, digest: Build.digest("c"), nonce: Array(17...32))) == Array(first.suffix(1)))
    #expect(house.calendar == before)
  }

  @Test func `a refusal is given again too`() {
    var house = CalendarHouse()
    let command = Build.cancel(edition: Build.digest("e"))
    let input = Calendar.Input.command(command, digest: Build.digest("c"), nonce: Array(1...16))
    let first = house.give(input)
    #expect(first.refusals == [.unknownAuction])
    house.schedule()
    #expect(house.give(input) == first)
  }

  @Test func `another command under the same id is refused, each time with the same answer`() {
    var house = CalendarHouse()
    house.command(.schedule(Build.terms()), id: Build.commandID(1))
    let other = Command(id: Build.commandID(1), action: .schedule(Build.terms("carro")), clock: house.clock)
    let input = Calendar.Input.command(other, digest: Build.digest("outro"), nonce: Array(1...16))
    let first = house.give(input)
    #expect(first.refusals == [.reusedID] && house.calendar.status(of: "carro") == nil)
    house.clock = Build.clock(.zero)
    #expect(house.give(input) == first)
  }

  @Test(
    arguments: [
      (-600_004_000, nil), (-600_004_001, .stale), (3_600_000_000, nil),
    ] as [(Int64, CommandRefusal?)])
  func `a command that is older than ten minutes beyond doubt is refused`(age: Int64, refusal: CommandRefusal?) {
    var house = CalendarHouse()
    let clock = ClockReading(house.clock.instant + .microseconds(age), uncertainty: .milliseconds(2), status: .synchronized)
    let command = Build.schedule(clock: clock)
    #expect(house.give(.command(command, digest: Build.digest("c"), nonce: Array(1...16))).refusals == [refusal])
  }

  @Test func `stale comes before reused`() {
    var house = CalendarHouse()
    house.command(.schedule(Build.terms()), id: Build.commandID(1))
    let old = Build.schedule(Build.terms("carro"), clock: Build.clock(.seconds(-3_600)))
    #expect(house.give(.command(old, digest: Build.digest("o"), nonce: Array(1...16))).refusals == [.stale])
  }
}
