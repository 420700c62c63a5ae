import AuctionFacts
import AuctionSigning
import AuctionWire
import LedgerProof
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting

// What whoever passes a ledger on may leave out of it or put in its place, its first line changed with it; and files made to be hard on
// who reads them.

extension LedgerDoctoring {
  static let seals: [LedgerDoctoring] = [
    LedgerDoctoring("sem-fecho", .vendido, .file) { try $0.lines { $0.removeLast() } },
    LedgerDoctoring("dois-fechos", .vendido, .file) { try $0.lines { $0.append($0[$0.count - 1]) } },
    LedgerDoctoring("fecho-por-ms-leilao", .vendido, .signatures) { forge in
      try forge.lines { lines in
        let payload = try Envelope(parsing: lines[lines.count - 1]).payload
        lines[lines.count - 1] = try forge.calendar.seal(.ledgerClosed, payload).bytes
      }
    },
    LedgerDoctoring("fecho-de-um-aberto", .aberto, .file) { forge in
      try forge.lines { lines in
        guard let head = forge.bench.head else { throw Missing("a head") }
        let seal = LedgerSeal(
          auction: "moto", edition: try forge.bench.edition, head: head, lostReceipts: 0, clockRecords: nil, clock: Build.clock())
        lines.append(try forge.house.seal(seal).evidence.bytes)
      }
    },
    LedgerDoctoring("relogios-sem-o-primeiro", .vendido, .clock) { try $0.records { $0.removeFirst() } },
    LedgerDoctoring("relogios-sem-o-ultimo", .vendido, .clock) { try $0.records { $0.removeLast() } },
    LedgerDoctoring("relogios-retirados", .vendido, .clock) { try $0.records { $0 = [] } },
    LedgerDoctoring("relogios-de-outro-dia", .vendido, .clock) { forge in
      try forge.records { records in
        records = try records.map { line in
          let old = try ClockRecord(Envelope(parsing: line))
          let other = ClockRecord(
            number: old.number + 100, clock: old.clock, age: old.age, systemOffset: old.systemOffset, servers: old.servers)
          return try forge.house.seal(other).evidence.bytes
        }
      }
    },
    LedgerDoctoring("recibos-retirados", .vendido, .refusals) { forge in
      try forge.lines { lines in
        lines.removeAll { (try? Envelope(parsing: $0))?.kind == .bidRefused }
        try LedgerForge.header(&lines, "\"recibos\":3,\"recibos_perdidos\":0", "\"recibos\":0,\"recibos_perdidos\":3")
      }
    },
    lie("fecho-de-outra-corrente", .calado, .chain) { story, _ in
      story.seal = { seal in
        LedgerSeal(
          auction: seal.auction, edition: seal.edition, head: Seen(block: seal.head.block, digest: Build.digest("outra")),
          lostReceipts: 0, clockRecords: nil, clock: seal.clock)
      }
    },
    // For who reads it
    LedgerDoctoring("so-linhas-vazias", .semLances, .file) {
      try LedgerForge.bytes($0.lines()) + [UInt8](repeating: 0x0a, count: 100_000)
    },
    LedgerDoctoring("chave-de-outra-especie", .semLances, .houseKeys) { forge in
      try forge.lines { lines in
        // X25519 (RFC 8410), which signs nothing.
        let spki: [UInt8] =
          [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x03, 0x21, 0x00] + [UInt8](repeating: 9, count: 32)
        // And one that nobody knows.
        let strange: [UInt8] =
          [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x7f, 0x03, 0x21, 0x00] + [UInt8](repeating: 9, count: 32)
        lines.insert(contentsOf: [spki, strange].map { LedgerKey(owner: "operador", spki: $0).encoded() }, at: 3)
        try LedgerForge.header(&lines, "\"chaves\":2", "\"chaves\":4")
      }
    },
    LedgerDoctoring("so-o-fecho-da-corrente", .vendido, .ending) { forge in
      try forge.lie { $0.blocks = [$0.blocks[$0.last]] }
    },
    LedgerDoctoring("fecho-da-corrente-primeiro", .vendido, .chain) { forge in
      try forge.lie { story in
        story.blocks = story.blocks.reversed()
        story.isLinked = false
      }
    },
    LedgerDoctoring("faixas-sem-fim", .semLances, .chain) { forge in
      // The last band is bounded: for a higher price there is no increment.
      let terms = Build.terms(increment: .table([.init(upTo: nil, step: 10_00)]))
      let scheduling = Build.scheduling(terms)
      let payload = String(decoding: scheduling.payload, as: UTF8.self)
      let spoilt = payload.replacing("\"ate_centavos\":null,\"centavos\":1000", with: "\"ate_centavos\":1,\"centavos\":1000")
      guard spoilt != payload else { throw Missing("a band") }
      let said = try forge.calendar.seal(.scheduled, Array(spoilt.utf8))
      let opening = Opening(
        auction: "moto", edition: SHA256.of(Array(spoilt.utf8)), opensAt: terms.opensAt, closesAt: terms.closesAt,
        scheduling: said, clock: Build.clock())
      return try forge.lie { $0.blocks[0] = $0.blocks[0].with(content: .opening(try forge.calendar.seal(opening).evidence)) }
    },
  ]
}

extension LedgerForge {
  /// The file with its records of the clock changed, and its first line with them.
  fileprivate func records(_ change: (inout [[UInt8]]) throws -> Void) throws -> [UInt8] {
    try lines { lines in
      let isRecord = { (line: [UInt8]) in (try? Envelope(parsing: line))?.kind == .clockSynchronized }
      var records = lines.filter(isRecord)
      let (place, count) = (try place(of: .clockSynchronized, in: lines), records.count)
      lines.removeAll(where: isRecord)
      try change(&records)
      lines.insert(contentsOf: records, at: place)
      try Self.header(&lines, "\"relogios\":\(count)", "\"relogios\":\(records.count)")
    }
  }
}
