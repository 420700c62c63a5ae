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
    let isMet: Bool?

    package init(what: String, price: Int64?, leader: PrincipalID?, minimum: Int64, end: Timestamp, isMet: Bool? = nil) {
      (self.what, self.price, self.leader, self.minimum, self.end) = (what, price, leader, minimum, end)
      self.isMet = isMet
    }

    package init(_ entry: BlockEntry) {
      let what =
        switch entry.fact {
        case .bid: "lance"
        case .key(let key): "chave \(key.keyID) \(key.owner)" + (key.standing == .active ? "" : " revogada")
        case .outage: "ausencia"
        case .suspended: "suspenso"
        case .resumed: "retomado"
        case .revealed(let bid, let bidder, let secret): "revelado \(bid) \(bidder) \(secret.amount.minorUnits)"
        case .reserveRevealed(let secret): "reserva \(secret.amount.minorUnits)"
        case .voided: "anulado"
        }
      self.init(
        what: what, price: entry.price?.minorUnits, leader: entry.leader, minimum: entry.minimum.minorUnits, end: entry.closesAt,
        isMet: entry.isReserveMet)
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

/// Auctions, naively: everything that happened in lists, and every question answered by reading them from the start.
package struct Oracle: Sendable {
  struct Happened: Sendable {
    var what: String
    var bid: SubmittedBid?
    var received: Timestamp?
    var block: Int64
    var bytes: Int
    var line: Said.Line
    /// Of a sealed bid that has been revealed, and counts.
    var opened: SubmittedBid?
    /// Whose bid counts no longer.
    var voids: [String] = []
    /// When the house was back, of an absence.
    var returned: Timestamp?
  }

  package struct Auction: Sendable {
    package let terms: AuctionTerms
    let edition: Edition
    package var end: Timestamp
    var isOpen = false
    /// When it was suspended and not resumed since.
    package var suspended: Timestamp?
    /// By how much resumptions have moved the end.
    var paused = Interval.zero
    /// By how much absences have, of a price that falls.
    var absent = Interval.zero
    var opened: Timestamp?
    /// As of when the last entry says what is asked.
    var stated: Timestamp?
    /// What the calendar said before the opening that comes after it, and its size.
    var overtaking: (notice: CalendarNotice, bytes: Int)?
    package var outcome: AuctionResult.Outcome?
    var happened: [Happened] = []
    /// Digest as the machine said it, and clock, of each block.
    package var blocks: [(digest: Digest, clock: ClockReading)] = []
    /// When what it decided or noted was received, in that order.
    package var stamps: [Timestamp] = []
    /// When absences were over that its entries tell of; of one that is over nobody asks.
    var returns: [Timestamp] { outcome == nil ? happened.compactMap(\.returned) : [] }
    var refused: Int64 = 0
    package var heard: Int64 = 0
    var saidExtensions = 0
    /// Once it is known.
    package var reserve: Int64?
    /// When it was opened, if it could not be for want of its reserve.
    var awaiting: Timestamp?

    package init(terms: AuctionTerms, edition: Edition, end: Timestamp) {
      (self.terms, self.edition, self.end) = (terms, edition, end)
    }

    var pending: [Happened] { happened.filter { $0.block == Int64(blocks.count) } }
    /// Those that counted with that block.
    func bids(upTo block: Int64) -> [SubmittedBid] {
      let until = happened.filter { $0.block <= block }
      return until.compactMap(\.bid).filter { bid in !until.contains { $0.voids == bid.names } }
    }
    package var counting: [SubmittedBid] { bids(upTo: .max) }
    package var price: Int64? { standing.price }
    package var leader: PrincipalID? { standing.leader }
    /// As everybody sees it.
    var standing: Standing {
      guard !isSealed else { return standing(ofOpened: happened.compactMap(\.opened)) }
      if terms.format == .dutch { return bought }
      return standing(of: bids(upTo: .max))
    }

    struct Standing: Equatable { var price: Int64?, leader: PrincipalID?, most: Int64 = 0 }
    var isSealed: Bool { terms.format == .sealed || terms.format == .vickrey }
    private var buyNow: Int64 { terms.rules.buyNow?.minorUnits ?? .max }

    /// RULES: a new maximum against the leader's. What a bid without one goes to is what it offers.
    func standing(of bids: [SubmittedBid]) -> Standing {
      var now = Standing()
      if isSealed { return now }
      for submitted in bids {
        let (open, bidder) = (submitted.bid.amount.minorUnits, submitted.bid.bidder)
        let most = min(submitted.most, buyNow)
        if open >= buyNow {
          now = Standing(price: buyNow, leader: bidder, most: buyNow)
        } else if now.leader == nil {
          now = Standing(price: min(buyNow, max(open, terms.openingPrice.minorUnits)), leader: bidder, most: most)
        } else if now.leader == bidder {
          now.most = max(now.most, most)
        } else if most > now.most {
          now = Standing(price: max(open, min(most, now.most + step(now.most))), leader: bidder, most: most)
        } else {
          now.price = max(now.price ?? 0, most == now.most ? most : min(now.most, most + step(most)))
        }
        // RULES: when met, price = max(price, reserve).
        if let reserve, now.most >= reserve { now.price = max(now.price ?? 0, reserve) }
      }
      return now
    }

    /// RULES: a bidder's last bid counts, of equal ones the first; Vickrey's price is the second's, or the opening price.
    private func standing(ofOpened bids: [SubmittedBid]) -> Standing {
      let last = bids.enumerated().filter { index, bid in !bids[(index + 1)...].contains { $0.bid.bidder == bid.bid.bidder } }
      let ranked = last.map(\.element).enumerated().sorted { ($1.element.most, $0.offset) < ($0.element.most, $1.offset) }
      guard let winner = ranked.first?.element else { return Standing() }
      let second = ranked.dropFirst().first?.element.most ?? 0
      let kept = reserve.map { winner.most >= $0 ? $0 : 0 } ?? 0
      let price = terms.format == .vickrey ? max(second, terms.openingPrice.minorUnits, kept) : winner.most
      return Standing(price: price, leader: winner.bid.bidder, most: winner.most)
    }

    /// RULES: whom the lot goes to next: who would have won had those bidders not bid.
    package func next(without gone: Set<PrincipalID>) -> Heir? {
      let left = counting.filter { !gone.contains($0.bid.bidder) }
      let now = isSealed ? standing(ofOpened: left) : standing(of: left)
      guard let leader = now.leader, let price = now.price, let amount = Money(minorUnits: price) else { return nil }
      return Heir(bidder: leader, amount: amount)
    }

    func minimum(after price: Int64?) -> Int64 {
      guard let price, !isSealed else { return terms.openingPrice.minorUnits }
      if terms.format == .dutch { return price }
      return min(price + step(price), buyNow)
    }

    private func step(_ price: Int64) -> Int64 {
      switch terms.increment {
      case .fixed(let step): step.minorUnits
      case .percentage(let points): max(1, (price * points + 9_999) / 10_000)
      case .table(let bands): bands.filter { ($0.upTo?.minorUnits ?? .max) >= price }[0].step.minorUnits
      }
    }
    func buys(_ bid: Bid) -> Bool { bid.amount.minorUnits >= buyNow }
    var isCommitted: Bool { terms.rules.reserveCommitment != nil }
    var isMet: Bool? { isCommitted ? price.map { price in reserve.map { price >= $0 } ?? true } ?? false : nil }
    var isBought: Bool { price != nil && (terms.format == .dutch || price == terms.rules.buyNow?.minorUnits) }
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

  func reason(_ submitted: SubmittedBid, _ auction: Auction, received: ClockReading) -> Refusal? {
    let bid = submitted.bid
    if auction.outcome != nil { return .closed }
    if !auction.isOpen { return .notOpenYet }
    if auction.suspended != nil { return .suspended }
    if received.instant > auction.end { return .closed }
    if bid.bidder == auction.terms.seller { return .sellerMayNotBid }
    let isBySystem = [.unsynchronized, .systemClock].contains(bid.clock.status)
    if auction.terms.rules.clockRequired && isBySystem { return .implausibleClock }

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

    // What commits to something must come with what opens it; nobody offers more openly than he goes to, sealed nothing.
    let isRight =
      auction.isSealed
      ? submitted.secret != nil && bid.amount == .zero
      : bid.maximumCommitment == nil
        || auction.terms.format != .dutch && submitted.secret.map { $0.amount >= bid.amount } ?? false
    if !isRight { return .badCommitment }
    let standing = auction.standing
    if standing.leader == bid.bidder {
      if auction.buys(bid) { return nil }
      let isFurther = min(submitted.most, auction.terms.rules.buyNow?.minorUnits ?? .max) > standing.most
      return submitted.secret != nil && isFurther ? nil : .alreadyLeading
    }
    let amount = submitted.most
    guard let price = auction.price else { return amount < auction.minimum(at: received.instant) ? .belowMinimum : nil }
    if amount >= auction.minimum, amount > price { return nil }
    let quotedBlock = seen.map { Int64($0.offset) } ?? -1
    let quotedPrice = auction.standing(of: auction.bids(upTo: quotedBlock)).price
    let blocks = (quotedBlock + 1)...max(quotedBlock + 1, Int64(auction.blocks.count))
    let moved = blocks.first {
      auction.standing(of: auction.bids(upTo: $0)).price != auction.standing(of: auction.bids(upTo: $0 - 1)).price
    }
    guard let moved else { return .belowMinimum }
    // What one had seen counts where the price has risen since.
    if let quotedPrice, quotedPrice >= price { return .belowMinimum }
    let tolerance = auction.terms.rules.inFlightTolerance.microseconds
    let isPending = moved == auction.blocks.count
    let isInFlight = tolerance > 0 && (isPending || r - auction.blocks[Int(moved)].clock.instant.microseconds < tolerance)
    if !isInFlight || amount < auction.minimum(after: quotedPrice) || amount < price { return .belowMinimum }
    return amount == price ? .tieLost : nil
  }

  package mutating func decide(_ submitted: SubmittedBid, at clock: ClockReading) -> [Said] {
    let bid = submitted.bid
    let earlier = decided.filter { $0.bid.bidder == bid.bidder && $0.bid.id == bid.id }
    if earlier.contains(where: { $0.digest == submitted.digest }) { return [] }
    guard var auction = auctions[bid.auction] else {
      return [.refused(bid.auction, bid.id, .unknownAuction, nil, after: nil, at: clock.instant, number: nil)]
    }
    let isScheduled = !auction.isOpen && auction.outcome == nil
    let returns = auction.returns + (isScheduled ? away.map(\.to) : [])
    let received = later(clock, than: auction.stamps.map { $0 + .microseconds(1) } + returns)
    let head = auction.blocks.isEmpty ? nil : Int64(auction.blocks.count - 1)
    func refused(_ reason: Refusal, _ number: Int64?) -> [Said] {
      [
        .refused(
          bid.auction, bid.id, reason, auction.minimum(at: received.instant), after: head, at: received.instant, number: number)
      ]
    }
    if auction.edition != bid.edition { return refused(.wrongEdition, nil) }
    decided.append(submitted)
    defer { auctions[bid.auction] = auction }
    if let reason = earlier.isEmpty ? reason(submitted, auction, received: received) : .reusedID {
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
    auction.stated = received.instant
    if !isNamed { happen(key, bytes: keyBytes, in: &auction) }
    auction.stamps.append(received.instant)
    let before = auction.standing
    auction.happened.append(
      Happened(
        what: "lance", bid: submitted, received: received.instant, block: Int64(auction.blocks.count), bytes: bytes,
        line: Said.Line(what: "lance", price: nil, leader: nil, minimum: 0, end: auction.end)))
    let window = auction.terms.rules.extensionWindow
    let hasMoved = (before.price, before.leader) != (auction.price, auction.leader)
    if window > .zero, hasMoved, !auction.isBought {
      let latest = auction.terms.rules.latestClose.map { $0 + auction.paused }
      auction.end = max(auction.end, min(received.instant + window, latest ?? received.instant + window))
    }
    auction.happened[auction.happened.count - 1].line = Self.line("lance", in: auction)
    said.append(.accepted(bid.auction, bid.id, Int64(auction.blocks.count)))
    if auction.isBought { return said + end(&auction, isCancelled: false, at: clock, named: nil) }
    if auction.pending.count == 64 { said += seal(&auction, at: clock) }
    return said
  }

  private static func line(_ what: String, in auction: Auction) -> Said.Line {
    Said.Line(
      what: what, price: auction.price, leader: auction.leader, minimum: auction.minimum, end: auction.end, isMet: auction.isMet)
  }

  private func happen(
    _ what: String, bytes: Int, opened: SubmittedBid? = nil, voids: [String] = [], in auction: inout Auction
  ) {
    let line = Self.line(what, in: auction)
    auction.happened.append(
      Happened(what: what, block: Int64(auction.blocks.count), bytes: bytes, line: line, opened: opened, voids: voids))
    auction.happened[auction.happened.count - 1].line = Self.line(what, in: auction)
  }

  // MARK: Blocks

  /// The digest is filled in by whoever compares.
  private func block(_ auction: inout Auction, _ clock: ClockReading, after: [Timestamp] = []) -> (Int64, ClockReading) {
    let reading = later(later(clock, than: auction.stamps + auction.returns + auction.blocks.map(\.clock.instant)), than: after)
    auction.blocks.append((auction.edition, reading))
    return (Int64(auction.blocks.count - 1), reading)
  }

  private func seal(_ auction: inout Auction, at clock: ClockReading, after: [Timestamp] = []) -> [Said] {
    let pending = auction.pending
    guard !pending.isEmpty else { return [] }
    let id = auction.terms.auction
    let before = auction.happened.dropLast(pending.count).last?.line.end
    let (number, reading) = block(&auction, clock, after: after)
    var said: [Said] = [.block(id, number, reading, pending.map(\.line))]
    // Before the first entry of all the end stood where the opening had put it.
    let ends = [before ?? auction.terms.closesAt] + pending.map(\.line.end)
    if let mover = pending.indices.last(where: { ends[$0] != ends[$0 + 1] }) {
      auction.saidExtensions += 1
      said.append(.extended(id, number, auction.end, pending[mover].bid?.bid.bidder))
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
    if auction.isCommitted, auction.reserve == nil, auction.outcome == nil {
      auctions[id]?.awaiting = opened
      return []
    }
    (auction.isOpen, auction.opened) = (true, opened)
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

  package mutating func keep(_ reserve: Money, of id: AuctionID, _ edition: Edition, at clock: ClockReading) -> [Said] {
    guard let auction = auctions[id], auction.edition == edition, auction.isCommitted, !auction.isOpen else { return [] }
    if auction.reserve == nil { auctions[id]?.reserve = reserve.minorUnits }
    return auction.awaiting.map { open(id, opensAt: $0, at: clock) } ?? []
  }

  /// - Parameter bytes: of the signed notice.
  package mutating func hear(_ notice: CalendarNotice, bytes: Int, at clock: ClockReading) -> [Said] {
    guard var auction = auctions[notice.auction], notice.edition == auction.edition else { return [] }
    defer { auctions[notice.auction] = auction }
    let id = notice.auction
    if auction.outcome != nil { return auction.blocks.isEmpty ? [] : [.repeated(id, isResult: true)] }
    if notice.sequence < auction.heard { return [] }
    let isNew = notice.sequence > auction.heard
    var isCancelled = false
    switch notice.action {
    case .close(let end):
      guard auction.isOpen else { return [] }
      auction.heard = notice.sequence
      if end < auction.end {
        let opened = auction.happened.filter { $0.block < auction.blocks.count }.last?.line.end ?? auction.terms.closesAt
        return auction.saidExtensions > 0 && auction.end == opened ? [.repeated(id, isResult: false)] : []
      }
      if isNew, auction.suspended != nil { return change(&auction, notice, bytes: bytes, at: clock) }
    case .cancel:
      isCancelled = true
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
      auction.outcome = .cancelled
      return []
    }
    var named: Timestamp?
    if case .close(let end) = notice.action { named = end }
    return end(&auction, isCancelled: isCancelled, at: clock, named: named)
  }

  private func change(_ auction: inout Auction, _ notice: CalendarNotice, bytes: Int, at clock: ClockReading) -> [Said] {
    var isSuspending = false
    if case .suspend = notice.action { isSuspending = true }
    if isSuspending, auction.suspended != nil { return [] }
    let pending = auction.pending
    let isTooMuch = pending.count + 1 > 64 || pending.map(\.bytes).reduce(0, +) + bytes + 400 > 71 * 1_024
    let received = later(clock, than: auction.stamps.map { $0 + .microseconds(1) } + auction.returns).instant
    let said = isTooMuch ? seal(&auction, at: clock) : []
    auction.stamps.append(received)
    if let named = notice.named {
      let end = max(named, auction.end + (auction.suspended.map { received - $0 } ?? .zero))
      if end > auction.end { (auction.paused, auction.end) = (auction.paused + (end - auction.end), end) }
    }
    (auction.suspended, auction.stated) = (isSuspending ? received : nil, received)
    happen(isSuspending ? "suspenso" : "retomado", bytes: bytes + 400, in: &auction)
    return said
  }

  /// - Parameter named: the end, where the calendar closes.
  private func end(
    _ auction: inout Auction, isCancelled: Bool, at clock: ClockReading, named: Timestamp?
  ) -> [Said] {
    var said = seal(&auction, at: clock)
    let after = named.map { [$0 + .microseconds(1)] } ?? []
    if let reserve = auction.reserve, !isCancelled { happen("reserva \(reserve)", bytes: 400, in: &auction) }
    let counting = auction.bids(upTo: .max)
    for bid in auction.happened.compactMap(\.bid) where bid.secret != nil && !isCancelled {
      if auction.pending.count == 64 { said += seal(&auction, at: clock, after: after) }
      happen(
        "revelado \(bid.bid.id) \(bid.bid.bidder) \(bid.most)", bytes: 400, opened: counting.contains(bid) ? bid : nil,
        in: &auction)
    }
    said += seal(&auction, at: clock, after: after)
    auction.end = named ?? auction.end
    let outcome: AuctionResult.Outcome =
      isCancelled ? .cancelled : auction.leader == nil ? .noBids : auction.isMet == false ? .conditional : .sold
    auction.outcome = outcome
    let (number, _) = block(&auction, clock, after: after)
    let isSold = outcome == .sold
    return said + [
      .result(
        auction.terms.auction, number, outcome, isSold ? auction.leader : nil, isSold ? auction.price : nil,
        Int64(auction.bids(upTo: .max).count), auction.refused, auction.end)
    ]
  }

  /// - Parameter bytes: of the signed command.
  package mutating func void(_ voiding: Voiding, bytes: Int, at clock: ClockReading) -> [Said] {
    guard var auction = auctions[voiding.auction], auction.isOpen, auction.outcome == nil, voiding.edition == auction.edition
    else { return [] }
    let counting = auction.bids(upTo: .max)
    let left = counting.filter { $0.names != voiding.names }
    if left.count == counting.count { return [] }
    // Nobody would have bought by a bid of his.
    if let price = auction.standing(of: left).price, price == auction.terms.rules.buyNow?.minorUnits { return [] }
    defer { auctions[voiding.auction] = auction }
    let pending = auction.pending
    let isTooMuch = pending.count + 1 > 64 || pending.map(\.bytes).reduce(0, +) + bytes + 400 > 71 * 1_024
    let received = later(clock, than: auction.stamps.map { $0 + .microseconds(1) } + auction.returns).instant
    let said = isTooMuch ? seal(&auction, at: clock) : []
    auction.stamps.append(received)
    happen("anulado", bytes: bytes + 400, voids: voiding.names, in: &auction)
    return said
  }

  package mutating func revoke(_ key: KeyRecord, at clock: ClockReading) -> [Said] {
    let name = "chave \(key.keyID) \(key.owner)"
    return auctions.keys.sorted().flatMap { id in
      guard var auction = auctions[id], auction.isOpen, auction.outcome == nil,
        auction.happened.last(where: { $0.what.hasPrefix(name) })?.what == name
      else { return [Said]() }
      defer { auctions[id] = auction }
      let said = auction.pending.count == 64 ? seal(&auction, at: clock) : []
      happen(name + " revogada", bytes: (key.spki.count + 2) / 3 * 4 + 400, in: &auction)
      return said + (auction.pending.count == 64 ? seal(&auction, at: clock) : [])
    }
  }

  package mutating func outage(from: Timestamp, to: Timestamp, at clock: ClockReading) -> [Said] {
    guard (to - from).microseconds > 5_000_000 else { return [] }
    away.append((from, to))
    return auctions.keys.sorted().flatMap { id in
      guard var auction = auctions[id], auction.isOpen, auction.suspended == nil, auction.outcome == nil else { return [Said]() }
      defer { auctions[id] = auction }
      let before = auction.happened.count
      resume(&auction, from: from, to: to)
      return auction.happened.count > before && auction.pending.count == 64 ? seal(&auction, at: clock) : []
    }
  }

  private func resume(_ auction: inout Auction, from: Timestamp, to: Timestamp) {
    let window = max(auction.terms.rules.extensionWindow, .seconds(30))
    let isFalling = auction.terms.format == .dutch
    let from = isFalling ? max(from, auction.stated ?? auction.opened ?? from) : from
    guard to > from, from <= auction.end, isFalling || to > auction.end - window else { return }
    if isFalling { auction.absent = auction.absent + (to - from) }
    (auction.end, auction.stated) = (isFalling ? auction.end + (to - from) : to + window, to)
    happen("ausencia", bytes: 400, in: &auction)
    auction.happened[auction.happened.count - 1].returned = to
  }
}

extension Voiding {
  /// Of the bid, as `SubmittedBid` has them.
  fileprivate var names: [String] { [bidder.text, bid.description] }
}

extension SubmittedBid {
  fileprivate var names: [String] { [bid.bidder.text, bid.id.description] }
}
