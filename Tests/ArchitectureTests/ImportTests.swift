import Testing

@Suite("The import table")
struct ImportTests {
  static let markdown = """
    # The map

    | layer | target | holds | may import |
    |---|---|---|---|
    | 0 | `CLib` | a module map | system libraries |
    | 1 | `SharedKernel` | words | standard library |
    | 2 | `AuctionCore` | rules | SharedKernel |
    | 2 | `MessagingKit` | a kit, with a comma | CLib |
    | 3 | `ServiceKit` | the shell | SharedKernel, kits, Logging |
    | 4 | `AuctionService` `BidService` | programs | layers 1 to 3, ArgumentParser |
    | 5 | `ms-leilao` | `Main.swift` | their library, ArgumentParser |
    """
  let table = ImportTable(markdown: markdown)

  private func broken(_ text: String, in target: String) -> Int {
    ImportRule(table: table).violations(in: .init(path: "planted.swift", target: target, source: SwiftSource(text))).count
  }

  @Test("has a row for each line that starts with a layer")
  func hasRows() {
    #expect(table.rows.count == 7)
    #expect(
      table.rows[5]
        == .init(layer: 4, targets: ["AuctionService", "BidService"], mayImport: ["layers 1 to 3", "ArgumentParser"]))
  }

  @Test(
    "forbids what it does not name",
    arguments: [
      ("AuctionCore", "import Glibc"),
      ("AuctionCore", "import Foundation"),
      ("AuctionCore", "package import MessagingKit"),
      ("AuctionCore", "@testable import ServiceKit"),
      ("AuctionCore", "import struct FoundationEssentials.Data"),
      ("AuctionCore", "@_exported public import Logging"),
      ("AuctionCore", "let a = 1; import Logging"),
      ("AuctionCore", "import\n  Logging"),
      ("AuctionCore", "#if os(Linux)\nimport Logging\n#endif"),
      ("MessagingKit", "import SharedKernel"),
      ("ServiceKit", "import CLib"),
      ("ServiceKit", "import AuctionCore"),
      ("AuctionService", "import BidService"),
      ("AuctionService", "import CLib"),
      ("ms-leilao", "import ServiceKit"),
      ("Unmapped", ""),
    ])
  func forbids(target: String, text: String) {
    #expect(broken(text, in: target) == 1)
  }

  @Test(
    "allows what it names",
    arguments: [
      ("AuctionCore", "package import SharedKernel\nimport Synchronization"),
      ("AuctionCore", "// import Glibc\n/* import Glibc */ let a = \"import Glibc\"; let b = c.import"),
      ("MessagingKit", "internal import CLib\nimport Glibc"),
      ("ServiceKit", "import MessagingKit\nimport struct Logging.Logger\nimport func SharedKernel.f"),
      ("AuctionService", "import AuctionCore\nimport ServiceKit\nimport ArgumentParser"),
      ("ms-leilao", "import AuctionService\nimport ArgumentParser"),
    ])
  func allows(target: String, text: String) {
    #expect(broken(text, in: target) == 0)
  }
}
