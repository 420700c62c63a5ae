internal import CNCurses

// The keys of the numeric pad. Terminals that were told to report keys as such (`keypad`) send these for it as well, and most of what
// terminfo says of them is missing or says what is printed on a VT100.
//
// Source: "XTerm Control Sequences", "VT220-Style Function Keys", the column "App".

extension NcursesTerminal {
  /// What `ESC O` and the character before mean, as the character after.
  private static let pad: [(sent: Character, means: Unicode.Scalar)] =
    Array(zip("pqrstuvwxy", "0123456789".unicodeScalars))
    + [("k", "+"), ("m", "-"), ("j", "*"), ("o", "/"), ("n", "."), ("l", ","), ("X", "="), ("M", "\r")]
  private static let base: Int32 = 0x7100

  static func definePad() { for key in pad { define_key("\u{1b}O\(key.sent)", base + Int32(key.means.value)) } }

  /// Nil: not of the pad.
  static func ofPad(_ code: Int32) -> Input? {
    guard let means = pad.first(where: { base + Int32($0.means.value) == code })?.means else { return nil }
    return means == "\r" ? .key(.enter) : .character(means)
  }
}
