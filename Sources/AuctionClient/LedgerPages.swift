import AuctionFacts
package import AuctionSigning
import AuctionWire
import SharedKernel

/// A house's answers about one ledger, put together. Only how long the chain is stands signed in an answer: what travels beside it may
/// be incomplete, and what is appended meanwhile moves the place of all that comes behind the blocks.
package struct LedgerPages: Sendable {
  private var blocks: [HouseStatement] = []
  private var others: [HouseStatement] = []
  private var tries = 0
  package private(set) var isWhole = false

  /// An auction that is being bid on is told again this often, before it is given up.
  private static let mostTries = 100

  package init() {}

  package var statements: [HouseStatement] { blocks + others }

  /// How many envelopes the next question says are held; nil: it has been asked too often.
  package var next: Int64? { tries < Self.mostTries ? Int64(blocks.count + others.count) : nil }

  package mutating func add(_ answer: HouseAnswer) {
    guard case .ledger(_, let after, let head) = answer.snapshot.content, after == next else { return tries += 1 }
    guard let head else {
      isWhole = blocks.isEmpty
      return tries += 1
    }
    if head.block >= Int64(blocks.count), !others.isEmpty {
      others = []
      return tries += 1
    }
    let held = statements.count
    for statement in answer.statements {
      if case .block(let block) = statement.fact {
        guard block.number == Int64(blocks.count), others.isEmpty else { return tries += 1 }
        blocks.append(statement)
      } else {
        others.append(statement)
      }
    }
    if statements.count == held { tries += 1 }
    isWhole = !answer.snapshot.more && isComplete(upTo: head)
    if !answer.snapshot.more, !isWhole { (others, tries) = ([], tries + 1) }
  }

  /// The chain leads to the head, and no receipt is missing between the first that the house still has and the last that it owes.
  private func isComplete(upTo head: Seen) -> Bool {
    guard let last = blocks.last, last.digest == head.digest, case .block(let block) = last.fact else { return false }
    let numbers = others.compactMap { statement -> Int64? in
      if case .refused(let receipt) = statement.fact { receipt.number } else { nil }
    }
    guard case .closing(let result, _) = block.content else {
      return zip(numbers, numbers.dropFirst()).allSatisfy { $1 == $0 + 1 }
    }
    let owed = numbers.filter { $0 <= result.refusedBids }
    return zip(owed, owed.dropFirst()).allSatisfy { $1 == $0 + 1 } && (owed.last.map { $0 == result.refusedBids } ?? true)
  }
}
