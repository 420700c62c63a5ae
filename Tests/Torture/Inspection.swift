import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import Foundation
import JournalKit
import MessagingKit
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting

/// Looks at a house that should have come to rest, asks it, ends it, reads what it leaves, and says which invariants do not hold.
final class Inspection {
  private(set) var accepted = 0
  private let scene: Scene
  private var findings: Findings
  private var violations: [Violation] = []

  /// - Parameter poison: the reasons for which messages must lie among the dead letters, by their ids.
  init(_ scene: Scene, poison: [String: String]) throws {
    self.scene = scene
    findings = Findings(ring: try LiveKeyRing(KeyFolder(path: scene.house.keys)).ring)
    (findings.poison, findings.lost) = (poison, scene.setting.loses)
    findings.hearsTheHouse = scene.tap.exchanges.contains(.leilao)
  }

  func run() async throws -> [Violation] {
    try await rest()
    try await ask()
    try await end()
    try await exhume()
    try await audit()
    try readJournals()
    findings.heard = try await scene.tap.heard()
    return findings.violations + violations
  }

  private func complain(_ invariant: Int, _ what: String) { violations.append(Violation(invariant, what)) }

  // MARK: - 9: at rest

  private static let work: [Queue] = [.lanceRealizado, .notificacao, .msLeilao, .leilaoConsulta]

  private func waiting() throws -> [String] {
    let probe = try BrokerProbe(port: scene.broker.port, user: Tap.user, password: Tap.user, virtualHost: "leilao")
    return try Self.work.compactMap { queue in
      let count = try probe.readyCount(queue.rawValue)
      return count > 0 ? "\(queue.rawValue) holds \(count)" : nil
    }
  }

  private func rest() async throws {
    do {
      try await until("queues empty", within: .seconds(20)) { try self.waiting().isEmpty }
    } catch { findings.waiting = try waiting() }
  }

  private func end() async throws {
    for service in Scene.Service.allCases {
      let program = try scene.process(service)
      program.send(SIGTERM)
      findings.endings[service.rawValue] = try await program.ending(within: .seconds(30))
    }
    // Now nobody holds anything: what was not acknowledged is there again.
    findings.left = try waiting()
  }

  private func exhume() async throws {
    let box = try DeadLetterBox(port: scene.broker.port)
    while let letter = try box.take() { findings.dead[letter.messageID ?? "-", default: []].insert(letter.reason ?? "-") }
  }

  // MARK: - 8: the services' own audits

  private func audit() async throws {
    for (program, user, service) in [("ms-lance", "ms_lance", Scene.Service.bids), ("ms-leilao", "ms_leilao", .calendar)] {
      let run = try await scene.house.run(program, ["--verificar"], as: user, ["LEILAO_DATA": scene.dataPath(service)])
      if run.status != 0 { complain(8, "\(program) --verificar: \(run.text)") }
    }
  }

  // MARK: - What the house answers

  private struct Answers: Sendable {
    var summary: AuctionSummary?
    var ledger: [HouseStatement] = []
    var bids: [BidID: [String]] = [:]
  }

  private func ask() async throws {
    let house = scene.house
    let auction = scene.auction
    let bids = scene.bidders.flatMap(\.record.bids)
    let url = try BrokerURL(house.broker.url(user: "cliente", password: "cliente", virtualHost: "leilao"))
    let box = Recorder<Answers>()
    try await onThread(named: "tardio") {
      let call = try HouseCall(
        broker: BrokerAccess(url: url, tls: nil, defaultUser: "cliente", profile: .shared), name: "tardio",
        keys: try LiveKeyRing(KeyFolder(path: house.keys)))
      var answers = Answers()
      answers.summary = try call.auctions().first { $0.summary.auction == auction }?.summary
      while true {
        let answer = try call.ask(.ledger(auction, after: Int64(answers.ledger.count)))
        answers.ledger += answer.statements
        if !answer.snapshot.more || answer.statements.isEmpty { break }
      }
      for entry in bids {
        let answer = try call.ask(.bid(entry.bid.bidder, entry.bid.id))
        answers.bids[entry.bid.id] = answer.statements.flatMap(Findings.decisions(_:)).filter { $0.0 == entry.sealed.digest }.map(
          \.1)
      }
      box.record(answers)
      Task { await call.hangUp() }
    }
    let answers = try await box.first { $0 }
    findings.ledger = answers.ledger.filter(\.isSaidUnasked)
    (findings.summary, findings.asked) = (answers.summary, answers.bids)
    findings.records = Dictionary(uniqueKeysWithValues: scene.bidders.map { ($0.id, $0.record) })
    violations += LedgerCheck(answers.ledger, of: auction).violations
    accepted = Findings.decisions(answers.ledger).values.joined().count { $0.hasPrefix("accepted") }
  }

  // MARK: - 1, 3, 8, 9: the journals

  private func readJournals() throws {
    let books = try JournalReader(path: scene.dataPath(.bids) + "/ms_lance.sqlite")
    let calendar = try JournalReader(path: scene.dataPath(.calendar) + "/ms_leilao.sqlite")
    for (name, journal) in [("ms-lance", books), ("ms-leilao", calendar)] {
      try journal.check()
      let left = try journal.pendingOutbox(after: 0, limit: 100)
      if !left.isEmpty { complain(9, "the outbox of \(name) holds \(left.count): \(left.map(\.message.routingKey))") }
    }
    let auction = scene.auction.text
    func all(_ collection: String) throws -> [[UInt8]] {
      try books.documents(collection, auction, from: 0, limit: .max).map(\.body)
    }
    let written = try all("bloco") + all("recibo")
    if written != findings.ledger.map({ $0.envelope.encoded() }) {
      complain(8, "the journal holds other bytes than the house answers")
    }
    violations +=
      BooksCheck([scene.auction: findings.ledger], refusedBids: { _ in try all("lance_recusado") }) {
        try books.forEachEntry(from: 1, $0)
      }
      .violations
    if scene.setting.expectsOutage, !findings.ledger.contains(where: Self.namesOutage) {
      complain(3, "the house was away over the end, and the ledger does not say so")
    }
  }

  private static func namesOutage(_ statement: HouseStatement) -> Bool {
    guard case .block(let block) = statement.fact, case .entries(let entries) = block.content else { return false }
    return entries.contains { if case .outage = $0.fact { true } else { false } }
  }
}
