import AuctionFacts
import AuctionSigning
import AuctionWire
import LedgerProof
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting

// A house that lies under its own keys: the whole chain is said again, each block names the one before, and nothing but the rules, or
// what bidders and the calendar signed, shows it.

extension LedgerDoctoring {
  static func lie(
    _ name: String, _ scene: LedgerScene, _ expected: Check,
    _ change: @escaping @Sendable (inout LedgerForge.Story, LedgerForge) throws -> Void
  ) -> LedgerDoctoring {
    LedgerDoctoring(name, scene, expected) { forge in try forge.lie { try change(&$0, forge) } }
  }

  // MARK: - The chain and what its entries say

  static let lies: [LedgerDoctoring] = [
    lie("numero-saltado", .calado, .chain) { story, _ in
      var before: Digest?
      for place in story.blocks.indices {
        story.blocks[place] = story.blocks[place].with(number: Int64(place > 2 ? place + 1 : place), previous: before)
        before = SHA256.of(story.blocks[place].payload)
      }
      story.isLinked = false
    },
    lie("anterior", .calado, .chain) { story, _ in
      story.blocks[2] = story.blocks[2].with(previous: Build.digest("outro"))
      for place in 3..<story.blocks.count {
        story.blocks[place] = story.blocks[place].with(previous: SHA256.of(story.blocks[place - 1].payload))
      }
      story.isLinked = false
    },
    lie("bloco-de-outra-edicao", .calado, .chain) { story, _ in
      let old = story.blocks[3]
      story.blocks[3] = Block(
        auction: old.auction, edition: Build.digest("outra"), number: old.number, previous: old.previous, content: old.content,
        clock: old.clock)
    },
    lie("depois-do-resultado", .calado, .chain) { story, _ in story.blocks.append(story.blocks[4]) },
    lie("dois-resultados", .calado, .chain) { story, _ in story.blocks.append(story.blocks[story.last]) },
    lie("duas-aberturas", .semLances, .chain) { story, _ in
      story.blocks.insert(story.blocks[0], at: 1)
      story.isLinked = false
    },
    lie("termos-trocados", .calado, .chain) { story, forge in
      let terms = Build.terms(seller: "vendedora", increment: .fixed(1_00), rules: AuctionRules(extensionWindow: .seconds(60)))
      let scheduling = try forge.calendar.seal(Build.scheduling(terms))
      let opening = Opening(
        auction: "moto", edition: try forge.bench.edition, opensAt: terms.opensAt, closesAt: terms.closesAt,
        scheduling: scheduling.evidence, clock: Build.clock())
      story.blocks[0] = story.blocks[0].with(content: .opening(try forge.calendar.seal(opening).evidence))
    },
    lie("aberto-antes", .calado, .chain) { story, forge in
      try story.open(forge, since: Build.noon - .seconds(5), for: .seconds(605))
    },
    lie("fim-encurtado-na-abertura", .calado, .chain) { story, forge in
      try story.open(forge, since: Build.noon, for: .seconds(300))
    },
    lie("relogio-para-tras", .calado, .stamps) { story, _ in
      story.blocks[4] = story.blocks[4].with(clock: story.blocks[1].clock)
    },
    lie("relogio-inventado", .calado, .decisions) { story, _ in
      let clock = story.blocks[3].clock
      story.blocks[3] = story.blocks[3].with(
        clock: ClockReading(clock.instant - .seconds(8), uncertainty: clock.uncertainty, status: clock.status))
    },
    lie("preco", .calado, .decisions) { story, _ in try story.change(3, 0, price: .some(125_00)) },
    lie("lider", .calado, .decisions) { story, _ in try story.change(3, 0, leader: .some("beta")) },
    lie("minimo", .calado, .decisions) { story, _ in try story.change(3, 0, minimum: 140_00) },
    lie("fim", .calado, .decisions) { story, _ in try story.change(3, 0, closesAt: Build.noon + .seconds(601)) },
    lie("lance-omitido", .calado, .decisions) { story, _ in
      story.blocks.remove(at: 2)
      try story.end { ($0.with(acceptedBids: 3), $1) }
    },
    lie("lances-trocados", .calado, .decisions) { story, _ in
      let (second, third) = (story.blocks[2], story.blocks[3])
      story.blocks[2] = third.with(clock: second.clock)
      story.blocks[3] = second.with(clock: third.clock)
      let (a, b) = (try story.bid(2, 0).receivedAt, try story.bid(3, 1).receivedAt)
      guard case .bid(let one, _) = try story.entries(2)[0].fact, case .bid(let other, _) = try story.entries(3)[1].fact else {
        throw Missing("bids")
      }
      try story.change(2, 0, fact: .bid(one, receivedAt: b))
      try story.change(3, 1, fact: .bid(other, receivedAt: a))
    },
    lie("ausencia-por-vir", .calado, .stamps) { story, _ in
      let last = try story.entries(4)
      story.set(
        4,
        last + [
          BlockEntry(
            fact: .outage(from: Build.noon + .seconds(30), to: Build.noon + .seconds(5_000)), price: last[0].price,
            leader: last[0].leader, minimum: last[0].minimum, closesAt: Build.noon + .seconds(5_120))
        ])
    },
    lie("ausencia-inventada", .calado, .decisions) { story, _ in
      let last = try story.entries(4)
      let (price, leader, minimum) = (last[0].price, last[0].leader, last[0].minimum)
      let end = Build.noon + .seconds(700)
      story.set(
        4,
        last + [
          BlockEntry(
            fact: .outage(from: Build.noon + .seconds(30), to: Build.noon + .seconds(33)), price: price, leader: leader,
            minimum: minimum,
            closesAt: end)
        ])
    },
    // Moved back over the last bid, or on over the next one: the end that follows from it is the rules'.
    lie("ausencia-sobre-lances", .vendido, .stamps) { story, _ in
      let place = try story.place { if case .outage = $0 { true } else { false } }
      guard case .outage(let from, let to) = try story.entries(place)[0].fact else { throw Missing("an outage") }
      try story.change(place, 0, fact: .outage(from: from - .seconds(80), to: to))
    },
    lie("ausencia-sobre-uma-recusa", .semLances, .stamps) { story, _ in
      let refused = story.receipts[0].receivedAt
      let clock = ClockReading(Build.noon + .seconds(590), uncertainty: .milliseconds(2), status: .synchronized)
      story.blocks.insert(
        story.blocks[1].with(
          content: .entries([
            BlockEntry(
              fact: .outage(from: refused - .seconds(1), to: clock.instant), price: nil, leader: nil, minimum: 100_00,
              closesAt: clock.instant + .seconds(120))
          ]), clock: clock), at: 1)
    },
    lie("ausencia-esticada", .vendido, .decisions) { story, _ in
      let place = try story.place { if case .outage = $0 { true } else { false } }
      try story.change(place, 0, closesAt: try story.entries(place)[0].closesAt + .seconds(60))
    },
    lie("retomada-esticada", .suspenso, .decisions) { story, _ in
      let place = try story.place { if case .resumed = $0 { true } else { false } }
      try story.change(place, 0, closesAt: try story.entries(place)[0].closesAt + .seconds(60))
    },
    lie("retomada-omitida", .suspenso, .decisions) { story, _ in
      story.blocks.remove(at: try story.place { if case .resumed = $0 { true } else { false } })
    },
    lie("suspensa-duas-vezes", .suspenso, .decisions) { story, _ in
      let place = try story.place { if case .suspended = $0 { true } else { false } }
      let entry = try story.entries(place)[0]
      guard case .suspended(let evidence, let at) = entry.fact else { throw Missing("a suspension") }
      let again = BlockEntry(
        fact: .suspended(evidence, receivedAt: at + .microseconds(1)), price: entry.price, leader: entry.leader,
        minimum: entry.minimum,
        closesAt: entry.closesAt)
      story.set(place, [entry, again])
      story.blocks[place] = story.blocks[place].with(clock: story.blocks[place + 1].clock)
    },
    lie("recibo-com-outro-minimo", .calado, .refusals) { story, _ in story.receipts[0].minimum = 150_00 },
    lie("recibo-com-motivo-falso", .calado, .refusals) { story, _ in story.receipts[0].reason = .closed },
    lie("recibo-apos-outro-bloco", .calado, .refusals) { story, _ in story.receipts[0].afterBlock = 2 },
    lie("recibo-de-um-aceito", .calado, .refusals) { story, forge in
      guard case .bid(let evidence, _) = try story.entries(3)[0].fact else { throw Missing("a bid") }
      story.receipts[1].bidDigest = SHA256.of(try Envelope(evidence).payload)
    },
    lie("recibo-sem-numero", .calado, .refusals) { story, _ in
      story.receipts[0].number = 2
      story.receipts[1].number = 1
    },
    lie("recibo-de-outro-instante", .calado, .refusals) { story, _ in
      story.receipts[0].receivedAt = story.receipts[0].receivedAt + .microseconds(1)
    },
    lie("recibo-com-carimbo-alheio", .calado, .stamps) { story, _ in
      story.receipts[0].receivedAt = try story.bid(4, 0).receivedAt
    },
  ]

