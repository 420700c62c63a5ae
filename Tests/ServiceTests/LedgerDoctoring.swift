import AuctionFacts
import AuctionSigning
import AuctionWire
import LedgerProof
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Testing

/// A good ledger that somebody has changed.
struct LedgerDoctoring: Sendable, CustomTestStringConvertible {
  let name: String
  let scene: LedgerScene
  /// Who must find it; what else finds it too does not matter.
  let expected: Check
  let doctor: @Sendable (LedgerForge) throws -> [UInt8]

  var testDescription: String { "\(scene.rawValue).\(name)" }

  init(_ name: String, _ scene: LedgerScene, _ expected: Check, _ doctor: @escaping @Sendable (LedgerForge) throws -> [UInt8]) {
    (self.name, self.scene, self.expected, self.doctor) = (name, scene, expected, doctor)
  }

  private init(_ name: String, _ expected: Check, _ doctor: @escaping @Sendable (LedgerForge) throws -> [UInt8]) {
    self.init(name, .vendido, expected, doctor)
  }

  static let all =
    bytes + lines + otherKeys + lies + liesAboutBids + liesAboutTheEnd + liesAboutSecrets + liesAboutVoiding + liesAboutFalling
    + openings + seals

  // MARK: - Bytes

  static let bytes: [LedgerDoctoring] = [
    .init("vazio", .file) { _ in [] },
    .init("cortado", .file) { Array(LedgerForge.bytes(try $0.lines()).dropLast(10)) },
    .init("sem-fim-de-linha", .file) { Array(LedgerForge.bytes(try $0.lines()).dropLast()) },
    .init("bom", .file) { [0xef, 0xbb, 0xbf] + LedgerForge.bytes(try $0.lines()) },
    .init("crlf", .file) { try $0.lines { $0 = $0.map { $0 + [0x0d] } } },
    .init("linha-vazia", .file) { try $0.lines { $0.insert([], at: 4) } },
    .init("linha-estranha", .file) { try $0.lines { $0.append(Array("{\"a\":1}".utf8)) } },
    .init("espaco", .file) { forge in
      try forge.lines { lines in
        let place = try forge.place(of: .bidsAccepted, in: lines, skipping: 1)
        lines[place] = Array(
          String(decoding: lines[place], as: UTF8.self).replacing("\"payloadType\":", with: "\"payloadType\": ").utf8)
      }
    },
    .init("membros-trocados", .file) { forge in
      try forge.lines { lines in
        let place = try forge.place(of: .bidRefused, in: lines)
        let envelope = try Envelope(parsing: lines[place])
        let type = "\"payloadType\":\"\(envelope.kind.payloadType)\","
        let text = String(decoding: lines[place], as: UTF8.self).replacing(type, with: "")
        lines[place] = Array("{\(type)\(text.dropFirst())".utf8)
      }
    },
    .init("membro-a-mais", .file) { forge in
      try forge.lines { lines in
        let place = try forge.place(of: .bidsAccepted, in: lines)
        lines[place] = lines[place].dropLast() + Array(",\"segredo\":null}".utf8)
      }
    },
    .init("byte-trocado", .signatures) { forge in
      try forge.lines { lines in
        let place = try forge.place(of: .bidsAccepted, in: lines, skipping: 2)
        let envelope = try Envelope(parsing: lines[place])
        var payload = envelope.payload
        guard let digit = payload.firstRange(of: Array("\"preco_centavos\":1".utf8))?.upperBound else { throw Missing("a price") }
        payload[digit - 1] = UInt8(ascii: "9")
        lines[place] = Envelope(kind: envelope.kind, payload: payload, keyID: envelope.keyID, signature: envelope.signature)
          .encoded()
      }
    },
    .init("assinatura-de-outro", .signatures) { forge in
      try forge.lines { lines in
        let (a, b) = (
          try forge.place(of: .bidsAccepted, in: lines, skipping: 1), try forge.place(of: .bidsAccepted, in: lines, skipping: 2)
        )
        let (one, other) = (try Envelope(parsing: lines[a]), try Envelope(parsing: lines[b]))
        lines[b] = Envelope(kind: other.kind, payload: other.payload, keyID: other.keyID, signature: one.signature).encoded()
      }
    },
  ]

  // MARK: - Lines

