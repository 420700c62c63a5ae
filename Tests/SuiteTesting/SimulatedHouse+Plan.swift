import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import JournalKit
import MessagingKit
import ServiceKit
import SharedKernel
import SigningKit

extension SimulatedHouse {
  /// Does what the plan says, now. False: it could not, and is to be tried again a little later.
  func perform(_ what: HousePlan.What) -> Bool {
    switch what {
    case .schedule(let index):
      give(
        Command(
          id: Build.commandID(UInt64(index) + 1), action: .schedule(plan.auctions[index], reserve: plan.reserves[index]),
          clock: operatorClock))
    case .cancel(let index):
      return give(UInt64(index) + 100, to: index) { .cancel(auction: $0, edition: $1, reason: "peça danificada") }
    case .suspend(let index):
      return give(UInt64(index) + 200, to: index) { .suspend(auction: $0, edition: $1, reason: "conferência") }
    case .resume(let index, let number):
      return give(UInt64(index) + 300 + 10 * UInt64(number), to: index) { .resume(auction: $0, edition: $1, reason: "conferido") }
    case .void(let index, let number): return void(in: index, number)
    case .passOn(let index, let number): return passOn(index, number)
    case .foolishCommand(let kind): ask(foolishly: kind)
    case .bid(let index, let manner, let over): return bid(bidders[index], manner, over: over)
    case .ask(let index): for terms in plan.auctions { bidders[index].ask(of: terms.auction) }
    case .flood: flood()
    case .poison(let kind): sendPoison(kind)
    case .repeated:
      // Only what came into the queue can have been seen by anybody.
      let seen = bidders.flatMap(\.submitted).filter { witness.arrivals[$0.sealed.digest] != nil }
      guard let old = seen.randomElement(using: &random), !removals.contains(where: { $0.bidder == old.bid.bidder }) else {
        return false
      }
      world.trace.say("inimigo", "repeats \(old.bid.id.description.suffix(4))")
      enemy.send(.bid(old.bid, old.sealed))
      faults += 1
    case .clock:
      // A command under another clock is refused: a house that is wrong from the beginning would have no auction to be wrong about.
      guard bidders.contains(where: { !$0.session.auctions.isEmpty }) else { return false }
      inject(what)
    case .removeKey(let index):
      world.tally.reached(.keyRemoved)
      world.trace.say("operador", "takes away the key of \(bidders[index].id)")
      world.keys.remove(bidders[index].id)
      for process in processes { process.keysChanged() }
      let id = bidders[index].id
      removals.append(KeyRemoval(bidder: id, from: world.time.now, wasSeen: hasRecordedKey(of: id)))
    case .restoreKey(let index):
      guard !world.keys.registered.contains(bidders[index].id) else { return true }
      world.tally.reached(.keyAdded)
      world.trace.say("operador", "puts the key of \(bidders[index].id) back")
      try? world.keys.register(bidders[index].id)
      for place in removals.indices where removals[place].bidder == bidders[index].id { removals[place].to = world.time.now }
      for process in processes { process.keysChanged() }
    case .plannedEnd, .kill, .handOver, .pause, .loseLink, .severLink, .delayConfirms, .commitFails, .restartBroker, .block,
      .unblock, .squeeze, .release, .breakBindings, .mendBindings, .houseDown:
      inject(what)
    }
    return true
  }

  private func hasRecordedKey(of bidder: PrincipalID) -> Bool {
    var isThere = false
    try? books.store.forEachEntry(from: 1) { entry in
      isThere = isThere || entry.kind == "chave" && entry.body.starts(with: Array(bidder.text.utf8) + [0])
    }
    return isThere
  }

  // MARK: - The operator

  var operatorClock: ClockReading { ClockReading(world.time.now, uncertainty: .milliseconds(2), status: .synchronized) }

  /// Two operators pressing the same key: the command is sent twice.
  func give(_ command: Command) {
    guard let voice = try? world.keys.voice(HousePrincipal.operator) else { return }
    let message = Publishing.command(command, voice.seal(command))
    self.operator.send(message)
    if random.chance(30) { self.operator.send(message) }
  }

  private func void(in index: Int, _ number: Int) -> Bool {
    let id = plan.auctions[index].auction
    guard let known = bidders.compactMap({ $0.session.auctions[id] }).first(where: { !$0.bids.isEmpty }) else { return true }
    let bid = known.bids.randomElement(using: &random)
    // Now and then one that never was, or was voided before, or another bidder's.
    let bidder = random.chance(10) ? HousePlan.mallory : bid?.bidder
    guard let bid, let bidder else { return true }
    world.trace.say("operador", "voids \(bid.id.description.suffix(4)) on \(id)")
    return give(UInt64(index) + 400 + 10 * UInt64(number), to: index) {
      .void(Voiding(auction: $0, edition: $1, bid: bid.id, bidder: bidder, reason: "valor errado"))
    }
  }

