/// What a typeface is used for in an official document.
public enum FaceRole: String, CaseIterable, Sendable {
  /// 仿宋: the text.
  case fangSong
  /// 楷体: second headings, signers' names.
  case kaiTi
  /// 黑体: first headings, classification, urgency.
  case heiTi
  /// 小标宋: the issuer's mark, titles.
  case titleSong
  /// 宋体: page numbers.
  case song
}

/// A character's form in one face.
public struct Glyph: Equatable, Sendable {
  /// A number that the source of glyphs gives to the face.
  public var face: Int
  /// The glyph's number in the face.
  public var id: UInt32
  /// In parts of the size.
  public var advance: Double
  /// Whether the role's own face lacks the character.
  public var isSubstitute: Bool

  public init(face: Int, id: UInt32, advance: Double, isSubstitute: Bool) {
    (self.face, self.id, self.advance, self.isSubstitute) = (face, id, advance, isSubstitute)
  }
}

/// The box of what is black in a glyph, in parts of the size, from its origin; y upwards.
public struct Ink: Equatable, Sendable {
  public var left: Double
  public var right: Double
  public var bottom: Double
  public var top: Double

  public init(left: Double, right: Double, bottom: Double, top: Double) {
    (self.left, self.right, self.bottom, self.top) = (left, right, bottom, top)
  }
}

/// What the layout asks of typefaces.
public protocol GlyphSource {
  /// - Returns: nil where no face of the role has the character.
  func glyph(for scalar: Unicode.Scalar, in role: FaceRole) -> Glyph?
  func ink(of glyph: Glyph) -> Ink
  /// The face's own name, to be shown.
  func name(ofFace face: Int) -> String
}
