import AuctionFacts
import AuctionWire
import LedgerProof
import SharedKernel
import SuiteTesting

// A house that lies about what was secret.

extension LedgerDoctoring {
  static let liesAboutSecrets: [LedgerDoctoring] =
    [LedgerScene.maximos, .vickrey].flatMap { scene in
      [
        lie("segredo-trocado", scene, .commitments) { story, _ in
          let block = story.last - 1
          guard case .revealed(let bid, let bidder, let secret) = try story.entries(block)[1].fact else {
            throw Missing("a secret")
          }
          let other = Build.secret(secret.amount.minorUnits + 1)
          try story.change(block, 1, fact: .revealed(bid, of: bidder, other))
        },
        lie("segredo-omitido", scene, .commitments) { story, _ in
          story.set(story.last - 1, Array(try story.entries(story.last - 1).dropFirst()))
        },
        lie("segredos-omitidos", scene, .commitments) { story, _ in story.blocks.remove(at: story.last - 1) },
        lie("segredos-trocados", scene, .commitments) { story, _ in
          var entries = try story.entries(story.last - 1)
          entries.swapAt(0, 1)
          story.set(story.last - 1, entries)
        },
        lie("segredo-repetido", scene, .commitments) { story, _ in
          let entries = try story.entries(story.last - 1)
          story.set(story.last - 1, entries + [entries[entries.count - 1]])
        },
        lie("segredo-de-ninguem", scene, .commitments) { story, _ in
          let entries = try story.entries(story.last - 1)
          let last = entries[entries.count - 1]
          let stray = BlockEntry.Fact.revealed(Build.bidID(77), of: "beta", Build.secret(100_00))
          story.set(
            story.last - 1,
            entries + [
              BlockEntry(
                fact: stray, price: last.price, leader: last.leader, minimum: last.minimum, closesAt: last.closesAt)
            ])
        },
        lie("revelado-cedo", scene, .chain) { story, _ in
          story.blocks.swapAt(story.last - 1, story.last - 2)
        },
        lie("revelado-noutro-instante", scene, .decisions) { story, _ in
          let block = story.blocks[story.last - 1]
          let clock = ClockReading(
            block.clock.instant - .microseconds(1), uncertainty: block.clock.uncertainty, status: block.clock.status)
          story.blocks[story.last - 1] = block.with(clock: clock)
        },
        lie("lance-depois-do-revelado", scene, .chain) { story, _ in
          let bids = story.blocks[1]
          story.blocks.insert(bids.with(clock: story.blocks[story.last].clock), at: story.last)
        },
        lie("sem-resultado", scene, .commitments) { story, _ in story.blocks.removeLast() },
      ]
    } + [
      lie("preco-do-maximo", .maximos, .decisions) { story, _ in try story.change(2, 1, price: .some(120_00)) },
      lie("lider-do-maximo", .maximos, .decisions) { story, _ in
        for place in try story.entries(3).indices { try story.change(3, place, leader: .some("alpha")) }
      },
      lie("prorrogado-por-aumento", .maximos, .decisions) { story, _ in
        // Going further in secret moves no end.
        let entries = try story.entries(4)
        try story.change(4, entries.count - 1, closesAt: entries[0].closesAt + .seconds(60))
      },
      lie("vendido-pelo-maximo", .maximos, .ending) { story, _ in
        try story.end { result, evidence in (result.with(amount: .some(500_00)), evidence) }
      },
      lie("primeiro-preco", .vickrey, .ending) { story, _ in
        try story.end { result, evidence in (result.with(amount: .some(300_00)), evidence) }
      },
      lie("empate-pelo-segundo", .vickrey, .decisions) { story, _ in
        let block = story.last - 1
        for place in try story.entries(block).indices where place > 1 { try story.change(block, place, leader: .some("alpha")) }
        try story.end { result, evidence in (result.with(winner: .some("alpha")), evidence) }
      },
      lie("contado-em-dobro", .fechado, .decisions) { story, _ in
        // The bid that alpha had replaced.
        let block = story.last - 1
        let last = try story.entries(block).count - 1
        try story.change(block, last, price: .some(300_00), leader: .some("alpha"))
        try story.end { result, evidence in (result.with(winner: .some("alpha"), amount: .some(300_00)), evidence) }
      },
      lie("preco-selado-a-mostra", .fechado, .decisions) { story, _ in
        try story.change(1, 1, price: .some(300_00), leader: .some("alpha"))
      },
      lie("pouco-em-segredo", .fechado, .decisions) { story, forge in
        // A bid below the opening price, of which nobody could tell before the end.
        let (bid, received) = try story.bid(1, 1)
        let little = bid.committing(to: Build.secret(50_00))
        try story.change(1, 1, fact: .bid(try forge.sealed(little), receivedAt: received))
        try story.change(story.last - 1, 0, fact: .revealed(bid.id, of: bid.bidder, Build.secret(50_00)), price: .some(50_00))
      },
      lie("revelado-depois-de-cancelado", .canceladoSecreto, .commitments) { story, _ in
        let last = try story.entries(story.last - 1)
        let entry = last[last.count - 1]
        let told = BlockEntry.Fact.revealed(Build.bidID(2), of: "beta", Build.secret(300_00))
        let block = story.blocks[story.last - 1].with(
          content: .entries([
            BlockEntry(fact: told, price: entry.price, leader: entry.leader, minimum: entry.minimum, closesAt: entry.closesAt)
          ]), clock: story.blocks[story.last].clock)
        story.blocks.insert(block, at: story.last)
      },
      lie("reserva-trocada", .reserva, .commitments) { story, _ in
        try story.change(story.last - 1, 0, fact: .reserveRevealed(Build.secret(240_00)))
      },
      lie("reserva-calada", .reserva, .commitments) { story, _ in
        story.set(story.last - 1, Array(try story.entries(story.last - 1).dropFirst()))
      },
      lie("reserva-repetida", .reserva, .commitments) { story, _ in
        let entries = try story.entries(story.last - 1)
        story.set(story.last - 1, [entries[0]] + entries)
      },
      lie("reserva-por-ultimo", .reserva, .commitments) { story, _ in
        let entries = try story.entries(story.last - 1)
        story.set(story.last - 1, Array(entries.dropFirst()) + [entries[0]])
      },
      lie("reserva-sem-compromisso", .maximos, .commitments) { story, _ in
        let entries = try story.entries(story.last - 1)
        let last = entries[entries.count - 1]
        story.set(
          story.last - 1,
          [
            BlockEntry(
              fact: .reserveRevealed(Build.secret(250_00)), price: last.price, leader: last.leader, minimum: last.minimum,
              closesAt: last.closesAt)
          ] + entries)
      },
      lie("atingida-antes", .reserva, .decisions) { story, _ in try story.change(2, 1, isReserveMet: true) },
      lie("nao-atingida-depois", .reserva, .decisions) { story, _ in
        try story.change(3, 0, isReserveMet: false)
      },
      lie("preco-abaixo-da-reserva", .reserva, .decisions) { story, _ in
        try story.change(3, 0, price: .some(110_00))
      },
      lie("vendido-abaixo-da-reserva", .condicional, .ending) { story, _ in
        try story.end { result, evidence in
          (result.with(outcome: .sold, winner: .some("beta"), amount: .some(240_00)), evidence)
        }
      },
      lie("condicional-acima-da-reserva", .reserva, .ending) { story, _ in
        try story.end { result, evidence in
          (result.with(outcome: .conditional, winner: .some(nil), amount: .some(nil)), evidence)
        }
      },
      lie("segundo-preco-sem-reserva", .reservaSelada, .decisions) { story, _ in
        let block = story.last - 1
        try story.change(block, 2, price: .some(200_00), isReserveMet: true)
        try story.end { result, evidence in (result.with(amount: .some(200_00)), evidence) }
      },
      lie("reserva-de-cancelado", .reservaCancelada, .commitments) { story, _ in
        let last = try story.entries(story.last - 1)
        let entry = last[last.count - 1]
        let told = BlockEntry(
          fact: .reserveRevealed(LedgerScene.kept), price: entry.price, leader: entry.leader, minimum: entry.minimum,
          closesAt: entry.closesAt, isReserveMet: entry.isReserveMet)
        let block = story.blocks[story.last - 1].with(content: .entries([told]), clock: story.blocks[story.last].clock)
        story.blocks.insert(block, at: story.last)
      },
    ]
}
