import AuctionFacts
import AuctionWire
import JournalKit
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Synchronization
import Testing

@testable import AuctionService

/// What ms-leilao's desk does with the auctions of a calendar file.
struct CalendarFileSchedulingTests {
  private final class Reports: Sendable {
    private let heard = Mutex<[String]>([])
    var all: [String] { heard.withLock { $0 } }
    func hear(_ auction: AuctionID, _ refusal: CommandRefusal?) {
      heard.withLock { $0.append("\(auction): \(refusal.map(\.wireName) ?? "agendado")") }
    }
  }

  private let voice: Voice
  private let reports = Reports()

  init() throws { voice = try Voice(principal: "ms_leilao", key: PrivateKey.generate(.ed25519)) }

  private func proposed(_ auction: AuctionID, opening: Moment = .after(.zero), end: Moment = .after(.seconds(600)))
    -> ProposedTerms
  {
    ProposedTerms(
      auction: auction, title: "Moto CG 125", seller: "casa", openingPrice: 100_00, increment: .fixed(10_00), opening: opening,
      end: end)
  }

  private func desk(_ filed: [ProposedTerms]) -> CalendarDesk {
    CalendarDesk(voice: voice, filed: filed, report: reports.hear) { Array(1...16) }
  }

  private func numbered(_ turn: Turn) -> [Entry] {
    turn.entries.enumerated().map { Entry(number: Int64($0.offset + 1), kind: $0.element.kind, body: $0.element.body) }
  }

  @Test func `the first turn schedules them, and says so once`() throws {
    var desk = desk([proposed("moto", opening: .after(.seconds(10))), proposed("violao", opening: .after(.seconds(20)))])
    #expect(desk.wakeUp.map { $0 <= Build.noon } == true)
    let turn = desk.decide([], away: nil, at: Build.clock())
    #expect(turn.entries.map(\.kind) == ["arquivo", "arquivo"])
    #expect(turn.outgoing.map(\.routingKey) == [Kind.scheduled.routingKey, Kind.scheduled.routingKey])
    #expect(reports.all == ["moto: agendado", "violao: agendado"])
    #expect(desk.wakeUp == Build.noon + .seconds(10))
    #expect(desk.decide([], away: nil, at: Build.clock(.seconds(1))).isEmpty)
  }

  @Test func `the same file at the next start schedules nothing twice, and leaves nothing in the journal`() throws {
    let file = [proposed("moto"), proposed("violao", opening: .after(.seconds(3_600)))]
    var first = desk(file)
    let entries = numbered(first.decide([], away: nil, at: Build.clock()))
    var second = desk(file + [proposed("bicicleta")])
    try second.replay(RecordedTurn(entries: entries, clock: Build.clock()))
    let turn = second.decide([], away: nil, at: Build.clock(.seconds(5)))
    #expect(turn.entries.filter { $0.kind == "arquivo" }.count == 1)
    #expect(turn.outgoing.filter { $0.routingKey == Kind.scheduled.routingKey }.map(\.correlationID) == ["bicicleta"])
    #expect(reports.all.suffix(3) == ["moto: leilao_ja_existe", "violao: leilao_ja_existe", "bicicleta: agendado"])
  }

  @Test func `an auction that is over is not held again`() throws {
    var first = desk([proposed("moto", opening: .after(.seconds(60)))])
    let entries = numbered(first.decide([], away: nil, at: Build.clock()))
    var second = desk([proposed("moto", opening: .after(.seconds(60)))])
    try second.replay(RecordedTurn(entries: entries, clock: Build.clock()))
    // Long after its end.
    _ = second.decide([], away: nil, at: Build.clock(.seconds(100_000)))
    #expect(reports.all == ["moto: agendado", "moto: leilao_ja_existe"])
  }

  @Test func `what has become too old since the file was written is told, and leaves nothing in the journal`() {
    var desk = desk([
      proposed("tarde", opening: .at(Build.noon - .seconds(3_601)), end: .at(Build.noon + .seconds(60))),
      proposed("cedo", opening: .at(Build.noon + .seconds(60)), end: .at(Build.noon + .seconds(3_654 * 86_400))),
      proposed("passou", end: .at(Build.noon)), proposed("moto"),
    ])
    let turn = desk.decide([], away: nil, at: Build.clock())
    #expect(reports.all == ["tarde: termos_invalidos", "cedo: termos_invalidos", "passou: termos_invalidos", "moto: agendado"])
    #expect(turn.entries.filter { $0.kind == "arquivo" }.count == 1)
  }

  @Test func `the journal's entry is read back as the command that was given`() throws {
    let proposed = proposed("moto")
    let command = proposed.filed(at: Build.clock(), salt: Build.nonce)
    let entry = CalendarInput.filed(command, nonce: Array(1...16)).entry
    guard case .filed(let read, let nonce) = try CalendarInput(Entry(number: 1, kind: entry.kind, body: entry.body)) else {
      Issue.record("not a filed command")
      return
    }
    #expect(read == command && nonce == Array(1...16))
  }

  @Test func `a command's id follows from the auction's id alone`() {
    let id = proposed("moto").filed(at: Build.clock(), salt: Build.nonce).id
    #expect(proposed("moto", opening: .after(.seconds(9))).filed(at: Build.clock(.seconds(7)), salt: Build.nonce).id == id)
    #expect(proposed("violao").filed(at: Build.clock(), salt: Build.nonce).id != id)
    // SHA-256 of "leilao-arquivo", a zero byte and "moto", as a version 8 UUID.
    #expect(id.description == "d4ed04dc-fc79-82ec-a939-6bcb58d57a2f")
  }
}
