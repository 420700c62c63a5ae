import AuctionCore
import AuctionFacts
import SharedKernel
import SuiteTesting
import Testing

/// What a falling price asks, and when: to the microsecond, and without leaving what an amount can hold.
struct DescentTests {
  static let descent = AuctionRules.Descent(from: 1_000_00, step: 50_00, every: .seconds(30), to: 320_00)

  @Test(
    arguments: [
      (-1, 1_000_00), (0, 1_000_00), (29_999_999, 1_000_00), (30_000_000, 950_00), (59_999_999, 950_00), (60_000_000, 900_00),
      // 13 steps to 350.00, and one that is cut off at 320.00.
      (389_999_999, 400_00), (390_000_000, 350_00), (419_999_999, 350_00), (420_000_000, 320_00), (450_000_000, 320_00),
      (.max, 320_00), (.min, 1_000_00),
    ] as [(Int64, Int64)])
  func `the price is a step less after each whole interval, and never less than the least`(elapsed: Int64, price: Int64) {
    #expect(Self.descent.price(after: .microseconds(elapsed)) == Build.money(price))
  }

  @Test(
    arguments: [
      (-5, 30_000_000), (0, 30_000_000), (29_999_999, 30_000_000), (30_000_000, 60_000_000), (419_999_999, 420_000_000),
      (420_000_000, nil), (.max, nil),
    ] as [(Int64, Int64?)])
  func `the next step is the one after, until there is none`(elapsed: Int64, next: Int64?) {
    #expect(Self.descent.nextStep(after: .microseconds(elapsed))?.microseconds == next)
  }

  @Test func `what is huge does not overflow`() {
    let most = Money.maximum
    let steep = AuctionRules.Descent(from: most, step: most, every: .seconds(1), to: 1)
    #expect(steep.price(after: .microseconds(999_999)) == most && steep.price(after: .seconds(1)) == 1)
    #expect(steep.price(after: .microseconds(.max)) == 1 && steep.nextStep(after: .microseconds(.max)) == nil)
    let gentle = AuctionRules.Descent(from: most, step: 1, every: .seconds(86_400), to: 1)
    // 292 277 years of days: so many steps, and no more.
    #expect(gentle.price(after: .microseconds(.max)) == Build.money(most.minorUnits - .max / 86_400_000_000))
    #expect(gentle.nextStep(after: .microseconds(.max)) == nil, "after the end of time")
  }

  @Test func `every step falls when it is said to, and by no more than one`() {
    var random = SeededRandom(seed: 7)
    for _ in 0..<500 {
      let to = Int64.random(in: 1...1_000, using: &random)
      let descent = AuctionRules.Descent(
        from: Build.money(to + Int64.random(in: 1...5_000, using: &random)),
        step: Build.money(Int64.random(in: 1...900, using: &random)), every: .seconds(Int64.random(in: 1...90, using: &random)),
        to: Build.money(to))
      var (at, price) = (Interval.zero, descent.from)
      while let next = descent.nextStep(after: at) {
        #expect(descent.price(after: .microseconds(next.microseconds - 1)) == price)
        let after = descent.price(after: next)
        #expect(after < price && (after == descent.to || after.addingClamped(descent.step) == price))
        (at, price) = (next, after)
      }
      #expect(price == descent.to)
    }
  }

  @Test func `what is left to the end tells what is asked`() {
    let terms = Self.terms()
    let end = terms.closesAt
    #expect(terms.asked(at: Build.noon, closingAt: end) == 1_000_00)
    #expect(terms.asked(at: Build.noon + .seconds(30), closingAt: end) == 950_00)
    // Twelve seconds in which nobody could bid.
    #expect(terms.asked(at: Build.noon + .seconds(30), closingAt: end + .seconds(12)) == 1_000_00)
    #expect(terms.asked(at: Build.noon + .seconds(42), closingAt: end + .seconds(12)) == 950_00)
    #expect(terms.nextFall(after: Build.noon + .seconds(42), closingAt: end + .seconds(12)) == Build.noon + .seconds(72))
    #expect(Build.terms().asked(at: Build.noon, closingAt: end) == nil)
    #expect(Build.terms().nextFall(after: Build.noon, closingAt: end) == nil)
  }

