import AuctionCore
import AuctionFacts
import AuctionSigning
import AuctionWire
import JournalKit
import MessagingKit
import ServiceKit
import SharedKernel

/// A turn as it comes about. What it says is signed in the end, together.
struct Draft {
  var turn = Turn()
  private var said: [Said] = []

  private struct Said {
    let kind: Kind
    let payload: [UInt8]
    /// The broker's `message_id` and `correlation_id`.
    let (id, correlation): (String, String?)
    let audience: Audience

    /// What may be said again is signed alone: then it has the same bytes each time.
    var mayBeRepeated: Bool { kind == .awarded || kind == .extended }
  }

  private enum Audience {
    case everyone
    /// Kept besides, for queries, under this key and number.
    case record(collection: String, key: String, number: Int64)
    /// The one who asked, at this address.
    case asker(String)
  }

  /// Publishes a block, and keeps it.
  mutating func say(_ kind: Kind, _ number: Int64, of auction: AuctionID, _ block: Spelled) {
    say(kind, number, of: auction, block, to: .record(collection: Collection.blocks, key: auction.text, number: number))
  }

  /// Publishes a result once more.
  mutating func repeatResult(_ number: Int64, of auction: AuctionID, _ block: Spelled) {
    say(.awarded, number, of: auction, block, to: .everyone)
  }

  private mutating func say(_ kind: Kind, _ number: Int64, of auction: AuctionID, _ block: Spelled, to audience: Audience) {
    said.append(
      Said(kind: kind, payload: block.payload, id: "\(auction):\(number)", correlation: auction.text, audience: audience))
  }

  mutating func say(_ extended: Extension, _ spelled: Spelled) { say(extended, spelled.payload, to: .everyone) }

  /// Publishes a receipt; one with a number is kept.
  mutating func say(_ receipt: Receipt, _ spelled: Spelled) {
    guard let number = receipt.number, let auction = receipt.auction else { return say(receipt, spelled.payload, to: .everyone) }
    say(receipt, spelled.payload, to: .record(collection: Collection.receipts, key: auction.text, number: number))
  }

  mutating func say(_ receipt: Receipt) { say(receipt, receipt.payload, to: .everyone) }

  mutating func reply(_ receipt: Receipt, to address: String) { say(receipt, receipt.payload, to: .asker(address)) }

  private mutating func say(_ statement: some WireValue, _ payload: [UInt8], to audience: Audience) {
    said.append(
      Said(
        kind: statement.kind, payload: payload, id: statement.messageID, correlation: statement.correlationID,
        audience: audience))
  }

  func signed(by voice: Voice) -> Turn {
    var turn = turn
    var together = voice.seal(said.filter { !$0.mayBeRepeated }.map { ($0.kind, $0.payload) })[...]
    for said in said {
      let evidence = said.mayBeRepeated ? voice.seal(said.kind, said.payload) : together.removeFirst()
      var kept: DocumentPlace?
      switch said.audience {
      case .everyone: break
      case .record(let collection, let key, let number):
        let document = Document(collection: collection, key: key, number: number, body: evidence.bytes)
        // Receipts go one day.
        if collection == Collection.blocks { kept = document.place }
        turn.documents.append(document)
      case .asker(let address):
        turn.replies.append(.reply(evidence.bytes, to: address, id: said.id, correlation: said.correlation))
        continue
      }
      turn.outgoing.append(.event(said.kind, evidence, id: said.id, correlation: said.correlation, kept: kept))
    }
    return turn
  }
}
