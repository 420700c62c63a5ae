package import SharedKernel

/// What anyone may ask ms-lance: plain JSON with a direct `reply_to`; the answer is a `SnapshotReply`.
package struct Query: Hashable, Sendable {
  package enum Subject: Hashable, Sendable {
    /// All that are scheduled, open, or closed not long ago, in the order of their ids, after this one.
    case auctions(after: AuctionID?)
    /// An auction's ledger from this block on.
    case blocks(AuctionID, from: Int64)
    /// What was decided about a bid.
    case bid(PrincipalID, BidID)
    /// Blocks, receipts and clock records; `after` is how many envelopes the asker already holds.
    case ledger(AuctionID, after: Int64)
  }

  /// Echoed in the signed reply, so that an old reply answers no new question.
  package let id: UniqueID
  package let subject: Subject
  /// The auction that it is about, whose partition alone is asked; nil: all are. It is the message's `correlation_id`. Of a bid's
  /// decision only the asker knows it.
  package let auction: AuctionID?

  package static let contentType = "application/json"

  package init(id: UniqueID, subject: Subject, about bidsAuction: AuctionID? = nil) {
    (self.id, self.subject) = (id, subject)
    auction =
      switch subject {
      case .auctions: nil
      case .blocks(let auction, _), .ledger(let auction, _): auction
      case .bid: bidsAuction
      }
  }

  /// Reads a query strictly; one that cannot be read is dropped and counted, never answered.
  package init(parsing body: [UInt8]) throws(WireError) {
    var members = try Members(body, limit: WireLimits.queryBody, unknown: .refused)
    let id = try members.take(.id).uniqueID()
    let subject: Subject =
      switch try members.take(.type).named(Topic.self) {
      case .auctions:
        .auctions(after: try members.take(.after).orNull { field throws(WireError) in try field.auction() })
      case .blocks: .blocks(try members.take(.auction).auction(), from: try members.take(.since).count())
      case .bid: .bid(try members.take(.principal).principal(), try members.take(.bid).bid())
      case .ledger: .ledger(try members.take(.auction).auction(), after: try members.take(.after).count())
      }
    try members.finish()
    self.init(id: id, subject: subject)
  }

  package func encoded() -> [UInt8] {
    JSONWriter.object {
      $0.member(.id, id.description)
      $0.member(.type, topic.wireName)
      switch subject {
      case .auctions(let after): $0.member(.after, after?.text)
      case .blocks(let auction, let from):
        $0.member(.auction, auction.text)
        $0.member(.since, from)
      case .bid(let bidder, let bid):
        $0.member(.principal, bidder.text)
        $0.member(.bid, bid.description)
      case .ledger(let auction, let after):
        $0.member(.auction, auction.text)
        $0.member(.after, after)
      }
    }
  }

  package var topic: Topic {
    switch subject {
    case .auctions: .auctions
    case .blocks: .blocks
    case .bid: .bid
    case .ledger: .ledger
    }
  }

  /// `tipo`, of queries and of their answers.
  package enum Topic: CaseIterable, WireNamed {
    case auctions, blocks, bid, ledger
    package var wireName: String {
      switch self {
      case .auctions: "leiloes"
      case .blocks: "blocos"
      case .bid: "lance"
      case .ledger: "livro"
      }
    }
  }

  /// Replies go to direct reply-to addresses only: through the default exchange any other could be anybody's queue.
  package static func isReplyAddress(_ replyTo: String) -> Bool { replyTo.utf8.starts(with: replyAddressPrefix.utf8) }
  package static let replyAddressPrefix = "amq.rabbitmq.reply-to."
}
