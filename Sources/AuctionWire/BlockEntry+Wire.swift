package import AuctionFacts
package import SharedKernel

extension BlockEntry {
  /// The members that say what happened; an entry has exactly one of them.
  private static let facts: [Name] = [.placed, .voided, .suspended, .resumed, .outage, .key, .revealed]

  init(_ field: Field) throws(WireError) {
    var members = try field.object()
    var found: [(name: Name, field: Field)] = []
    for name in BlockEntry.facts {
      if let fact = members.takeIfPresent(name) { found.append((name, fact)) }
    }
    guard found.count == 1, let fact = found.first else {
      let seen = found.isEmpty ? "an entry without a fact" : "an entry of \(found.map(\.name.text).joined(separator: ", "))"
      throw .value(
        path: field.path, seen: seen, accepted: "exactly one of \(BlockEntry.facts.map(\.text).joined(separator: ", "))")
    }
    self.init(
      fact: try Fact(fact.name, fact.field, taking: &members),
      price: try members.take(.price).orNull { field throws(WireError) in try field.money() },
      leader: try members.take(.leader).orNull { field throws(WireError) in try field.principal() },
      minimum: try members.take(.minimum).money(), closesAt: try members.take(.closesAt).instant(),
      isReserveMet: try members.takeIfPresent(.isReserveMet)?.boolean())
    if !fact.name.isReceived, let received = members.takeIfPresent(.receivedAt) {
      throw received.refused("nothing: only bids, voidings, suspensions and resumptions are received")
    }
    try members.finish()
  }

  func write(to writer: inout JSONWriter) {
    switch fact {
    case .bid(let evidence, let receivedAt):
      writer.member(.placed, evidence)
      writer.member(.receivedAt, receivedAt.microseconds)
    case .voided(let evidence, let receivedAt):
      writer.member(.voided, evidence)
      writer.member(.receivedAt, receivedAt.microseconds)
    case .suspended(let evidence, let receivedAt):
      writer.member(.suspended, evidence)
      writer.member(.receivedAt, receivedAt.microseconds)
    case .resumed(let evidence, let receivedAt):
      writer.member(.resumed, evidence)
      writer.member(.receivedAt, receivedAt.microseconds)
    case .outage(let from, let to):
      writer.object(.outage) {
        $0.member(.outageFrom, from.microseconds)
        $0.member(.outageTo, to.microseconds)
      }
    case .key(let record): writer.object(.key) { record.write(to: &$0) }
    case .revealed(let bid, let bidder, let secret):
      writer.object(.revealed) {
        $0.member(.bid, bid.description)
        $0.member(.principal, bidder.text)
        secret.writeMembers(to: &$0)
      }
    case .reserveRevealed(let secret): writer.object(.revealed) { secret.writeMembers(as: .reserve, to: &$0) }
    }
    BlockEntry.write(price, leader, minimum, closesAt, isReserveMet, to: &writer)
  }

  fileprivate static func write(
    _ price: Money?, _ leader: PrincipalID?, _ minimum: Money, _ closesAt: Timestamp, _ isReserveMet: Bool?,
    to writer: inout JSONWriter
  ) {
    writer.member(.price, price?.minorUnits)
    writer.member(.leader, leader?.text)
    writer.member(.minimum, minimum.minorUnits)
    writer.member(.closesAt, closesAt.microseconds)
    if let isReserveMet { writer.member(.isReserveMet, isReserveMet) }
  }

  /// What the entry adds to a block's payload, in bytes: for whoever fills blocks up to `WireLimits.blockPayload`.
  package var wireSize: Int { JSONWriter.object { write(to: &$0) }.count + 1 }
}

extension Block {
  /// The most that a block's payload has besides its entries, in bytes.
  package static let frameSize = 512

  /// How the payload of a block ends whose last entry leaves its auction standing like this.
  package static func ending(
    price: Money?, leader: PrincipalID?, minimum: Money, closesAt: Timestamp, isReserveMet: Bool?
  ) -> [UInt8] {
    let entry = JSONWriter.object { BlockEntry.write(price, leader, minimum, closesAt, isReserveMet, to: &$0) }
    return Array(",".utf8) + entry.dropFirst() + Array("]}".utf8)
  }
}

extension BlockEntry.Fact {
  fileprivate init(_ name: Name, _ field: Field, taking members: inout Members) throws(WireError) {
    switch name.text {
    case Name.placed.text: self = .bid(try field.evidence(.bidPlaced), receivedAt: try members.take(.receivedAt).instant())
    case Name.voided.text: self = .voided(try field.evidence(.voidBid), receivedAt: try members.take(.receivedAt).instant())
    case Name.suspended.text:
      self = .suspended(try field.evidence(.suspended), receivedAt: try members.take(.receivedAt).instant())
    case Name.resumed.text:
      self = .resumed(try field.evidence(.resumed, .closed), receivedAt: try members.take(.receivedAt).instant())
    case Name.outage.text:
      var gap = try field.object()
      self = .outage(from: try gap.take(.outageFrom).instant(), to: try gap.take(.outageTo).instant())
      try gap.finish()
    case Name.revealed.text:
      var opened = try field.object()
      if let amount = opened.takeIfPresent(.reserve) {
        self = .reserveRevealed(try Secret(amount, taking: &opened))
        try opened.finish()
        return
      }
      let (bid, bidder) = (try opened.take(.bid).bid(), try opened.take(.principal).principal())
      self = .revealed(bid, of: bidder, try Secret(taking: &opened))
      try opened.finish()
    default: self = .key(try KeyRecord(field))
    }
  }
}

extension KeyRecord {
  fileprivate init(_ field: Field) throws(WireError) {
    var members = try field.object()
    self.init(
      owner: try members.take(.principal).principal(), keyID: try members.take(.keyID).digest(),
      spki: try members.take(.spki).base64(atMost: WireLimits.publicKey), standing: try members.take(.standing).named())
    try members.finish()
  }

  fileprivate func write(to writer: inout JSONWriter) {
    writer.member(.principal, owner.text)
    writer.member(.keyID, keyID.hex)
    writer.member(.spki, base64: spki)
    writer.member(.standing, standing.wireName)
  }
}

extension Name {
  /// Of an entry: whether it says when ms-lance received what happened.
  fileprivate var isReceived: Bool { [Name.placed, .voided, .suspended, .resumed].map(\.text).contains(text) }
}
