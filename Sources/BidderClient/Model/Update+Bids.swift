internal import AuctionCore
internal import AuctionFacts
internal import SharedKernel

extension Model {
  /// The gateway's word on a bid; a ticket that is not the lot's newest is history.
  mutating func take(_ progress: BidProgress, of ticket: Ticket) {
    guard let (id, lot) = live.lots.first(where: { $0.value.bid?.ticket == ticket }), let bid = lot.bid else {
      return settle(progress, of: ticket)
    }
    switch progress {
    case .sent(let bidID): live.lots[id]?.bid?.id = bidID
    case .delivered: self.progress(of: id, to: .delivered)
    case .uncertain: self.progress(of: id, to: .uncertain)
    case .accepted: self.progress(of: id, to: .accepted(after: now - bid.sentAt))
    case .refused(let refusal, let minimum):
      let span = (lot.view.terms.opensAt, lot.view.closesAt)
      self.progress(of: id, to: .refused(RefusedBid(refusal, minimum: minimum, span: span)))
    case .busy: self.progress(of: id, to: .busy)
    case .neverDecided: self.progress(of: id, to: .neverDecided)
    case .notSent(let reason): self.progress(of: id, to: .notSent(reason: reason))
    }
  }

  mutating func keepReceipt(of ticket: Ticket) {
    recalled[ticket]?.hasReceipt = true
    guard let id = live.lots.first(where: { $0.value.bid?.ticket == ticket })?.key else { return }
    live.lots[id]?.bid?.hasReceipt = true
  }

  mutating func progress(of id: AuctionID, to stage: OwnBid.Stage) {
    guard var bid = live.lots[id]?.bid, bid.advance(to: stage, at: now) else { return }
    live.lots[id]?.bid = bid
    lastBid = id
    let lot = live.lots[id]
    switch stage {
    case .sending, .delivered: break
    case .accepted:
      live.lots[id]?.ownMaximum = bid.isMaximum ? bid.amount : nil
      guard let lot else { return }
      let amount = lot.view.cost(of: bid.id) ?? bid.amount
      let isNew = bid.ticket > Ticket(0)
      noteAccepted(amount, isMaximum: bid.isMaximum, hasReceipt: bid.hasReceipt, bid.id, isNew: isNew, on: lot)
    case .uncertain: note(.uncertain(bid.amount, isMaximum: bid.isMaximum), lot)
    case .refused(let refused): note(.refused(refused, bid.amount, isMaximum: bid.isMaximum), lot)
    case .busy: note(.busy(bid.amount, isMaximum: bid.isMaximum), lot)
    case .neverDecided: note(.neverDecided(bid.amount, isMaximum: bid.isMaximum), lot)
    case .notSent(let reason): note(.notSent(bid.amount, isMaximum: bid.isMaximum, reason: reason), lot)
    }
  }

  /// That one's own bid counts, and who goes further in secret, where that is so: nobody else tells.
  ///
  /// - Parameter isNew: of this run: as long as the house has told no more of it, that it was accepted means that it leads.
  mutating func noteAccepted(
    _ amount: Money, isMaximum: Bool = false, hasReceipt: Bool = false, _ bid: BidID?, isNew: Bool = true, on lot: Lot
  ) {
    let isTold = lot.view.bids.contains { $0.bid == bid }
    let leads = !lot.view.terms.isSealed && (lot.view.leader == me || isNew && !isTold)
    note(.accepted(amount, isMaximum: isMaximum, hasReceipt: hasReceipt, leads: leads), lot)
    if isTold, !lot.view.terms.isSealed { noteOutbid(lot.view) }
  }

  /// Once, where two ways lead here.
  mutating func noteOutbid(_ view: AuctionView) {
    guard let leader = view.leader, leader != me, view.status == .open, let price = view.price else { return }
    let fact = Notice.Fact.outbid(by: leader, price: price, own: view.ownLast.flatMap { $0 > .zero ? $0 : nil })
    let told = live.notices.all.first { $0.auction == view.terms.auction }
    if told?.fact == fact, told?.at == now { return }
    note(fact, live.lots[view.terms.auction])
    ring()
  }

