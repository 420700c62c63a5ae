import AuctionCore
import AuctionFacts
import AuctionSigning
import AuctionWire
import JournalKit
import ServiceKit
import SharedKernel

/// The lots that were passed on after their auctions ended: the calendar's word, kept for those who come later. It changes no ledger.
struct PassedLots: Equatable, Sendable {
  private struct Passed: Equatable {
    var lot: FinishedLot
    /// Of the statements, in their order.
    var statements: [Digest]
  }

  private var lots: [AuctionID: Passed] = [:]

  /// - Parameter book: of the auction that is meant; nil: it is not known, or not over.
  /// - Returns: how many there are of that auction with this one; nil where it has no effect: it was heard before, or does not follow
  ///   from the result that the books hold.
  mutating func take(_ said: PassedOn, _ statement: Digest, after book: ClosedBook?) -> Int64? {
    let passing = said.passing
    guard let book, book.edition == passing.edition,
      // A calendar restored from copies may count as it did before; what follows, and what is a repetition, the lot tells.
      said.sequence > book.lastSequence,
      var lot = lots[said.auction]?.lot ?? FinishedLot(book), lot.refusal(of: passing) == nil
    else { return nil }
    lot.pass(said)
    let statements = (lots[said.auction]?.statements ?? []) + [statement]
    lots[said.auction] = Passed(lot: lot, statements: statements)
    return Int64(statements.count)
  }

  /// Who has it now; nil: it was not passed on.
  func holder(of auction: AuctionID) -> AuctionSummary.Holder? {
    lots[auction]?.lot.passings.last.map {
      AuctionSummary.Holder(id: $0.passing.to, amount: $0.passing.amount, sequence: $0.sequence, at: $0.clock.instant)
    }
  }

  func statements(of auction: AuctionID) -> [Digest] { lots[auction]?.statements ?? [] }

  /// Auctions of which that was said since then.
  func passedOn(since instant: Timestamp) -> Set<AuctionID> {
    Set(lots.filter { $1.lot.passings.last.map { $0.clock.instant >= instant } ?? false }.keys)
  }
}

extension FinishedLot {
  fileprivate init?(_ book: ClosedBook) {
    guard let ending = book.ending, let block = try? Block(payload: ending.block.payload, kind: .awarded),
      case .closing(let result, _) = block.content
    else { return nil }
    self.init(result, digest: ending.block.digest, seller: book.terms.seller, price: book.price)
  }
}

extension RecordedBooks {
  /// - Returns: how many there are of that auction with this one; nil where it has no effect.
  mutating func pass(_ said: PassedOn, _ statement: Digest) -> Int64? {
    passed.take(said, statement, after: keeper.closed(said.auction))
  }
}

extension BidDesk {
  mutating func keep(_ said: PassedOn, _ statement: HouseStatement, in draft: inout Draft) {
    guard let number = recorded.pass(said, statement.digest) else { return }
    draft.turn.entries.append(BidEntry.statement(statement).entry)
    draft.turn.documents.append(
      Document(
        collection: Collection.passings, key: said.auction.text, number: number, body: statement.envelope.evidence.bytes))
  }

  /// What follows the last block of an auction that is over.
  ///
  /// - Parameter next: the block behind those that are told; more before the last one, and nothing follows yet.
  func passings(of auction: AuctionID, behind next: Int64, in store: any Store) throws -> [Evidence] {
    guard recorded.passed.holder(of: auction) != nil, let head = keeper.summary(of: auction)?.head, next > head.block else {
      return []
    }
    return try store.documents(Collection.passings, auction.text, from: 1, limit: FinishedLot.mostPassings).map {
      Evidence($0.body)
    }
  }
}
