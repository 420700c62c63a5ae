import Testing

@Suite("Sources")
struct SourcesTests {
  /// Read once, for all of the tests.
  private static let read = Result { try SourceTree.ofThisPackage() }
  let tree: SourceTree

  init() throws { tree = try Self.read.get() }

  @Test("are read: every target with Swift in it is there")
  func areRead() {
    #expect(Set(tree.files.map(\.target)).isSuperset(of: ImportTable.pure))
    #expect(tree.files.count >= 20)
  }

  @Test("have one row in the map for each folder, and no row for what is not there")
  func matchTheMap() {
    let mapped = ImportTable(markdown: tree.readme).targets
    #expect(Set(mapped) == tree.targets)
    #expect(mapped.count == Set(mapped).count)
  }

  @Test("import what the map allows, nothing else")
  func importWhatTheMapAllows() {
    let rule = ImportRule(table: ImportTable(markdown: tree.readme))
    #expect(tree.files.flatMap(rule.violations(in:)) == [])
  }

  @Test("keep the rule", arguments: Rule.all)
  func keep(_ rule: Rule) {
    #expect(tree.files.flatMap(rule.violations(in:)) == [])
  }
}
