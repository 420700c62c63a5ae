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

  @Test("every role has a letter of its own")
  func letters() { #expect(Set(Role.allCases.map(\.letter)).count == Role.allCases.count) }
}
