package import AuctionFacts
import AuctionSigning
package import AuctionWire
import MessagingKit
package import ServiceKit
import SharedKernel
import SigningKit

/// A short visit to the house from a command line: connect, ask or say something, hear the answer, leave.
///
/// Blocks the thread it is called on; made for `onThread`.
package final class HouseCall {
  private let channel = Channel<HouseLink.Event>()
  private let link: HouseLink
  private let patience: Duration

  /// - Throws: an `unavailable` failure when the broker cannot be reached or will not have us.
  package init(
    broker: BrokerAccess, name: String, keys: LiveKeyRing, hearing: HouseLink.Hearing = .nothing,
    patience: Duration = .seconds(10)
  ) throws {
    self.patience = patience
    link = HouseLink(broker: broker, name: name, keys: keys, hearing: hearing) { [channel] in channel.send($0) }
    link.start()
    try hear(within: patience) { event -> Void? in
      if case .up = event { () } else { nil }
    }
  }

  package func hangUp() async { await link.close() }

  /// Every auction that the house speaks of, in order of id.
  package func auctions() throws -> [(summary: AuctionSummary, terms: AuctionTerms)] {
    var all: [(AuctionSummary, AuctionTerms)] = []
    var last: AuctionID?
    while true {
      let answer = try ask(.auctions(after: last))
      guard case .auctions(let summaries) = answer.snapshot.content else { throw Self.strange() }
      for (summary, statement) in zip(summaries, answer.statements) {
        guard case .scheduled(let scheduling) = statement.fact, statement.digest == summary.edition else { throw Self.strange() }
        all.append((summary, scheduling.terms))
      }
      guard answer.snapshot.more, let newest = summaries.last?.auction else { return all }
      last = newest
    }
  }

  /// - Throws: an `unknown` failure when no answer comes.
  package func ask(_ subject: Query.Subject) throws -> HouseAnswer {
    let query = Query(id: .random(), subject: subject)
    link.ask(query)
    return try hear(within: patience) { event in
      if case .snapshot(let answer) = event, answer.snapshot.id == query.id { answer } else { nil }
    }
  }

  /// Gives a signed command and waits for its signed answer.
  package func command(_ command: Command, by voice: Voice, as user: String) throws -> CommandAnswer {
    let outcomes = channel
    link.publish(command, voice.seal(command), to: .comandos, as: user) {
      if $0 != .confirmed { outcomes.send(.refused("\($0)")) }
    }
    return try hear(within: patience) { event in
      if case .statement(let statement) = event, case .answered(let answer) = statement.fact, answer.command == command.id {
        answer
      } else {
        nil
      }
    }
  }

  private func hear<Answer>(within patience: Duration, _ pick: (HouseLink.Event) -> Answer?) throws -> Answer {
    let deadline = ContinuousClock.now + patience
    while let events = channel.takeAll(until: deadline), !events.isEmpty {
      for event in events {
        if let answer = pick(event) { return answer }
        switch event {
        case .down(let reason, _):
          throw Failure(.unavailable, said("sem contato com o broker: \(reason)", "the broker cannot be reached: \(reason)"))
        case .refused(let reason):
          throw Failure(.unavailable, said("o broker recusou: \(reason)", "the broker refused: \(reason)"))
        case .up, .blocked, .unblocked, .statement, .snapshot, .receipt, .dropped: break
        }
      }
    }
    throw Failure(
      .unknown,
      said(
        "a casa não respondeu em \(patience.components.seconds) s; ms-leilao e ms-lance estão de pé?",
        "the house did not answer within \(patience.components.seconds) s; are ms-leilao and ms-lance up?"))
  }

  private static func strange() -> Failure {
    Failure(.unknown, said("a casa respondeu outra coisa", "the house answered something else"))
  }
}
