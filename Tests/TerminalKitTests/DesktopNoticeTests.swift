import TerminalKit
import Testing

@Suite("Desktop notices")
struct DesktopNoticeTests {
  @Test(
    "are told as the terminal's name says",
    arguments: [
      (["TERM": "xterm-kitty"], .osc99), (["TERM": "tmux-256color", "KITTY_WINDOW_ID": "1"], .osc99),
      (["TERM": "xterm-ghostty"], .osc777), (["TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"], .osc777),
      (["TERM": "foot-extra"], .osc777), (["TERM": "rxvt-unicode-256color"], .osc777),
      (["TERM": "xterm-256color", "KONSOLE_VERSION": "220401"], .osc777),
      (["TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"], .osc9), (["TERM": "screen", "LC_TERMINAL": "iTerm2"], .osc9),
      (["TERM": "xterm-256color", "TERM_PROGRAM": "WarpTerminal"], .osc9), (["TERM": "xterm-256color"], nil),
      (["TERM": "linux"], nil), ([:], nil), (["KITTY_WINDOW_ID": ""], nil),
    ] as [([String: String], DesktopNotice?)])
  func names(_ environment: [String: String], _ wanted: DesktopNotice?) {
    #expect(DesktopNotice { environment[$0] } == wanted)
  }

  @Test("in the form of each")
  func forms() {
    let (escape, end) = ("\u{1b}", "\u{1b}\\")
    #expect(DesktopNotice.osc9.sequence("b", title: "a", inTmux: false) == "\(escape)]9;a: b\(end)")
    #expect(DesktopNotice.osc99.sequence("b", title: "a", inTmux: false) == "\(escape)]99;;a: b\(end)")
    #expect(DesktopNotice.osc777.sequence("b", title: "a", inTmux: false) == "\(escape)]777;notify;a;b\(end)")
    let wrapped = "\(escape)Ptmux;\(escape)\(escape)]9;a: b\(escape)\(escape)\\\(end)"
    #expect(DesktopNotice.osc9.sequence("b", title: "a", inTmux: true) == wrapped)
  }

  @Test("carry no control character and no separator of whoever wrote the text", arguments: DesktopNotice.allCases)
  func payload(_ kind: DesktopNotice) {
    let hostile = "x\u{1b}]52;c;eA==\u{7}\u{9c}\u{202e};y\n"
    let sequence = kind.sequence(hostile, title: hostile, inTmux: false)
    let inside = sequence.unicodeScalars.dropFirst().dropLast(2)
    #expect(!inside.contains { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) || $0 == "\u{202e}" })
    let separators = ["9": 1, "99": 2, "777": 3][String(sequence.dropFirst(2).prefix { $0 != ";" })]
    #expect(inside.count { $0 == ";" } == separators)
  }
}
