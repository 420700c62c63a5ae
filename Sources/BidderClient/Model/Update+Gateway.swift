internal import AuctionFacts
internal import SharedKernel

extension Model {
  mutating func take(_ event: GatewayEvent) {
    switch event {
    case .connecting(let attempt):
      goStale()
      live.link.state = .connecting(attempt: attempt, since: now)
    case .connected:
      goStale()
      live.link.blocked = nil
      live.link.state = .resyncing(done: 0, total: 0)
    case .disconnected(let reason, let attempt, let retryAt):
      if live.link.isCurrent { note(.connectionLost(reason: reason)) }
      goStale()
      if case .refused(reason, _) = live.link.state {
        live.link.state = .refused(reason: reason, retryAt: retryAt)
      } else {
        live.link.state = .disconnected(reason: reason, attempt: attempt, retryAt: retryAt)
      }
      loseBids()
    case .blocked(let reason):
      if live.link.blocked == nil { note(.brokerBlocked) }
      live.link.blocked = reason
    case .unblocked:
      if live.link.blocked != nil { note(.brokerUnblocked) }
      live.link.blocked = nil
    case .accessRefused(let reason):
      goStale()
      if case .refused(reason, _) = live.link.state {} else { note(.accessRefused(reason: reason)) }
      live.link.state = .refused(reason: reason, retryAt: nil)
      loseBids()
    case .silent(let since): hush(since: since)
    case .resyncing(let done, let total): live.link.state = .resyncing(done: max(done, 0), total: max(total, 0))
    case .live: goLive()
    case .roundTrip(let time): live.roundTrip = time
    case .houseClock(let clock):
      if clock.status == .systemClock, live.houseClock?.status != .systemClock { note(.houseWithoutNTP) }
      live.houseClock = clock
    case .unverified(let reason):
      // The same again comes with every page.
      if live.unverified != reason { note(.unverified(reason: reason)) }
      live.unverified = reason
    case .remark(let words): note(.remark(words))
    case .auction(let view): take(view)
    case .bidAccepted(let id, let line, let block, let minimum, let closesAt):
      accept(line, in: id, block: block, minimum: minimum, closesAt: closesAt)
    case .extended(let id, let closesAt, let by, let cause): extend(id, to: closesAt, by: by, cause: cause)
    case .voided(let id, let bid, let bidder, let amount, let reason): void(bid, by: bidder, amount, in: id, reason)
    case .suspended(let id, let reason, let minimum):
      guard let lot = live.lots[id], !lot.isOver, lot.view.status != .suspended else { return }
      let least = minimum ?? lot.view.minimum(at: now)
      live.lots[id]?.view.minimum = least
      live.lots[id]?.view.status = .suspended
      live.lots[id]?.reason = reason
      note(.suspended(reason: reason), lot)
    case .resumed(let id, let closesAt):
      guard let lot = live.lots[id], lot.view.status != .closed else { return }
      moveEnd(of: id, to: closesAt, by: nil, cause: .resumption)
      guard lot.view.status == .suspended else { return }
      live.lots[id]?.view.status = .open
      live.lots[id]?.reason = nil
      note(.resumed, lot)
    case .closed(let id, let result, let endedAt, let reason): close(id, result, at: endedAt, reason)
    case .passedOn(let id, let passing): pass(id, passing)
    case .chainBroken(let id, let reason): breakChain(of: id, reason)
    case .receiptKept(let ticket): keepReceipt(of: ticket)
    case .receiptNotKept(let reason): note(.receiptNotKept(reason: reason))
    case .bid(let ticket, let progress): take(progress, of: ticket)
    case .recalled(let bid): recall(bid)
    }
    voidArm()
  }

  private mutating func goStale() {
    guard live.link.isCurrent else { return }
    live.link.staleSince = if case .silent(let since) = live.link.state { since } else { now }
  }

  /// What was under way may have arrived or not.
  private mutating func loseBids() {
    for (id, lot) in live.lots where lot.bid.map({ !$0.stage.isFinal }) ?? false { progress(of: id, to: .uncertain) }
  }

  private mutating func hush(since: Timestamp) {
    guard live.link.isCurrent else { return }
    if live.link.isSure { note(.silent(since: min(since, now))) }
    live.link.state = .silent(since: since)
  }

  private mutating func goLive() {
    if case .silent = live.link.state { note(.heardAgain) }
    if let since = live.link.staleSince {
      let total = if case .resyncing(_, let total) = live.link.state { total } else { live.lots.count }
      note(.reconnected(after: now - since, auctions: total))
    }
    live.link.staleSince = nil
    live.link.state = .live
  }

