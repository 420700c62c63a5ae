import AuctionFacts
import SharedKernel

/// What has happened in an auction since its last block: the next block, as far as it has come.
struct PendingBlock: Equatable, Sendable {
  /// How much of a block's 72 KiB of payload its entries may take; the rest is for its own members.
  static let maximumBytes = 72 * 1_024 - 1_024
  /// What an entry's other members take at most, beside its evidence.
  private static let entryBytes = 400

  private(set) var entries: [BlockEntry] = []
  /// How many bids were accepted for it; of those that were accepted before, it has no entries.
  private(set) var bids = 0
  private var bytes = 0
  /// What moved the end last; nil when the end stands.
  var mover: Mover?

  struct Mover: Equatable, Sendable {
    /// The bidder, if a bid did.
    let by: PrincipalID?
    let cause: Extension.Cause
  }

  var isEmpty: Bool { entries.isEmpty && bids == 0 }
  var isFull: Bool { entries.count >= Block.maximumEntries }

  /// Whether these facts still fit, together.
  func hasRoom(for facts: [BlockEntry.Fact]) -> Bool {
    entries.isEmpty
      || entries.count + facts.count <= Block.maximumEntries
        && bytes + facts.reduce(0) { $0 + PendingBlock.size(of: $1) } <= PendingBlock.maximumBytes
  }

  mutating func append(_ entry: BlockEntry) {
    entries.append(entry)
    if case .bid = entry.fact { bids += 1 }
    bytes += PendingBlock.size(of: entry.fact)
  }

  /// Counts a bid whose entry stands in a block that was sealed before.
  mutating func recall() { bids += 1 }

  /// In bytes of the block's payload: evidence stands there as it is, a key in base64.
  private static func size(of fact: BlockEntry.Fact) -> Int {
    switch fact {
    case .bid(let evidence, _), .voided(let evidence, _), .suspended(let evidence, _), .resumed(let evidence, _):
      evidence.bytes.count + entryBytes
    case .key(let record): (record.spki.count + 2) / 3 * 4 + entryBytes
    case .outage, .revealed, .reserveRevealed: entryBytes
    }
  }
}
