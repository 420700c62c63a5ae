import AuctionFacts
import SharedKernel

extension Bid {
  private static let auctionFrame = [UInt8](before: .auction, after: "{", opening: "\"")
  private static let idFrame = [UInt8](before: .bid, after: "\",", opening: "\"")
  private static let editionFrame = [UInt8](before: .edition, after: "\",", opening: "\"")
  private static let bidderFrame = [UInt8](before: .principal, after: "\",", opening: "\"")
  private static let amountFrame = [UInt8](before: .amount, after: "\",")
  private static let seenFrame = [UInt8](before: .seen, after: ",")
  private static let nothing = Array("null".utf8)
  private static let blockFrame = [UInt8](before: .block, after: "{")
  private static let hashFrame = [UInt8](before: .hash, after: ",", opening: "\"")
  private static let seenEnd = Array("\"}".utf8)
  private static let clockFrame = [UInt8](before: .clock, after: ",", opening: "{")
  private static let instantFrame = [UInt8](before: .instant, after: "")
  private static let uncertaintyFrame = [UInt8](before: .uncertainty, after: ",")
  private static let statusFrame = [UInt8](before: .clockState, after: ",", opening: "\"")
  private static let end = Array("\"}}".utf8)

  /// The canonical spelling of a bid that hides nothing: what bidders' programs send. Nil of all others, be they right or wrong.
  init?(canonical payload: [UInt8]) {
    guard payload.count <= Kind.bidPlaced.maximumPayload else { return nil }
    let read = payload.withUnsafeBufferPointer { bytes -> Bid? in
      var reader = CanonicalReader(bytes)
      guard reader.skip(Self.auctionFrame), let auction = reader.string().flatMap({ AuctionID($0) }),
        reader.skip(Self.idFrame), let id = reader.string().flatMap({ BidID($0) }),
        reader.skip(Self.editionFrame), let edition = reader.string().flatMap({ Digest(hex: $0) }),
        reader.skip(Self.bidderFrame), let bidder = reader.string().flatMap({ PrincipalID($0) }),
        reader.skip(Self.amountFrame), let amount = reader.integer().flatMap({ Money(minorUnits: $0) }), amount > .zero,
        let seen = Self.seen(&reader), let clock = Self.clock(&reader), reader.skip(Self.end), reader.isAtEnd
      else { return nil }
      return Bid(id: id, auction: auction, edition: edition, bidder: bidder, amount: amount, seen: seen, clock: clock)
    }
    guard let read else { return nil }
    self = read
  }

  /// Nil where it does not read, and nil inside where the bidder had seen nothing.
  private static func seen(_ reader: inout CanonicalReader) -> Seen?? {
    guard reader.skip(seenFrame) else { return nil }
    if reader.skip(nothing) { return .some(nil) }
    guard reader.skip(blockFrame), let block = reader.integer(), reader.skip(hashFrame),
      let digest = reader.string().flatMap({ Digest(hex: $0) }), reader.skip(seenEnd)
    else { return nil }
    return Seen(block: block, digest: digest)
  }

  private static func clock(_ reader: inout CanonicalReader) -> ClockReading? {
    guard reader.skip(clockFrame), reader.skip(instantFrame), let instant = reader.integer(), reader.skip(uncertaintyFrame),
      let uncertainty = reader.integer(), uncertainty <= WireLimits.uncertainty.microseconds, reader.skip(statusFrame),
      let status = reader.string().flatMap({ ClockStatus(wireName: $0) })
    else { return nil }
    return ClockReading(Timestamp(microseconds: instant), uncertainty: .microseconds(uncertainty), status: status)
  }
}
