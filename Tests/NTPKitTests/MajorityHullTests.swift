import NTPKit
import SuiteTesting
import Testing

struct MajorityHullTests {
  struct Vector: Sendable {
    let claims: [(Int64, Int64)]
    let need: Int
    let low, high: Int64?
    init(_ claims: [(Int64, Int64)], need: Int, _ low: Int64?, _ high: Int64?) {
      (self.claims, self.need, self.low, self.high) = (claims, need, low, high)
    }
  }

  @Test(arguments: [
    Vector([(100, 1000), (300, 1500), (-200, 1200), (0, 900)], need: 3, -900, 1000),
    // One liar of four.
    Vector([(100, 1000), (300, 1500), (-200, 1200), (50000, 800)], need: 3, -900, 1000),
    // Two against two.
    Vector([(0, 100), (50, 100), (5000, 100), (5050, 100)], need: 3, nil, nil),
    // Two liars of five.
    Vector([(100, 1000), (0, 900), (-300, 1100), (50000, 800), (50200, 900)], need: 3, -900, 800),
    Vector([(0, 100), (5000, 100)], need: 2, nil, nil),
    Vector([(0, 100), (150, 100)], need: 2, 50, 100),
    // A chain.
    Vector([(0, 1000), (1500, 1000), (3000, 1000)], need: 2, 500, 2500),
    // A liar with a narrow claim, which captures Marzullo's interval.
    Vector([(0, 5000), (1000, 5000), (4500, 10)], need: 2, -4000, 5000),
    // Touching at one point.
    Vector([(0, 100), (200, 100), (1000, 50)], need: 2, 100, 100),
    Vector([(7, 3)], need: 1, 4, 10),
    Vector([], need: 1, nil, nil),
  ])
  func `from the first to the last point that a majority covers`(_ vector: Vector) {
    let hull = MajorityHull(vector.claims.map { Claim($0.0, $0.1) })
    #expect(MajorityHull.need(of: vector.claims.count) == vector.need)
    #expect(hull?.low == vector.low)
    #expect(hull?.high == vector.high)
  }

  @Test func `those who have not spoken have a vote too`() {
    let claims = [Claim(0, 100), Claim(50, 100)]
    #expect(MajorityHull(claims, voters: 3) != nil)
    #expect(MajorityHull(claims, voters: 4) == nil)
    #expect(MajorityHull(claims, voters: 1) == MajorityHull(claims))
  }

  @Test func `the middle is as far from either end as the half-width, and a falseticker's own lies outside`() throws {
    let hull = try #require(MajorityHull([Claim(0, 10), Claim(5, 10), Claim(100, 1)]))
    #expect(hull.middle - hull.halfWidth <= hull.low && hull.middle + hull.halfWidth >= hull.high)
    #expect(hull.holds(Claim(0, 10)) && !hull.holds(Claim(100, 1)))
  }

  @Test("a majority of the honest keeps the truth inside, whatever the others say", arguments: 1...8 as ClosedRange<UInt64>)
  func truthInside(seed: UInt64) throws {
    var dice = SeededRandom(seed: seed)
    for _ in 0..<5_000 {
      let count = Int.random(in: 1...9, using: &dice)
      let liars = Int.random(in: 0...((count - 1) / 2), using: &dice)
      let truth = Int64.random(in: -1_000_000...1_000_000, using: &dice)
      var claims = (0..<count).map { index in
        let halfWidth = Int64.random(in: 0...2_000, using: &dice)
        let error =
          index < liars ? Int64.random(in: -10_000...10_000, using: &dice) : .random(in: -halfWidth...halfWidth, using: &dice)
        return Claim(truth + error, halfWidth)
      }
      claims.shuffle(using: &dice)
      let hull = try #require(MajorityHull(claims))
      #expect(hull.low <= truth && truth <= hull.high)
      #expect(abs(truth - hull.middle) <= hull.halfWidth)
    }
  }

  @Test("it is what counting the cover of every point gives", arguments: 1...4 as ClosedRange<UInt64>)
  func oracle(seed: UInt64) {
    var dice = SeededRandom(seed: seed)
    for _ in 0..<1_000 {
      let claims = (0..<Int.random(in: 1...6, using: &dice)).map { _ in
        Claim(.random(in: -30...30, using: &dice), .random(in: 0...12, using: &dice))
      }
      let covered = (-50...50).filter { point in
        claims.count { ($0.middle - $0.halfWidth...$0.middle + $0.halfWidth).contains(Int64(point)) } > claims.count / 2
      }
      let hull = MajorityHull(claims)
      #expect(hull?.low == covered.first.map(Int64.init))
      #expect(hull?.high == covered.last.map(Int64.init))
    }
  }
}
