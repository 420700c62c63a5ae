import AuctionFacts
import SharedKernel
import Synchronization
import TerminalKit
import Testing

@testable import BidderClient

@Suite("The loop")
struct LoopTests {
  /// A clock that every look moves by a tenth of a second.
  private final class Steps {
    var now = drawnNow
    func read() -> ClockReading {
      now = now + .milliseconds(100)
      return reading(now)
    }
  }

  private func run(_ model: inout Model, _ terminal: HeadlessTerminal, _ inbox: Inbox) -> (ending: Ending, effects: [Effect]) {
    let clock = Steps()
    var effects: [Effect] = []
    var paced: Int64 = 0
    let pace: () -> Int64 = {
      paced += 30
      return paced
    }
    let ending = runTerminal(&model, on: terminal, inbox: inbox, clock: clock.read, pace: pace) { effects.append($0) }
    return (ending, effects)
  }

  @Test("draws what came in, hands on what is the world's business, and ends with the terminal")
  func whole() throws {
    let inbox = try #require(Inbox())
    for view in drawnAuctions { inbox.post(.gateway(.auction(view), epoch: 1)) }
    inbox.post(.gateway(.live, epoch: 1))
    var turns = 0
    let terminal = HeadlessTerminal(Size(width: 100, height: 30)) { terminal, _ in
      turns += 1
      switch turns {
      case 1...3: break
      case 4: terminal.send(.key(.down))
      case 5: terminal.send(.character("+"))
      case 6: terminal.send(.key(.enter))
      case 7...20: break
      default: terminal.send(.closed)
      }
    }
    var model = Model(settings(), size: Size(width: 1, height: 1), clock: reading(drawnNow))
    let (ending, effects) = run(&model, terminal, inbox)
    #expect(ending == .quit)
    #expect(effects == [.submitBid(Ticket(1), auctionID("l-03"), reais(130_000), upTo: nil)])
    #expect(model.size == Size(width: 100, height: 30))
    #expect(terminal.frame?.text.joined().contains("Violão Giannini") == true)
  }

  @Test("a signal ends it with that signal", arguments: [1, 2, 15] as [Int32])
  func signals(_ signal: Int32) throws {
    let inbox = try #require(Inbox())
    var model = drawnModel()
    let (ending, _) = run(&model, HeadlessTerminal(Size(width: 80, height: 24), inputs: [.terminate(signal: signal)]), inbox)
    #expect(ending == .signal(signal))
  }

  @Test("a resize is drawn at the new size")
  func resize() throws {
    let inbox = try #require(Inbox())
    var turns = 0
    let terminal = HeadlessTerminal(Size(width: 100, height: 30)) { terminal, _ in
      turns += 1
      if turns == 1 { terminal.send(.resize(Size(width: 40, height: 12))) }
      if turns == 10 { terminal.send(.closed) }
    }
    var model = drawnModel()
    _ = run(&model, terminal, inbox)
    #expect(terminal.frame?.size == Size(width: 40, height: 12))
  }

  @Test("bell and title go to the terminal, not to the world")
  func bells() throws {
    let inbox = try #require(Inbox())
    inbox.post(
      .gateway(
        .bidAccepted(
          auctionID("l-01"), line(50, bruno, 53_000, secondsAgo: 0), block: 9, minimum: reais(58_000),
          closesAt: drawnNow + .seconds(39)),
        epoch: 1))
    let terminal = HeadlessTerminal(Size(width: 80, height: 24), inputs: [.character("m")])
    var model = drawnModel()
    let (_, effects) = run(&model, terminal, inbox)
    #expect(terminal.bells == 1)
    #expect(terminal.titles.last == "(7) COBERTO l-01")
    #expect(effects == [.remember(model.memory)])
  }
}

@Suite("Inbox")
struct InboxTests {
  @Test("keeps the order and empties itself")
  func order() throws {
    let inbox = try #require(Inbox())
    for n in 1...10 { inbox.post(.gateway(.resyncing(done: n, total: 10), epoch: 1)) }
    #expect(inbox.fetch() == (1...10).map { .gateway(.resyncing(done: $0, total: 10), epoch: 1) })
    #expect(inbox.fetch().isEmpty)
  }

  @Test("drops the oldest when nobody fetches, and says so")
  func overflow() throws {
    let inbox = try #require(Inbox())
    for n in 1...Inbox.limit + 1 { inbox.post(.gateway(.resyncing(done: n, total: 0), epoch: 1)) }
    let fetched = inbox.fetch()
    #expect(fetched.count <= Inbox.limit + 1)
    #expect(fetched.last == .eventsLost)
    #expect(fetched.dropLast().last == .gateway(.resyncing(done: Inbox.limit + 1, total: 0), epoch: 1))
    var model = drawnModel()
    #expect(model.update(.eventsLost) == [.resync])
  }

  @Test("takes messages from many threads and loses none below its limit")
  func threads() async throws {
    let inbox = try #require(Inbox())
    await withTaskGroup { group in
      for epoch in 0..<8 {
        group.addTask { for n in 0..<200 { inbox.post(.gateway(.resyncing(done: n, total: 0), epoch: epoch)) } }
      }
    }
    let fetched = inbox.fetch()
    #expect(fetched.count == 1_600)
    for epoch in 0..<8 {
      let own = fetched.filter { if case .gateway(_, epoch) = $0 { true } else { false } }
      #expect(own == (0..<200).map { .gateway(.resyncing(done: $0, total: 0), epoch: epoch) })
    }
  }
}
