import AuctionFacts
import SharedKernel
import TerminalKit
import Testing

@testable import BidderClient

@Suite("The price chart")
struct PriceChartTests {
  private func chart(_ points: (Int64, Int64)...) throws -> PriceChart {
    try #require(PriceChart(points.map { PriceChart.Point(at: drawnNow + .seconds($0.0), price: $0.1) }))
  }

  @Test("holds each price until the next one, from the lowest dots to the highest")
  func steps() throws {
    // Four columns of dots, four lines: 100 for half of the time, then 400.
    let rows = try chart((0, 100), (20, 400), (30, 400)).rows(width: 2, height: 1)
    #expect(rows == ["⣀⡏"])
    #expect(try chart((0, 100), (30, 400)).rows(width: 2, height: 2) == [" ⢸", "⣀⣸"])
  }

  @Test("falls too, and a price that never moved is a line")
  func falling() throws {
    #expect(try chart((0, 400), (30, 100)).rows(width: 2, height: 1) == ["⠉⢹"])
    #expect(try chart((0, 100), (30, 100)).rows(width: 3, height: 2) == ["   ", "⣀⣀⣀"])
  }

  @Test("needs two instants")
  func nothing() {
    #expect(PriceChart([]) == nil)
    #expect(PriceChart([PriceChart.Point(at: drawnNow, price: 1), PriceChart.Point(at: drawnNow, price: 2)]) == nil)
  }

  @Test("has as many rows and cells as it was given, whatever the prices", arguments: [1, 2, 7, 60], [1, 2, 6])
  func sizes(width: Int, height: Int) throws {
    let largest = Money.maximum.minorUnits
    for chart in [try chart((0, 1), (1, largest), (31_536_000, 5)), try chart((0, largest), (1, 0))] {
      let rows = chart.rows(width: width, height: height)
      #expect(rows.count == height && rows.allSatisfy { SafeText.width($0) == width })
    }
  }

  @Test(
    "stands in the detail with its axis and its extremes, and three bids below it", arguments: [100, 120],
    [30, 31, 32, 33, 34, 40])
  func axis(_ width: Int, _ height: Int) throws {
    let rows = view(drawnModel(), size: Size(width: width, height: height)).text
    let top = try #require(rows.firstIndex { $0.contains("12 lances") })
    let axis = try #require(rows.firstIndex { $0.contains("14:17:07") && $0.contains("14:32:04") })
    #expect(axis - top >= 4 && rows[top + 1].contains("1.250,00") && rows[axis - 1].contains("900,00"))
    for row in rows[top + 1..<axis] { #expect(row.unicodeScalars.contains { (0x2801...0x28ff).contains($0.value) }, "\(row)") }
    let bids = rows[(axis + 1)...].filter { $0.contains("│") && $0.contains("R$") }
    #expect(bids.count >= 3, "\(rows)")
  }

  @Test("has a likeness in ASCII")
  func ascii() {
    let likeness = "⣀⠤⠒⠉⡏⢹ ".unicodeScalars.map { Character(Ascii.standIn(for: $0)) }
    #expect(String(likeness) == "_--'|| ")
  }
}
