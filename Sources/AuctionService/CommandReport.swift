import AuctionCore
import AuctionFacts
import AuctionWire
import ServiceKit
import SharedKernel

/// Says what became of an operator's command, and leaves with its status. Under `--json` one line says it, whatever it is.
struct CommandReport: Sendable {
  let json: Bool
  /// Nil where no command is given.
  let id: CommandID?
  let auction: AuctionID

  /// - Throws: `refused` with the house's reason.
  func tell(_ answer: CommandAnswer, to command: Command) throws {
    try check(answer, to: command)
    accepted(answer)
  }

  func accepted(_ answer: CommandAnswer) {
    guard json else { return ServiceKit.tell(said("aceito: \(auction)", "accepted: \(auction)")) }
    line("aceito") { $0.add("edicao", answer.edition?.hex) }
  }

  /// - Throws: `refused` with the house's reason.
  func check(_ answer: CommandAnswer, to command: Command) throws {
    guard let refusal = answer.refusal else { return }
    throw refused(refusal, command.problem(at: answer.clock.instant), edition: answer.edition)
  }

  /// What was accepted has been done, as the ledger says.
  func tell(_ text: String, _ more: (inout JSONLine) -> Void) {
    guard json else { return ServiceKit.tell(text) }
    line("aceito", more)
  }

  /// For what this program finds in the ledger itself, and the house would not have to be asked.
  /// - Parameters:
  ///   - word: the reason under `--json`.
  ///   - more: what it says besides there.
  func refused(_ word: String, _ sentence: Sentence, _ more: (inout JSONLine) -> Void = { _ in }) -> any Error {
    guard !json else {
      line("recusado") {
        $0.add("motivo", word)
        more(&$0)
      }
      return ExitStatus.refused
    }
    return Failure(.refused, said("recusado: ", "refused: ") + said(sentence) + " (\(word)) [\(auction)]")
  }

  func refused(_ refusal: CommandRefusal, _ problem: AuctionTerms.Problem? = nil, edition: Edition? = nil) -> any Error {
    guard !json else {
      line("recusado") {
        $0.add("motivo", refusal.wireName)
        if refusal == .badTerms { $0.add("termo", problem?.term) }
        $0.add("edicao", edition?.hex)
      }
      return ExitStatus.refused
    }
    return Failure(
      .refused,
      said("recusado: ", "refused: ") + said(refusal.sentence(of: problem)) + " (\(refusal.wireName)) [\(auction)]")
  }

  /// Runs what gives the command. Where no answer comes or the house cannot be reached, the line says so before the sentence does.
  func telling(_ body: () async throws -> Void) async throws {
    do {
      try await body()
    } catch let failure as Failure where json {
      switch failure.status {
      case .unknown: line("incerto") { _ in }
      case .unavailable: line("indisponivel") { _ in }
      default: break
      }
      throw failure
    }
  }

  private func line(_ standing: String, _ more: (inout JSONLine) -> Void) {
    var line = JSONLine()
    line.add("tipo", "comando")
    if let id { line.add("id_comando", id.description) }
    line.add("id_leilao", auction.text)
    line.add("situacao", standing)
    more(&line)
    ServiceKit.tell(line.text)
  }
}

extension Command {
  /// What is wrong with the terms that it schedules, as the house saw it then.
  fileprivate func problem(at now: Timestamp) -> AuctionTerms.Problem? {
    if case .schedule(let terms, let reserve) = action { terms.problem(at: now, reserve: reserve?.amount) } else { nil }
  }
}
