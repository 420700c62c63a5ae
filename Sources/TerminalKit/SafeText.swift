/// A scalar that may stand in a cell, and how many cells it takes (1 or 2).
package struct Glyph: Hashable, Sendable {
  package let scalar: Unicode.Scalar
  package let width: Int
}

/// Makes text from anywhere safe to show: one visible scalar per glyph, of a width on which terminals agree.
///
/// Terminals obey control characters, reorder what lies between bidirectional controls, hide zero-width characters and
/// disagree about emoji. So: blanks become spaces, what composes is composed, marks that do not are dropped, and all else
/// that is not plainly visible becomes U+FFFD, one for one, so that it is seen that something was there.
package enum SafeText {
  /// What one text may hold; the rest is cut.
  package static let limit = 200
  package static let replacement = Glyph(scalar: "\u{fffd}", width: 1)

  package static func glyphs(_ text: String) -> [Glyph] {
    if text.utf8.count <= limit, text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) {
      return text.unicodeScalars.map { Glyph(scalar: $0, width: 1) }
    }
    var out: [Glyph] = []
    for cluster in String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit))) {
      let scalars = cluster.unicodeScalars
      guard let first = scalars.first else { continue }
      if scalars.count == 1 {
        out.append(glyph(first))
      } else if let composed = Composition.scalar(of: cluster) {
        out.append(glyph(composed))
      } else if first.properties.isEmoji, !first.isASCII {
        out.append(replacement)
      } else {
        out += scalars.enumerated().filter { $0.offset == 0 || !isMark($0.element) }.map { glyph($0.element) }
      }
    }
    return out
  }

  /// Cells that the text takes.
  package static func width(_ text: String) -> Int { glyphs(text).reduce(0) { $0 + $1.width } }

  /// At most `width` cells; what was cut is marked with `…`.
  package static func cut(_ text: String, to width: Int) -> String {
    let all = glyphs(text)
    guard all.reduce(0, { $0 + $1.width }) > width else { return String(all) }
    guard width > 0 else { return "" }
    var kept: [Glyph] = []
    var room = width - 1
    for glyph in all {
      guard glyph.width <= room else { break }
      kept.append(glyph)
      room -= glyph.width
    }
    return String(kept) + "…"
  }

  static func glyph(_ scalar: Unicode.Scalar) -> Glyph {
    switch scalar.value {
    case 0x20...0x7e: return Glyph(scalar: scalar, width: 1)
    case 0x09, 0x0a, 0x0d: return Glyph(scalar: " ", width: 1)
    case 0xa0...0xac, 0xae...0x17f: return Glyph(scalar: scalar, width: 1)
    default: break
    }
    guard isVisible(scalar) else { return replacement }
    return Glyph(scalar: scalar, width: isWide(scalar) ? 2 : 1)
  }

  private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    // Written from the right: terminals that know how would reorder the row, prices included.
    case 0x590...0x8ff, 0xfb1d...0xfdff, 0xfe70...0xfeff, 0x10800...0x10fff, 0x1e800...0x1efff: return false
    // Jamo that join with their neighbours; blanks that are letters.
    case 0x1100...0x11ff, 0xa960...0xa97f, 0xd7b0...0xd7ff, 0x3164, 0xffa0: return false
    // Regional indicators, and pictures beyond what terminals measure alike.
    case 0x1f000...0x1faff: return false
    default: break
    }
    if scalar.properties.isEmoji { return false }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber, .letterNumber,
      .otherNumber, .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation, .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol:
      return true
    case .spaceSeparator, .nonspacingMark, .spacingMark, .enclosingMark, .lineSeparator, .paragraphSeparator, .control, .format,
      .surrogate, .privateUse, .unassigned:
      return false
    @unknown default: return false
    }
  }

  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: true
    default: scalar.value == 0x200d || scalar.value == 0x200c
    }
  }

  /// East Asian Wide and Fullwidth (UAX #11), as far as glibc, tmux and the terminals agree.
  private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
      0xff01...0xff60, 0xffe0...0xffe6, 0x20000...0x3fffd:
      true
    default: false
    }
  }

  /// Broken between words into lines of that many cells; a word that is longer stays whole.
  ///
  /// - Parameter breaksWords: what is wider than that, such as a path, is broken too.
  package static func wrap(_ text: String, to width: Int, breaksWords: Bool = false) -> [String] {
    if SafeText.width(text) <= width { return [text] }
    var lines = [""]
    for word in text.split(separator: " ") {
      let last = lines[lines.count - 1]
      let longer = last.isEmpty ? String(word) : last + " " + word
      if last.isEmpty || SafeText.width(longer) <= width { lines[lines.count - 1] = longer } else { lines.append(String(word)) }
    }
    return breaksWords ? lines.flatMap { pieces(of: $0, to: width) } : lines
  }

  private static func pieces(of line: String, to width: Int) -> [String] {
    line.reduce(into: [""]) { pieces, character in
      let longer = pieces[pieces.count - 1] + String(character)
      if SafeText.width(longer) <= max(width, 1) { pieces[pieces.count - 1] = longer } else { pieces.append(String(character)) }
    }
  }
}

extension String {
  init(_ glyphs: some Sequence<Glyph>) {
    self.init()
    for glyph in glyphs { unicodeScalars.append(glyph.scalar) }
  }
}
