package import AuctionCore
package import AuctionFacts
package import SharedKernel

/// What a house says, without signatures: the words in which machine and oracle are compared.
package enum Said: Sendable, Hashable {
  package struct Line: Sendable, Hashable {
    let what: String
    let price: Int64?
    let leader: PrincipalID?
    let minimum: Int64
    let end: Timestamp

    package init(what: String, price: Int64?, leader: PrincipalID?, minimum: Int64, end: Timestamp) {
      (self.what, self.price, self.leader, self.minimum, self.end) = (what, price, leader, minimum, end)
    }

    package init(_ entry: BlockEntry) {
      let what =
        switch entry.fact {
        case .bid: "lance"
        case .key(let key): "chave \(key.keyID) \(key.owner)" + (key.standing == .active ? "" : " revogada")
        case .outage: "ausencia"
        case .suspended: "suspenso"
        case .resumed: "retomado"
        case .voided: "?"
        }
      self.init(
        what: what, price: entry.price?.minorUnits, leader: entry.leader, minimum: entry.minimum.minorUnits, end: entry.closesAt)
    }
  }

  case block(AuctionID, Int64, ClockReading, [Line])
  case extended(AuctionID, Int64, Timestamp, PrincipalID?)
  case accepted(AuctionID, BidID, Int64)
  case refused(AuctionID, BidID, Refusal, Int64?, after: Int64?, at: Timestamp, number: Int64?)
  case result(AuctionID, Int64, AuctionResult.Outcome, PrincipalID?, Int64?, Int64, Int64, Timestamp)
  case repeated(AuctionID, isResult: Bool)

  package var auction: AuctionID {
    switch self {
    case .block(let a, _, _, _), .extended(let a, _, _, _), .accepted(let a, _, _), .refused(let a, _, _, _, _, _, _),
      .result(let a, _, _, _, _, _, _, _), .repeated(let a, _):
      a
    }
  }
}

