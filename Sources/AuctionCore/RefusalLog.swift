import AuctionFacts
import SharedKernel

/// The journalled refusals of one auction: how many, and what the result commits to.
struct RefusalLog: Equatable, Sendable {
  private(set) var count: Int64 = 0
  /// The receipts' digests, 32 bytes each, in the order of their numbers; none after the result.
  private var digests: [UInt8] = []
  private var isCommitted = false

  init() {}

  /// Of an auction whose result has been said.
  init(committed count: Int64) { (self.count, isCommitted) = (count, true) }

  var nextNumber: Int64 { count + 1 }

  mutating func append(_ receipt: Digest) {
    count += 1
    if !isCommitted { digests += receipt.bytes }
  }

  /// SHA-256 over the digests so far. It is asked for once, by the result; later refusals are only counted.
  mutating func commit(_ hash: Hash) -> Digest {
    defer { (digests, isCommitted) = ([], true) }
    return hash(digests)
  }
}
