package import SharedKernel

/// Lengths of time for people: three or four digits and a unit.
package enum SpanText {
  /// `123 µs`, `12,3 ms`, `1,250 s`, `3600,0 s`; with a sign where one is asked for.
  package static func exact(_ span: Interval, signed: Bool = false, in language: Language = .current) -> String {
    let micros = span.microseconds.magnitude
    let sign = span.microseconds < 0 ? "-" : signed ? "+" : ""
    let point = language.choose(",", ".")
    func decimal(_ value: UInt64, per unit: UInt64, digits: Int) -> String {
      let scale = (0..<digits).reduce(UInt64(1)) { product, _ in product * 10 }
      // Towards zero: what is shown is never more than what is.
      let fraction = String(value % unit * scale / unit)
      return "\(value / unit)\(point)\(String(repeating: "0", count: digits - fraction.utf8.count))\(fraction)"
    }
    switch micros {
    case ..<1_000: return "\(sign)\(micros) µs"
    case ..<1_000_000: return "\(sign)\(decimal(micros, per: 1_000, digits: 1)) ms"
    case ..<10_000_000: return "\(sign)\(decimal(micros, per: 1_000_000, digits: 3)) s"
    default: return "\(sign)\(decimal(micros, per: 1_000_000, digits: 1)) s"
    }
  }

  /// A bound on an error, rounded up: nobody is promised more than is kept.
  package static func bound(_ span: Interval, in language: Language = .current) -> String {
    let micros = max(span.microseconds, 0)
    let step: Int64 =
      switch micros {
      case ..<1_000: 1
      case ..<1_000_000: 100
      case ..<10_000_000: 1_000
      default: 100_000
      }
    let (over, saturates) = micros.addingReportingOverflow(step - 1)
    return exact(.microseconds(saturates ? .max : over / step * step), in: language)
  }

  /// How long ago, in the largest unit that it fills: `0 s`, `59 s`, `4 min`, `3 h`, `2 d`.
  package static func age(_ span: Interval) -> String {
    let seconds = max(span.microseconds, 0) / 1_000_000
    return switch seconds {
    case ..<60: "\(seconds) s"
    case ..<3_600: "\(seconds / 60) min"
    case ..<86_400: "\(seconds / 3_600) h"
    default: "\(seconds / 86_400) d"
    }
  }
}
