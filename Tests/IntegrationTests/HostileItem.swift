import AuctionFacts
import AuctionWire
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Testing

/// Something that no honest program sends, and what must become of it.
struct HostileItem {
  enum Fate: Hashable {
    /// Put aside as a dead letter, for this reason.
    case buried(String)
    /// Its bidder is told this reason.
    case refused(Refusal)
    /// A query that nobody answers, counted under this reason.
    case dropped(String)
    /// Nothing is counted, nothing is said.
    case withoutEffect
  }

  let what: String
  var exchange = Exchange.lances
  let body: [UInt8]
  var headers: [(String, BrokerProbe.Value)] = []
  var replyTo: String?
  var namesUser = true
  let fate: Fate

  var key: String {
    switch exchange {
    case .consultas: RoutingKey.query
    case .comandos: Kind.schedule.routingKey
    default: RoutingKey.bidPlaced
    }
  }
}

// MARK: - The corpus

extension HostileItem {
  private static let formato = Fate.buried("formato")
  private static let identity = Fate.buried("identidade_divergente")
  private static let stranger = Fate.buried("usuario_desconhecido")
  static let deep = Array(String(repeating: "[", count: 10_000).utf8)
  /// The broker itself takes nothing that is twice as long.
  static let oversize = [UInt8](repeating: 0x7b, count: WireLimits.body + 100)

  /// Header tables of which librabbitmq dies, or is stuck, if it is let.
  static let headers: [(what: String, [(String, BrokerProbe.Value)])] = [
    ("an empty header key", [("", .void)]), ("18 000 tables deep", [("deep", .nested(18_000))]),
    ("a table under no name", [("a", .table([("", .text("x"))]))]),
  ]

  /// Envelopes that are none, or that nobody may have signed.
  static func envelopes(_ forge: Forge, captured: [[UInt8]], stranger key: PrivateKey) throws -> [HostileItem] {
    let payload = try forge.bid(of: "cliente_alpha").payload
    let good = try forge.signed(payload, by: "cliente_alpha")
    let text = String(decoding: good, as: UTF8.self)
    let other = try forge.bid(of: "cliente_alpha", 1).payload
    func bytes(_ old: String, _ new: String) throws -> [UInt8] {
      let edited = text.replacing(old, with: new)
      try #require(edited != text, "\(old)")
      return Array(edited.utf8)
    }
    return [
      HostileItem(what: "nothing", body: [], fate: formato),
      HostileItem(what: "no JSON", body: Array("isto não é JSON".utf8), fate: formato),
      HostileItem(what: "no UTF-8", body: [0x7b, 0xff, 0xfe, 0x7d], fate: formato),
      HostileItem(what: "overlong UTF-8", body: Array("{\"payload\":\"".utf8) + [0xc0, 0xaf] + Array("\"}".utf8), fate: formato),
      HostileItem(what: "deep JSON", body: deep, fate: formato),
      HostileItem(what: "cut base64", body: try bytes("\"payload\":\"ey", "\"payload\":\"e"), fate: formato),
      HostileItem(what: "base64 for the web", body: try bytes("\"sig\":\"", "\"sig\":\"_-"), fate: formato),
      HostileItem(what: "an envelope's member twice", body: Array("{\"payload\":\"\",".utf8) + good.dropFirst(), fate: formato),
      HostileItem(what: "a type of another world", body: try bytes("vnd.leilao.lance", "vnd.in-toto.lance"), fate: formato),
      HostileItem(what: "another kind", body: try forge.signed(payload, as: .bidsAccepted, by: "cliente_alpha"), fate: formato),
      HostileItem(
        what: "a payload beyond its bound", body: try forge.signed([UInt8](repeating: 0x20, count: 40_000), by: "cliente_alpha"),
        fate: formato),
      HostileItem(what: "a body beyond its bound", body: oversize, fate: formato),
      HostileItem(what: "a stranger's bid", body: try Forge.signed(payload, by: key), fate: stranger),
      HostileItem(what: "an operator's bid", body: try forge.signed(payload, by: "operador"), fate: stranger),
      HostileItem(what: "a service's bid", body: try forge.signed(payload, by: "ms_leilao"), fate: stranger),
      HostileItem(
        what: "a changed payload", body: try bytes(Base64.encode(payload), Base64.encode(other)),
        fate: .buried("assinatura_invalida")
      ),
      HostileItem(what: "nobody's connection", body: good, namesUser: false, fate: identity),
      HostileItem(
        what: "a refusal to be sent into a queue", body: try Forge.signed(payload, by: key), replyTo: Queue.msLeilao.rawValue,
        fate: stranger),
    ]
      + captured.enumerated().map { HostileItem(what: "the house's own words \($0)", body: $1, fate: formato) }
      + headers.map { HostileItem(what: $0, body: Array("lixo".utf8), headers: $1, fate: formato) }
  }

