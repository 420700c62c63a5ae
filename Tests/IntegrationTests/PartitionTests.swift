import AuctionFacts
import AuctionSigning
import AuctionWire
import Foundation
import MessagingKit
import SharedKernel
import SuiteTesting
import Synchronization
import Testing

/// A house of two partitions on one broker. `vaso-azul` and `leilao-1` are in even slices, `moto` and `leilao-2` in odd ones.
@Suite(.serialized) struct PartitionTests {
  private let even = ["vaso-azul", "leilao-1"]
  private let odd = ["moto", "leilao-2"]

  private func partition(_ text: String) throws -> Partition { try #require(Partition(text)) }

  @Test func `Its auctions are bid on, listed, followed and ended as in any house, and each partition holds its own`()
    async throws
  {
    let house = try await PrivateHouse(partitions: 2)
    for bidder in ["ana", "bia"] { try await house.makeKeys(bidder) }
    for auction in even + odd {
      try await house.schedule(auction, duration: auction == "moto" || auction == "leilao-1" ? "60s" : "1h")
    }
    for auction in even + odd { try await house.opened(auction) }
    let ending = ["moto", "leilao-1"]
    let followers = try ending.map { try Follower(house, $0, as: "bia") }
    for auction in ending + (even + odd).filter({ !ending.contains($0) }) {
      #expect(try await house.bid(auction, "100", as: "ana").status == 0, "\(auction)")
      let second = try await house.bidLine(auction, "110", as: "bia")
      #expect(second.status == 0)
      // Whoever does not name the auction asks both.
      let inquiry = try await house.client(["lance", "--consultar", try #require(second.line.idLance), "--cliente", "bia"])
      #expect(inquiry.status == 0 && inquiry.text.hasPrefix("aceito"), "\(inquiry)")
    }
    for (auction, follower) in zip(ending, followers) {
      let story = try await follower.toTheEnd()
      #expect(story.last?.evento == "encerrado" && story.last?.vencedor == "bia", "\(auction)")
    }
    #expect(try await house.listed("moto")?.vencedor == nil)
    #expect(try await house.listed("moto")?.lider == "bia")
    let visitor = try await Visitor(house)
    for auction in even + odd {
      #expect(try await Ledger(auction, from: visitor).accepted.map(\.bid.bidder.text) == ["ana", "bia"])
    }

    // Both speak under the key.
    let rotated = try await house.operator(["trocar-chave", "ms_lance"])
    #expect(rotated.status == 78 && rotated.text.contains("ms_lance.0"), "\(rotated)")

    let export = house.folder + "/export.json"
    try await house.broker.rabbitmqctl(["export_definitions", export])
    #expect(try await house.operator(["topologia", "--particoes", "2", "--conferir", export]).status == 0)
    for other in [[], ["--particoes", "3"]] {
      #expect(try await house.operator(["topologia", "--conferir", export] + other).status == 78)
    }
    for partition in ["0/2", "1/2"] {
      let check = try await house.run("ms-lance", ["--particao", partition, "--verificar", "--json"], as: "ms_lance")
      #expect(check.status == 0 && check.text.contains("\"leiloes\":2"), "\(check)")
    }
  }

  @Test func `While one is away the other's auctions go on, and no list passes for whole`() async throws {
    let house = try await PrivateHouse(partitions: 2)
    try await house.makeKeys("ana")
    for auction in ["moto", "vaso-azul"] { try await house.schedule(auction, duration: "1h") }
    for auction in ["moto", "vaso-azul"] { try await house.opened(auction) }
    // The last that was started is 1/2.
    try await house.kill9(.bids)
    let list = try await house.client(["leiloes"])
    #expect(list.status == 69 && list.text.contains("das 2 partições da casa não respondem: 1"), "\(list)")
    #expect(try await house.bid("vaso-azul", "100", as: "ana").status == 0)
    let away = try await house.bid("moto", "100", as: "ana", "--espera", "3s")
    #expect(away.status == 69 && away.text.contains("nada foi enviado"), "\(away)")
    let watch = try Follower(house, "vaso-azul", as: "ana")
    #expect(try await watch.first("incompleto").motivo?.contains("não respondem: 1") == true)

    try await house.start(partition("1/2"))
    #expect(try await house.bid("moto", "100", as: "ana").status == 0)
    #expect(try await house.client(["leiloes"]).status == 0)
  }

  @Test func `What is not a partition's own is put aside, and no journal is taken up as another's`() async throws {
    let house = try await PrivateHouse(partitions: 2)
    try await house.makeKeys("ana")
    try await house.schedule("moto", duration: "1h")
    try await house.opened("moto")
    let forge = try await Forge(house, "moto")
    let visitor = try await Visitor(house, hearing: [.init(exchange: Exchange.notificacoes.rawValue, key: "cliente.ana")])
    let bid = try forge.signed(forge.bid(of: "ana").payload, by: "ana")
    let (own, other) = (AuctionID("moto").slice, AuctionID("vaso-azul").slice)
    #expect(try await visitor.publish(.lances, RoutingKey.bidPlaced, bid, about: "moto", to: other) == .confirmed)
    #expect(try await house.deadLetters(1).map(\.reason) == ["particao_divergente"])
    let unheard = try await visitor.publish(.lances, RoutingKey.bidPlaced, bid, about: "moto")
    guard case .returned = unheard else { throw Program.Failure(description: "a bid without its slice was taken: \(unheard)") }
    // Nothing was said of it: at its own partition it is a bid like any other.
    #expect(try await visitor.publish(.lances, RoutingKey.bidPlaced, bid, about: "moto", to: own) == .confirmed)
    try await until("it is decided") { try await house.listed("moto")?.lider == "ana" }
    #expect(visitor.heard.isEmpty)

    let copy = house.folder + "/copia.sqlite"
    let copied = try await house.run("ms-lance", ["copiar", "--particao", "1/2", copy], as: "ms_lance")
    #expect(copied.status == 0, "\(copied)")
    #expect(try await house.terminate(.bids) == .code(0))
    let strangers: [([String], Int32)] = [
      (["--particao", "1/3"], 78), ([], 78), (["--particao", "2/2"], 64), (["--particao", "1"], 64),
      (["restaurar", "--particao", "0/2", copy], 78), (["--particao", "1/3", "--verificar"], 78),
    ]
    for (arguments, status) in strangers {
      let run = try await house.run("ms-lance", arguments, as: "ms_lance")
      #expect(run.status == status, "\(arguments): \(run)")
    }
    try await house.start(partition("1/2"))
    #expect(try await house.listed("moto")?.lider == "ana")
  }

  @Test func `One that is killed under load is taken over, and every bid is decided once`() async throws {
    let house = try await PrivateHouse(partitions: 2)
    for bidder in ["ana", "bia"] { try await house.makeKeys(bidder) }
    for auction in even + odd { try await house.schedule(auction, duration: "1h") }
    for auction in even + odd { try await house.opened(auction) }
    let first = try house.process(.bids)
    let standby = try await house.standby(partition("1/2"))
    let load = RisingBids(on: even + odd, of: house)
    try await withThrowingTaskGroup { group in
      for auction in even + odd { group.addTask { try await load.bid(on: auction) } }
      group.addTask {
        defer { load.end() }
        try await load.eachHas(20)
        try await first.kill9()
        try await until("the standby consumes") { FileManager.default.fileExists(atPath: standby.ready) }
        try await load.eachHas(20)
      }
      try await group.waitForAll()
    }
    let sent = load.sent
    #expect(standby.program.isRunning)

    let visitor = try await Visitor(house)
    func check() async throws {
      for (auction, sent) in sent {
        let ids = Set(sent.values.map(\.id))
        let ledger = Mutex<Ledger?>(nil)
        try await until("every bid on \(auction) is decided") {
          let now = try await Ledger(auction, from: visitor)
          ledger.withLock { $0 = now }
          return now.accepted.count + now.receipts.count >= ids.count
        }
        // `Ledger` has proved that none is there twice, and the whole chain.
        let whole = try #require(ledger.withLock { $0 })
        #expect(Set(whole.accepted.map(\.bid.id) + whole.receipts.compactMap(\.bid)) == ids, "\(auction)")
        // On a machine that stood still a bid may have grown too old, and the one after it then bid over its own.
        #expect(whole.receipts.allSatisfy { $0.reason == .stale || $0.reason == .alreadyLeading }, "\(auction)")
        #expect(try await house.listed(auction)?.precoCentavos == whole.accepted.last?.bid.amount.minorUnits)
      }
    }
    try await check()

    // Without a standby the partition's bids wait for it.
    try await house.kill9(.bids)
    for auction in odd {
      let last = try #require(sent[auction])
      let forge = try Forge(keys: house.keys, Line(#"{"id_leilao":"\#(auction)","edicao":"\#(last.values[0].edition.hex)"}"#))
      let over = try forge.bid(of: last.count % 2 == 0 ? "ana" : "bia", 100_00 + 10_00 * Int64(last.count))
      last.record(over)
      let bytes = try forge.signed(over.payload, by: over.bidder.text)
      #expect(
        try await visitor.publish(.lances, RoutingKey.bidPlaced, bytes, about: auction, to: over.auction.slice) == .confirmed)
    }
    try await house.start(partition("1/2"))
    try await check()
    for partition in ["0/2", "1/2"] {
      let run = try await house.run("ms-lance", ["--particao", partition, "--verificar"], as: "ms_lance")
      #expect(run.status == 0, "\(run)")
    }
  }
}

/// Bids of two bidders in turn, each over the one before, on several auctions at once.
private final class RisingBids: Sendable {
  let sent: [String: Recorder<Bid>]
  private let house: PrivateHouse
  private let isEnough = Atomic(false)

  init(on auctions: [String], of house: PrivateHouse) {
    self.house = house
    sent = Dictionary(uniqueKeysWithValues: auctions.map { ($0, Recorder<Bid>()) })
  }

  func end() { isEnough.store(true, ordering: .relaxed) }

  /// One after the other, until `end`.
  func bid(on auction: String) async throws {
    let (forge, visitor) = (try await Forge(house, auction), try await Visitor(house))
    var amount: Int64 = 100_00
    while !isEnough.load(ordering: .relaxed) {
      let bid = try forge.bid(of: amount / 10_00 % 2 == 0 ? "ana" : "bia", amount)
      amount += 10_00
      let bytes = try forge.signed(bid.payload, by: bid.bidder.text)
      sent[auction]?.record(bid)
      // The broker keeps it, whoever is away.
      let outcome = try await visitor.publish(.lances, RoutingKey.bidPlaced, bytes, about: auction, to: bid.auction.slice)
      guard outcome == .confirmed else { throw Program.Failure(description: "\(auction): \(outcome)") }
    }
    await visitor.leave()
  }

  /// Waits for so many more bids on each.
  func eachHas(_ more: Int) async throws {
    let before = sent.mapValues(\.count)
    try await until("\(more) more bids on each") { self.sent.allSatisfy { $1.count >= before[$0, default: 0] + more } }
  }
}
