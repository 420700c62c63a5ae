package import SharedKernel

/// One of the parts that a house's auctions are spread over, each with its queues, its journal and its ms-lance. A house that is
/// not partitioned has none.
package struct Partition: Hashable, Sendable, CustomStringConvertible {
  /// From 0.
  package let number: Int
  /// How many the house has.
  package let count: Int

  package static let counts = 2...AuctionSlice.count

  package init?(_ number: Int, of count: Int) {
    guard Self.counts.contains(count), (0..<count).contains(number) else { return nil }
    (self.number, self.count) = (number, count)
  }

  /// Reads `description`: `0/2`.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let number = parts[0], let count = parts[1] else { return nil }
    self.init(number, of: count)
    // One spelling for each: a journal remembers it.
    guard description == text else { return nil }
  }

  package var description: String { "\(number)/\(count)" }

  package static func all(of count: Int) -> [Partition] { (0..<count).compactMap { Partition($0, of: count) } }

  /// Its queue of that kind.
  package func queue(_ queue: Queue) -> String { "\(queue.rawValue).\(number)" }

  /// Whether the auctions of a slice are its own.
  package func holds(_ slice: AuctionSlice) -> Bool { slice.number % count == number }
}

/// Auctions are sorted by their ids into slices, the same in every house and for ever; a partition holds whole slices. So anybody can
/// tell where an auction is decided, and a service that it is not its own.
package struct AuctionSlice: Hashable, Sendable {
  package let number: Int

  package static let count = 64

  /// The first byte of the id's SHA-256, modulo 64.
  package init(of auction: AuctionID, _ sha256: Hash) {
    number = Int(sha256(Array(auction.text.utf8)).bytes[0]) % Self.count
  }

  fileprivate init(_ number: Int) { self.number = number }

  package static let all = (0..<count).map { AuctionSlice($0) }
}