  /// Payloads under a valid signature: junk, and bids with one thing wrong.
  static func payloads(_ forge: Forge) throws -> [HostileItem] {
    let bid = try forge.bid(of: "cliente_alpha")
    let payload = String(decoding: bid.payload, as: UTF8.self)
    let amounts = [
      "0", "-1", "9223372036854775808", "9007199254740992", "1e3", "\"100\"", "NaN", "Infinity", "100.0", "0100", "null", "[100]",
    ]
    let edits =
      amounts.map { ("an amount of \($0)", "\"valor_centavos\":10000", "\"valor_centavos\":\($0)") } + [
        ("an amount twice", "\"valor_centavos\":10000", "\"valor_centavos\":10000,\"valor_centavos\":20000"),
        ("an amount twice, once escaped", "\"valor_centavos\":10000", "\"valor_centavos\":10000,\"valor\\u005fcentavos\":1"),
        ("no amount", "\"valor_centavos\":10000,", ""),
        ("an unknown member", "\"valor_centavos\":", "\"desconto\":1,\"valor_centavos\":"),
        ("a path for an auction", "\"id_leilao\":\"", "\"id_leilao\":\"../"),
        ("a path for a bidder", "\"id_usuario\":\"", "\"id_usuario\":\"../"),
        ("a path for a bid", "\"id_lance\":\"\(bid.id)\"", "\"id_lance\":\"../../../etc/passwd\""),
        (
          "an id in capitals", "\"id_lance\":\"\(bid.id)\"",
          "\"id_lance\":\"\("\(bid.id)".uppercased().replacing("0", with: "A"))\""
        ),
        ("a terminal's command for an auction", "\"id_leilao\":\"", "\"id_leilao\":\"\\u001b[2J"),
        ("a clock of text", "\"estado\":\"sem_ntp\"", "\"estado\":\"certo\""),
        ("a boundless clock", "\"incerteza_us\":5000000", "\"incerteza_us\":10000001"),
      ]
    var items = [
      HostileItem(what: "signed junk", body: try forge.signed(Array("lixo".utf8), by: "cliente_alpha"), fate: formato),
      HostileItem(what: "signed depth", body: try forge.signed(deep, by: "cliente_alpha"), fate: formato),
      HostileItem(
        what: "signed overlong UTF-8",
        body: try forge.signed(
          Array(payload.prefix(while: { $0 != ":" }).utf8) + Array(":\"".utf8) + [0xc1, 0xa1] + Array("\"}".utf8),
          by: "cliente_alpha"), fate: formato),
      HostileItem(
        what: "another's name", body: try forge.signed(try forge.bid(of: "cliente_beta").payload, by: "cliente_alpha"),
        fate: identity),
    ]
    for (what, old, new) in edits {
      let edited = payload.replacing(old, with: new)
      try #require(edited != payload, "\(what)")
      items.append(HostileItem(what: what, body: try forge.signed(Array(edited.utf8), by: "cliente_alpha"), fate: formato))
    }
    return items
  }

  /// Bids that can be read and are not to be taken.
  static func bids(_ forge: Forge, other: Forge, accepted: [UInt8]) throws -> [HostileItem] {
    let low = try forge.bid(of: "cliente_alpha", 1)
    let changed = try forge.bid(of: "cliente_alpha", 999_999_00, id: low.id)
    let bids: [(String, Bid, Refusal)] = [
      ("a bid of another auction", try forge.bid(of: "cliente_alpha", 999_999_00, edition: other.edition), .wrongEdition),
      ("a bid of an edition that never was", try forge.bid(of: "cliente_alpha", edition: SHA256.of([1])), .wrongEdition),
      ("a bid for nothing", try forge.bid(of: "cliente_alpha", auction: "nunca-houve"), .unknownAuction),
      ("a bid too low", low, .belowMinimum),
      ("other bytes under a used id", changed, .reusedID),
      ("a bid of tomorrow", try forge.bid(of: "cliente_alpha", later: 86_400), .implausibleClock),
      ("a bid of yesterday", try forge.bid(of: "cliente_alpha", later: -86_400), .stale),
      (
        "a bid that saw another ledger",
        try forge.bid(of: "cliente_alpha", 999_999_00, seen: Seen(block: 0, digest: SHA256.of([2]))), .seenMismatch
      ),
    ]
    return try bids.map { what, bid, refusal in
      HostileItem(what: what, body: try forge.signed(bid.payload, by: "cliente_alpha"), fate: .refused(refusal))
    } + [HostileItem(what: "an accepted bid once more", body: accepted, fate: .withoutEffect)]
  }

