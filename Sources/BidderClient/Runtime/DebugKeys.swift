internal import Glibc
internal import TerminalKit

/// Keys that a terminal started with `--depurar` has besides its own, for whoever wants to see how it ends: each ends the program
/// in another way, but the last.
enum DebugKey: Unicode.Scalar, CaseIterable {
  case outOfBounds = "!"
  case stackOverflow = "@"
  case abort = "#"
  case precondition = "$"
  /// A library's word on standard error while the screen is taken.
  case complaint = "%"

  init?(_ input: Input) {
    guard case .character(let scalar) = input else { return nil }
    self.init(rawValue: scalar)
  }

  func press() {
    switch self {
    case .outOfBounds: Self.sink([0, 1, 2][Self.three])
    case .stackOverflow: Self.sink(Self.deeper(1))
    case .abort: Glibc.abort()
    case .precondition: preconditionFailure("a crash that was asked for")
    case .complaint:
      let words = Array("a library complains on standard error\n".utf8)
      _ = write(STDERR_FILENO, words, words.count)
    }
  }

  /// What the optimiser does not know.
  private static var three: Int { Int(max(getpid(), 3) - getpid() < 0 ? 0 : 3) }

  @inline(never) private static func deeper(_ n: Int) -> Int {
    guard n < .max else { return n }
    let room = [n + 1, n + 1, n + 1]
    return (deeper(room[n % 3]) ^ room[0]) &* 31 &+ n
  }

  @inline(never) private static func sink(_ value: Int) { _ = write(-1, [UInt8(truncatingIfNeeded: value)], 1) }
}
