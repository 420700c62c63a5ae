package import AuctionFacts
package import AuctionSigning
import AuctionWire
package import ServiceKit
package import SharedKernel
import SigningKit

/// Something that the house signed about a bidder and that he kept, held against a ledger that the house signed too.
package struct KeptReceipt: Sendable {
  /// What a ledger makes of it.
  package enum Standing: Sendable {
    /// It stands there as it is.
    case confirmed
    /// The house signed something else in its place: both cannot be.
    case equivocation(Evidence)
    /// The ledger ends without it, and says by this that nothing is missing.
    case omission(Evidence)
    /// Nothing follows: the ledger is older, of another edition, or does not speak of it.
    case silent(Sentence)
  }

  package let statement: HouseStatement
  package init(_ statement: HouseStatement) { self.statement = statement }

  /// Reads a kept line: nil unless the house signed it, under a key that is known from elsewhere.
  package init?(_ line: [UInt8], keys: KeyRing) {
    guard let statement = try? HouseStatement(whole: line, ring: keys) else { return nil }
    self.statement = statement
  }
}

/// A ledger's file as far as the house has signed it: what receipts are held against.
package struct WitnessedLedger: Sendable {
  private let header: LedgerHeader
  private var blocks: [Int64: (digest: Digest, previous: Digest, evidence: Evidence)] = [:]
  private var receipts: [Int64: (digest: Digest, evidence: Evidence)] = [:]
  /// Accepted bids, and the blocks that they stand in.
  private var accepted: [Digest: Evidence] = [:]
  /// Refused bids, and their receipts.
  private var refused: [Digest: (digest: Digest, evidence: Evidence)] = [:]
  private var closing: (block: Block, result: AuctionResult, evidence: Evidence)?
  /// The house went on from a copy of its journal, and ended the auction for that: it said itself that it had forgotten some.
  private var isRestored = false
  /// Whether every block up to the closing one is there, and names the one before: what it lacks, the house left out.
  private var isLinked = false
  /// Whether the refusals are all those that the result commits to.
  private var hasAllReceipts = false

  /// Something in it was signed, as it says, under a key of the house that is not among those given: what that says is not heard, and
  /// that nothing contradicts a receipt means nothing.
  package private(set) var lacksKeys = false

  package var auction: AuctionID { header.auction }

  /// - Parameter keys: the house's, from elsewhere than the file: only what they signed counts as its word.
  /// - Returns: nil where not even the first line can be read.
  package init?(_ bytes: [UInt8], keys: KeyRing) {
    var findings = Findings()
    guard let file = LedgerFile(parsing: bytes, &findings) else { return nil }
    header = file.header
    for line in file.blocks + file.receipts {
      let statement: HouseStatement
      do throws(Rejection) {
        statement = try HouseStatement(whole: line.value.evidence.bytes, ring: keys)
      } catch {
        if error.reason == .unknownKey { lacksKeys = true }
        continue
      }
      guard statement.auction == header.auction else { continue }
      let evidence = line.value.evidence
      switch statement.fact {
      case .block(let block) where block.edition == header.edition: add(block, statement.digest, evidence, keys)
      case .refused(let receipt):
        if let number = receipt.number { receipts[number] = (statement.digest, evidence) }
        if let bid = receipt.bidDigest { refused[bid] = (statement.digest, evidence) }
      default: break
      }
    }
    guard let closing else { return }
    var previous = header.edition
    isLinked = (0...closing.block.number).allSatisfy { number in
      guard let block = blocks[number], block.previous == previous else { return false }
      previous = block.digest
      return true
    }
    let numbers = Int64(receipts.count) == closing.result.refusedBids ? 1..<(closing.result.refusedBids + 1) : 0..<1
    let digests = numbers.compactMap { receipts[$0]?.digest }
    hasAllReceipts = digests.count == receipts.count && SHA256.of(digests.flatMap(\.bytes)) == closing.result.refusals
  }

  private mutating func add(_ block: Block, _ digest: Digest, _ evidence: Evidence, _ keys: KeyRing) {
    blocks[block.number] = (digest, block.previous, evidence)
    switch block.content {
    case .opening: break
    case .entries(let entries):
      for case .bid(let bid, _) in entries.map(\.fact) {
        if let envelope = try? Envelope(bid) { accepted[SHA256.of(envelope.payload)] = evidence }
      }
    case .closing(let result, let ending):
      closing = (block, result, evidence)
      let signer = ending.flatMap { try? Envelope($0) }.flatMap { keys.members[$0.keyID]?.owner }
      isRestored = signer == HousePrincipal.msLance
    }
  }

  package func standing(of kept: KeptReceipt) -> KeptReceipt.Standing {
    switch kept.statement.fact {
    case .block(let block): standing(of: block, kept.statement.digest)
    case .refused(let receipt): standing(of: receipt, kept.statement.digest)
    default: .silent(Sentence("não é de um livro", "it is not of a ledger"))
    }
  }

  private func standing(of block: Block, _ digest: Digest) -> KeptReceipt.Standing {
    guard block.auction == header.auction, block.edition == header.edition else {
      return .silent(Sentence("é de outro leilão ou edição", "it is of another auction or edition"))
    }
    if let other = blocks[block.number] {
      if other.digest == digest { return .confirmed }
      return isRestored && block.number == closing?.block.number ? Self.restored : .equivocation(other.evidence)
    }
    guard let closing else {
      return .silent(
        Sentence("o livro foi escrito antes, ou falta-lhe o bloco", "the ledger was written before, or lacks the block"))
    }
    guard isLinked else { return Self.damaged }
    // All up to the end are there: it stood behind the end.
    return isRestored ? Self.restored : .omission(closing.evidence)
  }

  private static let damaged = KeptReceipt.Standing.silent(
    Sentence(
      "o arquivo não está inteiro, e a falta pode ser dele; veja: cliente-tui verificar",
      "the file is not whole, and what is missing may be its fault; see: cliente-tui verify"))
  private static let restored = KeptReceipt.Standing.silent(
    Sentence(
      "a casa voltou a uma cópia do diário, e encerrou o leilão por isso",
      "the house went back to a copy of its journal, and ended the auction for that"))

  private func standing(of receipt: Receipt, _ digest: Digest) -> KeptReceipt.Standing {
    guard receipt.auction == header.auction else {
      return .silent(Sentence("é de outro leilão", "it is of another auction"))
    }
    // Other refusals say nothing of what becomes of the bid when it comes again, or of who signed it.
    guard let number = receipt.number else {
      return .silent(Sentence("recusas sem número não estão em livro nenhum", "refusals without a number stand in no ledger"))
    }
    if let bid = receipt.bidDigest, let block = accepted[bid] { return .equivocation(block) }
    if let other = receipts[number] { return other.digest == digest ? .confirmed : .equivocation(other.evidence) }
    // A bid is refused once.
    if let other = receipt.bidDigest.flatMap({ refused[$0] }) { return .equivocation(other.evidence) }
    guard let closing else { return .silent(Sentence("o livro foi escrito antes", "the ledger was written before")) }
    guard hasAllReceipts else { return Self.damaged }
    if isRestored { return Self.restored }
    // Given before the end, it has to be among those that the result counts.
    guard (receipt.afterBlock ?? -1) < closing.block.number || receipt.clock.latest < closing.block.clock.earliest else {
      return .silent(Sentence("o lance veio depois do resultado", "the bid came after the result"))
    }
    return .omission(closing.evidence)
  }
}
