import AuctionFacts
import AuctionSigning
import AuctionWire
import LedgerProof
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting

// What a house says of bids that it refused before block 0, and under which of its keys.

extension LedgerDoctoring {
  static let openings: [LedgerDoctoring] = [
    lie("encerrado-sem-cancelamento", .ausenteNaAbertura, .refusals) { story, _ in story.receipts[0].reason = .closed },
    lie("por-abrir-outra-vez", .canceladoAntes, .refusals) { story, _ in story.receipts[2].reason = .notOpenYet },
    // Opened in one turn and cancelled in a later one: then nobody was refused as too late before.
    lie("cancelado-mais-tarde", .canceladoAntes, .refusals) { story, _ in
      let clock = story.blocks[1].clock
      story.blocks[1] = story.blocks[1].with(
        clock: ClockReading(clock.instant + .seconds(1), uncertainty: clock.uncertainty, status: clock.status))
    },
    lie("sem-abertura-e-recusado-depois", .esquecido, .refusals) { story, _ in story.receipts[0].reason = .belowMinimum },
    LedgerDoctoring("resultado-sob-a-chave-antiga", .chavesDaCasa, .houseKeys) { forge in
      try forge.lines { lines in
        let place = try forge.place(of: .awarded, in: lines)
        lines[place] = try forge.former("ms_lance").seal(.awarded, try Envelope(parsing: lines[place]).payload).bytes
      }
    },
    LedgerDoctoring("fim-sob-a-chave-antiga", .chavesDaCasa, .houseKeys) { forge in
      try forge.lie { story in
        let former = try forge.former("ms_leilao")
        try story.end { result, evidence in
          guard let evidence else { throw Missing("an end") }
          return (result, try former.seal(.closed, Envelope(evidence).payload))
        }
      }
    },
  ]
}

extension LedgerForge {
  /// What spoke for one of the house before its key was replaced.
  func former(_ owner: PrincipalID) throws -> Voice { try SimulatedKeys().voice(owner) }
}
