package import AuctionCore
package import AuctionFacts
package import SharedKernel

// Literals for the words of the house, so that a test reads as what it says. A wrong one is the test's own mistake.

extension AuctionID: ExpressibleByStringLiteral {
  package init(stringLiteral text: String) {
    guard let id = AuctionID(text) else { preconditionFailure("not an auction id: \(text)") }
    self = id
  }
}

extension PrincipalID: ExpressibleByStringLiteral {
  package init(stringLiteral text: String) {
    guard let id = PrincipalID(text) else { preconditionFailure("not a principal id: \(text)") }
    self = id
  }
}

extension Money: ExpressibleByIntegerLiteral {
  /// In minor units.
  package init(integerLiteral minorUnits: Int64) { self = Build.money(minorUnits) }
}

/// Facts of an auction with sensible members: a test names only those that it is about.
package enum Build {
  /// When the auctions built here open: 2026-12-01T12:00:00Z.
  package static let noon = Timestamp(microseconds: 1_796_126_400_000_000)

  package static func money(_ minorUnits: Int64) -> Money {
    guard let money = Money(minorUnits: minorUnits) else { preconditionFailure("not an amount: \(minorUnits)") }
    return money
  }

  package static func secret(_ amount: Int64) -> Secret {
    guard let secret = Secret(amount: money(amount), salt: [UInt8](repeating: 0xab, count: Secret.saltBytes)) else {
      preconditionFailure("sixteen bytes")
    }
    return secret
  }

  /// A reading that long after `noon`.
  package static func clock(
    _ sinceNoon: Interval = .zero, uncertainty: Interval = .milliseconds(2), status: ClockStatus = .synchronized
  ) -> ClockReading {
    ClockReading(noon + sinceNoon, uncertainty: uncertainty, status: status)
  }

  /// Ten minutes from `noon`, from R$ 100,00 in steps of R$ 10,00, soft close of two minutes.
  package static func terms(
    _ auction: AuctionID = "moto", seller: PrincipalID = "casa", format: AuctionFormat = .english,
    openingPrice: Money = 100_00, increment: Increment = .fixed(10_00), opensAt: Timestamp = noon,
    lasting: Interval = .seconds(600), rules: AuctionRules = AuctionRules()
  ) -> AuctionTerms {
    AuctionTerms(
      auction: auction, title: "Moto CG 125 1983", description: "Um dono.", seller: seller, format: format,
      openingPrice: openingPrice, increment: increment, opensAt: opensAt, closesAt: opensAt + lasting, rules: rules)
  }

  /// The nonce of every scheduling built here.
  package static let nonce: [UInt8] = Array(1...16)

  package static func scheduling(_ terms: AuctionTerms = terms(), clock: ClockReading = clock(.seconds(-60))) -> Scheduling {
    Scheduling(terms: terms, nonce: nonce, clock: clock)
  }

  /// The opening on time, or of other times where they are named.
  package static func opening(
    _ terms: AuctionTerms = terms(), edition: Edition, opensAt: Timestamp? = nil, closesAt: Timestamp? = nil,
    scheduling: Evidence? = nil, clock: ClockReading = clock()
  ) -> Opening {
    Opening(
      auction: terms.auction, edition: edition, opensAt: opensAt ?? terms.opensAt, closesAt: closesAt ?? terms.closesAt,
      scheduling: scheduling ?? evidence("agendado \(terms.auction)"), clock: clock)
  }

  package static func notice(
    _ action: CalendarNotice.Action, of auction: AuctionID = "moto", edition: Edition, sequence: Int64 = 1,
    clock: ClockReading = clock(.seconds(601))
  ) -> CalendarNotice {
    CalendarNotice(auction: auction, edition: edition, sequence: sequence, action: action, clock: clock)
  }

  package static func bid(
    _ amount: Money = 100_00, by bidder: PrincipalID = "alpha", id: BidID = bidID(1), auction: AuctionID = "moto",
    edition: Edition, seen: Seen? = nil, clock: ClockReading = clock(.seconds(1)), maximumCommitment: Digest? = nil
  ) -> Bid {
    Bid(
      id: id, auction: auction, edition: edition, bidder: bidder, amount: amount, seen: seen, clock: clock,
      maximumCommitment: maximumCommitment)
  }

  /// The bid as a service hands it in: its digest follows from everything in it, and its key from the bidder.
  package static func submitted(
    _ bid: Bid, key: KeyRecord? = nil, evidence: Evidence? = nil, upTo maximum: Money? = nil
  ) -> SubmittedBid {
    let digest = digest("\(bid)")
    return SubmittedBid(
      bid: bid, digest: digest, key: key ?? Build.key(of: bid.bidder), evidence: evidence ?? Evidence(digest.bytes),
      secret: maximum.flatMap { Secret(amount: $0, salt: Array(digest.bytes.prefix(16))) })
  }

  /// The bidder's key of that number.
  package static func key(
    of owner: PrincipalID, number: UInt8 = 0, standing: KeyRecord.Standing = .active
  ) -> KeyRecord {
    KeyRecord(owner: owner, keyID: digest("\(owner) \(number)"), spki: [number] + Array(owner.text.utf8), standing: standing)
  }

  package static func schedule(
    _ terms: AuctionTerms = terms(), id: CommandID = commandID(1), clock: ClockReading = clock(.seconds(-60))
  ) -> Command {
    Command(id: id, action: .schedule(terms), clock: clock)
  }

  package static func cancel(
    _ auction: AuctionID = "moto", edition: Edition, reason: String = "erro no edital", id: CommandID = commandID(2),
    clock: ClockReading = clock(.seconds(-30))
  ) -> Command {
    Command(id: id, action: .cancel(auction: auction, edition: edition, reason: reason), clock: clock)
  }

  package static func bidID(_ number: UInt64) -> BidID { BidID(uniqueID(number)) }
  package static func commandID(_ number: UInt64) -> CommandID { CommandID(uniqueID(number)) }

  package static func uniqueID(_ number: UInt64) -> UniqueID {
    let bytes = [UInt8](repeating: 0, count: 8) + (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * UInt64($0))) }
    guard let id = UniqueID(bytes) else { preconditionFailure("sixteen bytes are an id") }
    return id
  }

  package static func evidence(_ text: String) -> Evidence { Evidence(Array(text.utf8)) }
  package static func digest(_ text: String) -> Digest { toyHash(Array(text.utf8)) }

  /// Thirty-two bytes that follow from the input alone, the same in every process; nothing like a secure hash.
  package static let toyHash: Hash = { bytes in
    // FNV-1a, spread over four words; a plain loop over the buffer, because a debug build hashes megabytes with it.
    var word: UInt64 = 0xcbf2_9ce4_8422_2325
    bytes.withUnsafeBufferPointer { buffer in
      var i = 0
      while i < buffer.count {
        word = (word ^ UInt64(truncatingIfNeeded: buffer[i])) &* 0x0000_0100_0000_01b3
        i &+= 1
      }
    }
    let spread = [1, 2, 3, 4].flatMap { (i: UInt64) in
      let mixed = (word ^ (word >> 29) ^ i) &* 0xff51_afd7_ed55_8ccd
      return (0..<8).map { UInt8(truncatingIfNeeded: (mixed ^ (mixed >> 32)) >> (8 * UInt64($0))) }
    }
    guard let digest = Digest(spread) else { preconditionFailure("thirty-two bytes are a digest") }
    return digest
  }
}
