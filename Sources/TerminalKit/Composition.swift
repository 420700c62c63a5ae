/// Letters and their marks, both ways, from the standard library's canonical equivalence: no table of our own to be wrong.
enum Composition {
  private static let composed: [Character: Unicode.Scalar] = {
    var out: [Character: Unicode.Scalar] = [:]
    for value in [0xc0...0x24f, 0x1e00...0x1eff].joined() {
      if let scalar = Unicode.Scalar(UInt32(value)) { out[Character(scalar)] = scalar }
    }
    return out
  }()

  private static let base: [Unicode.Scalar: Unicode.Scalar] = {
    var out: [Unicode.Scalar: Unicode.Scalar] = [:]
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".unicodeScalars
    for mark in UInt32(0x300)...0x331 {
      guard let mark = Unicode.Scalar(mark) else { continue }
      for letter in letters {
        let pair = Character(String(String.UnicodeScalarView([letter, mark])))
        if let scalar = composed[pair] { out[scalar] = letter }
      }
    }
    return out
  }()

  /// The one scalar that a letter with marks is the same as, if there is one.
  static func scalar(of cluster: Character) -> Unicode.Scalar? { composed[cluster] }

  /// The letter without its mark, for `ã` and its like.
  static func letter(of scalar: Unicode.Scalar) -> Unicode.Scalar? { base[scalar] }
}
