/// Values one behind the other, each with its length (4 bytes, big-endian): how entries of several values lie in the journal.
package struct Fields {
  package private(set) var bytes: [UInt8] = []
  private var place = 0

  package init() {}
  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  // MARK: Writing

  package mutating func add(_ value: [UInt8]) {
    bytes += Self.bigEndian(UInt32(truncatingIfNeeded: value.count))
    bytes += value
  }
  package mutating func add(_ text: String) { add(Array(text.utf8)) }
  package mutating func add(_ number: Int64) { add(Self.bigEndian(number)) }
  /// Nothing is no bytes.
  package mutating func add(_ number: Int64?) { add(number.map(Self.bigEndian) ?? []) }

  // MARK: Reading: nil when it is not what was asked for

  package mutating func next() -> [UInt8]? {
    guard bytes.count - place >= 4 else { return nil }
    let length = Int(bytes[place..<place + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
    guard bytes.count - place - 4 >= length else { return nil }
    defer { place += 4 + length }
    return Array(bytes[place + 4..<place + 4 + length])
  }
  package mutating func text() -> String? { next().flatMap { String(validating: $0, as: UTF8.self) } }
  package mutating func number() -> Int64? { next().flatMap(Self.integer) }
  /// `.some(nil)` where nothing was written.
  package mutating func optionalNumber() -> Int64?? {
    guard let value = next() else { return nil }
    return value.isEmpty ? .some(nil) : Self.integer(value)
  }
  package var isAtEnd: Bool { place == bytes.count }

  private static func bigEndian<N: FixedWidthInteger>(_ number: N) -> [UInt8] {
    (0..<N.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }
  private static func integer(_ bytes: [UInt8]) -> Int64? {
    bytes.count == 8 ? bytes.reduce(0) { $0 << 8 | Int64($1) } : nil
  }
}
