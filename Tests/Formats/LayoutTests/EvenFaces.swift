import Layout

/// Faces in which each character has its scalar as glyph: Chinese ones as wide as the size, others half as wide,
/// and the Latin full stop a quarter. Some are only in the second face, and some in none.
struct EvenFaces: GlyphSource {
  static let onlySecond: Unicode.Scalar = "𠮷"
  static let missing: Unicode.Scalar = "🙂"

  func glyph(for scalar: Unicode.Scalar, in role: FaceRole) -> Glyph? {
    guard scalar != Self.missing else { return nil }
    let isSecond = scalar == Self.onlySecond
    return Glyph(
      face: isSecond ? 1 : 0, id: scalar.value, advance: scalar == "." ? 0.25 : scalar.value < 0x250 ? 0.5 : 1,
      isSubstitute: isSecond)
  }

  func ink(of glyph: Glyph) -> Ink { Ink(left: 0.05, right: 0.95, bottom: -0.07, top: 0.83) }

  func name(ofFace face: Int) -> String { face == 0 ? "First" : "Second" }
}
