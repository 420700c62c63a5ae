import AuctionFacts
import AuctionSigning
import AuctionWire
import LedgerProof
import SharedKernel
import SuiteTesting

// A house that lies about a price that falls.

extension LedgerDoctoring {
  static let liesAboutFalling: [LedgerDoctoring] = [
    lie("mais-caro", .holandes, .decisions) { story, _ in try story.buy(at: 950_00) },
    lie("mais-barato", .holandes, .decisions) { story, _ in try story.buy(at: 850_00) },
    lie("pelo-oferecido", .holandes, .ending) { story, _ in
      try story.end { result, evidence in (result.with(amount: .some(950_00)), evidence) }
    },
    lie("abaixo-do-pedido", .holandes, .decisions) { story, forge in
      let place = try story.purchase
      let (bid, received) = try story.bid(place.block, place.entry)
      try story.change(
        place.block, place.entry, fact: .bid(try forge.sealed(bid.with(amount: 899_99)), receivedAt: received))
    },
    lie("comprometido", .holandes, .decisions) { story, forge in
      let place = try story.purchase
      let (bid, received) = try story.bid(place.block, place.entry)
      let committed = try forge.sealed(bid.committing(to: Build.secret(950_00)))
      try story.change(place.block, place.entry, fact: .bid(committed, receivedAt: received))
    },
    lie("carimbo-adiantado", .holandes, .decisions) { story, _ in
      // Half a minute earlier it would have cost a step more.
      let place = try story.purchase
      guard case .bid(let evidence, let received) = try story.entries(place.block)[place.entry].fact else {
        throw Missing("a bid")
      }
      try story.change(place.block, place.entry, fact: .bid(evidence, receivedAt: received - .seconds(15)))
    },
    lie("vendido-sem-lance", .holandes, .ending) { story, _ in
      story.blocks.remove(at: try story.purchase.block)
      try story.end { result, evidence in (result.with(acceptedBids: 0), evidence) }
    },
    lie("segundo-vencedor", .holandes, .decisions) { story, forge in
      let place = try story.purchase
      let (bid, received) = try story.bid(place.block, place.entry)
      let entries = try story.entries(place.block)
      let other = try forge.sealed(bid.with(id: Build.bidID(70)))
      let again = BlockEntry(
        fact: .bid(other, receivedAt: received + .microseconds(1)), price: entries[place.entry].price,
        leader: entries[place.entry].leader, minimum: entries[place.entry].minimum, closesAt: entries[place.entry].closesAt)
      let block = story.blocks[place.block]
      let clock = ClockReading(
        max(block.clock.instant, received + .microseconds(1)), uncertainty: block.clock.uncertainty, status: block.clock.status)
      story.blocks[place.block] = block.with(content: .entries(entries + [again]), clock: clock)
      story.blocks[story.last] = story.blocks[story.last].with(clock: clock)
      try story.end { result, evidence in (result.with(acceptedBids: 2), evidence) }
    },
    lie("comprado-e-anulado", .holandes, .decisions) { story, forge in
      try forge.keys.register(HousePrincipal.operator)
      let place = try story.purchase
      let (bid, received) = try story.bid(place.block, place.entry)
      let (entries, block, at) = (try story.entries(place.block), story.blocks[place.block], received + .microseconds(1))
      let clock = ClockReading(max(block.clock.instant, at), uncertainty: block.clock.uncertainty, status: block.clock.status)
      let command = Command(
        id: Build.commandID(950),
        action: .void(
          Voiding(auction: bid.auction, edition: bid.edition, bid: bid.id, bidder: bid.bidder, reason: "valor errado")),
        clock: clock)
      let voided = BlockEntry(
        fact: .voided(try forge.voice(HousePrincipal.operator).seal(command).evidence, receivedAt: at), price: nil, leader: nil,
        minimum: entries[place.entry].minimum, closesAt: entries[place.entry].closesAt)
      story.blocks[place.block] = block.with(content: .entries(entries + [voided]), clock: clock)
      try story.close(by: forge)
      try story.end { result, evidence in
        (result.with(outcome: .noBids, winner: .some(nil), amount: .some(nil), acceptedBids: 0), evidence)
      }
    },
    lie("prorrogado", .holandes, .decisions) { story, _ in
      let place = try story.purchase
      let end = try story.entries(place.block)[place.entry].closesAt + .seconds(60)
      try story.change(place.block, place.entry, closesAt: end)
      try story.end { result, evidence in (result.with(closesAt: end), evidence) }
    },
    lie("pausa-sem-volta", .holandes, .decisions) { story, _ in
      // The suspension takes from the descent what it should not.
      let place = try story.place { if case .resumed = $0 { true } else { false } }
      try story.change(place, 0, closesAt: try story.entries(place - 1)[0].closesAt)
    },
    lie("ausencia-encurtada", .holandes, .decisions) { story, _ in
      let place = try story.place { if case .outage = $0 { true } else { false } }
      try story.change(place, 0, closesAt: try story.entries(place)[0].closesAt - .seconds(30))
    },
    lie("ausencia-a-moda-inglesa", .naoVendido, .decisions) { story, _ in
      // What an absence at the end gives where the price rises.
      let place = try story.place { if case .outage = $0 { true } else { false } }
      guard case .outage(_, let to) = try story.entries(place)[0].fact else { throw Missing("an outage") }
      try story.change(place, 0, closesAt: to + .seconds(100))
    },
    lie("ausencia-curta", .naoVendido, .decisions) { story, _ in
      let place = try story.place { if case .outage = $0 { true } else { false } }
      let entry = try story.entries(place)[0]
      guard case .outage(_, let to) = entry.fact else { throw Missing("an outage") }
      try story.change(
        place, 0, fact: .outage(from: to - .seconds(5), to: to), closesAt: LedgerScene.falling.closesAt + .seconds(5))
    },
    lie("ausencia-contada-duas-vezes", .naoVendido, .decisions) { story, _ in
      // The rest of an absence is told from where it was counted.
      let place = try story.place { if case .outage(let from, let to) = $0 { to - from < .seconds(5) } else { false } }
      let entry = try story.entries(place)[0]
      guard case .outage(let from, let to) = entry.fact else { throw Missing("an outage") }
      try story.change(
        place, 0, fact: .outage(from: from - .seconds(6), to: to), closesAt: entry.closesAt + .seconds(6))
      try story.end { result, evidence in (result, evidence) }
    },
    lie("pedido-na-suspensao", .holandesSuspenso, .decisions) { story, _ in
      let place = try story.place { if case .suspended = $0 { true } else { false } }
      try story.change(place, 0, minimum: 800_00)
    },
    lie("pedido-na-chave", .holandes, .decisions) { story, _ in
      let place = try story.purchase
      try story.change(place.block, place.entry - 1, minimum: 950_00)
    },
    lie("pedido-no-recibo", .holandes, .refusals) { story, _ in story.receipts[1].minimum = 1_000_00 },
    lie("pedido-no-recibo-suspenso", .holandesSuspenso, .refusals) { story, _ in
      story.receipts[1].minimum = 700_00
    },
    lie("ja-lidera", .holandes, .refusals) { story, _ in story.receipts[1].reason = .alreadyLeading },
    lie("encerrado-pelo-calendario", .holandes, .ending) { story, forge in
      try story.close(by: forge)
    },
  ]
}

extension LedgerForge.Story {
  /// Where the bid stands that bought.
  fileprivate var purchase: (block: Int, entry: Int) {
    get throws {
      let block = try place { if case .bid = $0 { true } else { false } }
      guard let entry = try entries(block).lastIndex(where: { if case .bid = $0.fact { true } else { false } }) else {
        throw Missing("a bid")
      }
      return (block, entry)
    }
  }

  /// As if the calendar had closed it at its end.
  fileprivate mutating func close(by forge: LedgerForge) throws {
    let end = try entries(try purchase.block)[0].closesAt
    let clock = ClockReading(end + .seconds(1), uncertainty: .zero, status: .synchronized)
    let notice = Build.notice(.close(closesAt: end), edition: try forge.bench.edition, sequence: 9, clock: clock)
    let evidence = try forge.calendar.seal(notice).evidence
    try self.end { result, _ in (result, evidence) }
    blocks[last] = blocks[last].with(clock: clock)
  }

  /// As if it had cost that.
  fileprivate mutating func buy(at price: Money) throws {
    let place = try purchase
    try change(place.block, place.entry, price: .some(price), minimum: price)
    try end { result, evidence in (result.with(amount: .some(price)), evidence) }
  }
}