  /// An armed amount belongs to the state that it was armed for.
  mutating func voidArm() {
    guard case .armed(var armed) = mode, !armed.isVoid else { return }
    guard let lot = live.lots[armed.auction], Quote(lot.view) == armed.quote, live.link.takesBids, frozen == nil else {
      armed.isVoid = true
      mode = .armed(armed)
      return
    }
  }

  /// Nothing is left to confirm when the auction is over: the box of the bid says so, as for any other amount.
  mutating func leaveConfirmation() {
    guard case .confirm(let asked) = mode, live.lots[asked.box.auction]?.isOver ?? true else { return }
    mode = .bidBox(asked.box)
  }

  // MARK: Keys

  mutating func openBox(amount: Money? = nil, doubts: [Doubt] = []) {
    guard let lot = selectedLot else { return }
    if let obstacle = obstacle(on: lot) { return say(.obstacle(obstacle, lot.view.terms.currency)) }
    // Who leads offers nothing more openly; he may go further in secret.
    let isMaximum = amount == nil && lot.view.terms.format == .english && lot.view.leader == me
    let further = isMaximum ? lot.heldMaximum(for: me).map { lot.view.terms.price(after: $0.addingClamped(lot.step)) } : nil
    let least = lot.view.minimum(at: now)
    let text = settings.language.money.number(amount ?? max(further ?? least, least), in: lot.view.terms.currency)
    mode = .bidBox(
      BidBox(
        auction: lot.id, field: AmountField(text), isMaximum: isMaximum, openedAt: now, quote: Quote(lot.view), doubts: doubts))
  }

  mutating func arm() {
    guard let lot = selectedLot else { return }
    // The least is nothing to offer in secret, and would replace what was offered before.
    if lot.view.terms.isSealed { return openBox() }
    let least = lot.view.minimum(at: now)
    if let obstacle = obstacle(to: least, on: lot) { return say(.obstacle(obstacle, lot.view.terms.currency)) }
    mode = .armed(Armed(auction: lot.id, amount: least, quote: Quote(lot.view), armedAt: now))
  }

  mutating func armed(_ armed: Armed, _ command: Command) {
    guard let lot = live.lots[armed.auction] else { return mode = .list }
    var armed = armed
    switch command {
    case .raise:
      if armed.isVoid { return arm() }
      armed.amount = lot.view.terms.price(after: armed.amount.addingClamped(lot.step))
      armed.armedAt = now
      mode = .armed(armed)
    case .lower:
      guard !armed.isVoid else { return }
      armed.amount = max(lot.view.minimum(at: now), Money(minorUnits: armed.amount.minorUnits - lot.step.minorUnits) ?? .zero)
      armed.armedAt = now
      mode = .armed(armed)
    case .send:
      guard !armed.isVoid else { return }
      switch verdict(armed.amount, on: lot, quote: armed.quote) {
      case .refused(let obstacle):
        mode = .list
        say(.obstacle(obstacle, lot.view.terms.currency))
      case .clear: submit(armed.amount, on: lot)
      case .plain(let doubts): openBox(amount: armed.amount, doubts: doubts)
      case .strong(let suggestion):
        openBox(amount: armed.amount)
        if case .bidBox(let box) = mode { confirm(box, armed.amount, suggestion) }
      }
    default: mode = .list
    }
  }

  mutating func box(_ box: BidBox, _ command: Command) {
    guard let lot = live.lots[box.auction] else { return mode = .list }
    switch command {
    case .raise: change(box, by: 1, of: lot)
    case .lower: change(box, by: -1, of: lot)
    case .raiseMore: change(box, by: 5, of: lot)
    case .lowerMore: change(box, by: -5, of: lot)
    case .erase: edit(box) { $0.backspace() }
    case .secrecy:
      guard lot.view.terms.format == .english else { return }
      var box = box
      box.isMaximum.toggle()
      edit(box) { _ in }
    case .send: send(box, on: lot)
    default: break
    }
  }

  /// Any change of the amount takes back what was asked about the old one.
  mutating func edit(_ box: BidBox, _ change: (inout AmountField) -> Void) {
    var box = box
    change(&box.field)
    box.obstacle = nil
    (box.doubts, box.retyped) = ([], nil)
    mode = .bidBox(box)
  }