  // MARK: Terms

  static func terms(_ change: (inout AuctionTerms) -> Void = { _ in }) -> AuctionTerms {
    var terms = Build.terms(
      format: .dutch, openingPrice: 320_00, rules: AuctionRules(extensionWindow: .zero, descent: descent))
    change(&terms)
    return terms
  }

  struct Wrong: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let problem: AuctionTerms.Problem?
    let change: @Sendable (inout AuctionTerms) -> Void

    init(_ name: String, _ problem: AuctionTerms.Problem?, _ change: @escaping @Sendable (inout AuctionTerms) -> Void) {
      (testDescription, self.problem, self.change) = (name, problem, change)
    }

    static func descent(_ from: Money, _ step: Money, _ every: Interval, _ to: Money) -> @Sendable (inout AuctionTerms) -> Void {
      { $0.rules.descent = .init(from: from, step: step, every: every, to: to) }
    }
  }

  static let examples = [
    Wrong("as it is", nil) { _ in },
    Wrong("no descent", .descent) { $0.rules.descent = nil },
    Wrong("no step", .descent, Wrong.descent(500_00, 0, .seconds(1), 320_00)),
    Wrong("one step to the least", nil, Wrong.descent(321_00, .maximum, .seconds(1), 320_00)),
    Wrong("from the least", .descent, Wrong.descent(320_00, 1, .seconds(1), 320_00)),
    Wrong("another least than the opening price", .descent, Wrong.descent(500_00, 1, .seconds(1), 319_99)),
    Wrong("half a second", .descent, Wrong.descent(500_00, 1, .milliseconds(500), 320_00)),
    Wrong("a second and a half", .descent, Wrong.descent(500_00, 1, .milliseconds(1_500), 320_00)),
    Wrong("a day", nil, Wrong.descent(500_00, 1, .seconds(86_400), 320_00)),
    Wrong("more than a day", .descent, Wrong.descent(500_00, 1, .seconds(86_401), 320_00)),
    Wrong("an extension", .extensionWindowOfDescent) { $0.rules.extensionWindow = .seconds(1) },
    Wrong("buying at once", .buyNow) { $0.rules.buyNow = 900_00 },
    Wrong("a descent of an English auction", .descent) { ($0.format, $0.rules.extensionWindow) = (.english, .zero) },
    Wrong("a descent of a sealed auction", .descent) { $0.format = .sealed },
  ]

  @Test(arguments: examples) func `terms that do not fall as they say are refused`(example: Wrong) {
    let terms = Self.terms(example.change)
    #expect(terms.problem(at: Build.noon) == example.problem)
    #expect(terms.refusal(at: Build.noon) == (example.problem == nil ? nil : .badTerms))
    var house = House()
    house.schedule(terms)
    #expect((house.summary == nil) == (example.problem != nil && example.problem != .buyNow), "ms-lance holds what can be held")
    // What an older house refused stays refused for what it said.
    #expect(terms.refusal(at: Build.noon, held: AuctionFormat.heldUpToVersion6) != nil)
  }

  @Test func `what a price falls to is its reserve, and no other is taken`() {
    var terms = Self.terms()
    #expect(terms.problem(at: Build.noon, reserve: 400_00) == .reserveOfDescent)
    #expect(terms.refusal(at: Build.noon, reserve: 400_00) == .badTerms)
    // Up to the opening price it is none.
    #expect(terms.problem(at: Build.noon, reserve: 320_00) == .reserve)
    terms.rules.reserveCommitment = Build.digest("reserva")
    #expect(terms.problem(at: Build.noon) == .reserveOfDescent && terms.refusal(at: Build.noon) == .unsupported)
    var house = House()
    house.schedule(terms)
    #expect(house.summary == nil, "ms-lance does not hold what cannot be held")
  }
}