  // MARK: - Bids

  static let liesAboutBids: [LedgerDoctoring] = [
    lie("lance-forjado", .calado, .bids) { story, forge in
      let (bid, at) = try story.bid(3, 0)
      try story.change(3, 0, fact: .bid(try forge.sealed(bid, by: "beta"), receivedAt: at))
    },
    lie("lance-forjado-pela-casa", .calado, .bids) { story, forge in
      let (bid, at) = try story.bid(3, 0)
      try story.change(
        3, 0, fact: .bid(try forge.sealed(bid.with(amount: 125_00), by: "ms_lance"), receivedAt: at), price: .some(125_00),
        minimum: 135_00)
    },
    lie("lance-repetido", .calado, .bids) { story, _ in
      guard case .bid(let evidence, _) = try story.entries(2)[1].fact else { throw Missing("a bid") }
      let at = try story.bid(4, 0).receivedAt
      try story.change(4, 0, fact: .bid(evidence, receivedAt: at))
    },
    lie("id-repetido", .calado, .bids) { story, forge in
      let (bid, at) = try story.bid(4, 0)
      try story.change(4, 0, fact: .bid(try forge.sealed(bid.with(id: try story.bid(2, 1).bid.id)), receivedAt: at))
    },
    lie("chave-omitida", .calado, .bids) { story, _ in story.set(1, Array(try story.entries(1).dropFirst())) },
    lie("chave-trocada", .calado, .bids) { story, forge in
      guard case .key(let record) = try story.entries(1)[0].fact else { throw Missing("a key") }
      let other = KeyRecord(
        owner: record.owner, keyID: record.keyID, spki: try forge.voice("beta").key.publicKey.spki, standing: .active)
      try story.change(1, 0, fact: .key(other))
    },
    lie("chave-de-outro", .calado, .bids) { story, forge in
      guard case .key(let record) = try story.entries(1)[0].fact else { throw Missing("a key") }
      try story.change(1, 0, fact: .key(KeyRecord(owner: "gama", keyID: record.keyID, spki: record.spki, standing: .active)))
    },
    lie("chave-sem-lance", .calado, .decisions) { story, forge in
      let key = try forge.voice("gama").key.publicKey
      let state = try story.entries(3)[0]
      let record = KeyRecord(owner: "gama", keyID: SHA256.of(key.spki), spki: key.spki, standing: .active)
      story.set(
        3,
        [
          state,
          BlockEntry(
            fact: .key(record), price: state.price, leader: state.leader, minimum: state.minimum, closesAt: state.closesAt),
        ])
    },
    lie("chave-revogada", .chaves, .bids) { story, forge in
      // The bid under the new key, with the naming of that key left out.
      let place = try story.place { if case .key(let record) = $0 { record.standing == .revoked } else { false } } + 1
      story.set(place, Array(try story.entries(place).dropFirst()))
    },
    lie("carimbos-iguais", .calado, .stamps) { story, _ in
      guard case .bid(let evidence, _) = try story.entries(4)[0].fact else { throw Missing("a bid") }
      try story.change(4, 0, fact: .bid(evidence, receivedAt: try story.bid(3, 0).receivedAt))
    },
    lie("carimbo-para-tras", .calado, .stamps) { story, _ in
      guard case .bid(let evidence, let at) = try story.entries(4)[0].fact else { throw Missing("a bid") }
      try story.change(4, 0, fact: .bid(evidence, receivedAt: at - .seconds(15)))
    },
    lie("lance-de-outra-edicao", .calado, .bids) { story, forge in
      let (bid, at) = try story.bid(3, 0)
      try story.change(3, 0, fact: .bid(try forge.sealed(bid.with(edition: Build.digest("outra"))), receivedAt: at))
    },
    lie("abaixo-do-minimo", .calado, .decisions) { story, forge in
      let (bid, at) = try story.bid(3, 0)
      try story.change(
        3, 0, fact: .bid(try forge.sealed(bid.with(amount: 115_00)), receivedAt: at), price: .some(115_00), minimum: 125_00)
    },
    lie("abaixo-do-inicial", .calado, .decisions) { story, forge in
      let (bid, at) = try story.bid(1, 1)
      try story.change(
        1, 1, fact: .bid(try forge.sealed(bid.with(amount: 90_00)), receivedAt: at), price: .some(90_00), minimum: 100_00)
    },
    lie("supera-se", .calado, .decisions) { story, forge in
      let (bid, at) = try story.bid(3, 0)
      let own = bid.with(bidder: "beta")
      try story.change(3, 0, fact: .bid(try forge.sealed(own), receivedAt: at), leader: .some("beta"))
    },
    lie("vendedor", .calado, .decisions) { story, forge in
      let (bid, at) = try story.bid(4, 0)
      let key = try forge.voice("vendedora").key.publicKey
      let state = try story.entries(4)[0]
      let record = KeyRecord(owner: "vendedora", keyID: SHA256.of(key.spki), spki: key.spki, standing: .active)
      story.set(
        4,
        [
          BlockEntry(
            fact: .key(record), price: 120_00, leader: "alpha", minimum: 130_00, closesAt: state.closesAt),
          BlockEntry(
            fact: .bid(try forge.sealed(bid.with(bidder: "vendedora")), receivedAt: at), price: state.price, leader: "vendedora",
            minimum: state.minimum, closesAt: state.closesAt),
        ])
      try story.end { ($0.with(winner: .some("vendedora")), $1) }
    },
    lie("vencido", .calado, .decisions) { story, forge in
      let (bid, at) = try story.bid(3, 0)
      let clock = ClockReading(at - .seconds(6), uncertainty: .milliseconds(2), status: .synchronized)
      try story.change(3, 0, fact: .bid(try forge.sealed(bid.with(clock: clock)), receivedAt: at))
    },
    lie("do-futuro", .calado, .decisions) { story, forge in
      let (bid, at) = try story.bid(3, 0)
      let clock = ClockReading(at + .seconds(1), uncertainty: .milliseconds(2), status: .synchronized)
      try story.change(3, 0, fact: .bid(try forge.sealed(bid.with(clock: clock)), receivedAt: at))
    },
    lie("visto-inexistente", .calado, .decisions) { story, forge in
      let (bid, at) = try story.bid(3, 0)
      let seen = Seen(block: 1, digest: Build.digest("outro bloco"))
      try story.change(3, 0, fact: .bid(try forge.sealed(bid.with(seen: .some(seen))), receivedAt: at))
    },
    lie("antes-do-visto", .vendido, .decisions) { story, forge in
      let (bid, at) = try story.bid(3, 0)
      let clock = ClockReading(at - .milliseconds(1_500), uncertainty: .milliseconds(2), status: .synchronized)
      try story.change(3, 0, fact: .bid(try forge.sealed(bid.with(clock: clock)), receivedAt: at))
    },
    lie("durante-a-suspensao", .suspenso, .decisions) { story, _ in
      let place = try story.place { if case .resumed = $0 { true } else { false } }
      story.blocks.swapAt(place, place + 1)
    },
    lie("depois-do-fim", .calado, .decisions) { story, forge in try story.lateBid(forge, extending: false) },
    lie("prorrogado-depois-do-fim", .calado, .decisions) { story, forge in try story.lateBid(forge, extending: true) },
  ]