  private func ask(foolishly kind: Int) {
    let id = Build.commandID(UInt64(random.interval(1_000...1_000_000)))
    let known = bidders.lazy.compactMap { $0.session.auctions.values.min { $0.terms.auction < $1.terms.auction } }.first
    let strange = Build.digest("outra edição")
    let nowhere: AuctionID = "nenhum"
    var terms = plan.auctions[0]
    switch kind {
    case 0: give(Command(id: id, action: .schedule(terms), clock: operatorClock))
    case 1: give(Command(id: id, action: .cancel(auction: nowhere, edition: strange, reason: "?"), clock: operatorClock))
    case 2: give(Command(id: id, action: .cancel(auction: terms.auction, edition: strange, reason: "?"), clock: operatorClock))
    case 3:
      guard let known else { return }
      let clock = ClockReading(world.time.now - .seconds(3_600), uncertainty: .milliseconds(2), status: .synchronized)
      give(
        Command(id: id, action: .cancel(auction: known.terms.auction, edition: known.edition, reason: "?"), clock: clock))
    case 4:
      terms.auction = nowhere
      give(Command(id: Build.commandID(1), action: .schedule(terms), clock: operatorClock))
    case 5:
      (terms.auction, terms.closesAt) = (nowhere, terms.opensAt)
      give(Command(id: id, action: .schedule(terms), clock: operatorClock))
    case 6:
      guard let voice = try? world.keys.voice(HousePrincipal.operator) else { return }
      let unreadable = Envelope.seal(.schedule, payload: Array("{\"id_comando\":\"\(id)\"}".utf8), keyID: voice.keyID) {
        voice.sign($0)
      }
      self.operator.send(
        Publishing(
          exchange: Exchange.comandos.rawValue, routingKey: Kind.schedule.routingKey, isMandatory: true,
          properties: MessageProperties(messageID: "\(id)", userID: "operador", isPersistent: true), body: unreadable.encoded()))
    case 7:
      guard let known else { return }
      give(
        Command(id: id, action: .close(auction: known.terms.auction, edition: known.edition, reason: "?"), clock: operatorClock))
    default:
      (terms.auction, terms.rules.reserveCommitment) = (nowhere, Build.digest("reserva"))
      (terms.opensAt, terms.closesAt) = (world.time.now + .seconds(5), world.time.now + .seconds(60))
      give(Command(id: id, action: .schedule(terms), clock: operatorClock))
    }
  }

  /// To an auction that somebody knows.
  private func give(_ number: UInt64, to index: Int, _ action: (AuctionID, Edition) -> Command.Action) -> Bool {
    let id = plan.auctions[index].auction
    guard let known = bidders.compactMap({ $0.session.auctions[id] }).first else { return true }
    give(Command(id: Build.commandID(number), action: action(id, known.edition), clock: operatorClock))
    return true
  }

  // MARK: - Bidders

  private func bid(_ bidder: SimulatedBidder, _ manner: HousePlan.Manner, over: Int64) -> Bool {
    let known = bidder.session.auctions.values.filter { $0.terms.auction != plan.shunned }.sorted {
      $0.terms.auction < $1.terms.auction
    }
    guard let any = known.randomElement(using: &random) else { return false }
    let open = bidder.biddable.filter { $0.terms.auction != plan.shunned }.randomElement(using: &random)
    let target: FollowedAuction? =
      switch manner {
      case .early: known.first { $0.status == .scheduled } ?? any
      case .late: known.first { $0.status == .closed } ?? any
      case .leading: known.first { $0.leader == bidder.id } ?? any
      case .ownAuction: known.first { $0.terms.seller == bidder.id } ?? any
      default: open ?? (hasPatience ? nil : any)
      }
    guard let target else { return false }
    // The first who meets a falling price ends it: mostly somebody tries for less.
    let asked = target.minimum(at: bidder.clock.now().instant).minorUnits
    let amount = Build.money(
      target.terms.format == .dutch && manner != .tie && random.chance(80) ? max(1, asked - 5_00 - over) : asked + over * 5_00)
    guard var draft = bidder.draft(amount, on: target) else { return false }
    if over == 2, draft.maximum == nil, target.terms.format == .english {
      draft.maximum = amount.addingClamped(Build.money(50_00))
    }
    switch manner {
    case .honest, .leading, .early, .late, .ownAuction: break
    case .below:
      let low = Build.money(max(1, (target.price?.minorUnits ?? 1) - 1))
      (draft.amount, draft.maximum) = draft.amount == .zero ? (.zero, low) : (low, nil)
    case .tie:
      for other in bidders where other !== bidder {
        if let seen = other.session.auctions[target.terms.auction], let same = other.draft(amount, on: seen) {
          submit(same, other)
        }
      }
    case .fromTheFuture: draft.clock = moved(draft.clock, by: .seconds(60))
    case .fromThePast: draft.clock = moved(draft.clock, by: .seconds(-60))
    case .wrongEdition: draft.edition = Build.digest("outra edição")
    case .unknownAuction: draft.auction = "nenhum"
    case .unseen: draft.seen = Seen(block: 1, digest: Build.digest("nunca visto"))
    case .committed: draft.strayCommitment = Build.digest("segredo")
    case .reusedID: return reuse(bidder, amount)
    case .unreadable: return unreadable(bidder)
    }
    submit(draft, bidder)
    return true
  }

