import TerminalKit
import Testing

@testable import BidderClient

@Suite("The first key's words")
struct FirstKeyTests {
  @Test("break between words, under where their line begins; a path stays whole")
  func wrapped() {
    let path = "/" + String(repeating: "caminho/", count: 12)
    let text = "chaves de ana criadas:\n  privada  \(path) (não mostre a ninguém)\n" + String(repeating: "palavra ", count: 20)
    let lines = FirstKey.wrapped(text, to: 80).split(separator: "\n")
    #expect(lines.allSatisfy { SafeText.width(String($0)) <= 80 || $0.contains(path) })
    #expect(lines.contains { $0.hasPrefix("  ") && $0.hasSuffix(path) } && lines.contains("  (não mostre a ninguém)"), "\(lines)")
    #expect(FirstKey.wrapped("uma linha\n  outra  linha", to: 80) == "uma linha\n  outra  linha")
  }
}
