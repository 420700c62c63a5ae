import AuctionCore
import AuctionFacts
import SharedKernel

/// What an entry says of the auction after it, beside what the rules say: each difference is told once, since it follows into the
/// entries behind it.
struct EntryComparison {
  private struct State: Equatable {
    let price: Money?
    let leader: PrincipalID?
    let minimum: Money
    let closesAt: Timestamp
    let isReserveMet: Bool?
  }

  private struct Disagreement: Equatable {
    let said: State
    let ruled: State
  }

  private var last: Disagreement?

  /// - Parameters:
  ///   - name: block and place of the entry.
  ///   - summary: where the auction stands by the rules.
  mutating func compare(
    _ entry: BlockEntry, _ name: String, _ summary: AuctionSummary, line: Int, _ findings: inout Findings
  ) {
    let said = State(
      price: entry.price, leader: entry.leader, minimum: entry.minimum, closesAt: entry.closesAt,
      isReserveMet: entry.isReserveMet)
    let ruled = State(
      price: summary.price, leader: summary.leader, minimum: summary.minimum, closesAt: summary.closesAt,
      // What is bought at once has its result already.
      isReserveMet: summary.ending == nil ? summary.isReserveMet : entry.isReserveMet)
    guard said != ruled else { return last = nil }
    let disagreement = Disagreement(said: said, ruled: ruled)
    defer { last = disagreement }
    guard disagreement != last else { return }
    func tell(_ what: Sentence, _ said: String, _ ruled: String) {
      guard said != ruled else { return }
      findings.fault(
        .decisions, line: line,
        what.within(
          { "entrada \(name): \($0) \(said); pelas regras \(ruled)" }, { "entry \(name): \($0) \(said); by the rules \(ruled)" }))
    }
    tell(Sentence("preço", "price"), Self.text(said.price), Self.text(ruled.price))
    tell(Sentence("líder", "leader"), said.leader?.text ?? "-", ruled.leader?.text ?? "-")
    tell(Sentence("mínimo", "minimum"), Self.text(said.minimum), Self.text(ruled.minimum))
    tell(Sentence("reserva atingida", "reserve met"), Self.text(said.isReserveMet), Self.text(ruled.isReserveMet))
    tell(Sentence("fim", "end"), TimeText.rfc3339(said.closesAt), TimeText.rfc3339(ruled.closesAt))
  }

  private static func text(_ flag: Bool?) -> String { flag.map { $0 ? "true" : "false" } ?? "-" }

  /// In minor units.
  static func text(_ money: Money?) -> String { money.map { String($0.minorUnits) } ?? "-" }
}
