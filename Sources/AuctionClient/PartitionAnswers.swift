import AuctionFacts
import AuctionSigning
import AuctionWire
import ServiceKit
import SharedKernel

/// What the partitions of a house answered to one question so far. In a house that is not partitioned the one answer is all.
struct PartitionAnswers: Sendable {
  private var answers: [Int: HouseAnswer] = [:]
  /// How many there will be; nil before the first.
  private var count: Int?

  var isEmpty: Bool { answers.isEmpty }
  /// Every partition has answered.
  var isWhole: Bool { count == answers.count }
  /// Those that have not, of how many.
  var silence: (partitions: [Int], count: Int) { ((0..<(count ?? 0)).filter { answers[$0] == nil }, count ?? 0) }

  /// A later answer of the same partition takes the place of its former one.
  mutating func add(_ answer: HouseAnswer) {
    let answered = answer.snapshot.partition?.count ?? 1
    // The house is another one by now.
    if answered != count { answers = [:] }
    count = answered
    answers[answer.snapshot.partition?.number ?? 0] = answer
  }

  /// The auctions of all lists, in order of id, as far as they can be told from these answers: one that goes on elsewhere may have
  /// others before its next page.
  /// - Returns: after which to ask for more; nil: there is no more.
  func auctions() -> (listed: [(summary: AuctionSummary, scheduling: Scheduling)], next: AuctionID?) {
    var (listed, next): ([(summary: AuctionSummary, scheduling: Scheduling)], AuctionID?) = ([], nil)
    for answer in answers.values {
      let page = answer.listed
      listed += page
      guard answer.snapshot.more, let last = page.last?.summary.auction else { continue }
      next = next.map { min($0, last) } ?? last
    }
    if let next { listed.removeAll { $0.summary.auction > next } }
    return (listed.sorted { $0.summary.auction < $1.summary.auction }, next)
  }

  var any: HouseAnswer? { answers.values.first }

  /// Why what was heard is not the house's answer.
  var incompleteness: String {
    let (partitions, count) = silence
    let silent = partitions.map(String.init).joined(separator: ", ")
    return said(
      "a resposta não está inteira: das \(count) partições da casa não respondem: \(silent)",
      "the answer is not whole: of the house's \(count) partitions these do not answer: \(silent)")
  }

  /// What became of a bid that nobody knows the auction of: a partition that decided it has the word, all together deny it.
  var decision: HouseAnswer? {
    func decided(_ decision: Snapshot.Decision) -> HouseAnswer? {
      answers.sorted { $0.key < $1.key }.lazy.map(\.value).first {
        if case .bid(_, _, decision) = $0.snapshot.content { true } else { false }
      }
    }
    // A bidder may have used one id in two partitions: what was accepted counts. Each denies it as of its own clock.
    return decided(.accepted) ?? decided(.refused)
      ?? (isWhole ? answers.values.min { $0.snapshot.clock.instant < $1.snapshot.clock.instant } : nil)
  }
}

extension HouseAnswer {
  /// Of a list, which `answers(_:)` has found to be whole: each auction with its scheduling.
  var listed: [(summary: AuctionSummary, scheduling: Scheduling)] {
    guard case .auctions(let summaries) = snapshot.content else { return [] }
    return zip(summaries, statements).compactMap { summary, statement in
      if case .scheduled(let scheduling) = statement.fact { (summary, scheduling) } else { nil }
    }
  }
}