  // MARK: - The end

  static let liesAboutTheEnd: [LedgerDoctoring] = [
    lie("outro-vencedor", .calado, .ending) { story, _ in try story.end { ($0.with(winner: .some("alpha")), $1) } },
    lie("outro-valor", .calado, .ending) { story, _ in try story.end { ($0.with(amount: .some(135_00)), $1) } },
    lie("segundo-vencedor", .calado, .ending) { story, _ in
      try story.end { ($0.with(winner: .some("alpha"), amount: .some(120_00)), $1) }
    },
    lie("conta-de-lances", .calado, .ending) { story, _ in try story.end { ($0.with(acceptedBids: 5), $1) } },
    lie("conta-de-recusas", .calado, .refusals) { story, _ in
      story.isCommitted = false
      try story.end { ($0.with(refusedBids: 3), $1) }
    },
    lie("compromisso-das-recusas", .calado, .refusals) { story, _ in
      story.isCommitted = false
      try story.end { ($0.with(refusals: Build.digest("outro")), $1) }
    },
    lie("recibo-trocado", .calado, .refusals) { story, _ in
      story.isCommitted = false
      story.receipts[0].reason = .stale
    },
    lie("sem-lances-com-lances", .calado, .ending) { story, _ in
      try story.end { ($0.with(outcome: .noBids, winner: .some(nil), amount: .some(nil)), $1) }
    },
    lie("vendido-sem-lances", .semLances, .ending) { story, _ in
      try story.end { ($0.with(outcome: .sold, winner: .some("beta"), amount: .some(100_00)), $1) }
    },
    lie("condicional-sem-reserva", .calado, .ending) { story, _ in
      try story.end { ($0.with(outcome: .conditional, winner: .some(nil), amount: .some(nil)), $1) }
    },
    lie("cancelado-por-um-fim", .calado, .ending) { story, _ in
      try story.end { ($0.with(outcome: .cancelled, winner: .some(nil), amount: .some(nil)), $1) }
    },
    lie("vendido-por-um-cancelamento", .cancelado, .ending) { story, _ in
      try story.end { ($0.with(outcome: .sold, winner: .some("alpha"), amount: .some(100_00)), $1) }
    },
    lie("fim-do-resultado", .calado, .ending) { story, _ in try story.end { ($0.with(closesAt: $0.closesAt + .seconds(1)), $1) }
    },
    lie("resultado-antes-do-fim", .calado, .ending) { story, _ in
      story.blocks[story.last] = story.blocks[story.last].with(
        clock: ClockReading(Build.noon + .seconds(500), uncertainty: .milliseconds(2), status: .synchronized))
    },
    lie("anunciado-antes-do-fim", .calado, .ending) { story, forge in
      try story.close(forge, at: Build.noon + .seconds(600), said: Build.noon + .seconds(599))
    },
    lie("fim-mais-cedo", .calado, .ending) { story, forge in
      let end = Build.noon + .seconds(300)
      try story.close(forge, at: end, said: end + .seconds(1))
      try story.end { ($0.with(closesAt: end), $1) }
    },
    lie("encerrado-por-outro", .calado, .ending) { story, forge in
      let notice = Build.notice(.close(closesAt: Build.noon + .seconds(600)), edition: Build.digest("outra"))
      try story.end { (result, _) in (result, try forge.calendar.seal(notice).evidence) }
    },
    lie("compra-ignorada", .comprado, .ending) { story, forge in
      try story.close(forge, at: Build.noon + .seconds(600), said: Build.noon + .seconds(601))
      try story.end { ($0.with(closesAt: Build.noon + .seconds(600)), $1) }
    },
    lie("compra-inventada", .calado, .ending) { story, _ in try story.end { result, _ in (result, nil) } },
    lie("compra-seguida", .comprado, .decisions) { story, forge in
      let state = try story.entries(2).last
      let at = try story.bid(2, try story.entries(2).count - 1).receivedAt + .seconds(1)
      let clock = ClockReading(at, uncertainty: .milliseconds(2), status: .synchronized)
      let bid = Build.bid(600_00, by: "alpha", id: Build.bidID(50), edition: try forge.bench.edition, clock: clock)
      story.blocks.insert(
        story.blocks[2].with(
          content: .entries([
            BlockEntry(
              fact: .bid(try forge.sealed(bid), receivedAt: at), price: state?.price, leader: "alpha",
              minimum: state?.minimum ?? 1,
              closesAt: state?.closesAt ?? at)
          ]), clock: clock), at: 3)
      story.blocks[4] = story.blocks[4].with(clock: clock)
      try story.end { ($0.with(winner: .some("alpha"), acceptedBids: 3), $1) }
    },
    lie("cancelado-por-ms-leilao", .esquecido, .ending) { story, forge in
      let notice = Build.notice(.cancel(reason: "x"), edition: try forge.bench.edition)
      try story.end { (result, _) in (result, try forge.calendar.seal(notice).evidence) }
    },
    lie("nada-cancelado", .restaurado, .ending) { story, forge in
      try story.end { (result, _) in
        (
          result,
          try forge.house.seal(Build.notice(.close(closesAt: Build.noon + .seconds(600)), edition: try forge.bench.edition))
            .evidence
        )
      }
    },
  ]
}