  static func queries(_ auction: String) -> [HostileItem] {
    let good = Query(id: .random(), subject: .auctions(after: nil)).encoded()
    let id = "\"id\":\"\(UniqueID.random())\""
    // Well formed, and nobody's.
    let nobody = Query.replyAddressPrefix + "nobody"
    let bodies: [(String, [UInt8])] = [
      ("nothing asked", []), ("junk asked", Array("lixo".utf8)), ("depth asked", [UInt8](repeating: 0x5b, count: 900)),
      ("a long question", [UInt8](repeating: 0x7b, count: 60_000)), ("a question beyond its bound", oversize),
      ("an unknown question", Array("{\(id),\"tipo\":\"senhas\"}".utf8)),
      ("a question twice", Array("{\(id),\"tipo\":\"leiloes\",\"tipo\":\"leiloes\",\"apos\":null}".utf8)),
      ("a path asked", Array("{\(id),\"tipo\":\"blocos\",\"id_leilao\":\"../\(auction)\",\"desde\":0}".utf8)),
      ("a block below zero", Array("{\(id),\"tipo\":\"blocos\",\"id_leilao\":\"\(auction)\",\"desde\":-1}".utf8)),
      (
        "a block beyond numbers",
        Array("{\(id),\"tipo\":\"livro\",\"id_leilao\":\"\(auction)\",\"apos\":9223372036854775808}".utf8)
      ),
    ]
    return bodies.map { HostileItem(what: $0, exchange: .consultas, body: $1, replyTo: nobody, fate: .dropped("formato")) }
      + [nil, "lance_realizado", "ms_leilao", "notificacao", "mortas", "leilao_consulta", "amq.gen-1", "amq.rabbitmq.reply-tO.x"]
      .map {
        HostileItem(
          what: "an answer to \($0 ?? "nowhere")", exchange: .consultas, body: good, replyTo: $0,
          fate: .dropped("endereco_de_resposta"))
      }
      + headers.map {
        HostileItem(
          what: "a query with \($0)", exchange: .consultas, body: [], headers: $1, replyTo: nobody, fate: .dropped("formato"))
      }
      // The last block that can be asked for, of a ledger that is shorter: answered, to nobody.
      + [
        HostileItem(
          what: "the end of all blocks", exchange: .consultas,
          body: Array("{\(id),\"tipo\":\"livro\",\"id_leilao\":\"\(auction)\",\"apos\":9007199254740991}".utf8), replyTo: nobody,
          fate: .withoutEffect)
      ]
  }

  static func commands(_ forge: Forge, stranger: PrivateKey) throws -> [HostileItem] {
    let payload = Array("{}".utf8)
    return [
      HostileItem(what: "no command", exchange: .comandos, body: [], fate: formato),
      HostileItem(what: "a deep command", exchange: .comandos, body: deep, fate: formato),
      HostileItem(what: "a command beyond its bound", exchange: .comandos, body: oversize, fate: formato),
      HostileItem(
        what: "a stranger's command", exchange: .comandos, body: try Forge.signed(payload, as: .schedule, by: stranger),
        fate: Self.stranger),
      HostileItem(
        what: "a bidder's command", exchange: .comandos, body: try forge.signed(payload, as: .cancel, by: "cliente_alpha"),
        fate: identity),
      HostileItem(
        what: "an empty command", exchange: .comandos, body: try forge.signed(payload, as: .schedule, by: "operador"),
        fate: formato),
    ]
      + headers.map {
        HostileItem(what: "a command with \($0)", exchange: .comandos, body: Array("lixo".utf8), headers: $1, fate: formato)
      }
  }
}
