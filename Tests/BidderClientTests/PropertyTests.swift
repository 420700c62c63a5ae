import AuctionFacts
import Foundation
import SharedKernel
import SuiteTesting
import TerminalKit
import Testing

@testable import BidderClient

/// Random lives of a terminal: sequences of messages, whatever order they come in. `SEQUENCIAS` says how many thousands.
@Suite("Any sequence of messages")
struct PropertyTests {
  @Test("keeps what must hold", arguments: 0..<(thousands * 10))
  func invariants(_ block: UInt64) {
    for seed in block * 100..<(block + 1) * 100 {
      var random = SeededRandom(seed: seed)
      var life = Life(&random)
      for _ in 0..<Int.random(in: 5...40, using: &random) {
        guard life.step(&random) else {
          Issue.record("seed \(seed): \(life.failure)")
          return
        }
      }
    }
  }

  static let thousands = ProcessInfo.processInfo.environment["SEQUENCIAS"].flatMap(UInt64.init) ?? 100
  static let beginnings = Language.allCases.map { drawnModel($0) }

  /// One terminal, and what a distrustful observer remembers of it.
  struct Life {
    var model: Model
    var failure = ""
    var waiting: [AuctionID: Ticket] = [:]
    var block: Int64 = 20
    var stamp = drawnNow

    private static let sizes = [(100, 30), (100, 30), (130, 24), (80, 24), (40, 12), (36, 10), (20, 5), (20, 4), (10, 3)].map {
      Size(width: $0, height: $1)
    }

    init(_ random: inout SeededRandom) {
      model = PropertyTests.beginnings[Int.random(in: 0...1, using: &random)]
      if Int.random(in: 0..<4, using: &random) == 0 {
        model.settings.limit = reais(Int64.random(in: 0...2_000_000, using: &random))
      }
      model.settings.confirmsAlways = Int.random(in: 0..<4, using: &random) == 0
      model.size = Life.sizes.randomElement(using: &random) ?? Size(width: 100, height: 30)
    }

    mutating func step(_ random: inout SeededRandom) -> Bool {
      let message = message(&random)
      let before = model
      let effects = model.update(message)
      for effect in effects {
        guard case .submitBid(let ticket, let id, let amount, let maximum) = effect else { continue }
        guard let lot = before.live.lots[id] else { return fail("a bid on nothing") }
        guard message == .input(.key(.enter)) else { return fail("sent by \(message)") }
        guard before.live.link.takesBids, before.frozen == nil else { return fail("sent while not live") }
        guard lot.view.status == .open, amount >= lot.view.minimum else { return fail("sent \(amount) on \(lot.view)") }
        let most = maximum ?? amount
        guard amount <= most, most <= before.settings.limit ?? .maximum else { return fail("over the limit") }
        guard lot.bid?.stage.isFinal ?? true else { return fail("two in flight on \(id)") }
        if case .broken = lot.view.chain { return fail("bid on a broken chain") }
        let layout = Layout(before.size)
        if layout == .none { return fail("sent where nothing can be drawn") }
        let frame = view(before, size: before.size).text.joined(separator: "\n")
        // Where there is no room for it beside a question, the amount stands as it was typed.
        let isRoomy = layout == .wide || layout == .normal
        let typed = if case .bidBox(let box) = before.mode, !isRoomy { "[" + box.field.text } else { "no amount" }
        let shown =
          isRoomy ? before.settings.language.money.format(most, in: .brl) : before.settings.language.money.number(most, in: .brl)
        guard frame.contains(shown) || frame.contains(typed) else { return fail("\(shown) was not on the screen:\n\(frame)") }
        waiting[id] = ticket
      }
      if let selection = model.selection, !model.order.contains(selection) {
        if case .list = model.mode { return fail("\(selection) is selected and not listed") }
      }
      if model.live.notices.all.count > Notices.limit { return fail("too many notices") }
      if Int.random(in: 0..<64, using: &random) == 0 {
        let size = Size(width: Int.random(in: 0...120, using: &random), height: Int.random(in: 0...40, using: &random))
        let frame = view(model, size: size)
        if frame.size != size { return fail("a frame of another size") }
      }
      return true
    }

    private mutating func fail(_ reason: String) -> Bool {
      failure = reason
      return false
    }

