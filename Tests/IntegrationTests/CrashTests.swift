import AuctionFacts
import AuctionWire
import SharedKernel
import SuiteTesting
import Synchronization
import Testing

/// Services that are killed, stopped and started in pairs: whatever was accepted stays, and is decided once.
@Suite(.serialized)
struct CrashTests {
  /// What a bidder was told of one bid.
  struct Told: Sendable {
    let line: Line
    let status: Int32
  }

  /// Amounts for everybody: each is ten reais above the one before.
  final class Amounts: Sendable {
    private let next = Mutex(100)
    func take() -> String {
      next.withLock { amount in
        defer { amount += 10 }
        return "\(amount)"
      }
    }
  }

  /// Whether the bidders may stop.
  final class Flag: Sendable {
    private let value = Mutex(false)
    var isUp: Bool { value.withLock { $0 } }
    func raise() { value.withLock { $0 = true } }
  }

  @Test(arguments: [1 as UInt64, 20_261_121])
  func `Services killed at any moment lose nothing that was accepted and decide nothing twice`(seed: UInt64) async throws {
    let house = try await PrivateHouse()
    for bidder in ["ana", "bia"] { try await house.makeKeys(bidder) }
    try await house.schedule("sob-fogo", duration: "20s", extension: "20s")
    let followers = [try Follower(house, "sob-fogo", as: "ana"), try Follower(house, "sob-fogo", as: "bia")]
    for follower in followers { try await follower.first("aberto") }

    let told = Recorder<Told>()
    let isOver = Flag()
    let amounts = Amounts()
    try await withThrowingTaskGroup { group in
      for bidder in ["ana", "bia"] {
        group.addTask {
          while !isOver.isUp {
            let (line, status) = try await house.bidLine("sob-fogo", amounts.take(), as: bidder)
            told.record(Told(line: line, status: status))
          }
        }
      }
      group.addTask {
        defer { isOver.raise() }
        var random = SeededRandom(seed: seed)
        var decided = 0
        for service in (PrivateHouse.Service.allCases + PrivateHouse.Service.allCases).shuffled(using: &random) {
          // Some decisions later, and not at a time of anybody's choosing.
          decided += 1 + Int(random.next() % 2)
          _ = try await told.next(from: decided - 1) { $0 }
          try await Task.sleep(for: .milliseconds(random.next() % 300))
          try await house.kill9(service)
          try await house.start(service)
          decided = max(decided, told.count)
        }
      }
      try await group.waitForAll()
    }

    let stories = [try await followers[0].toTheEnd(), try await followers[1].toTheEnd()]
    #expect(stories[0] == stories[1])
    let ledger = try await Ledger("sob-fogo", from: Visitor(house))
    #expect(stories[0].last?.hash == ledger.head?.hex)
    #expect(stories[0].last?.vencedor == ledger.result?.winner?.text)
    #expect(ledger.result?.outcome == .sold)
    #expect(told.values.contains { $0.status == 0 })
    for told in told.values {
      let id = try #require(told.line.idLance)
      let decision = ledger.decision(of: id)
      switch told.line.situacao {
      case "aceito": #expect(told.status == 0 && decision?.block == told.line.bloco, "\(told.line)")
      case "recusado":
        #expect(told.status == 1 && decision?.block == nil, "\(told.line), \(String(describing: decision))")
        // What a client says by itself (that it never arrived) has no receipt.
        if let refusal = decision?.refusal { #expect(refusal.wireName == told.line.motivo) }
      default: Issue.record("after every restart there is an answer in time, but: \(told.line)")
      }
    }
    #expect(Set(ledger.accepted.map(\.bid.id.description)).isSubset(of: told.values.compactMap(\.line.idLance)))
  }
}
