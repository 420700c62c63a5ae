import SharedKernel
import Testing

struct MoneyTests {
  static let most: Int64 = 9_007_199_254_740_991

  @Test(arguments: [0, 1, most] as [Int64]) func `amounts are from nothing to 2^53 − 1`(units: Int64) {
    #expect(Money(minorUnits: units)?.minorUnits == units)
  }

  @Test(arguments: [-1, most + 1, .min, .max] as [Int64]) func `anything else is no amount`(units: Int64) {
    #expect(Money(minorUnits: units) == nil)
  }

  @Test func `a sum that leaves the range is none, or is held at the largest`() throws {
    let one = try #require(Money(minorUnits: 1))
    #expect(one.adding(one)?.minorUnits == 2)
    #expect(Money.maximum.adding(.zero) == .maximum)
    #expect(Money.maximum.adding(one) == nil && Money.maximum.adding(.maximum) == nil)
    #expect(Money.maximum.addingClamped(.maximum) == .maximum)
    #expect(one.addingClamped(.zero) == one)
    #expect(Money.zero < one && one < .maximum)
  }

  @Test(arguments: [("BRL", 2), ("USD", 2), ("EUR", 2), ("JPY", 0), ("BHD", 3)])
  func `currencies are known by their code`(code: String, digits: Int) {
    #expect(Currency(code: code)?.fractionDigits == digits)
    #expect(Currency(code: code)?.description == code)
  }

  @Test(arguments: ["", "brl", "BRLX", "XXX", " BRL"]) func `other codes are not`(code: String) {
    #expect(Currency(code: code) == nil)
  }
}
