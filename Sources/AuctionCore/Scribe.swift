package import AuctionFacts
package import SharedKernel

/// How the book-keeper gets a statement spelled: handed in by the service, which signs it later. The same statement must always
/// give the same bytes, or a replay would not repeat itself.
package struct Scribe: Sendable {
  package var block: @Sendable (Block) -> Spelled
  package var receipt: @Sendable (Receipt) -> Spelled
  package var `extension`: @Sendable (Extension) -> Spelled
  /// SHA-256.
  package var hash: Hash

  package init(
    block: @escaping @Sendable (Block) -> Spelled, receipt: @escaping @Sendable (Receipt) -> Spelled,
    extension: @escaping @Sendable (Extension) -> Spelled, hash: @escaping Hash
  ) {
    self.block = block
    self.receipt = receipt
    self.extension = `extension`
    self.hash = hash
  }
}

/// How the calendar gets a statement spelled and signed; the same statement must always give the same bytes.
package struct CalendarScribe: Sendable {
  /// The digest of what this answers is the auction's edition.
  package var scheduling: @Sendable (Scheduling) -> Sealed
  package var opening: @Sendable (Opening) -> Sealed
  package var notice: @Sendable (CalendarNotice) -> Sealed
  package var passedOn: @Sendable (PassedOn) -> Sealed
  package var answer: @Sendable (CommandAnswer) -> Sealed
  package var reserve: @Sendable (ReserveDisclosure) -> Sealed
  /// What the terms of an auction, scheduled with that nonce, commit to its reserve by.
  package var commitment: @Sendable (_ reserve: Secret, AuctionID, _ nonce: [UInt8]) -> Digest

  package init(
    scheduling: @escaping @Sendable (Scheduling) -> Sealed, opening: @escaping @Sendable (Opening) -> Sealed,
    notice: @escaping @Sendable (CalendarNotice) -> Sealed, answer: @escaping @Sendable (CommandAnswer) -> Sealed,
    reserve: @escaping @Sendable (ReserveDisclosure) -> Sealed, passedOn: @escaping @Sendable (PassedOn) -> Sealed,
    commitment: @escaping @Sendable (_ reserve: Secret, AuctionID, _ nonce: [UInt8]) -> Digest
  ) {
    (self.reserve, self.commitment, self.passedOn) = (reserve, commitment, passedOn)
    self.scheduling = scheduling
    self.opening = opening
    self.notice = notice
    self.answer = answer
  }
}
