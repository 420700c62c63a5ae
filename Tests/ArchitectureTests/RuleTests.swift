import Testing

@Suite("A rule")
struct RuleTests {
  private func broken(_ rule: Rule, _ text: String, in target: String = "AuctionCore") -> [Int] {
    rule.violations(in: .init(path: "planted.swift", target: target, source: SwiftSource(text))).map(\.line)
  }

  @Test(
    "finds what breaks it",
    arguments: [
      (Rule.readsNoClock, "let a = Date()"),
      (.readsNoClock, "let a = Date.now"),
      (.readsNoClock, "let a = ContinuousClock().now"),
      (.drawsNoRandomness, "let a = UUID()"),
      (.drawsNoRandomness, "let a = Int.random(in: 0...1)"),
      (.drawsNoRandomness, "var a = SystemRandomNumberGenerator()"),
      (.drawsNoRandomness, "let a = all.randomElement()"),
      (.drawsNoRandomness, "let a = text.hashValue"),
      (.isSynchronous, "func a() async {}"),
      (.isSynchronous, "let a = \"\\(await b)\""),
      (.hasNoFloatingPoint, "let a: Double? = nil"),
      (.hasNoFloatingPoint, "let a = Float(b)"),
      (.hasNoFloatingPoint, "let a = 1.5"),
      (.doesNotTrap, "fatalError(\"no\")"),
      (.doesNotTrap, "let a = try! b()"),
      (.doesNotTrap, "let a = b as! C"),
      (.isFinished, "// TODO: the rest"),
      (.isFinished, "/* FIXME */"),
      (.wireNamesStayInWire, "let a = \"lance_realizado\""),
      (.wireNamesStayInWire, "let a = \"leilao.iniciado\""),
      (.wireNamesStayInWire, "let a = \"leilao.\\(id)\""),
      (.wireNamesStayInWire, "let a = \"\"\"\n  x\n  \"\"\"; let b = \"application/vnd.leilao.retrato.v1+json\""),
    ])
  func findsWhatBreaksIt(rule: Rule, text: String) {
    #expect(broken(rule, text).count == 1)
    #expect(broken(rule, "\n\n" + text).first.map { $0 >= 3 } == true)
  }

  @Test(
    "leaves alone what only looks like it",
    arguments: [
      (Rule.readsNoClock, "let dated: OpeningDate? = nil // Date() is banned"),
      (.drawsNoRandomness, "let a = UniqueID(random: bytes)"),
      (.isSynchronous, "let a = \"async\""),
      (.hasNoFloatingPoint, "let a = pair.0.1; b.map { $0.0 }; for i in 0...1 {}; let b = \"1.5 Double\""),
      (.doesNotTrap, "let a = try? b as? C; let c = a != b // try!"),
      (.isFinished, "let TODOS = 1"),
      (.wireNamesStayInWire, "let a = \"leilao\" // \"leilao.iniciado\""),
      (.wireNamesStayInWire, "print(\"o lance.\")"),
    ])
  func leavesAlone(rule: Rule, text: String) {
    #expect(broken(rule, text) == [])
  }

  @Test("holds in its own targets only")
  func holdsInItsOwnTargets() {
    #expect(broken(.hasNoFloatingPoint, "let a = 1.5", in: "TerminalKit") == [])
    #expect(broken(.wireNamesStayInWire, "let a = \"mortas\"", in: "AuctionWire") == [])
    #expect(broken(.wireNamesStayInWire, "let a = \"mortas\"", in: "BidService") == [1])
  }

  @Test("about length counts lines")
  func countsLines() {
    #expect(broken(.isShort, String(repeating: "\n", count: Rule.longestFile)) == [])
    #expect(broken(.isShort, String(repeating: "\n", count: Rule.longestFile + 1)).count == 1)
  }
}
