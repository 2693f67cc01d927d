import DocumentNotation

/// A character on its way into a line.
struct Item {
  var glyph: Glyph
  var scalar: Unicode.Scalar
  /// Of the em square.
  var size: Double
  /// Takes a whole cell of the grid, as Chinese characters and marks do; others are as wide as they are.
  var isCell: Bool

  var isSpace: Bool { scalar == " " }
  var advance: Double { glyph.advance * size }
}

/// Finds glyphs, and keeps which were substituted.
final class GlyphFinder {
  private struct Key: Hashable {
    let scalar: Unicode.Scalar
    let role: FaceRole
  }

  let source: any GlyphSource
  private var known: [Key: Glyph] = [:]
  private(set) var substitutions: [Substitution] = []

  init(_ source: any GlyphSource) { self.source = source }

  /// - Throws: where no face has a character: its code point and place.
  func items(_ text: NotedText, _ role: FaceRole, size: Double) throws(NotationError) -> [Item] {
    var items: [Item] = []
    items.reserveCapacity(text.scalars.count)
    for (offset, scalar) in text.scalars.enumerated() {
      let glyph = try glyph(scalar, role, text, offset)
      items.append(
        Item(glyph: glyph, scalar: scalar, size: size, isCell: Self.isCell(scalar, glyph)))
    }
    return items
  }

  private func glyph(
    _ scalar: Unicode.Scalar, _ role: FaceRole, _ text: NotedText, _ offset: Int
  ) throws(NotationError) -> Glyph {
    let key = Key(scalar: scalar, role: role)
    if let glyph = known[key] { return glyph }
    guard let glyph = source.glyph(for: scalar, in: role) else {
      let code = String(scalar.value, radix: 16, uppercase: true)
      throw NotationError(
        text, at: offset,
        "no typeface has “\(scalar)” (U+\(code)); write another character, or add a face that has it",
        chinese: "没有字体含“\(scalar)”（U+\(code)），请改用其他字，或增加含该字的字体")
    }
    known[key] = glyph
    if glyph.isSubstitute {
      substitutions.append(
        Substitution(
          scalar: scalar, role: role, face: source.name(ofFace: glyph.face), line: text.line,
          column: text.column + offset))
    }
    return glyph
  }

  /// Latin letters and digits are as wide as they are, however wide that is.
  private static func isCell(_ scalar: Unicode.Scalar, _ glyph: Glyph) -> Bool {
    let isLatin = scalar.value < 0x250 && scalar != "·"
    return !isLatin && glyph.advance > 0.75
  }
}
