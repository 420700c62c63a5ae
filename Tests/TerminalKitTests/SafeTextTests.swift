import TerminalKit
import Testing

@Suite("SafeText")
struct SafeTextTests {
  private func shown(_ text: String) -> String {
    String(String.UnicodeScalarView(SafeText.glyphs(text).map(\.scalar)))
  }

  @Test(
    "lets nothing through that a terminal would obey, hide or move",
    arguments: [
      ("a\u{1b}[31mb", "a\u{fffd}[31mb"), ("\u{1b}]52;c;AAAA\u{7}", "\u{fffd}]52;c;AAAA\u{fffd}"), ("a\u{9b}31m", "a\u{fffd}31m"),
      ("a\u{202e}b", "a\u{fffd}b"), ("a\u{2066}b\u{2069}", "a\u{fffd}b\u{fffd}"), ("a\u{200b}b", "a\u{fffd}b"),
      ("a\u{feff}b", "a\u{fffd}b"), ("a\nb\tc\rd", "a b c d"), ("a\r\nb", "a  b"), ("\u{7f}", "\u{fffd}"),
      ("\u{e000}", "\u{fffd}"), ("\u{2028}", "\u{fffd}"), ("\u{ad}", "\u{fffd}"), ("\u{600}", "\u{fffd}"),
      ("שלום", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}"),
      ("👨‍👩‍👧", "\u{fffd}"), ("🇧🇷", "\u{fffd}"), ("⚠", "\u{fffd}"), ("❤\u{fe0f}", "\u{fffd}"), ("e\u{301}", "é"), ("a\u{303}o", "ão"),
      ("c\u{327}", "ç"), ("x\u{301}\u{302}\u{303}", "x"), ("\u{301}", "\u{fffd}"), ("Violão R$\u{a0}1", "Violão R$\u{a0}1"),
      ("日本", "日本"), ("★▼▲·○●✓✗…│─", "★▼▲·○●✓✗…│─"),
    ])
  func hostile(_ text: String, _ wanted: String) { #expect(shown(text) == wanted) }

  @Test("knows how many cells a text takes")
  func widths() {
    #expect(SafeText.width("Violão") == 6)
    #expect(SafeText.width("日本a") == 5)
    #expect(SafeText.width("e\u{301}") == 1)
  }

  @Test("takes no more than its limit from a text", arguments: [300, 100_000])
  func limit(_ count: Int) {
    #expect(SafeText.glyphs(String(repeating: "x", count: count)).count == SafeText.limit)
    #expect(SafeText.glyphs("a" + String(repeating: "\u{301}", count: count)).count == 1)
  }

  @Test("cuts with an ellipsis, and never in the middle of a wide character")
  func cutting() {
    #expect(SafeText.cut("Violão Giannini", to: 7) == "Violão…")
    #expect(SafeText.cut("Violão", to: 6) == "Violão")
    #expect(SafeText.cut("日本語", to: 4) == "日…")
    #expect(SafeText.cut("abc", to: 0) == "")
  }

  @Test("is the same when done twice", arguments: 1...50 as ClosedRange<UInt32>)
  func idempotent(_ seed: UInt32) {
    var state = seed
    var text = String.UnicodeScalarView()
    for _ in 0..<100 {
      state = state &* 1_664_525 &+ 1_013_904_223
      if let scalar = Unicode.Scalar(state >> 12 % 0x110000) { text.append(scalar) }
    }
    let once = shown(String(text))
    #expect(shown(once) == once)
  }
}

@Suite("Ascii")
struct AsciiTests {
  @Test("keeps every cell in its place")
  func inPlace() {
    var frame = Frame(Size(width: 30, height: 1))
    frame.put(0, 0, "★ Violão ação ÇÁÉ 日 … ▁▄▆█ ±")
    #expect(frame.ascii.text == ["* Violao acao CAE ?? . _-=#+- "])
    #expect(frame.ascii.roles == frame.roles)
  }

  @Test("every stand-in is one printable ASCII character")
  func printable() {
    for scalar in (UInt32(0x80)...0x2fff).compactMap(Unicode.Scalar.init) {
      #expect((0x20...0x7e).contains(Ascii.standIn(for: scalar).value), "\(scalar)")
    }
  }
}
