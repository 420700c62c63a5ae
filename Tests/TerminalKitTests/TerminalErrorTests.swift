import SharedKernel
import SuiteTesting
import TerminalKit
import Testing

@Suite struct TerminalErrorTests {
  @Test(arguments: [TerminalError.notATerminal, .unknown(term: ""), .unknown(term: "xyz"), .tooSimple(term: "dumb")])
  func `What keeps the screen from being drawn is told in both languages`(error: TerminalError) {
    #expect(error.sentence.portuguese != error.sentence.english)
    #expect(!error.sentence.portuguese.contains("TERM= ") && !error.sentence.english.contains("TERM= "))
    for language in Language.allCases { #expect(ForeignWords.found(in: error.sentence.said(in: language), for: language) == []) }
  }
}
