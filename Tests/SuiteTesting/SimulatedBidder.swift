package import AuctionClient
package import AuctionFacts
import AuctionSigning
import AuctionWire
package import MessagingKit
import ServiceKit
package import SharedKernel

/// A bidder's program: the session machine over two simulated connections, wired as `HouseLink` and `SessionDriver` wire it.
package final class SimulatedBidder: @unchecked Sendable {
  package let id: PrincipalID
  package let clock: SimulatedClock
  package let listening: SimulatedConnection
  package let publishing: SimulatedConnection
  package private(set) var session: BidderSession
  /// Every bid that it ever signed, in order.
  package private(set) var submitted: [(bid: Bid, sealed: Sealed)] = []
  /// What it was told of each, in order: more than one is a contradiction.
  package private(set) var told: [BidID: [BidAttempt.Outcome]] = [:]
  /// Every block and numbered receipt that it ever heard.
  package private(set) var heard: [Digest: AuctionID] = [:]
  /// Why bids were refused, by the digests of their payloads: more than one reason is a contradiction.
  package private(set) var reasons: [Digest: Set<Refusal>] = [:]
  package private(set) var isLive = false
  package private(set) var drops: [String] = []

  private let world: SimulatedWorld
  private let voice: Voice
  private var random: SeededRandom
  private var inputs: [BidderSession.Input] = []
  private var isListening = false
  private var isPublishing = false
  private var wasUp = false
  private static let user = "cliente"

  package init(_ id: PrincipalID, in world: SimulatedWorld, clock: SimulatedClock, seed: UInt64) throws {
    (self.id, self.world, self.clock) = (id, world, clock)
    voice = try world.keys.voice(id)
    random = SeededRandom(seed: seed)
    session = BidderSession(interest: .everything, seed: seed ^ 0x5555)
    let inbox = Inbox()
    let announced = Topology.announcements.map { MessagingKit.Binding(exchange: Exchange.leilao.rawValue, key: $0) }
    let own = MessagingKit.Binding(exchange: Exchange.notificacoes.rawValue, key: RoutingKey.bidder(id))
    listening = SimulatedConnection(
      world.broker, name: "\(id) (ouve)", user: Self.user,
      subscriptions: [
        Subscription(name: "ouvir", source: .exclusive(bindings: announced + [own]), prefetch: 0, automaticAcknowledgement: true)
      ]
    ) { inbox.owner?.heardListening($0) }
    publishing = SimulatedConnection(
      world.broker, name: "\(id) (fala)", user: Self.user,
      subscriptions: [Subscription(name: "respostas", source: .directReplies, prefetch: 0)]
    ) { inbox.owner?.heardPublishing($0) }
    inbox.owner = self
  }

  private final class Inbox {
    weak var owner: SimulatedBidder?
  }

  package var connections: [SimulatedConnection] { [listening, publishing] }
  package var hasWork: Bool { !inputs.isEmpty || (wakeUp.map { $0 <= world.time.now } ?? false) }
  package var wakeUp: Timestamp? { due.map(clock.trueTime(of:)) }
  /// What the session said after its last round: nothing else changes it.
  private var due: Timestamp?
  /// Bids of which it does not know what became.
  package var undecided: [BidID] { submitted.map(\.bid.id).filter { told[$0] == nil } }

  // MARK: - The link

  private func heardListening(_ event: ConnectionEvent) {
    switch event {
    case .subscribed: change { $0.isListening = true }
    case .subscriptionCancelled: change { $0.isListening = false }
    case .disconnected(let reason, let retryIn):
      change { $0.isListening = false }
      inputs.append(.link(.down(reason: reason, retryIn: retryIn)))
    case .delivered(let deliveries): deliveries.forEach(hear)
    case .connected, .bound, .blocked, .unblocked, .silent, .heard, .refused: break
    }
  }

  private func heardPublishing(_ event: ConnectionEvent) {
    switch event {
    case .subscribed: change { $0.isPublishing = true }
    case .subscriptionCancelled, .disconnected: change { $0.isPublishing = false }
    case .delivered(let deliveries): deliveries.forEach(hear)
    case .connected, .bound, .blocked, .unblocked, .silent, .heard, .refused: break
    }
  }

  private func change(_ body: (SimulatedBidder) -> Void) {
    body(self)
    let isUp = isListening && isPublishing
    if isUp, !wasUp { inputs.append(.link(.up)) }
    wasUp = isUp
  }

  private func hear(_ delivery: Delivery) {
    do throws(Rejection) {
      if delivery.subscription == "respostas" {
        if let reply = try? SnapshotReply(parsing: delivery.body) {
          let answer = try world.statements.read(reply, keys: world.keys)
          answer.statements.forEach(note)
          inputs.append(.link(.snapshot(answer)))
        } else {
          let statement = try world.statements.read(delivery.body, from: nil, keys: world.keys)
          if case .refused = statement.fact { inputs.append(.link(.receipt(statement))) }
        }
      } else if let exchange = Exchange(rawValue: delivery.exchange) {
        let statement = try world.statements.read(delivery.body, from: exchange, keys: world.keys)
        note(statement)
        inputs.append(.link(.statement(statement)))
      }
    } catch {
      drops.append(error.description)
    }
  }

  /// Keeps what the house said of its ledgers, to be held against it.
  private func note(_ statement: HouseStatement) {
    switch statement.fact {
    case .block(let block): heard[statement.digest] = block.auction
    case .refused(let receipt):
      if let auction = receipt.auction, receipt.number != nil { heard[statement.digest] = auction }
      if let bid = receipt.bidDigest { reasons[bid, default: []].insert(receipt.reason) }
    case .scheduled, .reserve, .opened, .notice, .extended, .answered, .clock, .ledgerClosed, .voiding, .passedOn: break
    }
  }

  // MARK: - A round

  package func round() {
    let taken = inputs + [.tick]
    inputs = []
    for input in taken { perform(session.handle(input, at: clock.now())) }
    due = session.wakeUp
  }

  /// Asks for all blocks of an auction, unprompted.
  func ask(of auction: AuctionID) {
    ask(Query(id: Build.uniqueID(random.next()), subject: .blocks(auction, from: 0)))
  }

  private func ask(_ query: Query) {
    let message = Publishing(
      exchange: Exchange.consultas.rawValue, routingKey: RoutingKey.query,
      properties: MessageProperties(contentType: Query.contentType, replyTo: Publishing.directReplyTo), body: query.encoded())
    _ = publishing.publish(message) { _ in }
  }

  private func perform(_ outputs: [BidderSession.Output]) {
    for output in outputs {
      switch output {
      case .tell(.attempt(let attempt)):
        if case .decided(let outcome) = attempt.state {
          told[attempt.bid.id, default: []].append(outcome)
          world.tally.heard(outcome)
        }
        world.trace.say(id.text, "bid \(attempt.bid.id.description.suffix(4)): \(attempt.state.brief)")
      case .tell(.live): isLive = true
      case .tell(.dropped(let reason)): drops.append(reason)
      case .tell(.connected), .tell(.disconnected), .tell(.refused), .tell(.blocked), .tell(.unblocked), .tell(.silent),
        .tell(.heard), .tell(.auction),
        .tell(.past), .tell(.decision), .tell(.refusedLongAgo), .tell(.incomplete), .tell(.concerning):
        break
      case .ask(let query): ask(query)
      case .follow(let auction):
        listening.bind("ouvir", exchange: Exchange.notificacoes.rawValue, key: RoutingKey.auction(auction))
      case .publish(let bid, let sealed):
        let message = Publishing.bid(bid, sealed, as: Self.user, replyTo: Publishing.directReplyTo)
        _ = publishing.publish(message) { [weak self] outcome in
          let result: BidderSession.PublishResult =
            switch outcome {
            case .confirmed: .confirmed
            case .refused: .refused
            case .returned, .invalid: .unroutable
            case .unknown: .lost
            }
          self?.inputs.append(.published(bid.id, result))
        }
      }
    }
  }

  // MARK: - What its owner does

  /// An auction that it could bid on.
  package var biddable: [FollowedAuction] {
    session.auctions.values.filter { $0.status == .open && $0.leader != id }.sorted { $0.terms.auction < $1.terms.auction }
  }

  /// Signs a bid on what it sees and hands it to the session.
  @discardableResult
  package func bid(_ amount: Money, on auction: FollowedAuction) -> Bid? { draft(amount, on: auction).map(submit) }

  /// A bid on what it sees, as an honest program would write it.
  package func draft(_ amount: Money, on auction: FollowedAuction) -> BidDraft? {
    UniqueID(random: random.bytes(16)).map {
      BidDraft(
        id: BidID($0), auction: auction.terms.auction, edition: auction.edition, bidder: id,
        amount: auction.terms.isSealed ? .zero : amount, seen: auction.head, clock: clock.now(),
        maximum: auction.terms.isSealed ? amount : nil)
    }
  }

  @discardableResult
  package func submit(_ draft: BidDraft) -> Bid {
    let bid = draft.bid
    let sealed = voice.seal(bid, with: draft.secret)
    submitted.append((bid, sealed))
    world.trace.say(id.text, "bids \(bid.amount.minorUnits) on \(bid.auction) as \(bid.id.description.suffix(4))")
    inputs.append(.submit(bid, sealed))
    return bid
  }
}