  private func submit(_ draft: BidDraft, _ bidder: SimulatedBidder) {
    bids += 1
    bidder.submit(draft)
  }

  private func moved(_ clock: ClockReading, by interval: Interval) -> ClockReading {
    ClockReading(clock.instant + interval, uncertainty: clock.uncertainty, status: clock.status)
  }

  /// Another amount under the id of a bid that is decided.
  private func reuse(_ bidder: SimulatedBidder, _ amount: Money) -> Bool {
    guard let old = bidder.submitted.first(where: { bidder.told[$0.bid.id] != nil })?.bid,
      let voice = try? world.keys.voice(bidder.id)
    else { return false }
    let bid = Build.bid(
      Build.money(old.amount.minorUnits + random.interval(1...1_000)), by: bidder.id, id: old.id, auction: old.auction,
      edition: old.edition, clock: bidder.clock.now())
    let sealed = voice.seal(bid)
    strange.insert(sealed.digest)
    bids += 1
    enemy.send(.bid(bid, sealed))
    return true
  }

  /// Rightly signed, but no bid.
  private func unreadable(_ bidder: SimulatedBidder) -> Bool {
    guard let voice = try? world.keys.voice(bidder.id) else { return false }
    let number = poison.count + 20_000
    let payload = Array("{\"lance\":\(number)}".utf8)
    bids += 1
    bury(
      "veneno-\(number)", Envelope.seal(.bidPlaced, payload: payload, keyID: voice.keyID) { voice.sign($0) }.encoded(), .malformed
    )
    poisonSigners["veneno-\(number)"] = bidder.id
    return true
  }

  // MARK: - The enemy

  private func flood() {
    guard let mallory = try? world.keys.voice(HousePlan.mallory),
      let edition = bidders.first?.session.auctions[plan.auctions[0].auction]?.edition
    else { return }
    world.trace.say("inimigo", "floods")
    lastFlood = world.time.now
    // What a full queue refused comes again behind it.
    let buried = Set(world.broker.messages(in: .mortas).compactMap(\.properties.messageID))
    maybeShed.formUnion(poison.filter { $0.value == Refusal.identityMismatch.wireName && !buried.contains($0.key) }.keys)
    for number in 0..<130 as Range<UInt64> {
      let bid = Build.bid(1, by: HousePlan.mallory, id: Build.bidID(50_000 + number), edition: edition, clock: operatorClock)
      let sealed = mallory.seal(bid)
      strange.insert(sealed.digest)
      enemy.send(.bid(bid, sealed))
    }
  }

  /// What nobody may say, each with the reason that it is refused for.
  private func sendPoison(_ kind: Int) {
    guard let mallory = try? world.keys.voice(HousePlan.mallory), let stranger = try? world.keys.voice("estranho"),
      let edition = bidders.first?.session.auctions.values.map(\.edition).min(by: { $0.hex < $1.hex })
    else { return }
    let number = UInt64(poison.count) + 9_000
    let own = Build.bid(by: HousePlan.mallory, id: Build.bidID(number), edition: edition, clock: operatorClock)
    let (body, reason): ([UInt8], Refusal) =
      switch kind {
      case 0: (Array("{\"payload\":\"AAAA".utf8), .malformed)
      case 1: (stranger.seal(Build.bid(by: "estranho", id: Build.bidID(number), edition: edition)).evidence.bytes, .unknownBidder)
      case 2: (Self.forged(own, mallory).encoded(), .invalidSignature)
      // In another's name.
      case 3: (mallory.seal(Build.bid(by: "alpha", id: Build.bidID(number), edition: edition)).evidence.bytes, .identityMismatch)
      // A house event, captured and sent where bids belong.
      case 4: (capturedEvent ?? [], .malformed)
      case 5: (random.bytes(200), .malformed)
      case 6: (Array(String(repeating: "[", count: 10_000).utf8), .malformed)
      default: ([], .malformed)
      }
    // As long as the flood may still lie in the queue: longer than ms-lance is ever away.
    if reason == .identityMismatch, let flood = lastFlood, world.time.now - flood < .seconds(120) {
      maybeShed.insert("veneno-\(number)")
    }
    bury("veneno-\(number)", body, reason)
  }

  /// Sends what must end among the dead letters.
  private func bury(_ id: String, _ body: [UInt8], _ reason: Refusal) {
    poison[id] = reason.wireName
    world.trace.say("inimigo", "sends \(id): \(reason)")
    enemy.send(
      Publishing(
        exchange: Exchange.lances.rawValue, routingKey: RoutingKey.bidPlaced, isMandatory: true,
        properties: MessageProperties(messageID: id, userID: "cliente", isPersistent: true), body: body))
  }

  private var capturedEvent: [UInt8]? {
    plan.auctions.lazy.compactMap { self.books.store.all("bloco", $0.auction.text).first?.body }.first
  }

  /// Signed by the right key, but not over these bytes.
  private static func forged(_ bid: Bid, _ voice: Voice) -> Envelope {
    bid.enveloped(keyID: voice.keyID) { voice.sign($0 + [0]) }
  }
}
