import NTPKit
import Testing

struct SelectionTests {
  func sample(_ offset: Nanoseconds, _ halfWidth: Nanoseconds = 10) -> Sample {
    Sample(offset: offset * millisecond, delay: 1, halfWidth: halfWidth * millisecond, takenAt: 0)
  }

  @Test func `one liar of four changes nothing and is named`() {
    let honest = [sample(1), sample(-2), sample(3)]
    let with = Selection(honest + [sample(3_600_000)], knowing: nil, awaiting: false, at: 0)
    #expect(with.verdicts == [.chosen, .chosen, .chosen, .outvoted])
    #expect(abs(with.estimate?.offset ?? .max) <= 13 * millisecond)
  }

  @Test func `the first to answer does not decide while others are awaited`() {
    let liar = sample(3_600_000)
    #expect(Selection([liar, nil, nil, nil], knowing: nil, awaiting: true, at: 0).estimate == nil)
    #expect(Selection([liar, sample(0), nil, nil], knowing: nil, awaiting: true, at: 0).estimate == nil)
    #expect(Selection([liar, sample(0), sample(1), nil], knowing: nil, awaiting: true, at: 0).estimate == nil)
    #expect(Selection([liar, sample(0), sample(1), sample(2)], knowing: nil, awaiting: true, at: 0).estimate != nil)
    #expect(Selection([nil, sample(0), sample(1), sample(2)], knowing: nil, awaiting: true, at: 0).estimate != nil)
  }

  @Test func `fewer than half decide alone only as far as a liar among them cannot`() {
    let (liar, silent) = (sample(3_600_000), nil as Sample?)
    func decided(_ samples: [Sample?]) -> Selection { Selection(samples, knowing: nil, awaiting: false, at: 0) }
    // One of three or more may be the liar; of two, both must be right for a majority to be.
    #expect(decided([sample(0), silent, silent, silent]).estimate == nil)
    #expect(decided([sample(0), silent, silent]).estimate == nil)
    #expect(decided([sample(0), silent]).estimate?.offset == 0)
    // Of two of four one may lie: both count, and the truth is with either.
    let two = decided([sample(0), sample(12), silent, silent])
    #expect(two.estimate == Estimate(offset: 6 * millisecond, halfWidth: 16 * millisecond, madeAt: 0))
    #expect(two.verdicts == [.chosen, .chosen, .silent, .silent])
    #expect(decided([sample(0), liar, silent, silent]).estimate == nil)
    // Three of five, two of them in league.
    #expect(decided([sample(0), liar, liar, silent, silent]).estimate == nil)
    #expect(decided([sample(0), sample(1), liar, liar, silent]).estimate == nil)
    #expect(decided([sample(0), sample(1), liar, silent]).verdicts == [.chosen, .chosen, .outvoted, .silent])
  }

  @Test func `a majority that leans on a wide claim does not shut out the truth`() {
    // The truth is 0. Two liars meet a wide honest claim at 900, and another honest one stands alone with it at 0.
    let samples = [sample(900, 20), sample(905, 20), sample(0, 950), sample(0, 10), nil]
    let estimate = Selection(samples, knowing: nil, awaiting: true, at: 0).estimate
    #expect(abs(estimate?.offset ?? .max) <= estimate?.halfWidth ?? 0)
  }

  @Test func `who was told to stop is silent and keeps its seat`() {
    let kissed = Selection([sample(3_600_000), nil, nil, nil], knowing: nil, awaiting: false, at: 0)
    #expect(kissed.estimate == nil && kissed.verdicts == [.noMajority, .silent, .silent, .silent])
  }

  @Test func `a server without a vote neither counts nor is waited for`() {
    let samples = [sample(3_600_000), sample(3_600_000), sample(0)]
    let selection = Selection(samples, voteless: [0, 1], knowing: nil, awaiting: true, at: 0)
    #expect(selection.estimate?.offset == 0)
    #expect(selection.verdicts == [.silent, .silent, .chosen])
  }

  @Test func `the few that are left must agree with what was known`() {
    let known = Estimate(offset: 0, halfWidth: 20 * millisecond, madeAt: 0)
    let lied = Selection([sample(3_600_000), nil, nil, nil], knowing: known, awaiting: false, at: 0)
    #expect(lied.estimate == nil)
    #expect(lied.verdicts == [.noMajority, .silent, .silent, .silent])
    // Alone it may lie within what was known: that grows on.
    #expect(Selection([sample(15), nil, nil, nil], knowing: known, awaiting: false, at: 0).estimate == nil)
    let agreed = Selection([sample(15), sample(16), nil, nil], knowing: known, awaiting: false, at: 0)
    #expect(agreed.estimate == Estimate(offset: 12_500_000, halfWidth: 7_500_000, madeAt: 0))
    // Two liars of five, and nobody else.
    let league = Selection([sample(500), sample(501), nil, nil, nil], knowing: known, awaiting: false, at: 0)
    #expect(league.estimate == nil && league.verdicts == [.noMajority, .noMajority, .silent, .silent, .silent])
    // One of two that are left lies: between it and the other lies what was known.
    let torn = Selection([sample(3_600_000), sample(0, 5), nil, nil], knowing: known, awaiting: false, at: 0)
    #expect(torn.estimate == Estimate(offset: 7_500_000, halfWidth: 12_500_000, madeAt: 0))
    #expect(torn.verdicts == [.outvoted, .chosen, .silent, .silent])
  }

  @Test func `a majority may say that what was known is wrong`() {
    let known = Estimate(offset: 0, halfWidth: millisecond, madeAt: 0)
    let selection = Selection([sample(500), sample(501), sample(499), nil], knowing: known, awaiting: false, at: 0)
    #expect(abs((selection.estimate?.offset ?? 0) - 500 * millisecond) <= 10 * millisecond)
  }

  @Test func `nobody heard, nothing known`() {
    let selection = Selection([nil, nil], knowing: nil, awaiting: false, at: 0)
    #expect(selection.estimate == nil)
    #expect(selection.verdicts == [.silent, .silent])
    #expect(Selection([], knowing: nil, awaiting: false, at: 0).estimate == nil)
  }

  @Test func `claims widen with age before they are compared`() {
    let apart = [sample(0, 10), sample(30, 10)]
    #expect(Selection(apart, knowing: nil, awaiting: false, at: 0).estimate == nil)
    #expect(Selection(apart, knowing: nil, awaiting: false, at: 101 * second).estimate != nil)
  }
}