extension Publishing {
  /// A signed bid as a client sends it.
  package static func bid(_ bid: Bid, _ sealed: Sealed, as user: String = "cliente", replyTo: String? = nil) -> Publishing {
    Publishing(
      exchange: Exchange.lances.rawValue, routingKey: RoutingKey.bidPlaced, isMandatory: true,
      properties: MessageProperties(
        contentType: Envelope.contentType, messageID: bid.messageID, correlationID: bid.correlationID, replyTo: replyTo,
        userID: user,
        isPersistent: true),
      body: sealed.evidence.bytes)
  }

  /// A signed command as an operator sends it.
  package static func command(_ command: Command, _ sealed: Sealed, as user: String = "operador") -> Publishing {
    Publishing(
      exchange: Exchange.comandos.rawValue, routingKey: command.kind.routingKey, isMandatory: true,
      properties: MessageProperties(
        contentType: Envelope.contentType, messageID: command.messageID, correlationID: command.correlationID, userID: user,
        isPersistent: true),
      body: sealed.evidence.bytes)
  }
}

extension BidAttempt.State {
  package var brief: String {
    switch self {
    case .sent: "sent"
    case .delivered: "delivered"
    case .uncertain: "uncertain"
    case .decided(.accepted(let block)): "accepted in block \(block)"
    case .decided(.refused(let receipt)): "refused, \(receipt.reason)"
    case .decided(.refusedLongAgo): "refused long ago"
    case .decided(.busy): "busy"
    case .decided(.unroutable): "unroutable"
    case .decided(.neverDecided): "never arrived"
    }
  }
}
