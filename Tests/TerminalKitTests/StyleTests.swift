import TerminalKit
import Testing

@Suite("Style")
struct StyleTests {
  @Test("NO_COLOR counts when it is not empty, and the command line counts more")
  func depth() {
    #expect(ColorDepth(choice: .auto, noColor: nil, terminalColors: 256) == .indexed256)
    #expect(ColorDepth(choice: .auto, noColor: "", terminalColors: 8) == .sixteen)
    #expect(ColorDepth(choice: .auto, noColor: "1", terminalColors: 256) == .mono)
    #expect(ColorDepth(choice: .always, noColor: "1", terminalColors: 256) == .indexed256)
    #expect(ColorDepth(choice: .never, noColor: nil, terminalColors: 256) == .mono)
    #expect(ColorDepth(choice: .always, noColor: nil, terminalColors: 0) == .mono)
  }

  @Test("without colours no role has one", arguments: Role.allCases)
  func mono(_ role: Role) {
    let style = Style(role, depth: .mono)
    #expect(style.foreground == nil && style.background == nil)
  }

  @Test(
    "what states something sets both colours or none", arguments: ColorDepth.allCases, [Role.good, .bad, .warn, .danger, .error])
  func both(_ depth: ColorDepth, _ role: Role) {
    let style = Style(role, depth: depth)
    #expect((style.foreground == nil) == (style.background == nil))
    #expect(style != Style(.normal, depth: depth))
  }

  @Test("by itself a terminal of 256 colours has blue and orange, one of few its palette", arguments: Role.allCases)
  func themes(_ role: Role) {
    #expect(Style(role, depth: .indexed256) == Style(role, depth: .indexed256, theme: .blueOrange))
    #expect(Style(role, depth: .sixteen) == Style(role, depth: .sixteen, theme: .palette))
    #expect(Style(role, depth: .indexed256, theme: .palette) == Style(role, depth: .sixteen, theme: .palette))
    for theme in Theme.allCases { #expect(Style(role, depth: .mono, theme: theme) == Style(role, depth: .mono)) }
  }

  @Test("blue and orange has no green, and red for errors alone", arguments: Role.allCases)
  func blind(_ role: Role) {
    let style = Style(role, depth: .sixteen, theme: .blueOrange)
    #expect(![1, 2].contains(style.background ?? 0) || role == .error)
    #expect(![1, 2].contains(style.foreground ?? 0))
  }

  @Test("a theme stays within the colours that there are", arguments: Role.allCases, Theme.allCases)
  func depths(_ role: Role, _ theme: Theme) {
    let style = Style(role, depth: .sixteen, theme: theme)
    #expect((style.foreground ?? 0) < 8 && (style.background ?? 0) < 8)
  }

  @Test("every role has a letter of its own")
  func letters() { #expect(Set(Role.allCases.map(\.letter)).count == Role.allCases.count) }
}
