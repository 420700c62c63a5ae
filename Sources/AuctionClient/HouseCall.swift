package import AuctionFacts
package import AuctionSigning
package import AuctionWire
import MessagingKit
package import ServiceKit
package import SharedKernel
import SigningKit

/// A short visit to the house from a command line: connect, ask or say something, hear the answer, leave.
///
/// Blocks the thread it is called on; made for `onThread`.
package final class HouseCall {
  private enum News: Sendable {
    case link(HouseLink.Event)
    case published(PublishOutcome)
  }

  private let channel = Channel<News>()
  private let link: HouseLink
  private let broker: BrokerAccess
  private let keys: LiveKeyRing
  private let patience: Duration

  /// - Throws: an `unavailable` failure when the broker cannot be reached or will not have us.
  package init(
    broker: BrokerAccess, name: String, keys: LiveKeyRing, hearing: HouseLink.Hearing = .nothing,
    patience: Duration = .seconds(10)
  ) throws {
    self.patience = patience
    (self.broker, self.keys) = (broker, keys)
    link = HouseLink(broker: broker, name: name, keys: keys, hearing: hearing) { [channel] in channel.send(.link($0)) }
    link.start()
    guard try hear({ if case .link(.up) = $0 { () } else { nil } }) != nil else {
      throw Failure(.unavailable, said("o broker não respondeu em \(seconds) s", "the broker did not answer within \(seconds) s"))
    }
  }

  /// The keys that its answers are checked by.
  package var ring: KeyRing { keys.ring }

  /// For a process that goes on after the call.
  package func hangUp() async { await link.close() }

  /// Every auction that the house speaks of, in order of id.
  package func auctions() throws -> [(summary: AuctionSummary, terms: AuctionTerms)] {
    var all: [(AuctionSummary, AuctionTerms)] = []
    var last: AuctionID?
    while true {
      let page = try hearAll(.auctions(after: last)) { $0.isWhole ? $0.auctions() : nil }
      all += page.listed.map { ($0.summary, $0.scheduling.terms) }
      guard let next = page.next else { return all }
      last = next
    }
  }

  /// Asks about one auction, or about one bid.
  /// - Parameter auction: the bid's, if it is known: then its partition alone is asked.
  /// - Throws: an `unavailable` failure when no answer comes: a question changes nothing.
  package func ask(_ subject: Query.Subject, about auction: AuctionID? = nil) throws -> HouseAnswer {
    let isBroadcast = Query(id: .random(), subject: subject, about: auction).auction == nil
    return try hearAll(subject, about: auction) { isBroadcast ? $0.decision : $0.any }
  }

  /// An auction's ledger as the house tells it: its blocks, from the first to the last, then receipts, records of its clock, and its seal.
  /// - Returns: nothing where the house holds no ledger of it.
  /// - Throws: an `unavailable` failure when it does not come whole.
  package func ledger(of auction: AuctionID) throws -> [HouseStatement] {
    var pages = LedgerPages()
    while !pages.isWhole {
      guard let after = pages.next else {
        throw Failure(
          .unavailable, said("o livro de \(auction) não veio inteiro", "the ledger of \(auction) did not come whole"))
      }
      pages.add(try ask(.ledger(auction, after: after)))
    }
    return pages.statements
  }

  /// Reads an auction's blocks from one on, and those that come, until one has what is looked for.
  ///
  /// - Parameters:
  ///   - first: the block to begin at; afterwards the one to go on from.
  ///   - isWaiting: whether to ask again when there is nothing more, as long as the patience lasts.
  /// - Returns: what was found; nil where nothing was.
  package func find<Found>(
    in auction: AuctionID, from first: inout Int64, waiting isWaiting: Bool = false, _ pick: (Block) -> Found?
  ) throws -> Found? {
    let deadline = ContinuousClock.now + patience
    var tries = 0
    while true {
      let answer = try ask(.blocks(auction, from: first), about: auction)
      for case .block(let block) in answer.statements.map(\.fact) {
        if let found = pick(block) { return found }
        first = block.number + 1
      }
      guard !answer.snapshot.more else { continue }
      let again = ContinuousClock.now + .microseconds(OpenQuestions.patience(after: tries).microseconds)
      guard isWaiting, again < deadline else { return nil }
      tries += 1
      // Whatever arrives meanwhile is no answer.
      while let _ = channel.takeAll(until: again), ContinuousClock.now < again {}
    }
  }

  private func hearAll<Answer>(
    _ subject: Query.Subject, about auction: AuctionID? = nil, _ pick: (PartitionAnswers) -> Answer?
  ) throws -> Answer {
    let query = Query(id: .random(), subject: subject, about: auction)
    var heard = PartitionAnswers()
    link.ask(query)
    // The broker may have dropped it, or the house: the same question again, whichever answer comes first will do.
    let answer = try hear(repeating: { [link] in link.ask(query) }) { news -> Answer? in
      guard case .link(.snapshot(let answer)) = news, answer.snapshot.id == query.id, answer.answers(subject, about: auction)
      else { return nil }
      heard.add(answer)
      return pick(heard)
    }
    guard let answer else { throw Failure(.unavailable, heard.isEmpty ? silence : heard.incompleteness) }
    return answer
  }

  /// Gives a signed command and waits for its signed answer. Whatever becomes of the link, only the house can say what became
  /// of the command; it carries one out once, however often it comes.
  /// - Throws: an `unknown` failure when no answer comes.
  package func command(_ command: Command, by voice: Voice) throws -> CommandAnswer {
    let sealed = voice.seal(command)
    func publish() {
      link.publish(command, sealed, to: .comandos) { [channel] in channel.send(.published($0)) }
    }
    publish()
    /// Once it was sent again, one of the two may have arrived, whatever the broker says of the other.
    var isFirst = true
    let answer = try hear(isSent: true) { news -> CommandAnswer? in
      switch news {
      case .link(.statement(let statement)):
        if case .answered(let answer) = statement.fact, answer.command == command.id { return answer }
      case .link(.up):
        isFirst = false
        publish()
      case .published(.refused) where isFirst:
        throw Failure(.unavailable, said("o broker está cheio; nada foi mandado", "the broker is full; nothing was sent"))
      case .published(.returned) where isFirst:
        throw Failure(
          .unavailable,
          said(
            "o broker não tem a fila dos comandos; a topologia está inteira?",
            "the broker has no queue for commands; is its topology whole?"))
      case .published(.invalid(let problem)): throw Failure(.usage, problem)
      case .published, .link: break
      }
      return nil
    }
    guard let answer else {
      throw Failure(
        .unknown,
        said(
          "\(silence) Não se sabe se o comando vale; veja com: ms-leilao listar",
          "\(silence) It is not known whether the command counts; look with: ms-leilao list"))
    }
    return answer
  }

  /// - Parameter isSent: whether something was sent whose fate a lost link leaves open; then it is waited for all the same.
  /// - Parameter repeating: done again and again while nothing is picked, with pauses as long as `OpenQuestions` makes them.
  /// - Returns: what was picked; nil when the patience is at its end.
  private func hear<Answer>(
    isSent: Bool = false, repeating: (() -> Void)? = nil, _ pick: (News) throws -> Answer?
  ) throws -> Answer? {
    let deadline = ContinuousClock.now + patience
    var tries = 0
    func pause() -> ContinuousClock.Instant {
      .now + .microseconds(OpenQuestions.patience(after: tries).microseconds)
    }
    var repeatAt = repeating == nil ? deadline : pause()
    while let all = channel.takeAll(until: min(deadline, repeatAt)) {
      let now = ContinuousClock.now
      for news in all {
        if let answer = try pick(news) { return answer }
        switch news {
        case .link(.down(let reason, _)) where !isSent:
          throw Failure.noBroker(reason, at: broker)
        case .link(.refused(let reason)) where !isSent:
          throw Failure.refusedByBroker(reason)
        case .link, .published: break
        }
      }
      // Whatever else goes on arriving.
      guard now < deadline else { return nil }
      if let repeating, now >= repeatAt {
        tries += 1
        repeatAt = pause()
        repeating()
      }
    }
    return nil
  }

  private var seconds: Int64 { patience.components.seconds }

  /// Why nothing was heard, as far as can be told from here.
  private var silence: String {
    if let missing = HouseKeys.missing(in: keys.ring) { return missing }
    return said(
      "a casa não respondeu em \(seconds) s; ms-leilao e ms-lance estão de pé?",
      "the house did not answer within \(seconds) s; are ms-leilao and ms-lance up?")
  }
}