extension LedgerForge.Story {
  /// The first block with such a fact.
  func place(_ isMeant: (BlockEntry.Fact) -> Bool) throws -> Int {
    guard
      let place = blocks.firstIndex(where: { block in
        if case .entries(let entries) = block.content { entries.contains { isMeant($0.fact) } } else { false }
      })
    else { throw Missing("such a block") }
    return place
  }

  /// The calendar lies too: another end, announced at another time.
  mutating func close(_ forge: LedgerForge, at end: Timestamp, said: Timestamp) throws {
    let clock = ClockReading(said, uncertainty: .milliseconds(2), status: .synchronized)
    let notice = Build.notice(.close(closesAt: end), edition: try forge.bench.edition, clock: clock)
    let evidence = try forge.calendar.seal(notice).evidence
    try self.end { result, _ in (result, evidence) }
  }

  mutating func open(_ forge: LedgerForge, since opensAt: Timestamp, for length: Interval) throws {
    let terms = Build.terms(seller: "vendedora", rules: AuctionRules(extensionWindow: .seconds(60)))
    let scheduling = try forge.calendar.seal(Build.scheduling(terms))
    let opening = Opening(
      auction: "moto", edition: scheduling.digest, opensAt: opensAt, closesAt: opensAt + length, scheduling: scheduling.evidence,
      clock: Build.clock())
    blocks[0] = blocks[0].with(content: .opening(try forge.calendar.seal(opening).evidence))
  }

  /// A last bid that was received after the end, and wins.
  mutating func lateBid(_ forge: LedgerForge, extending: Bool) throws {
    let at = Build.noon + .seconds(600) + .milliseconds(5)
    let clock = ClockReading(at, uncertainty: .milliseconds(2), status: .synchronized)
    let bid = Build.bid(140_00, by: "alpha", id: Build.bidID(50), edition: try forge.bench.edition, clock: clock)
    let end = extending ? at + .seconds(60) : Build.noon + .seconds(600)
    blocks.insert(
      blocks[4].with(
        content: .entries([
          BlockEntry(
            fact: .bid(try forge.sealed(bid), receivedAt: at), price: 140_00, leader: "alpha", minimum: 150_00, closesAt: end)
        ]), clock: clock), at: 5)
    try close(forge, at: end, said: end + .milliseconds(10))
    blocks[6] = blocks[6].with(clock: ClockReading(end + .milliseconds(10), uncertainty: .milliseconds(2), status: .synchronized))
    try self.end { ($0.with(winner: .some("alpha"), amount: .some(140_00), acceptedBids: 5, closesAt: end), $1) }
  }
}
