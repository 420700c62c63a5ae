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
    #expect(Selection([sample(0), nil, nil, nil], knowing: nil, awaiting: false, at: 0).estimate?.offset == 0)
  }

  @Test func `the few that are left must agree with what was known`() {
    let known = Estimate(offset: 0, halfWidth: 20 * millisecond, madeAt: 0)
    let lied = Selection([sample(3_600_000), nil, nil, nil], knowing: known, awaiting: false, at: 0)
    #expect(lied.estimate == nil)
    #expect(lied.verdicts == [.noMajority, .silent, .silent, .silent])
    let agreed = Selection([sample(15), nil, nil, nil], knowing: known, awaiting: false, at: 0)
    #expect(agreed.estimate == Estimate(offset: 12_500_000, halfWidth: 7_500_000, madeAt: 0))
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