  private mutating func change(_ box: BidBox, by steps: Int64, of lot: Lot) {
    let currency = lot.view.terms.currency
    guard let amount = try? box.field.amount(settings.language, currency) else { return }
    let (delta, overflow) = lot.step.minorUnits.multipliedReportingOverflow(by: steps)
    guard !overflow, let moved = Money(minorUnits: amount.minorUnits + delta) else { return }
    let (language, wanted) = (settings.language, lot.view.terms.price(after: max(moved, lot.view.minimum(at: now))))
    guard wanted.minorUnits <= AmountField.ceiling else { return }
    edit(box) { $0.set(wanted, language, currency) }
  }

  private mutating func send(_ box: BidBox, on lot: Lot) {
    guard now - box.openedAt >= BidBox.guardTime else { return }
    guard let amount = try? box.field.amount(settings.language, lot.view.terms.currency) else { return }
    var box = box
    switch verdict(amount, isMaximum: box.isMaximum, isMeant: box.retyped == amount, on: lot, quote: box.quote) {
    case .refused(let obstacle):
      box.obstacle = obstacle
      mode = .bidBox(box)
    case .strong(let suggestion): confirm(box, amount, suggestion)
    case .plain(let doubts):
      // Asked before about this very state, this Enter is the answer; that a moment has passed meanwhile is not asked about again.
      let isRecent = !box.doubts.isEmpty && now - box.openedAt < BidBox.patience
      let asked = box.doubts + (box.doubts.isEmpty ? [] : [.always]) + (isRecent ? [.late, .unsureClock] : [])
      if doubts.allSatisfy(asked.contains), box.quote == Quote(lot.view) {
        return submit(amount, isMaximum: box.isMaximum, on: lot)
      }
      ask(doubts, in: box, on: lot)
    case .clear: submit(amount, isMaximum: box.isMaximum, on: lot)
    }
  }

  private mutating func ask(_ doubts: [Doubt], in box: BidBox, on lot: Lot) {
    var box = box
    (box.doubts, box.obstacle, box.quote, box.openedAt) = (doubts, nil, Quote(lot.view), now)
    mode = .bidBox(box)
  }

  private mutating func confirm(_ box: BidBox, _ amount: Money, _ suggestion: Money?) {
    mode = .confirm(
      Confirmation(box: box, amount: amount, suggestion: suggestion, retyped: AmountField(), openedAt: now))
  }

  mutating func confirmation(_ asked: Confirmation, _ command: Command) {
    guard let lot = live.lots[asked.box.auction] else { return mode = .list }
    var asked = asked
    let currency = lot.view.terms.currency
    switch command {
    case .erase:
      asked.retyped.backspace()
      asked.mismatch = false
      mode = .confirm(asked)
    case .useSuggestion:
      guard let suggestion = asked.suggestion else { return }
      let language = settings.language
      edit(asked.box) { $0.set(suggestion, language, currency) }
    case .send:
      guard now - asked.openedAt >= BidBox.guardTime, !asked.retyped.text.isEmpty else { return }
      guard (try? asked.retyped.amount(settings.language, currency)) == asked.amount else {
        asked.mismatch = true
        return mode = .confirm(asked)
      }
      asked.box.retyped = asked.amount
      switch verdict(asked.amount, isMaximum: asked.box.isMaximum, isMeant: true, on: lot, quote: asked.box.quote) {
      case .refused(let obstacle):
        asked.box.obstacle = obstacle
        mode = .bidBox(asked.box)
      // To type it again is more than a second Enter.
      case .clear, .strong, .plain([.always]): submit(asked.amount, isMaximum: asked.box.isMaximum, on: lot)
      case .plain(let doubts): ask(doubts, in: asked.box, on: lot)
      }
    default: break
    }
  }

  private mutating func submit(_ amount: Money, isMaximum: Bool = false, on lot: Lot) {
    tickets += 1
    let ticket = Ticket(tickets)
    let bid = OwnBid(ticket: ticket, amount: amount, isMaximum: isMaximum, at: now)
    live.lots[lot.id]?.bid = bid
    lastBid = lot.id
    hint = nil
    mode = .list
    let openly = isMaximum ? min(lot.view.minimum(at: now), amount) : amount
    effects.append(.submitBid(ticket, lot.id, openly, upTo: isMaximum ? amount : nil))
  }
}
