import AuctionFacts
import AuctionSigning
import AuctionWire
import LedgerProof
import SharedKernel
import SuiteTesting

// A house that lies about which bids count.

extension LedgerForge.Story {
  /// Where the voided bids stand, in their order.
  fileprivate func voided(_ number: Int) throws -> (block: Int, entry: Int) {
    var places: [(Int, Int)] = []
    for block in blocks.indices {
      guard case .entries(let entries) = blocks[block].content else { continue }
      for entry in entries.indices { if case .voided = entries[entry].fact { places.append((block, entry)) } }
    }
    guard places.count > number else { throw Missing("voided bid \(number)") }
    return places[number]
  }

  fileprivate func voiding(_ number: Int) throws -> (Voiding, at: Timestamp) {
    let (block, entry) = try voided(number)
    guard case .voided(let evidence, let at) = try entries(block)[entry].fact, let voiding = Voiding(evidence) else {
      throw Missing("a voided bid")
    }
    return (voiding, at)
  }

  /// Says it again, of another bid or by another.
  fileprivate mutating func void(
    _ number: Int, bid: BidID? = nil, of bidder: PrincipalID? = nil, edition: Edition? = nil, by signer: PrincipalID = "operador",
    _ forge: LedgerForge
  ) throws {
    let ((old, at), (block, entry)) = (try voiding(number), try voided(number))
    let command = Command(
      id: Build.commandID(950),
      action: .void(
        Voiding(
          auction: old.auction, edition: edition ?? old.edition, bid: bid ?? old.bid, bidder: bidder ?? old.bidder,
          reason: old.reason)),
      clock: ClockReading(at, uncertainty: .milliseconds(2), status: .synchronized))
    try change(block, entry, fact: .voided(try forge.voice(signer).seal(command).evidence, receivedAt: at))
  }
}

extension LedgerDoctoring {
  static let liesAboutVoiding: [LedgerDoctoring] =
    [LedgerScene.anulado, .anuladoSecreto, .anuladoFechado].flatMap { scene in
      [
        lie("anulado-por-ms-lance", scene, .operatorActs) { story, forge in
          try story.void(0, by: "ms_lance", forge)
        },
        lie("anulado-por-licitante", scene, .signatures) { story, forge in try story.void(0, by: "beta", forge) },
        lie("anulado-de-ninguem", scene, .decisions) { story, forge in
          try story.void(0, bid: Build.bidID(77), forge)
        },
        lie("anulado-de-outro", scene, .decisions) { story, forge in
          let (voiding, _) = try story.voiding(0)
          try story.void(0, of: voiding.bidder == "alpha" ? "beta" : "alpha", forge)
        },
        lie("anulado-de-outra-edicao", scene, .decisions) { story, forge in
          try story.void(0, edition: Build.digest("outra"), forge)
        },
        lie("anulado-duas-vezes", scene, .decisions) { story, forge in
          let (voiding, _) = try story.voiding(0)
          try story.void(1, bid: voiding.bid, of: voiding.bidder, forge)
        },
        lie("anulado-move-o-fim", scene, .decisions) { story, _ in
          let (block, entry) = try story.voided(0)
          try story.change(block, entry, closesAt: try story.entries(block)[entry].closesAt + .seconds(1))
        },
        lie("anulado-fora-de-hora", scene, .stamps) { story, _ in
          let (block, entry) = try story.voided(1)
          guard case .voided(let evidence, _) = try story.entries(block)[entry].fact else { throw Missing("a voided bid") }
          try story.change(block, entry, fact: .voided(evidence, receivedAt: Build.noon))
        },
        lie("anulado-contado", scene, .ending) { story, _ in
          try story.end { result, evidence in (result.with(acceptedBids: result.acceptedBids + 1), evidence) }
        },
        lie("anulado-esquecido", scene, .decisions) { story, _ in
          let (block, entry) = try story.voided(0)
          var entries = try story.entries(block)
          entries.remove(at: entry)
          if entries.isEmpty { story.blocks.remove(at: block) } else { story.set(block, entries) }
        },
      ]
    } + [
      lie("anulado-sem-efeito", .anulado, .decisions) { story, _ in
        let (block, entry) = try story.voided(1)
        try story.change(block, entry, price: .some(900_00), leader: .some("alpha"), minimum: 910_00)
      },
      lie("anulado-a-mais", .anulado, .decisions) { story, _ in
        let (block, entry) = try story.voided(1)
        try story.change(block, entry, price: .some(nil), leader: .some(nil), minimum: 100_00)
      },
      lie("anulado-com-preco-secreto", .anuladoSecreto, .decisions) { story, _ in
        let (block, entry) = try story.voided(0)
        try story.change(block, entry, price: .some(250_00))
      },
      lie("anulado-nao-revelado", .anuladoSecreto, .commitments) { story, _ in
        let block = story.last - 1
        story.set(
          block,
          try story.entries(block).filter { if case .revealed(_, "gama", _) = $0.fact { false } else { true } })
      },
      lie("anulado-vence", .anuladoFechado, .decisions) { story, _ in
        let block = story.last - 1
        for place in try story.entries(block).indices where place > 1 {
          try story.change(block, place, price: .some(300_00), leader: .some("gama"))
        }
        try story.end { result, evidence in (result.with(winner: .some("gama"), amount: .some(300_00)), evidence) }
      },
      lie("anulado-substitui", .anuladoFechado, .ending) { story, _ in
        // The bid that alpha's voided one had replaced, still replaced.
        try story.end { result, evidence in (result.with(winner: .some("beta"), amount: .some(120_00)), evidence) }
      },
      lie("reserva-ainda-atingida", .anuladoReserva, .decisions) { story, _ in
        try story.change(3, 0, isReserveMet: true)
      },
      lie("vendido-pelo-anulado", .anuladoReserva, .ending) { story, _ in
        try story.end { result, evidence in
          (result.with(outcome: .sold, winner: .some("beta"), amount: .some(250_00)), evidence)
        }
      },
    ]
}
