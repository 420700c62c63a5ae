/// From where on an amount looks like a slip of the finger, and its number must be typed again.
package struct Thresholds: Hashable, Sendable {
  /// More than so many hundredths of the minimum, and more than `increments` above it.
  package var percent: Int64 = 120
  package var increments: Int64 = 10
  /// Or more than so many times the price.
  package var times: Int64 = 10

  // Amounts end at 2^53: nothing that these multiply overflows.
  package static let percents: ClosedRange<Int64> = 101...1_000
  package static let counts: ClosedRange<Int64> = 1...1_000
  package static let multiples: ClosedRange<Int64> = 2...1_000

  package init() {}

  /// The most that is an ordinary bid, as far as the share of the minimum says.
  func ordinary(over minimum: Int64) -> Int64 { minimum * percent / 100 }
}
