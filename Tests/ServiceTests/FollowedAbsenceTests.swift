import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import SharedKernel
import SuiteTesting
import Testing

/// An absence of the house over the last moments of an auction whose price rises, as a follower is told of it.
@Suite("An absence that is followed")
struct FollowedAbsenceTests {
  private let bench: BooksBench
  private let blocks: [Block]

  init() throws {
    bench = try BooksBench.open()
    bench.after(.seconds(590))
    bench.restart(after: .seconds(30))
    blocks = try bench.ledger
  }

  private func telling(_ from: Timestamp, _ to: Timestamp, end: Timestamp) throws -> FollowedAuction {
    guard case .entries(let entries) = blocks[1].content, let old = entries.last else { throw Missing("an absence") }
    let entry = BlockEntry(
      fact: .outage(from: from, to: to), price: old.price, leader: old.leader, minimum: old.minimum, closesAt: end)
    let told = blocks[1].with(content: .entries([entry]))
    return try bench.follow([blocks[0], told])
  }

  private var absence: (from: Timestamp, to: Timestamp) {
    get throws {
      guard case .entries(let entries) = blocks[1].content, case .outage(let from, let to)? = entries.last?.fact else {
        throw Missing("an absence")
      }
      return (from, to)
    }
  }

  @Test func `gives the last moments back`() throws {
    let followed = try bench.follow(blocks)
    #expect(try followed.health == .whole && followed.closesAt == absence.to + .seconds(120))
  }

  @Test func `is believed over the opening however short it was`() throws {
    let terms = Build.terms(opensAt: Build.noon + .seconds(20), lasting: .seconds(25))
    let bench = try LedgerScene.ausenteNaAbertura.play()
    #expect(try bench.follow(bench.ledger, of: terms).health == .whole)
  }

  @Test func `is not believed to give more, or anything when it was short, early or late`() throws {
    let (from, to) = try absence
    let (end, given) = (Build.terms().closesAt, to + .seconds(120))
    for (from, to, end) in [
      (from, to, given + .seconds(1)), (from, to, given - .seconds(1)),
      (end - .seconds(6), end - .seconds(1), end + .seconds(119)),
      (end + .microseconds(1), to, given), (Build.noon + .seconds(400), Build.noon + .seconds(480), end),
    ] {
      #expect(try telling(from, to, end: end).health == .broken(Self.problem))
    }
    #expect(try telling(end, to, end: given).health == .whole)
  }

  private static let problem = "uma ausência que não dá esse tempo"
}
