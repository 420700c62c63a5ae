import AuctionFacts
import AuctionWire
import Foundation
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Testing

/// An auction's edition, and keys to sign with whatever one likes.
struct Forge {
  let keys: KeyFolder
  let auction: AuctionID
  let edition: Digest

  init(_ house: PrivateHouse, _ auction: String) async throws {
    try self.init(keys: house.keys, try #require(try await house.listed(auction)))
  }

  /// - Parameter auction: as it was listed.
  init(keys: String, _ auction: Line) throws {
    self.keys = KeyFolder(path: keys)
    self.auction = try #require(auction.idLeilao.flatMap { AuctionID($0) })
    edition = try #require(auction.edicao.flatMap { Digest(hex: $0) })
  }

  func key(of id: String) throws -> PrivateKey { try keys.privateKey(of: id) { nil } }

  /// A bid of now, or as many seconds later.
  func bid(
    of bidder: String, _ amount: Int64 = 100_00, later seconds: Int64 = 0, seen: Seen? = nil, edition: Digest? = nil,
    auction: String? = nil, id: BidID = BidID(.random())
  ) throws -> Bid {
    let now = Timestamp(microseconds: Int64(Date.now.timeIntervalSince1970 * 1_000_000))
    let clock = ClockReading(now + .seconds(seconds), uncertainty: .seconds(5), status: .systemClock)
    return Bid(
      id: id, auction: try auction.map { try #require(AuctionID($0)) } ?? self.auction, edition: edition ?? self.edition,
      bidder: try #require(PrincipalID(bidder)), amount: try #require(Money(minorUnits: amount)), seen: seen, clock: clock)
  }

  /// Any payload under any kind, with a signature that is valid.
  func signed(_ payload: [UInt8], as kind: Kind = .bidPlaced, by id: String) throws -> [UInt8] {
    try envelope(payload, as: kind, by: id).encoded()
  }

  func envelope(_ payload: [UInt8], as kind: Kind, by id: String) throws -> Envelope {
    try Self.envelope(payload, as: kind, by: key(of: id))
  }

  static func signed(_ payload: [UInt8], as kind: Kind = .bidPlaced, by key: PrivateKey) throws -> [UInt8] {
    try envelope(payload, as: kind, by: key).encoded()
  }

  private static func envelope(_ payload: [UInt8], as kind: Kind, by key: PrivateKey) throws -> Envelope {
    try Envelope.seal(kind, payload: payload, keyID: try #require(Digest(key.publicKey.id))) { try key.sign($0) }
  }
}
