package import SharedKernel

/// `leilao.agendado`: the auction exists, under these terms.
package struct Scheduling: Hashable, Sendable {
  package let terms: AuctionTerms
  /// Sixteen random bytes: they make this edition unlike any other house's.
  package let nonce: [UInt8]
  package let clock: ClockReading
  package init(terms: AuctionTerms, nonce: [UInt8], clock: ClockReading) {
    (self.terms, self.nonce, self.clock) = (terms, nonce, clock)
  }
}

/// `leilao.iniciado`: bids count from now.
package struct Opening: Hashable, Sendable {
  package let auction: AuctionID
  package let edition: Edition
  package let opensAt: Timestamp
  package let closesAt: Timestamp
  /// The whole signed scheduling.
  package let scheduling: Evidence
  package let clock: ClockReading
  package init(
    auction: AuctionID, edition: Edition, opensAt: Timestamp, closesAt: Timestamp, scheduling: Evidence, clock: ClockReading
  ) {
    (self.auction, self.edition, self.opensAt, self.closesAt) = (auction, edition, opensAt, closesAt)
    (self.scheduling, self.clock) = (scheduling, clock)
  }
}

/// `leilao.reserva`: what `AuctionRules.reserveCommitment` commits to; to ms-lance alone.
package struct ReserveDisclosure: Hashable, Sendable {
  package let auction: AuctionID
  package let edition: Edition
  package let secret: Secret
  package let clock: ClockReading
  package init(auction: AuctionID, edition: Edition, secret: Secret, clock: ClockReading) {
    (self.auction, self.edition, self.secret, self.clock) = (auction, edition, secret, clock)
  }
}

/// What ms-leilao may say of an auction after its opening (or instead of it), each with a rising sequence number.
package struct CalendarNotice: Hashable, Sendable {
  package enum Action: Hashable, Sendable {
    /// `leilao.finalizado`: the end has come; it was at this instant.
    case close(closesAt: Timestamp)
    /// `leilao.cancelado`
    case cancel(reason: String)
    /// `leilao.suspenso`
    case suspend(reason: String)
    /// `leilao.retomado`: bids count again; the end has moved to this instant.
    case resume(closesAt: Timestamp)
  }

  package let auction: AuctionID
  package let edition: Edition
  /// From 1, rising; an older or equal one has no effect.
  package let sequence: Int64
  package let action: Action
  package let clock: ClockReading
  package init(auction: AuctionID, edition: Edition, sequence: Int64, action: Action, clock: ClockReading) {
    (self.auction, self.edition, self.sequence, self.action, self.clock) = (auction, edition, sequence, action, clock)
  }
}

/// What an operator asks of ms-leilao.
package struct Command: Hashable, Sendable {
  package enum Action: Hashable, Sendable {
    /// With the least for which the lot is sold, if it is not sold for less. The terms do not commit to it yet: that is done with the
    /// edition's nonce.
    case schedule(AuctionTerms, reserve: Secret? = nil)
    case cancel(auction: AuctionID, edition: Edition, reason: String)
    /// Bids do not count until it is resumed.
    case suspend(auction: AuctionID, edition: Edition, reason: String)
    /// Bids count again; the end moves by as long as they did not.
    case resume(auction: AuctionID, edition: Edition, reason: String)
    /// The end has come, although the house's clock is not good enough to say so.
    case close(auction: AuctionID, edition: Edition, reason: String)
    /// An accepted bid counts no longer.
    case void(Voiding)
    /// The lot of an auction that is over goes to another bidder.
    case passOn(PassingOn)
  }

  package let id: CommandID
  package let action: Action
  package let clock: ClockReading
  package init(id: CommandID, action: Action, clock: ClockReading) { (self.id, self.action, self.clock) = (id, action, clock) }

  package var auction: AuctionID {
    switch action {
    case .schedule(let terms, _): terms.auction
    case .cancel(let auction, _, _), .suspend(let auction, _, _), .resume(let auction, _, _), .close(let auction, _, _): auction
    case .void(let voiding): voiding.auction
    case .passOn(let passing): passing.auction
    }
  }
}

/// `comando.respondido`
package struct CommandAnswer: Hashable, Sendable {
  package let command: CommandID
  /// Nil when the command could not be read that far.
  package let auction: AuctionID?
  /// Nil: accepted.
  package let refusal: CommandRefusal?
  package let edition: Edition?
  package let clock: ClockReading
  package init(command: CommandID, auction: AuctionID?, refusal: CommandRefusal?, edition: Edition?, clock: ClockReading) {
    (self.command, self.auction, self.refusal, self.edition, self.clock) = (command, auction, refusal, edition, clock)
  }
}

/// Why ms-leilao would not do it; in the order of testing.
package enum CommandRefusal: Hashable, Sendable, CaseIterable {
  /// The payload is not a command that this house knows.
  case malformed
  /// The command is older than the house accepts.
  case stale
  /// Same id, other command.
  case reusedID
  /// An auction id serves once.
  case auctionExists
  case unknownAuction
  case wrongEdition
  case auctionOver
  /// It has not opened yet, or is suspended.
  case notOpen
  case notSuspended
  /// Its end has not come, by the best that the house knows.
  case beforeTheEnd
  /// It is not over, or its result has not been heard.
  case notOver
  /// Nobody has bid, or it was cancelled; or it has been passed on as often as can be.
  case nothingToPassOn
  /// Another closing block than the one that was heard.
  case wrongResult
  /// Somebody else has the lot.
  case wrongHolder
  /// He has had it already, sells it, or is no bidder.
  case wrongRecipient
  /// More than the one before had to pay.
  case wrongAmount
  /// The terms contradict themselves: an end before the start, a step of nothing.
  case badTerms
  /// A format or option that this house does not hold yet.
  case unsupported
}
