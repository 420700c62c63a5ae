import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import BidService
import Foundation
import JournalKit
import LedgerProof
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Testing

/// `cliente-tui livro`: what a file holds, and that it is always the same.
@Suite("A ledger's file")
struct LedgerFileTests {
  private let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  private func lines(_ file: [UInt8]) -> [String] {
    String(decoding: file, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test(arguments: LedgerScene.allCases.filter(\.isOver))
  func `of an auction that is over is the same bytes before and after a restart, a day and a compaction`(scene: LedgerScene)
    throws
  {
    let bench = try scene.play()
    let file = try bench.ledgerFile()
    bench.restart()
    #expect(try bench.ledgerFile() == file)
    try bench.keepClock()
    #expect(try bench.ledgerFile() == file, "what the clock rests on later is no part of it")
    try bench.place(900_00, by: "beta", number: 77)
    #expect(try bench.ledgerFile() == file, "whoever is refused later stands in no file")
    bench.world.time.advance(by: .seconds(100_000))
    bench.settle()
    #expect(bench.service.store.all("lance_recusado", "moto").isEmpty)
    #expect(try bench.ledgerFile() == file)

    bench.service.crash(flushing: 0, losingPower: false)
    bench.service.store.restore(try compacted(bench.service.store.contents), appending: [])
    bench.service.start()
    bench.settle()
    #expect(bench.service.store.entryKinds.contains("encerrado"))
    #expect(try bench.ledgerFile() == file)
  }

  private func compacted(_ contents: SimulatedStore.Contents) throws -> SimulatedStore.Contents {
    let journal = try makeJournal(contents, in: scratch.file("data"))
    let outcome = try BooksJournal.compact(journal, closedBefore: Timestamp(microseconds: Int64.max / 2)) { _ in }
    #expect(outcome.auctions == 1)
    var entries: [Entry] = []
    try journal.forEachEntry(from: 1) { entries.append($0) }
    let documents = try ["bloco", "recibo", "agendamento", "lance_recusado", "relogio_do_livro", "fecho_do_livro"].flatMap {
      try journal.documents($0, "moto", from: 0, limit: 10_000)
    }
    let records = try journal.documents("relogio_assinado", "", from: 0, limit: 10_000)
    return SimulatedStore.Contents(entries: entries, documents: documents + records, outbox: [])
  }

  @Test func `has a header, the house's keys, the blocks, the receipts that the result counts, in this order`() throws {
    let bench = try LedgerScene.vendido.play()
    let lines = lines(try bench.ledgerFile())
    let blocks = bench.service.store.all("bloco", "moto").map { String(decoding: $0.body, as: UTF8.self) }
    let receipts = bench.service.store.all("recibo", "moto").map { String(decoding: $0.body, as: UTF8.self) }
    #expect(receipts.count == 4 && lines.count == 3 + blocks.count + 3 + 3 + 1)
    let head = try #require(bench.head)
    #expect(
      lines[0] == """
        {"formato":"leilao-livro","versao":2,"id_leilao":"moto","edicao":"\(try bench.edition)","encerrado":true,\
        "cabeca":{"bloco":\(head.block),"hash":"\(head.digest)"},"chaves":2,"blocos":\(blocks.count),"recibos":3,\
        "recibos_perdidos":0,"relogios":3}
        """)
    #expect(lines[1].hasPrefix("{\"chave_da_casa\":{\"id_usuario\":\"ms_lance\",\"spki\":\"MCow"))
    #expect(lines[2].hasPrefix("{\"chave_da_casa\":{\"id_usuario\":\"ms_leilao\",\"spki\":\"MCow"))
    #expect(Array(lines[3..<3 + blocks.count]) == blocks)
    #expect(Array(lines[(3 + blocks.count)...].prefix(3)) == Array(receipts.prefix(3)))
    // The last one before the opening, and those up to the end; not the first, and not the one after.
    let records = bench.service.store.all("relogio_assinado", "").map { String(decoding: $0.body, as: UTF8.self) }
    #expect(records.count == 5 && Array(lines.dropLast().suffix(3)) == Array(records[1...3]))
    // What the house signed when it was over, and has kept since.
    let seal = try #require(bench.service.store.all("fecho_do_livro", "moto").first)
    #expect(lines.last == String(decoding: seal.body, as: UTF8.self))
    guard case .ledgerClosed(let said) = try HouseStatement(seal.body, ring: bench.world.keys.ring).fact else {
      throw Missing("a seal")
    }
    #expect(said.head == head && said.lostReceipts == 0 && said.clockRecords == 2...4)
  }

  @Test func `of an auction that goes on says so, and grows`() throws {
    let bench = try LedgerScene.aberto.play()
    let before = try bench.ledgerFile()
    #expect(lines(before)[0].contains("\"encerrado\":false"))
    #expect(LedgerProof(before, pinned: bench.pinned).holds)
    bench.after(.seconds(1))
    try bench.place(110_00, by: "beta", number: 5)
    let after = try bench.ledgerFile()
    #expect(lines(after).count == lines(before).count + 1)
    #expect(LedgerProof(after, pinned: bench.pinned).holds)
  }

  /// `ATUALIZAR=1` writes it anew.
  @Test func `stands in the documents as an example`() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/exemplo.livro")
      .standardizedFileURL
    let file = try LedgerScene.semLances.play().ledgerFile()
    if environmentValue("ATUALIZAR") == "1" { try Data(file).write(to: path) }
    #expect(Array(try Data(contentsOf: path)) == file, "ATUALIZAR=1 writes it anew")
  }

