import SharedKernel
import Testing

@Suite struct SentenceTests {
  private struct Known: Spoken {
    let sentence = Sentence("a chave falta", "the key is missing")
  }
  private struct Strange: Error, CustomStringConvertible {
    let description = "E42"
  }

  @Test func `A sentence is said in the language of its reader`() {
    let sentence = Sentence("não há chave", "there is no key").map { "k.pem: \($0)" }
    #expect(sentence.said(in: .portuguese) == "k.pem: não há chave")
    #expect(sentence.said(in: .english) == "k.pem: there is no key")
  }

  @Test func `An error that speaks is said in both languages, any other in its own words`() {
    #expect(Sentence(of: Known()) == Sentence("a chave falta", "the key is missing"))
    #expect(Sentence(of: Strange()) == Sentence(verbatim: "E42"))
    #expect("\(Known())" == "the key is missing")
  }
}
