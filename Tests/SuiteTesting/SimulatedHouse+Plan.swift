import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import MessagingKit
import ServiceKit
import SharedKernel

extension SimulatedHouse {
  /// Does what the plan says, now.
  func perform(_ what: HousePlan.What) {
    switch what {
    case .schedule(let index):
      give(Command(id: Build.commandID(UInt64(index) + 1), action: .schedule(plan.auctions[index]), clock: operatorClock))
    case .cancel(let index):
      let id = plan.auctions[index].auction
      guard let known = bidders.compactMap({ $0.session.auctions[id] }).first else { return }
      give(
        Command(
          id: Build.commandID(UInt64(index) + 100),
          action: .cancel(auction: id, edition: known.edition, reason: "peça danificada"), clock: operatorClock))
    case .bid(let index, let over):
      let bidder = bidders[index]
      guard !bidder.biddable.isEmpty else { return }
      let auction = random.pick(bidder.biddable)
      bidder.bid(Build.money(auction.minimum.minorUnits + over * 5_00), on: auction)
    case .poison(let kind): sendPoison(kind)
    case .repeated:
      guard let old = bidders.flatMap(\.submitted).randomElement(using: &random), !revoked.contains(old.bid.bidder) else {
        return
      }
      world.trace.say("inimigo", "repeats \(old.bid.id.description.suffix(4))")
      enemy.send(.bid(old.bid, old.sealed))
    case .plannedEnd(let index, let point): processes[index].plannedEnd = point
    case .kill(let index, let losingPower):
      processes[index].crash(flushing: Int(random.interval(0...4)), losingPower: losingPower)
    case .loseLink(let choice):
      let up = (processes.flatMap(\.connections) + bidders.flatMap(\.connections)).filter(\.isUp)
      if !up.isEmpty { up[Int(choice % UInt64(up.count))].lose("cut") }
    case .commitFails(let isBooks, let failure): (isBooks ? books.store : calendar.store).failure = failure
    case .restartBroker: world.broker.restart()
    case .block: world.broker.block()
    case .unblock: world.broker.unblock()
    case .removeKey(let index):
      revoked.insert(bidders[index].id)
      world.trace.say("operador", "takes away the key of \(bidders[index].id)")
      world.keys.remove(bidders[index].id)
      for process in processes { process.keysChanged() }
    }
  }

  private var operatorClock: ClockReading { ClockReading(world.time.now, uncertainty: .milliseconds(2), status: .synchronized) }

  /// Two operators pressing the same key: the command is sent twice.
  private func give(_ command: Command) {
    guard let voice = try? world.keys.voice(HousePrincipal.operator) else { return }
    let message = Publishing.command(command, voice.seal(command))
    self.operator.send(message)
    if random.chance(30) { self.operator.send(message) }
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
      default: ([], .malformed)
      }
    let id = "veneno-\(number)"
    poison[id] = reason.wireName
    world.trace.say("inimigo", "sends \(id): \(reason)")
    enemy.send(
      Publishing(
        exchange: Exchange.lances.rawValue, routingKey: RoutingKey.bidPlaced, isMandatory: true,
        properties: MessageProperties(messageID: id, userID: "cliente", isPersistent: true), body: body))
  }

  private var capturedEvent: [UInt8]? {
    plan.auctions.lazy.compactMap { HouseInspection(self).ledger(of: $0.auction).first?.envelope.encoded() }.first
  }

  /// Signed by the right key, but not over these bytes.
  private static func forged(_ bid: Bid, _ voice: Voice) -> Envelope {
    let envelope = bid.enveloped(keyID: voice.keyID) { voice.sign($0 + [0]) }
    return envelope
  }
}
