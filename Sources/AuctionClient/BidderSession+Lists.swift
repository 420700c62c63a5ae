import AuctionFacts
import AuctionWire
import SharedKernel

/// The house's auctions, as its partitions list them.
extension BidderSession {
  mutating func askAuctions(after last: AuctionID?, _ now: Timestamp) -> Output {
    // Answers to one question and to another are no one list.
    if let listQuestion { questions.take(listQuestion) }
    lists = PartitionAnswers()
    let question = questions.ask(.auctions(after: last), at: now)
    listQuestion = question.id
    return .ask(question)
  }

  /// What a partition lists is met at once; the question is answered when all have.
  mutating func hear(list answer: HouseAnswer, _ now: Timestamp) -> [Output] {
    var outputs: [Output] = []
    for (summary, scheduling) in answer.listed where interest.includes(summary.auction) {
      outputs += meet(summary, scheduling, asOf: answer.snapshot.clock)
    }
    lists.add(answer)
    guard lists.isWhole else { return outputs }
    questions.take(answer.snapshot.id)
    if let next = lists.auctions().next { return outputs + [askAuctions(after: next, now)] }
    lists = PartitionAnswers()
    refreshAt = now + .seconds(30) + .microseconds(Int64(random.next() % 60_000_000))
    return outputs
  }

  /// The list is asked for again because some partitions have not answered.
  func incompleteness(of asked: [Query]) -> [Output] {
    // What is known goes on by what the house says of it; only who waits for the beginning waits for all.
    guard !isLive, !lists.isEmpty, asked.contains(where: { if case .auctions = $0.subject { true } else { false } }) else {
      return []
    }
    return [
      .tell(
        .incomplete(lists.incompleteness, answered: lists.silence.count - lists.silence.partitions.count, of: lists.silence.count)
      )
    ]
  }
}
