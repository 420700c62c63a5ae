import Testing

@Suite("Swift source, taken apart")
struct SwiftSourceTests {
  @Test(
    "has its literals",
    arguments: [
      (#"f("a", "b\"c")"#, ["a", #"b\"c"#]),
      ("f(\"\"\"\n  a \"quoted\" b\n  \"\"\")", ["\n  a \"quoted\" b\n  "]),
      (##"f(#"a "b" \n"#)"##, [#"a "b" \n"#]),
      (#"f("a \(b("c", d: (1))) e")"#, ["c", #"a \() e"#]),
      ("// \"no\"\n/* \"no\" /* \"no\" */ \"no\" */ f(\"yes\")", ["yes"]),
      ("f(\"// no comment\") // \"no\"", ["// no comment"]),
      ("f(\"open\ng(\"next\")", ["open", "next"]),
    ])
  func hasLiterals(text: String, literals: [String]) {
    #expect(SwiftSource(text).literals.map(\.text) == literals)
  }

  @Test("keeps the code where it was")
  func keepsCode() {
    let source = SwiftSource("a /* x */ b // y\nc(\"z\\(d)\")")
    #expect(source.code == "a         b     \nc(\"   d)\")")
    #expect(source.words.map(\.text) == ["a", "b", "c", "d"])
    #expect(source.words.map(\.line) == [1, 1, 2, 2])
  }
}
