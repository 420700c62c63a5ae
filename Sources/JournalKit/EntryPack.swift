/// Entries that were committed together as one row of the table, or a few, under the number of the last of them: a turn of a hundred
/// bids is then one insertion, and one step when it is read back. Journals up to version 4 hold a row for each entry, and keep those.
///
/// A pack is a row of kind "", which no entry of those journals has. Its body: how many entries; of each the length of its kind, the
/// length of its body, the kind and the body. Counts and lengths are 4 bytes, big-endian.
enum EntryPack {
  static let kind = ""
  /// How many entries, and how many bytes of bodies, one row holds; an entry that is longer has a row of its own. SQLite bounds a
  /// row (10⁹ bytes), and whoever reads has a whole one in memory.
  static let (size, bytes) = (500, 1 << 20)

  static func split(_ entries: [(kind: String, body: [UInt8])]) -> [ArraySlice<(kind: String, body: [UInt8])>] {
    var packs: [ArraySlice<(kind: String, body: [UInt8])>] = []
    var (first, length) = (0, 0)
    for (index, entry) in entries.enumerated() {
      if index > first, index - first == size || length + entry.body.count > bytes {
        packs.append(entries[first..<index])
        (first, length) = (index, 0)
      }
      length += entry.body.count
    }
    return entries.isEmpty ? [] : packs + [entries[first...]]
  }

  static func encode(_ entries: ArraySlice<(kind: String, body: [UInt8])>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(entries.reduce(4) { $0 + 8 + $1.kind.utf8.count + $1.body.count })
    func add(_ number: Int) {
      for shift in stride(from: 24, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
    add(entries.count)
    for entry in entries {
      add(entry.kind.utf8.count)
      add(entry.body.count)
      bytes += entry.kind.utf8
      bytes += entry.body
    }
    return bytes
  }

  /// Nil when the bytes are no pack.
  static func decode(_ bytes: UnsafeRawBufferPointer, last: Int64) -> [Entry]? {
    var place = 0
    func number() -> Int? {
      guard bytes.count - place >= 4 else { return nil }
      defer { place += 4 }
      return Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
    }
    func part(_ length: Int) -> UnsafeRawBufferPointer.SubSequence? {
      guard bytes.count - place >= length else { return nil }
      defer { place += length }
      return bytes[place..<(place + length)]
    }
    // An entry takes 8 bytes at least: a count that is not true asks for no memory.
    guard let count = number(), count > 0, count <= bytes.count / 8, last >= count else { return nil }
    var entries: [Entry] = []
    entries.reserveCapacity(count)
    for i in 1...count {
      guard let lengths = number().flatMap({ kind in number().map { (kind: kind, body: $0) } }), let kind = part(lengths.kind),
        let body = part(lengths.body)
      else { return nil }
      entries.append(Entry(number: last - Int64(count - i), kind: String(decoding: kind, as: UTF8.self), body: [UInt8](body)))
    }
    return place == bytes.count ? entries : nil
  }
}