/// English auctions, naively: everything that happened in lists, and every question answered by reading them from the start.
package struct Oracle: Sendable {
  struct Happened: Sendable {
    var what: String
    var bid: Bid?
    var received: Timestamp?
    var block: Int64
    var bytes: Int
    var line: Said.Line
  }

  package struct Auction: Sendable {
    let terms: AuctionTerms
    let edition: Edition
    package var end: Timestamp
    var isOpen = false
    /// When it was suspended and not resumed since.
    package var suspended: Timestamp?
    /// By how much resumptions have moved the end.
    var paused = Interval.zero
    /// What the calendar said before the opening that comes after it, and its size.
    var overtaking: (notice: CalendarNotice, bytes: Int)?
    package var outcome: AuctionResult.Outcome?
    var happened: [Happened] = []
    /// Digest as the machine said it, and clock, of each block.
    package var blocks: [(digest: Digest, clock: ClockReading)] = []
    var stamps: [Timestamp] = []
    var refused: Int64 = 0
    package var heard: Int64 = 0
    var saidExtensions = 0

    package init(terms: AuctionTerms, edition: Edition, end: Timestamp) {
      (self.terms, self.edition, self.end) = (terms, edition, end)
    }

    var pending: [Happened] { happened.filter { $0.block == Int64(blocks.count) } }
    func bids(upTo block: Int64) -> [Bid] { happened.filter { $0.block <= block }.compactMap(\.bid) }
    package var leading: Bid? { happened.last { $0.bid != nil }?.bid }
    package var price: Int64? { leading.map { price(of: $0) } }

    /// Nobody pays more than the lot costs at once.
    func price(of bid: Bid) -> Int64 { min(bid.amount.minorUnits, terms.rules.buyNow?.minorUnits ?? .max) }

    func minimum(after price: Int64?) -> Int64 { min(least(after: price), terms.rules.buyNow?.minorUnits ?? .max) }

    private func least(after price: Int64?) -> Int64 {
      guard let price else { return terms.openingPrice.minorUnits }
      switch terms.increment {
      case .fixed(let step): return price + step.minorUnits
      case .percentage(let points): return price + max(1, (price * points + 9_999) / 10_000)
      case .table(let bands): return price + bands.filter { ($0.upTo?.minorUnits ?? .max) >= price }[0].step.minorUnits
      }
    }
    package var minimum: Int64 { minimum(after: price) }
    func buys(_ bid: Bid) -> Bool { price(of: bid) == terms.rules.buyNow?.minorUnits }
  }

  package var auctions: [AuctionID: Auction] = [:]
  var decided: [SubmittedBid] = []
  var away: [(from: Timestamp, to: Timestamp)] = []

  package init() {}

  func later(_ clock: ClockReading, than instants: [Timestamp]) -> ClockReading {
    let instant = max(clock.instant, instants.max() ?? clock.instant)
    let added = instant.microseconds - clock.instant.microseconds
    let half = clock.uncertainty.microseconds
    return ClockReading(
      instant, uncertainty: .microseconds(added == 0 ? half : min(half + added, max(half, 10_000_000))), status: clock.status)
  }

  // MARK: Bids

  func reason(_ bid: Bid, _ auction: Auction, received: ClockReading) -> Refusal? {
    if auction.outcome != nil { return .closed }
    if !auction.isOpen { return .notOpenYet }
    if auction.suspended != nil { return .suspended }
    if received.instant > auction.end { return .closed }
    if bid.bidder == auction.terms.seller { return .sellerMayNotBid }

    let loose = [bid.clock.status, received.status].contains { $0 == .unsynchronized || $0 == .systemClock }
    func half(_ clock: ClockReading, _ loose: Bool) -> Int64 { max(clock.uncertainty.microseconds, loose ? 5_000_000 : 0) }
    let (c, r) = (bid.clock.instant.microseconds, received.instant.microseconds)
    let u = max(bid.clock.uncertainty.microseconds, 1_000)
    let seen = auction.blocks.enumerated().first { Int64($0.offset) == bid.seen?.block && $0.element.digest == bid.seen?.digest }
    if c - u > r + half(received, loose) { return .implausibleClock }
    if let clock = seen?.element.clock {
      let looseSeen = loose || clock.status == .unsynchronized || clock.status == .systemClock
      if c + u < clock.instant.microseconds - half(clock, looseSeen) { return .implausibleClock }
    }
    if c + u < r - half(received, loose) - 5_000_000 { return .stale }
    if bid.seen != nil && seen == nil { return .seenMismatch }

    // Nobody can open what no secret came with.
    let otherwise: Refusal? = bid.maximumCommitment == nil ? nil : .badCommitment
    guard let price = auction.price else {
      return bid.amount.minorUnits < auction.minimum ? .belowMinimum : otherwise
    }
    if auction.leading?.bidder == bid.bidder, !auction.buys(bid) { return .alreadyLeading }
    let amount = bid.amount.minorUnits
    if amount >= auction.minimum { return otherwise }
    let quotedBlock = seen.map { Int64($0.offset) } ?? -1
    guard let moved = auction.happened.first(where: { $0.bid != nil && $0.block > quotedBlock })?.block else {
      return .belowMinimum
    }
    let tolerance = auction.terms.rules.inFlightTolerance.microseconds
    let isPending = moved == auction.blocks.count
    let isInFlight = tolerance > 0 && (isPending || r - auction.blocks[Int(moved)].clock.instant.microseconds < tolerance)
    let quoted = auction.minimum(after: auction.bids(upTo: quotedBlock).last.map { auction.price(of: $0) })
    if !isInFlight || amount < quoted || amount < price { return .belowMinimum }
    return amount == price ? .tieLost : otherwise
  }

  package mutating func decide(_ submitted: SubmittedBid, at clock: ClockReading) -> [Said] {
    let bid = submitted.bid
    let earlier = decided.filter { $0.bid.bidder == bid.bidder && $0.bid.id == bid.id }
    if earlier.contains(where: { $0.digest == submitted.digest }) { return [] }
    guard var auction = auctions[bid.auction] else {
      return [.refused(bid.auction, bid.id, .unknownAuction, nil, after: nil, at: clock.instant, number: nil)]
    }
    let received = later(clock, than: auction.stamps.map { $0 + .microseconds(1) })
    let head = auction.blocks.isEmpty ? nil : Int64(auction.blocks.count - 1)
    func refused(_ reason: Refusal, _ number: Int64?) -> [Said] {
      [.refused(bid.auction, bid.id, reason, auction.minimum, after: head, at: received.instant, number: number)]
    }
    if auction.edition != bid.edition { return refused(.wrongEdition, nil) }
    decided.append(submitted)
    defer { auctions[bid.auction] = auction }
    if let reason = earlier.isEmpty ? reason(bid, auction, received: received) : .reusedID {
      auction.refused += 1
      auction.stamps.append(received.instant)
      return refused(reason, auction.refused)
    }

    let key = "chave \(submitted.key.keyID) \(submitted.key.owner)"
    let isNamed = auction.happened.last { $0.what.hasPrefix(key) }?.what == key
    let bytes = submitted.evidence.bytes.count + 400
    let keyBytes = isNamed ? 0 : (submitted.key.spki.count + 2) / 3 * 4 + 400
    let pending = auction.pending
    let isTooMuch = pending.count + (isNamed ? 1 : 2) > 64 || pending.map(\.bytes).reduce(0, +) + bytes + keyBytes > 71 * 1_024
    var said = isTooMuch ? seal(&auction, at: clock) : []
    if !isNamed { happen(key, bytes: keyBytes, in: &auction) }
    auction.stamps.append(received.instant)
    let window = auction.terms.rules.extensionWindow
    if window > .zero, !auction.buys(bid) {
      let latest = auction.terms.rules.latestClose.map { $0 + auction.paused }
      auction.end = max(auction.end, min(received.instant + window, latest ?? received.instant + window))
    }
    happen("lance", bid, received.instant, bytes: bytes, in: &auction)
    said.append(.accepted(bid.auction, bid.id, Int64(auction.blocks.count)))
    if auction.buys(bid) { return said + end(&auction, .sold, at: clock, after: []) }
    if auction.pending.count == 64 { said += seal(&auction, at: clock) }
    return said
  }

  private func happen(
    _ what: String, _ bid: Bid? = nil, _ received: Timestamp? = nil, bytes: Int, in auction: inout Auction
  ) {
    let leading = bid ?? auction.leading
    let price = leading.map { auction.price(of: $0) }
    let line = Said.Line(
      what: what, price: price, leader: leading?.bidder, minimum: auction.minimum(after: price), end: auction.end)
    auction.happened.append(
      Happened(what: what, bid: bid, received: received, block: Int64(auction.blocks.count), bytes: bytes, line: line))
  }

  // MARK: Blocks

  /// The digest is filled in by whoever compares.
  private func block(_ auction: inout Auction, _ clock: ClockReading, after: [Timestamp] = []) -> (Int64, ClockReading) {
    let reading = later(later(clock, than: auction.stamps + auction.blocks.map(\.clock.instant)), than: after)
    auction.blocks.append((auction.edition, reading))
    return (Int64(auction.blocks.count - 1), reading)
  }

  private func seal(_ auction: inout Auction, at clock: ClockReading) -> [Said] {
    let pending = auction.pending
    guard !pending.isEmpty else { return [] }
    let id = auction.terms.auction
    let before = auction.happened.dropLast(pending.count).last?.line.end
    let (number, reading) = block(&auction, clock)
    var said: [Said] = [.block(id, number, reading, pending.map(\.line))]
    // Before the first entry of all the end stood where the opening had put it.
    let ends = [before ?? auction.terms.closesAt] + pending.map(\.line.end)
    if let mover = pending.indices.last(where: { ends[$0] != ends[$0 + 1] }) {
      auction.saidExtensions += 1
      said.append(.extended(id, number, auction.end, pending[mover].bid?.bidder))
    }
    return said
  }

  package mutating func endTurn(at clock: ClockReading) -> [Said] {
    auctions.keys.sorted().flatMap { id in
      guard var auction = auctions[id] else { return [Said]() }
      defer { auctions[id] = auction }
      return seal(&auction, at: clock)
    }
  }

  // MARK: Calendar, keys, outages

  package mutating func open(_ id: AuctionID, opensAt opened: Timestamp, at clock: ClockReading) -> [Said] {
    guard var auction = auctions[id], !auction.isOpen else { return [] }
    auction.isOpen = true
    let (number, reading) = block(&auction, clock)
    if auction.outcome != nil {
      // Its cancellation came first.
      let (last, _) = block(&auction, clock)
      auctions[id] = auction
      return [
        .block(id, number, reading, []), .result(id, last, .cancelled, nil, nil, 0, auction.refused, auction.end),
      ]
    }
    // It was opened while the house was away, which hears of it only now; perhaps it was away again in between.
    for (from, to) in away where to > opened { resume(&auction, from: max(from, opened), to: to) }
    let early = auction.overtaking.map { change(&auction, $0.notice, bytes: $0.bytes, at: clock) } ?? []
    auctions[id] = auction
    precondition(early.isEmpty, "nothing is pending but outages")
    return [.block(id, number, reading, [])]
  }

  /// - Parameter bytes: of the signed notice.
  package mutating func hear(_ notice: CalendarNotice, bytes: Int, at clock: ClockReading) -> [Said] {
    guard var auction = auctions[notice.auction], notice.edition == auction.edition else { return [] }
    defer { auctions[notice.auction] = auction }
    let id = notice.auction
    if auction.outcome != nil { return auction.blocks.isEmpty ? [] : [.repeated(id, isResult: true)] }
    if notice.sequence < auction.heard { return [] }
    let isNew = notice.sequence > auction.heard
    var outcome: AuctionResult.Outcome
    switch notice.action {
    case .close(let end):
      guard auction.isOpen else { return [] }
      auction.heard = notice.sequence
      if end < auction.end {
        let opened = auction.happened.filter { $0.block < auction.blocks.count }.last?.line.end ?? auction.terms.closesAt
        return auction.saidExtensions > 0 && auction.end == opened ? [.repeated(id, isResult: false)] : []
      }
      if isNew, auction.suspended != nil { return change(&auction, notice, bytes: bytes, at: clock) }
      outcome = auction.leading == nil ? .noBids : .sold
    case .cancel:
      outcome = .cancelled
    case .suspend, .resume:
      guard isNew else { return [] }
      auction.heard = notice.sequence
      if auction.isOpen { return change(&auction, notice, bytes: bytes, at: clock) }
      auction.overtaking = (notice, bytes)
      return []
    }
    guard isNew else { return [] }
    auction.heard = notice.sequence
    guard auction.isOpen else {
      auction.outcome = outcome
      return []
    }
    let sealed = seal(&auction, at: clock)
    if case .close(let end) = notice.action { auction.end = end }
    return sealed
      + end(&auction, outcome, at: clock, after: outcome == .cancelled ? [] : [auction.end + .microseconds(1)])
  }

  private func change(_ auction: inout Auction, _ notice: CalendarNotice, bytes: Int, at clock: ClockReading) -> [Said] {
    var isSuspending = false
    if case .suspend = notice.action { isSuspending = true }
    if isSuspending, auction.suspended != nil { return [] }
    let pending = auction.pending
    let isTooMuch = pending.count + 1 > 64 || pending.map(\.bytes).reduce(0, +) + bytes + 400 > 71 * 1_024
    let received = later(clock, than: auction.stamps.map { $0 + .microseconds(1) }).instant
    let said = isTooMuch ? seal(&auction, at: clock) : []
    auction.stamps.append(received)
    if let named = notice.named {
      let end = max(named, auction.end + (auction.suspended.map { received - $0 } ?? .zero))
      if end > auction.end { (auction.paused, auction.end) = (auction.paused + (end - auction.end), end) }
    }
    auction.suspended = isSuspending ? received : nil
    happen(isSuspending ? "suspenso" : "retomado", bytes: bytes + 400, in: &auction)
    return said
  }

  private func end(
    _ auction: inout Auction, _ outcome: AuctionResult.Outcome, at clock: ClockReading, after: [Timestamp]
  ) -> [Said] {
    auction.outcome = outcome
    let said = seal(&auction, at: clock)
    let (number, _) = block(&auction, clock, after: after)
    let winner = outcome == .sold ? auction.leading : nil
    return said + [
      .result(
        auction.terms.auction, number, outcome, winner?.bidder, winner.map { auction.price(of: $0) },
        Int64(auction.bids(upTo: .max).count), auction.refused, auction.end)
    ]
  }

  package mutating func revoke(_ key: KeyRecord) {
    for (id, auction) in auctions where auction.isOpen && auction.outcome == nil {
      let name = "chave \(key.keyID) \(key.owner)"
      guard auction.happened.last(where: { $0.what.hasPrefix(name) })?.what == name else { continue }
      auctions[id].map {
        var auction = $0; happen(name + " revogada", bytes: (key.spki.count + 2) / 3 * 4 + 400, in: &auction);
        auctions[id] = auction
      }
    }
  }

  package mutating func outage(from: Timestamp, to: Timestamp) {
    guard (to - from).microseconds > 5_000_000 else { return }
    away.append((from, to))
    for (id, found) in auctions where found.isOpen && found.suspended == nil && found.outcome == nil {
      var auction = found
      resume(&auction, from: from, to: to)
      auctions[id] = auction
    }
  }

  private func resume(_ auction: inout Auction, from: Timestamp, to: Timestamp) {
    let window = max(auction.terms.rules.extensionWindow, .seconds(30))
    guard from <= auction.end, to > auction.end - window else { return }
    auction.end = to + window
    happen("ausencia", bytes: 400, in: &auction)
  }
}

extension CalendarNotice {
  /// The end that it names, if it names one.
  var named: Timestamp? {
    switch action {
    case .close(let end), .resume(let end): end
    case .suspend, .cancel: nil
    }
  }
}