    private mutating func message(_ random: inout SeededRandom) -> Message {
      switch Int.random(in: 0..<20, using: &random) {
      case 0..<5:
        let steps: [Int64] = [0, 1, 100, 260, 300, 1_000, 5_000, 9_000]
        return .tick(reading(model.now + .milliseconds(steps.randomElement(using: &random) ?? 0)))
      case 5..<13: return .input(key(&random))
      case 13: return .eventsLost
      default: return .gateway(event(&random), epoch: 1 + Int.random(in: 0..<8, using: &random) / 7)
      }
    }

    private func key(_ random: inout SeededRandom) -> Input {
      let characters = "bbbb++++=-vsq/123fnNmMpRLckj0159.,,1300".unicodeScalars.map(Input.character)
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<4: return .key(.enter)
      case 4 where Bool.random(using: &random):
        return .click(x: Int.random(in: -1...130, using: &random), y: Int.random(in: -1...45, using: &random))
      case 4: return .key(Key.allCases.randomElement(using: &random) ?? .up)
      case 5 where Bool.random(using: &random): return .wheel(Bool.random(using: &random) ? .up : .down)
      case 5 where Int.random(in: 0..<4, using: &random) == 0:
        return .resize(Life.sizes.randomElement(using: &random) ?? Size(width: 3, height: 2))
      case 5: return .paste(["1300\n", "1.400,00", "135000", "x"].randomElement(using: &random) ?? "")
      default: return characters.randomElement(using: &random) ?? .key(.enter)
      }
    }

    private mutating func event(_ random: inout SeededRandom) -> GatewayEvent {
      let id = drawnAuctions.randomElement(using: &random)?.terms.auction ?? auctionID("l-03")
      let lot = model.live.lots[id]
      stamp = stamp + .microseconds(Int64.random(in: -1...2_000_000, using: &random))
      switch Int.random(in: 0..<20, using: &random) {
      case 0: return .disconnected(reason: "reset", attempt: 1, retryAt: model.now + .seconds(1))
      case 1:
        return [.connecting(attempt: 2), .silent(since: model.now - .seconds(13)), .accessRefused(reason: "reset")]
          .randomElement(using: &random) ?? .live
      case 2, 3, 4: return .live
      case 5: return .blocked(reason: "memory")
      case 6, 7: return .unblocked
      case 8...12:
        let who = [alice, bruno, carla].randomElement(using: &random) ?? bruno
        let amount = (lot?.view.minimum ?? reais(100)).addingClamped(reais(Int64.random(in: 0...10_000, using: &random)))
        block += Int64.random(in: -1...1, using: &random)
        return .bidAccepted(
          id, BidLine(bid: bidID(Int.random(in: 60...90, using: &random)), bidder: who, amount: amount, receivedAt: stamp),
          block: block, minimum: amount.addingClamped(reais(5_000)),
          closesAt: model.now + .seconds(Int64.random(in: -5...100, using: &random)))
      case 13: return .auction(drawnAuctions.randomElement(using: &random) ?? drawnAuctions[0])
      case 14:
        return .extended(id, closesAt: model.now + .seconds(Int64.random(in: -5...500, using: &random)), by: bruno, cause: .bid)
      case 15:
        let progress: [BidProgress] = [
          .sent(bidID(70)), .delivered, .uncertain, .accepted, .refused(.belowMinimum, minimum: reais(1)), .busy, .neverDecided,
          .notSent(reason: "x"),
        ]
        return .bid(waiting[id] ?? Ticket(1), progress.randomElement(using: &random) ?? .delivered)
      case 16:
        guard Bool.random(using: &random) else { return .suspended(id, reason: "x") }
        let bid = lot?.view.bids.randomElement(using: &random)
        return .voided(id, bid?.bid ?? bidID(1), by: bid?.bidder ?? bruno, amount: bid?.amount, reason: "x")
      case 17: return .resumed(id, closesAt: model.now + .seconds(60))
      case 18: return closed(id, result(AuctionResult.Outcome.allCases.randomElement(using: &random) ?? .sold, winner: alice, 1))
      default:
        return Bool.random(using: &random) ? closed(id, result(.cancelled), reason: "x") : .chainBroken(id, reason: "gap")
      }
    }
  }
}