  static let lines: [LedgerDoctoring] = [
    .init("sem-cabecalho", .file) { try $0.lines { $0.removeFirst() } },
    .init("versao", .file) { try $0.lines { try LedgerForge.header(&$0, "\"versao\":2", "\"versao\":1") } },
    .init("cabecalho-com-mais", .file) {
      try $0.lines { try LedgerForge.header(&$0, "\"relogios\":3", "\"relogios\":3,\"x\":1") }
    },
    .init("contagem", .file) { try $0.lines { try LedgerForge.header(&$0, "\"recibos\":3", "\"recibos\":4") } },
    .init("cabeca", .chain) { forge in
      try forge.lines {
        try LedgerForge.header(&$0, "\"hash\":\"\(forge.bench.head?.digest.hex.prefix(8) ?? "")", "\"hash\":\"00000000")
      }
    },
    .init("outra-edicao", .chain) { forge in
      try forge.lines { try LedgerForge.header(&$0, try forge.bench.edition.hex, Build.digest("x").hex) }
    },
    .init("outro-leilao", .chain) { try $0.lines { try LedgerForge.header(&$0, "\"moto\"", "\"mota\"") } },
    .init("diz-aberto", .chain) { try $0.lines { try LedgerForge.header(&$0, "\"encerrado\":true", "\"encerrado\":false") } },
    .init("sem-resultado", .chain) { forge in
      try forge.lines { lines in
        lines.remove(at: try forge.place(of: .awarded, in: lines))
        try LedgerForge.header(&lines, "\"blocos\":\(forge.story().blocks.count)", "\"blocos\":\(forge.story().blocks.count - 1)")
      }
    },
    .init("ultima-linha", .file) { try $0.lines { $0.removeLast() } },
    .init("linha-repetida", .chain) { forge in
      try forge.lines { lines in
        let place = try forge.place(of: .bidsAccepted, in: lines, skipping: 2)
        lines.insert(lines[place], at: place)
      }
    },
    .init("blocos-trocados", .chain) { forge in
      try forge.lines { lines in
        let place = try forge.place(of: .bidsAccepted, in: lines, skipping: 1)
        lines.swapAt(place, place + 1)
      }
    },
    .init("bloco-omitido", .chain) { forge in
      try forge.lines { lines in
        lines.remove(at: try forge.place(of: .bidsAccepted, in: lines, skipping: 2))
        let count = forge.story().blocks.count
        try LedgerForge.header(&lines, "\"blocos\":\(count)", "\"blocos\":\(count - 1)")
      }
    },
    .init("sem-abertura", .chain) { forge in
      try forge.lines { lines in
        lines.remove(at: try forge.place(of: .bidsAccepted, in: lines))
        let count = forge.story().blocks.count
        try LedgerForge.header(&lines, "\"blocos\":\(count)", "\"blocos\":\(count - 1)")
      }
    },
    .init("recibo-omitido", .refusals) { forge in
      try forge.lines { lines in
        lines.remove(at: try forge.place(of: .bidRefused, in: lines, skipping: 1))
        try LedgerForge.header(&lines, "\"recibos\":3", "\"recibos\":2")
      }
    },
    .init("recibos-trocados", .refusals) { forge in
      try forge.lines { lines in
        let place = try forge.place(of: .bidRefused, in: lines)
        lines.swapAt(place, place + 1)
      }
    },
    .init("recibo-antes", .file) { forge in
      try forge.lines { lines in
        let receipt = lines.remove(at: try forge.place(of: .bidRefused, in: lines))
        lines.insert(receipt, at: try forge.place(of: .bidsAccepted, in: lines))
      }
    },
    .init("recibo-tardio", .refusals) { forge in
      try forge.lines { lines in
        guard let late = forge.statements.last, case .refused = late.fact else { throw Missing("a late receipt") }
        lines.insert(late.envelope.encoded(), at: try forge.place(of: .clockSynchronized, in: lines))
        try LedgerForge.header(&lines, "\"recibos\":3", "\"recibos\":4")
      }
    },
    .init("relogio-omitido", .clock) { forge in
      try forge.lines { lines in
        lines.remove(at: try forge.place(of: .clockSynchronized, in: lines, skipping: 1))
        try LedgerForge.header(&lines, "\"relogios\":3", "\"relogios\":2")
      }
    },
    .init("relogios-trocados", .clock) { forge in
      try forge.lines { lines in
        let place = try forge.place(of: .clockSynchronized, in: lines)
        lines.swapAt(place, place + 1)
      }
    },
    .init("relogio-alterado", .signatures) { forge in
      try forge.lines { lines in
        let place = try forge.place(of: .clockSynchronized, in: lines)
        let envelope = try Envelope(parsing: lines[place])
        let payload = String(decoding: envelope.payload, as: UTF8.self).replacing("\"incerteza_us\":", with: "\"incerteza_us\":1")
        lines[place] =
          Envelope(kind: envelope.kind, payload: Array(payload.utf8), keyID: envelope.keyID, signature: envelope.signature)
          .encoded()
      }
    },
    .init("sem-chave", .signatures) {
      try $0.lines {
        $0.remove(at: 1)
        try LedgerForge.header(&$0, "\"chaves\":2", "\"chaves\":1")
      }
    },
    .init("chave-a-mais", .houseKeys) { forge in
      try forge.lines { lines in
        lines.append(LedgerKey(owner: "operador", spki: try forge.voice("operador").key.publicKey.spki).encoded())
        lines.insert(lines.removeLast(), at: 3)
        try LedgerForge.header(&lines, "\"chaves\":2", "\"chaves\":3")
      }
    },
    .init("chaves-fora-de-ordem", .file) { try $0.lines { $0.swapAt(1, 2) } },
    .init("chave-depois", .file) { try $0.lines { $0.append($0.remove(at: 2)) } },
    .init("chave-de-outro-dono", .signatures) { forge in
      try forge.lines { lines in
        let keys = try [forge.house, try forge.calendar].map { $0.key.publicKey.spki }
        let swapped = [LedgerKey(owner: "ms_lance", spki: keys[1]), LedgerKey(owner: "ms_leilao", spki: keys[0])]
        lines.replaceSubrange(1...2, with: swapped.map { $0.encoded() })
      }
    },
  ]

