package import SharedKernel

/// Values one behind the other, each with its length (4 bytes, big-endian): how entries of several values lie in the journal.
package struct Fields {
  package private(set) var bytes: [UInt8] = []
  private var place = 0

  package init() {}
  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  // MARK: Writing

  package mutating func add(_ value: [UInt8]) {
    add(length: value.count)
    bytes += value
  }
  package mutating func add(_ text: String) {
    add(length: text.utf8.count)
    bytes += text.utf8
  }
  package mutating func add(_ number: Int64) {
    add(length: 8)
    for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
  }
  /// Nothing is no bytes.
  package mutating func add(_ number: Int64?) {
    if let number { add(number) } else { add(length: 0) }
  }
  private mutating func add(length: Int) {
    for shift in stride(from: 24, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: length >> shift)) }
  }

  // MARK: Reading: nil when it is not what was asked for

  package mutating func next() -> [UInt8]? { range().map { Array(bytes[$0]) } }
  package mutating func text() -> String? { range().flatMap { String(validating: bytes[$0], as: UTF8.self) } }
  package mutating func digest() -> Digest? { range().flatMap { Digest(bytes[$0]) } }
  /// `.some(nil)` where nothing was written.
  package mutating func optionalDigest() -> Digest?? {
    guard let range = range() else { return nil }
    return range.isEmpty ? .some(nil) : Digest(bytes[range]).map { .some($0) }
  }
  package mutating func number() -> Int64? { range().flatMap { integer($0) } }
  /// `.some(nil)` where nothing was written.
  package mutating func optionalNumber() -> Int64?? {
    guard let range = range() else { return nil }
    return range.isEmpty ? .some(nil) : integer(range).map { .some($0) }
  }
  package var isAtEnd: Bool { place == bytes.count }

  /// Where the next value lies; goes behind it.
  private mutating func range() -> Range<Int>? {
    guard bytes.count - place >= 4 else { return nil }
    let (first, length) = (place + 4, bigEndian(place..<place + 4))
    guard bytes.count - first >= length else { return nil }
    place = first + Int(length)
    return first..<place
  }
  private func integer(_ range: Range<Int>) -> Int64? { range.count == 8 ? bigEndian(range) : nil }
  private func bigEndian(_ range: Range<Int>) -> Int64 {
    var number: Int64 = 0
    for i in range { number = number << 8 | Int64(bytes[i]) }
    return number
  }
}