  @Test func `is the same when the house has got a new key since`() throws {
    let bench = try LedgerScene.vendido.play()
    let statements = try bench.statements()
    let file = try #require(LedgerCopy(statements, keys: bench.world.keys.ring)).encoded()
    let owners = [HousePrincipal.msLance, HousePrincipal.msLeilao]
    let former = try owners.map {
      KeyRing.Member(owner: $0, key: try bench.world.keys.voice($0).key.publicKey, retiredAt: bench.world.time.now)
    }
    let other = SimulatedKeys(seed: 7)
    let ring = KeyRing(try owners.map { ($0.text, try other.voice($0).key.publicKey) }, retired: former)
    #expect(LedgerCopy(statements, keys: ring)?.encoded() == file)
    #expect(LedgerCopy(statements, keys: KeyRing()) == nil, "what nobody can verify is not written")
    bench.service.crash(flushing: 0, losingPower: false)
    try bench.world.keys.rotate(HousePrincipal.msLance, at: bench.world.time.now)
    bench.service.start()
    bench.settle()
    #expect(try bench.ledgerFile() == file, "nothing in it is signed anew")
  }

  @Test func `of a house that has given up receipts says how many, and that they cannot be proved`() throws {
    let bench = try LedgerScene.vendido.play()
    bench.service.crash(flushing: 0, losingPower: false)
    let contents = bench.service.store.contents
    bench.service.store.restore(
      // Nor did a house of that time sign what belongs to its ledgers.
      contents.with(
        documents: contents.documents.filter {
          $0.collection != "fecho_do_livro" && ($0.collection != "recibo" || $0.number > 2)
        }),
      appending: [("poda", Array("moto 2".utf8))])
    bench.service.start()
    bench.settle()
    let file = try bench.ledgerFile()
    #expect(lines(file)[0].contains("\"recibos\":1,\"recibos_perdidos\":2"))
    #expect(try bench.ledgerFile() == file, "what is signed when it is asked for is the same each time")
    let proof = LedgerProof(file, pinned: bench.pinned)
    #expect(proof.holds, "\(proof.findings.faults)")
    #expect(proof.findings.unprovable.contains { $0.english.contains("receipts 1 to 2") })
  }
}