  // MARK: - Under other keys

  /// One block under another key, its payload as it was.
  private static func resigned(_ kind: Kind, _ forge: LedgerForge, by owner: PrincipalID, skipping: Int = 0) throws -> [UInt8] {
    try forge.lines { lines in
      let place = try forge.place(of: kind, in: lines, skipping: skipping)
      lines[place] = try forge.voice(owner).seal(kind, try Envelope(parsing: lines[place]).payload).bytes
    }
  }

  static let otherKeys: [LedgerDoctoring] = [
    .init("bloco-por-estranho", .signatures) { try resigned(.bidsAccepted, $0, by: "estranho", skipping: 2) },
    .init("bloco-por-ms-leilao", .signatures) { try resigned(.bidsAccepted, $0, by: "ms_leilao", skipping: 2) },
    .init("resultado-por-ms-leilao", .signatures) { try resigned(.awarded, $0, by: "ms_leilao") },
    .init("relogio-por-ms-leilao", .signatures) { try resigned(.clockSynchronized, $0, by: "ms_leilao") },
    .init("recibo-por-licitante", .signatures) { try resigned(.bidRefused, $0, by: "alpha") },
    .init("recibo-por-licitante-registrado", .houseKeys) { forge in
      var lines = try forge.lines()
      let place = try forge.place(of: .bidRefused, in: lines)
      lines[place] = try forge.voice("alpha").seal(.bidRefused, try Envelope(parsing: lines[place]).payload).bytes
      lines.insert(LedgerKey(owner: "alpha", spki: try forge.voice("alpha").key.publicKey.spki).encoded(), at: 1)
      try LedgerForge.header(&lines, "\"chaves\":2", "\"chaves\":3")
      return LedgerForge.bytes(lines)
    },
    .init("outra-casa", .houseKeys) { forge in
      let other = SimulatedKeys(seed: 99)
      for id: PrincipalID in ["ms_lance", "ms_leilao"] { try other.register(id) }
      let calendar = try other.voice("ms_leilao")
      var story = forge.story()
      story.blocks = try story.blocks.map { try $0.resigningTheCalendar(by: calendar) }
      return try forge.told(story, by: try other.voice("ms_lance"), keys: other.ring)
    },
    .init("abertura-por-ms-lance", .signatures) { forge in
      try forge.lie { $0.blocks[0] = try $0.blocks[0].resigningTheCalendar(by: try forge.house) }
    },
    .init("aviso-por-ms-lance", .signatures) { forge in
      try forge.lie { $0.blocks[$0.last] = try $0.blocks[$0.last].resigningTheCalendar(by: try forge.house) }
    },
    .init("suspensao-por-ms-lance", .suspenso, .operatorActs) { forge in
      try forge.lie { story in
        for place in story.blocks.indices.dropFirst().dropLast() {
          story.blocks[place] = try story.blocks[place].resigningTheCalendar(by: try forge.house)
        }
      }
    },
  ]
}

extension Block {
  /// What the calendar said in it, said again under another key.
  fileprivate func resigningTheCalendar(by voice: Voice) throws -> Block {
    func again(_ evidence: Evidence) throws -> Evidence {
      let envelope = try Envelope(evidence)
      guard envelope.kind == .opened else { return voice.seal(envelope.kind, envelope.payload) }
      let opening = try Opening(envelope)
      return voice.seal(
        Opening(
          auction: opening.auction, edition: opening.edition, opensAt: opening.opensAt, closesAt: opening.closesAt,
          scheduling: voice.seal(.scheduled, try Envelope(opening.scheduling).payload), clock: opening.clock)
      ).evidence
    }
    switch content {
    case .opening(let evidence): return with(content: .opening(try again(evidence)))
    case .closing(let result, let evidence): return with(content: .closing(result, try evidence.map(again)))
    case .entries(let entries):
      return with(
        content: .entries(
          try entries.map { entry in
            var fact = entry.fact
            switch fact {
            case .suspended(let evidence, let at): fact = .suspended(try again(evidence), receivedAt: at)
            case .resumed(let evidence, let at): fact = .resumed(try again(evidence), receivedAt: at)
            default: break
            }
            return BlockEntry(
              fact: fact, price: entry.price, leader: entry.leader, minimum: entry.minimum, closesAt: entry.closesAt)
          }))
    }
  }
}