  /// A whole auction: new, or after something was missed. Differences to what was known are news.
  private mutating func take(_ view: AuctionView) {
    var view = view
    view.bids = Array(view.bids.suffix(AuctionView.historyLimit))
    let id = view.terms.auction
    guard let old = live.lots[id] else {
      guard makeRoom() else { return }
      var lot = Lot(view)
      lot.reason = view.reason
      (lot.ownMaximum, lot.isFollowed) = (view.ownMaximum, followed.contains(id))
      if view.leader == me { lot.ledAt = now }
      live.lots[id] = lot
      noteExtensions(of: id, since: nil)
      return adoptRecalled(by: id)
    }
    // What is over stays over, what broke stays broken, and an older head says nothing new, unless the chain broke behind it.
    guard !(old.isOver && view.status != .closed), (view.head ?? -1) >= (old.view.head ?? -1) else {
      if case .broken(let reason) = view.chain { breakChain(of: id, reason) }
      return
    }
    if case .broken = old.view.chain { view.chain = old.view.chain }
    if view.extensions.count < old.view.extensions.count { view.extensions = old.view.extensions }
    var lot = old
    lot.view = view
    if !lot.isOver, view.status != old.view.status { lot.reason = nil }
    if let reason = view.reason { lot.reason = reason }
    if let maximum = view.ownMaximum { lot.ownMaximum = maximum }
    if view.leader == me { lot.ledAt = now } else if view.leader != nil { lot.ownMaximum = nil }
    live.lots[id] = lot
    if let bid = old.bid, !bid.stage.isFinal, let bidID = bid.id, view.bids.contains(where: { $0.bid == bidID }) {
      progress(of: id, to: .accepted(after: now - bid.sentAt))
    }
    switch (old.view.status, view.status) {
    case (.scheduled, .open): note(.opened, live.lots[id])
    case (.scheduled, .suspended), (.open, .suspended): note(.suspended(reason: live.lots[id]?.reason), live.lots[id])
    case (.suspended, .open): note(.resumed, live.lots[id])
    default: break
    }
    if old.view.isReserveMet == false, view.isReserveMet == true { note(.reserveMet, live.lots[id]) }
    noteExtensions(of: id, since: old.view)
    noteOutbid(old, view)
    if !old.isOver, view.status == .closed { announceResult(of: id, wasLed: old.ledAt) }
    if view.passedOn != old.view.passedOn { announcePassing(of: id) }
    if case .broken(let reason) = view.chain, old.view.chain == .whole {
      note(.chainBroken(reason: reason), live.lots[id])
      ring()
    }
  }

  private mutating func breakChain(of id: AuctionID, _ reason: String) {
    guard let lot = live.lots[id], lot.view.chain == .whole else { return }
    live.lots[id]?.view.chain = .broken(reason: reason)
    note(.chainBroken(reason: reason), lot)
    ring()
  }

  private mutating func makeRoom() -> Bool {
    guard live.lots.count >= Model.lotLimit else { return true }
    guard let oldest = live.lots.values.filter(\.isOver).min(by: { $0.view.closesAt < $1.view.closesAt }) else { return false }
    live.lots[oldest.id] = nil
    return true
  }

  private mutating func noteOutbid(_ old: Lot, _ view: AuctionView) {
    if old.view.leader == me { noteOutbid(view) }
  }

  private mutating func accept(_ line: BidLine, in id: AuctionID, block: Int64, minimum: Money, closesAt: Timestamp) {
    guard let old = live.lots[id], !old.isOver, block >= old.view.head ?? -1 else { return }
    // Receipt stamps rise strictly within an auction: what is not later has been counted.
    if let newest = old.view.bids.last, line.receivedAt <= newest.receivedAt { return }
    var lot = old
    lot.view.bids = (lot.view.bids + [line]).suffix(AuctionView.historyLimit)
    lot.view.bidCount &+= 1
    lot.view.head = block
    lot.view.minimum = minimum
    if lot.view.price != line.price { lot.priceChangedAt = now }
    lot.view.price = line.price
    lot.view.leader = line.leader
    if line.bidder == me {
      // What it goes to may be a secret that only this terminal knows.
      let offered = lot.bid.flatMap { $0.id == line.bid && !$0.isMaximum ? $0.amount : nil }
      lot.view.ownLast = lot.view.cost(of: line.bid) ?? offered ?? line.amount
    }
    if line.leader == me { lot.ledAt = now } else { lot.ownMaximum = nil }
    // Another program's goes as far as that knows.
    if line.bidder == me, lot.bid?.id != line.bid { lot.ownMaximum = nil }
    live.lots[id] = lot
    moveEnd(of: id, to: closesAt, by: line.bidder, cause: .bid)
    if line.bidder == me {
      if let bid = lot.bid, bid.id == line.bid {
        progress(of: id, to: .accepted(after: now - bid.sentAt))
      } else {
        noteAccepted(line.amount, line.bid, on: lot)
      }
    }
    noteOutbid(old, lot.view)
  }

