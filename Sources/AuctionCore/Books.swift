import AuctionFacts
import SharedKernel

/// All books, and what was decided about every bid. Everything is found without a search, and nothing here depends on the
/// order of a hash table.
struct Books: Equatable, Sendable {
  /// A bid's name, unique for ever: ids are the bidder's to choose.
  struct BidName: Hashable, Sendable {
    let bidder: PrincipalID
    let bid: BidID
  }

  struct Submission: Hashable, Sendable {
    let name: BidName
    let digest: Digest
  }

  private var books: [AuctionBook] = []
  private var places: [AuctionID: Int] = [:]
  private(set) var ids = SortedIDs()
  private(set) var openCount = 0

  private var decisions = Decisions()
  private var keyUses = KeyUses()
  /// Other payloads under a name that was taken, refused once.
  private var reuses: Set<Submission> = []
  private var turnedAway = TurnedAway()
  /// Books that may have something to seal, in the order in which it happened.
  private var unsealed: [Int] = []
  /// How many of them, from the front, were found by `placeToSeal`.
  private var sealedAgain = 0

  subscript(place: Int) -> AuctionBook {
    _read { yield books[place] }
  }

  func place(of auction: AuctionID) -> Int? { places[auction] }

  /// Open or suspended, in the order of their scheduling.
  var openPlaces: [Int] { books.indices.filter { books[$0].status.isUnderWay } }

  /// No effect when the id has been used.
  mutating func register(_ book: AuctionBook) {
    let id = book.terms.auction
    guard places[id] == nil else { return }
    places[id] = books.count
    books.append(book)
    ids.insert(id)
  }

  /// The one way to change a book: keeps count of what is open and of what is to be sealed.
  mutating func change<Answer>(_ place: Int, _ body: (inout AuctionBook) -> Answer) -> Answer {
    let (wasOpen, wasSealed) = (books[place].status.isUnderWay, books[place].pending.isEmpty)
    let answer = body(&books[place])
    let isOpen = books[place].status.isUnderWay
    if isOpen != wasOpen { openCount += isOpen ? 1 : -1 }
    if wasSealed, !books[place].pending.isEmpty { unsealed.append(place) }
    return answer
  }

  /// The place of an auction whose next block is read back: blocks come in the order of `unsealed`, so that it mostly stands there.
  mutating func placeToSeal(of auction: AuctionID) -> Int? {
    guard sealedAgain < unsealed.count, books[unsealed[sealedAgain]].terms.auction == auction else { return places[auction] }
    defer { sealedAgain += 1 }
    return unsealed[sealedAgain]
  }

  mutating func takeUnsealed() -> [Int] {
    defer { (unsealed, sealedAgain) = ([], 0) }
    return unsealed
  }

  mutating func reserve(decisions count: Int) { decisions.reserveCapacity(count) }

  func decision(of name: BidName) -> BidDecision? { decisions[name] }

  /// The one that all books share.
  mutating func keyUse(of owner: PrincipalID, _ keyID: Digest) -> KeyUse { keyUses.shared(KeyUse(owner: owner, keyID: keyID)) }

  /// Whether its bidder was told what became of exactly this bid.
  func isDecided(_ name: BidName, _ digest: Digest, at now: Timestamp) -> Bool {
    let submission = Submission(name: name, digest: digest)
    return decisions.digest(under: name) == digest || reuses.contains(submission) || turnedAway.contains(submission, at: now)
  }

  mutating func turnAway(_ name: BidName, _ digest: Digest, at now: Timestamp) {
    turnedAway.insert(Submission(name: name, digest: digest), at: now)
  }

  mutating func forgetTurnedAway(before instant: Timestamp) { turnedAway.forget(before: instant) }

  mutating func remember(_ name: BidName, _ decision: BidDecision) {
    if !decisions.insert(decision, under: name) {
      reuses.insert(Submission(name: name, digest: decision.digest))
    }
  }
}
