/// A page: millimetres from the upper left corner, y downwards.
public struct Page: Equatable, Sendable {
  public var runs: [GlyphRun] = []
  public var rules: [Rule] = []
}

/// Glyphs of one face, size and colour on one baseline, in the order in which they are read.
public struct GlyphRun: Equatable, Sendable {
  public var face: Int
  /// Of the em square, in millimetres.
  public var size: Double
  public var colour: Colour
  /// Of the first glyph's origin.
  public var x: Double
  public var baseline: Double
  /// How much wider than in the face the glyphs are; below 1 for narrowed ones.
  public var stretch = 1.0
  public var glyphs: [PlacedGlyph]
}

/// A glyph in a run.
public struct PlacedGlyph: Equatable, Sendable {
  public var id: UInt32
  public var scalar: Unicode.Scalar
  /// In parts of the size.
  public var advance: Double
  /// Of its origin, from the run's.
  public var offset: Double
}

/// A filled rectangle.
public struct Rule: Equatable, Sendable {
  public var x: Double
  public var y: Double
  public var width: Double
  public var height: Double
  public var colour: Colour
}

public enum Colour: Equatable, Sendable {
  case black
  case red

  /// Red, green and blue, each from 0 to 255.
  public var components: (red: Int, green: Int, blue: Int) {
    self == .black ? (0, 0, 0) : (255, 0, 0)
  }
}

/// Where a seal belongs: a circle over the issuer's name and the date.
public struct SealPlace: Equatable, Sendable {
  /// From 1.
  public var page: Int
  /// Of the centre.
  public var x: Double
  public var y: Double
  public var diameter: Double
}

/// A code that machines read, as a square of light and dark modules.
public struct ModuleMatrix: Equatable, Sendable {
  /// Modules in a row.
  public let side: Int
  private let dark: [Bool]

  /// - Parameter dark: row by row, `side` × `side` of them; nil for another number.
  public init?(side: Int, dark: [Bool]) {
    guard side > 0, dark.count == side * side else { return nil }
    (self.side, self.dark) = (side, dark)
  }

  /// Whether the module is dark; both from 0.
  public func isDark(row: Int, column: Int) -> Bool { dark[row * side + column] }
}

/// Where the code with the address for checks stands: a square, without the white around it.
public struct CodePlace: Equatable, Sendable {
  /// From 1.
  public var page: Int
  /// Of the upper left corner.
  public var x: Double
  public var y: Double
  public var side: Double
}

/// A character that the face of its role lacks, and what stands in.
public struct Substitution: Equatable, Sendable {
  public var scalar: Unicode.Scalar
  public var role: FaceRole
  public var face: String
  /// Where it is first used in the notation.
  public var line: Int
  public var column: Int
}

/// A document on its pages.
public struct LaidOutDocument: Equatable, Sendable {
  public static let (pageWidth, pageHeight) = (Measures.paperWidth, Measures.paperHeight)

  public var pages: [Page]
  public var seals: [SealPlace]
  /// Nil where the document names no address for checks.
  public var code: CodePlace?
  public var substitutions: [Substitution]
  /// What is usual and was not kept, and what somebody should look at.
  public var warnings: [String]
  /// As it is broken.
  public var titleLines: [String]
  /// `2026-11-28`.
  public var date: String

  public var title: String { titleLines.joined() }
}
