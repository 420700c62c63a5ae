import AuctionFacts
import AuctionSigning
import AuctionWire
import MessagingKit
import ServiceKit
import SharedKernel
import SigningKit

/// Sees every message that the broker takes, at the moment at which it takes it, and says which invariant that breaks. What it
/// remembers is what a history is held against in the end.
final class Witness: @unchecked Sendable {
  private(set) var violations: [Violation] = []
  /// The order in which signed bids first came into ms-lance's queue, by the digests of their payloads.
  private(set) var arrivals: [Digest: Int] = [:]
  /// When each of them came first: how it fared then stays its fate.
  private(set) var firstArrivals: [Digest: Timestamp] = [:]
  /// What has been said to `leilao` and `sigilo` under which id.
  private(set) var said: [String: Set<[UInt8]>] = [:]
  /// The same, where it must be the same bytes each time.
  private var fixed: [String: [UInt8]] = [:]
  /// What ms-notificacao has passed on.
  private(set) var passedOn: Set<[UInt8]> = []
  /// Bids that were refused because ms-lance had not heard of their auction.
  private(set) var tooEarly: Set<Digest> = []
  /// The latest end that an extension has named, and the last end that was announced.
  private var extended: [AuctionID: Timestamp] = [:]
  private var announced: [AuctionID: Timestamp] = [:]
  private let world: SimulatedWorld
  private let stores: [String: SimulatedStore]
  /// Whether the house's clocks are never more wrong than they say.
  private let isDisciplined: Bool

  init(_ world: SimulatedWorld, _ stores: [String: SimulatedStore], isDisciplined: Bool) {
    (self.world, self.stores, self.isDisciplined) = (world, stores, isDisciplined)
  }

  func sees(_ message: Publishing, by user: String) {
    switch Exchange(rawValue: message.exchange) {
    case .lances: arrived(message)
    case .notificacoes: passedOn.insert(message.body)
    case .leilao: spoken(message, on: .leilao, by: user)
    case .sigilo: spoken(message, on: .sigilo, by: user)
    case .mortas: buried(message, by: user)
    case .comandos, .consultas, nil: break
    }
  }

  private func complain(_ invariant: Int, _ what: String) { violations.append(Violation(invariant, what)) }

  private func arrived(_ message: Publishing) {
    guard let envelope = try? Envelope(parsing: message.body) else { return }
    let digest = SHA256.of(envelope.payload)
    guard arrivals[digest] == nil else { return world.tally.reached(.duplicate) }
    (arrivals[digest], firstArrivals[digest]) = (arrivals.count, world.time.now)
  }

  private func buried(_ message: Publishing, by user: String) {
    world.tally.reached(.deadLetter)
    if let reason = message.properties.headers[DeadLetter.reasonHeader].flatMap({ Refusal(wireName: $0) }) {
      world.tally.reached(.refused(reason))
    }
    if let store = stores[user], store.committed[message.properties.messageID ?? ""]?.contains(message.body) != true {
      complain(5, "\(user) puts aside \(message.properties.messageID ?? "-") before its commit")
    }
  }

  private func spoken(_ message: Publishing, on exchange: Exchange, by user: String) {
    let id = message.properties.messageID ?? "-"
    if stores[user]?.committed[id]?.contains(message.body) != true {
      complain(5, "\(user) says \(id) before its commit")
    }
    said[id, default: []].insert(message.body)
    guard let statement = try? world.statements.read(message.body, from: exchange, keys: world.keys) else {
      return complain(2, "\(user) says \(id), which nobody can verify")
    }
    if !statement.mayDiffer, fixed.updateValue(message.body, forKey: id).map({ $0 != message.body }) ?? false {
      complain(8, "\(id) has been said in other bytes")
    }
    note(statement)
  }

  private func note(_ statement: HouseStatement) {
    switch statement.fact {
    case .extended(let said):
      if let announced = announced[said.auction], announced < said.closesAt { world.tally.reached(.extensionRacesClose) }
      extended[said.auction] = max(extended[said.auction] ?? said.closesAt, said.closesAt)
      world.tally.reached(said.cause == .outage ? .extendedByOutage : .extendedByBid)
    case .notice(let notice):
      guard case .close(let end) = notice.action else { return }
      announced[notice.auction] = end
      if let latest = extended[notice.auction], end < latest { world.tally.reached(.extensionRacesClose) }
      // Under a clock that says nothing certain an operator ends it, by the best that the house knows.
      let doubt = notice.clock.isDisciplined ? .zero : notice.clock.uncertainty
      if isDisciplined, world.time.now + doubt <= end {
        complain(11, "the end of \(notice.auction) is announced \((end - world.time.now).microseconds) µs too early")
      }
    case .answered(let answer): if let refusal = answer.refusal { world.tally.reached(.commandRefused(refusal)) }
    case .clock, .ledgerClosed: break
    case .refused(let receipt):
      if receipt.reason == .unknownAuction, let digest = receipt.bidDigest { tooEarly.insert(digest) }
      world.tally.reached(.refused(receipt.reason))
    case .block(let block):
      if case .entries(let entries) = block.content, entries.contains(where: \.isVoiding) { world.tally.reached(.voided) }
      guard case .closing(let result, let evidence) = block.content else { return }
      switch result.outcome {
      case .sold: world.tally.reached(evidence == nil ? .bought : .sold)
      case .noBids: world.tally.reached(.noBids)
      case .cancelled: world.tally.reached(.cancelled)
      case .conditional: world.tally.reached(.conditional)
      }
    case .passedOn: world.tally.reached(.passedOn)
    case .scheduled, .reserve, .opened, .voiding: break
    }
  }
}

extension HouseStatement {
  /// A ledger's seal, and the records of the clock, are said only to those who ask.
  package var isSaidUnasked: Bool {
    switch fact {
    case .clock, .ledgerClosed: false
    case .scheduled, .reserve, .opened, .notice, .voiding, .passedOn, .block, .extended, .refused, .answered: true
    }
  }

  /// A receipt that is not journalled is made anew for each repetition.
  fileprivate var mayDiffer: Bool {
    switch fact {
    case .refused(let receipt): receipt.number == nil
    // Another command under the same id gets another answer.
    case .answered: true
    case .clock, .ledgerClosed: false
    case .scheduled, .reserve, .opened, .notice, .block, .extended, .voiding, .passedOn: false
    }
  }
}

extension BlockEntry {
  fileprivate var isVoiding: Bool { if case .voided = fact { true } else { false } }
}
