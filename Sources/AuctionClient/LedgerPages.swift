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

  /// The chain leads to the head, and nothing is missing or twice there between the first receipt that the house still has and the last
  /// that it owes, nor of the records of its clock; once the auction is over the house has signed which these are.
  private func isComplete(upTo head: Seen) -> Bool {
    guard let last = blocks.last, last.digest == head.digest, case .block(let block) = last.fact else { return false }
    var (receipts, records, seals): ([Int64], [Int64], [LedgerSeal]) = ([], [], [])
    for statement in others {
      switch statement.fact {
      case .refused(let receipt): if let number = receipt.number { receipts.append(number) }
      case .clock(let record): records.append(record.number)
      case .ledgerClosed(let seal): seals.append(seal)
      default: return false
      }
    }
    func isGapless(_ numbers: [Int64]) -> Bool { zip(numbers, numbers.dropFirst()).allSatisfy { $1 == $0 + 1 } }
    guard isGapless(records) else { return false }
    guard case .closing(let result, _) = block.content else { return isGapless(receipts) && seals.isEmpty }
    guard seals.count == 1, let seal = seals.first, seal.head == head else { return false }
    let owed = receipts.filter { $0 <= result.refusedBids }
    return isGapless(owed) && Int64(owed.count) == max(0, result.refusedBids - seal.lostReceipts)
      && records.first == seal.clockRecords?.lowerBound && records.last == seal.clockRecords?.upperBound
  }
}
