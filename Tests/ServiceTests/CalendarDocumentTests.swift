import ArgumentParser
import AuctionCore
import AuctionFacts
import Foundation
import SharedKernel
import SuiteTesting
import Testing

@testable import AuctionService

/// The examples of docs/calendar.md: what stands there is what the programs take.
struct CalendarDocumentTests {
  private let document: String

  init() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    document = try String(contentsOf: root.appending(path: "docs/calendar.md"), encoding: .utf8)
  }

  /// What stands in fences of that language.
  private func blocks(_ language: String) -> [String] {
    document.components(separatedBy: "```\(language)\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
  }

  private func calendars() throws -> [[ProposedTerms]] {
    try blocks("json").map { try CalendarFile.read(Array($0.utf8), from: "calendar.md") }
  }

  @Test func `every example is a calendar`() throws {
    let calendars = try calendars()
    #expect(calendars.count == 2 && calendars.first?.map(\.auction) == ["violao-1978", "moto-125"])
    #expect(
      calendars.first?.last?.increment == .table([.init(upTo: 5_000_00, step: 50_00), .init(upTo: nil, step: 100_00)]))
  }

  @Test func `there is one of each`() throws {
    let lots = try #require(try calendars().last)
    #expect(Set(lots.map(\.format)) == Set(AuctionFormat.allCases))
    let open = lots.filter { $0.format == .english }
    let isTable = { (lot: ProposedTerms) in if case .table = lot.increment { true } else { false } }
    #expect(open.contains { $0.increment == .fixed(50_00) } && open.contains { $0.increment == .percentage(basisPoints: 250) })
    #expect(open.contains { $0.increment == .ebay } && open.contains { isTable($0) && $0.increment != .ebay })
    #expect(open.contains { $0.rules.extensionWindow == .zero } && open.contains { $0.latestEnd != nil })
    #expect(open.contains { $0.reserve != nil } && lots.contains { $0.reserve != nil && $0.format == .vickrey })
    #expect(open.contains { $0.rules.buyNow != nil } && open.contains { $0.rules.clockRequired })
    #expect(lots.allSatisfy { $0.terms(asOf: Build.noon).refusal(at: Build.noon, reserve: $0.reserve) == nil })
  }

  @Test func `the command line schedules the same`() throws {
    let commands = try blocks("sh").joined().replacing("\\\n", with: " ").split(separator: "\n").map { line in
      let words = Self.words(String(line))
      #expect(words.starts(with: ["ms-leilao", "agendar"]))
      return try #require(try ScheduleCommand.parseAsRoot(Array(words.dropFirst(2))) as? ScheduleCommand).proposed()
    }
    #expect(try calendars().last == commands)
  }

  /// As a shell splits them, with quotes around whole words.
  private static func words(_ line: String) -> [String] {
    line.components(separatedBy: "\"").enumerated().flatMap { place, part in
      place.isMultiple(of: 2) ? part.split(separator: " ").map(String.init) : [part]
    }
  }
}