  /// A bid counts no longer: nobody has been outbid.
  private mutating func void(_ bid: BidID, by bidder: PrincipalID, _ amount: Money?, in id: AuctionID, _ reason: String) {
    guard let old = live.lots[id], !old.isOver else { return }
    var lot = old
    lot.view.bids.removeAll { $0.bid == bid && $0.bidder == bidder }
    if lot.view.leader == bidder { lot.view.leader = nil }
    if lot.bid?.id == bid { lot.bid = nil }
    // Which of his bids it came with is not remembered: better none than one that does not hold.
    if bidder == me { lot.ownMaximum = nil }
    live.lots[id] = lot
    let shown = amount.flatMap { $0 > .zero ? $0 : nil }
    if bidder == me {
      note(.voided(by: nil, shown, reason: reason), lot)
      ring()
    } else if isMine(old) || selection == id {
      note(.voided(by: bidder, shown, reason: reason), lot)
    }
  }

  /// Remembers by how much the end moved, and rings and warns anew for the new end.
  private mutating func moveEnd(of id: AuctionID, to closesAt: Timestamp, by: PrincipalID?, cause: Extension.Cause) {
    guard var lot = live.lots[id] else { return }
    if closesAt > lot.view.closesAt {
      lot.view.extensions.add(closesAt - lot.view.closesAt, by: by, cause)
      lot.move(at: now, by: closesAt - lot.view.closesAt, to: closesAt)
    }
    lot.view.closesAt = closesAt
    live.lots[id] = lot
  }

  private mutating func extend(_ id: AuctionID, to closesAt: Timestamp, by: PrincipalID?, cause: Extension.Cause) {
    guard let old = live.lots[id], !old.isOver, closesAt >= old.view.closesAt else { return }
    moveEnd(of: id, to: closesAt, by: by, cause: cause)
    // The block may have told the new end already, but only this says why.
    guard var lot = live.lots[id], let moved = lot.moved, lot.announcedEnd != closesAt else { return }
    lot.view.extensions.attribute(to: by, cause)
    lot.announcedEnd = closesAt
    live.lots[id] = lot
    if isMine(lot) || selection == id { note(.extended(by: by, cause, moved.delta, closesAt: closesAt), lot) }
  }

  /// What moved the end while nobody told of it, once: before this terminal began, or while its link was lost.
  private mutating func noteExtensions(of id: AuctionID, since old: AuctionView?) {
    guard var lot = live.lots[id], lot.view.status == .open, old?.status != .suspended else { return }
    let moves = lot.view.extensions
    // Of one whose past was not read before, the past is told when it is.
    let before = old.flatMap { $0.trustedTo != nil && lot.view.trustedTo == nil ? nil : $0 }
    let delta = before.map { lot.view.closesAt - $0.closesAt } ?? moves.total
    guard let cause = moves.cause, delta > .zero, lot.announcedEnd != lot.view.closesAt else { return }
    if let old, lot.view.closesAt > old.closesAt {
      lot.move(at: now, by: lot.view.closesAt - old.closesAt, to: lot.view.closesAt)
    }
    lot.announcedEnd = lot.view.closesAt
    live.lots[id] = lot
    guard isMine(lot) || selection == id else { return }
    let times = max(moves.count - (before?.extensions.count ?? 0), 1)
    note(.extended(by: moves.by, cause, delta, times: times, closesAt: lot.view.closesAt), lot)
  }

  private mutating func close(_ id: AuctionID, _ result: AuctionResult, at endedAt: Timestamp, _ reason: String?) {
    guard let old = live.lots[id], !old.isOver else { return }
    live.lots[id]?.view.status = .closed
    live.lots[id]?.view.result = result
    live.lots[id]?.view.closesAt = endedAt
    live.lots[id]?.reason = reason
    announceResult(of: id, wasLed: old.ledAt)
  }

  private mutating func announceResult(of id: AuctionID, wasLed: Timestamp?) {
    guard let lot = live.lots[id] else { return }
    let (winner, amount) = (lot.view.result?.winner, lot.view.result?.amount)
    switch lot.outcome(for: me) {
    // What he pays is told with how he came to it.
    case .won where lot.view.passedOn != nil: break
    case .won:
      note(.won(amount ?? lot.view.price ?? .zero), lot)
      ring()
    case .lost:
      note(.lost(winner: winner, amount), lot)
      if let wasLed, now - wasLed < .seconds(60) { ring() }
    case .cancelled: note(.cancelled(reason: lot.reason), lot)
    case .conditional: if isMine(lot) { note(.conditional, lot) }
    case .noBids: if isMine(lot) { note(.noBids, lot) }
    case .closed: if isMine(lot) { note(.soldToOther(winner: winner, amount), lot) }
    case .waiting, .watching, .leading, .outbid, .entered, .suspended, .uncertain, .passedOn, .chainBroken: break
    }
  }
}
