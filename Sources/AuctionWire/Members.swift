import SharedKernel

/// The members of one JSON object, taken by name, each at most once.
struct Members {
  /// What to do with members that nobody asked for: events may grow, requests say only what is understood.
  enum Unknown: Sendable { case ignored, refused }

  private let members: [JSON.Member]
  private let place: Place
  private let unknown: Unknown
  // One bit for each member; WireLimits.members keeps it within the word.
  private var taken: UInt64 = 0

  /// Reads a whole document that must be an object.
  init(_ bytes: [UInt8], limit: Int, unknown: Unknown) throws(WireError) {
    self = try Field(value: try JSONParser.parse(bytes, limit: limit), place: .root, unknown: unknown).object()
  }

  /// Reads only these members of a document; what stands in the others is not looked at.
  init(_ bytes: [UInt8], limit: Int, only names: [Name]) throws(WireError) {
    let document = try JSONParser.parse(bytes, limit: limit, only: names)
    self = try Field(value: document, place: .root, unknown: .ignored).object()
  }

  fileprivate init(_ members: [JSON.Member], place: Place, unknown: Unknown) {
    (self.members, self.place, self.unknown) = (members, place, unknown)
  }

  mutating func take(_ name: Name) throws(WireError) -> Field {
    guard let field = takeIfPresent(name) else { throw .missing(path: Place.inside(place, .member(name.text)).text) }
    return field
  }

  mutating func takeIfPresent(_ name: Name) -> Field? {
    guard let i = members.firstIndex(where: { $0.name.isSpelled(as: name.text) }) else { return nil }
    taken |= 1 << UInt64(i)
    return Field(value: members[i].value, place: .inside(place, .member(name.text)), unknown: unknown)
  }

  /// To be called when everything that is known has been taken.
  func finish() throws(WireError) {
    guard unknown == .refused else { return }
    for (i, member) in members.enumerated() where taken & 1 << UInt64(i) == 0 {
      throw .unknown(path: Place.inside(place, .member(member.name)).text)
    }
  }
}

/// A value and where it stands; each method reads it as one type and says what else it is.
struct Field {
  let value: JSON
  let place: Place
  let unknown: Members.Unknown

  var path: String { place.text }

  func refused(_ accepted: String) -> WireError { .value(path: path, seen: value.summary, accepted: accepted) }

  // MARK: Shapes

  func object() throws(WireError) -> Members {
    guard case .object(let members) = value else { throw refused("an object") }
    return Members(members, place: place, unknown: unknown)
  }

  func array(atMost limit: Int) throws(WireError) -> [Field] {
    guard case .array(let elements) = value else { throw refused("an array") }
    guard elements.count <= limit else {
      throw .value(path: path, seen: "an array of \(elements.count)", accepted: "at most \(limit) elements")
    }
    return elements.enumerated().map { i, element in
      Field(value: element, place: .inside(place, .index(i)), unknown: unknown)
    }
  }

  /// Nil for null, otherwise what `read` makes of it.
  func orNull<Value>(_ read: (Field) throws(WireError) -> Value) throws(WireError) -> Value? {
    if case .null = value { return nil }
    return try read(self)
  }

  func boolean() throws(WireError) -> Bool {
    guard case .boolean(let flag) = value else { throw refused("true or false") }
    return flag
  }

  func integer(_ range: ClosedRange<Int64>) throws(WireError) -> Int64 {
    guard case .integer(let n) = value, range.contains(n) else {
      throw refused("an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return n
  }

  /// At most so many Unicode scalars.
  func text(atMost limit: Int) throws(WireError) -> String {
    guard case .string(let text) = value else { throw refused("a string") }
    let count = text.unicodeScalars.count
    guard count <= limit else {
      throw .value(path: path, seen: "a text of \(count) characters", accepted: "at most \(limit)")
    }
    return text
  }

  // MARK: Words of the house

  private func word<Word>(_ make: (String) -> Word?, _ accepted: @autoclosure () -> String) throws(WireError) -> Word {
    guard case .string(let text) = value, let word = make(text) else { throw refused(accepted()) }
    return word
  }

  func auction() throws(WireError) -> AuctionID { try word(AuctionID.init, "an id of [a-z0-9-]{1,40}") }
  func principal() throws(WireError) -> PrincipalID { try word(PrincipalID.init, "an id of [a-z0-9_]{1,32}") }
  func uniqueID() throws(WireError) -> UniqueID { try word({ UniqueID($0) }, "a UUID in lower case") }
  func bid() throws(WireError) -> BidID { BidID(try uniqueID()) }
  func command() throws(WireError) -> CommandID { CommandID(try uniqueID()) }
  func digest() throws(WireError) -> Digest { try word({ Digest(hex: $0) }, "64 lower-case hexadecimal digits") }
  func currency() throws(WireError) -> Currency {
    try word({ Currency(code: $0) }, "one of \(Currency.known.map(\.code).joined(separator: ", "))")
  }

  /// Lower-case hexadecimal of exactly so many bytes.
  func hexadecimal(bytes count: Int) throws(WireError) -> [UInt8] {
    try word({ text in Hex.decode(text).flatMap { $0.count == count ? $0 : nil } }, "\(2 * count) lower-case hexadecimal digits")
  }

  func base64(atMost limit: Int) throws(WireError) -> [UInt8] {
    let bytes = try word(Base64.decode, "base64 (standard alphabet, padded, canonical)")
    guard bytes.count <= limit else { throw .tooLarge(path: path, bytes: bytes.count, limit: limit) }
    return bytes
  }

  /// An amount: from 1, since nobody offers nothing.
  func money(from lowest: Int64 = 1) throws(WireError) -> Money {
    guard case .integer(let n) = value, n >= lowest, let money = Money(minorUnits: n) else {
      throw refused("an integer from \(lowest) to \(Money.maximum.minorUnits)")
    }
    return money
  }

  func instant() throws(WireError) -> Timestamp { Timestamp(microseconds: try integer(0...WireLimits.integer)) }
  /// A number that counts from `first`.
  func count(from first: Int64 = 0) throws(WireError) -> Int64 { try integer(first...WireLimits.integer) }

  /// One of the wire's names for the cases of an enumeration.
  func named<Case: WireNamed>(_ type: Case.Type = Case.self) throws(WireError) -> Case {
    try word(Case.init(wireName:), "one of \(Case.named.map(\.wireName).joined(separator: ", "))")
  }
}
