import Foundation

/// What a person typed into a form, made fit to keep.
///
/// Nothing here normalises, compares or counts characters before bytes and marks are limited: both take time that grows
/// with the square of a pile of combining marks.
public enum WrittenText {
  /// Combining marks that stay in a row; those past them are dropped. No script in use needs half as many.
  public static let marksMax = 8
  /// Scalars of a text that are read at all; what stands behind them is dropped. Every form's own limit is below it.
  static let textMaxScalars = 262_144

  /// `text` with at most eight combining marks in a row, in one pass by scalars. Linear, whatever the text.
  public static func withoutPiledMarks(_ text: String) -> String {
    guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
    var marks = MarkCount()
    var view = String.UnicodeScalarView()
    for scalar in text.unicodeScalars where marks.keeps(scalar) { view.append(scalar) }
    return String(view)
  }

  /// Several lines: line ends become LF, tabs stay, other control characters and direction overrides go; NFC; no blank
  /// lines or spaces at either end.
  public static func lines(_ typed: String) -> String {
    clean(typed) { $0 == "\n" || $0 == "\t" }
  }

  /// One line: line ends and tabs become spaces too.
  public static func line(_ typed: String) -> String {
    clean(typed) { _ in false }
  }

  /// Whether `text` has at most `limit` characters as a person counts them, and no piles of marks on one of them.
  public static func fits(_ text: String, _ limit: Int) -> Bool {
    text.unicodeScalars.count <= 4 * limit && text.count <= limit
  }

  /// An address of the plain kind `name@domain.tld`, up to 254 characters.
  public static func isMailAddress(_ text: String) -> Bool {
    let halves = text.split(separator: "@", omittingEmptySubsequences: false)
    guard halves.count == 2, text.utf8.count <= 254, (1...64).contains(halves[0].utf8.count) else { return false }
    let labels = halves[1].split(separator: ".", omittingEmptySubsequences: false)
    let isLocal = halves[0].utf8.allSatisfy { isWordByte($0) || ".!#$%&'*+/=?^_`{|}~-".utf8.contains($0) }
    return isLocal && labels.count >= 2
      && labels.allSatisfy { label in
        (1...63).contains(label.utf8.count) && label.utf8.allSatisfy { isWordByte($0) || $0 == UInt8(ascii: "-") }
          && label.first != "-" && label.last != "-"
      }
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }

  private static func clean(_ typed: String, keeping isKept: (Unicode.Scalar) -> Bool) -> String {
    var view = String.UnicodeScalarView()
    var previous: Unicode.Scalar?
    // Counted on what is kept: a character that goes must not bring two piles together.
    var marks = MarkCount()
    for scalar in typed.unicodeScalars.prefix(textMaxScalars) {
      defer { previous = scalar }
      if scalar == "\n", previous == "\r" { continue }
      let unified: Unicode.Scalar =
        ["\r", "\u{85}", "\u{2028}", "\u{2029}", "\u{0B}", "\u{0C}"].contains(scalar) ? "\n" : scalar
      if unified == "\n" || unified == "\t" {
        let kept: Unicode.Scalar = isKept(unified) ? unified : " "
        if marks.keeps(kept) { view.append(kept) }
      } else if isAllowed(unified), marks.keeps(unified) {
        view.append(unified)
      }
    }
    return String(view).precomposedStringWithCanonicalMapping.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x202A...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x061C, 0xFEFF: false
    default: scalar.properties.generalCategory != .control
    }
  }
}

/// Counts combining marks in a row.
private struct MarkCount {
  private var inRow = 0

  /// Whether the next scalar stays: any that is no mark, and the first eight marks after it.
  mutating func keeps(_ scalar: Unicode.Scalar) -> Bool {
    inRow = Self.isMark(scalar) ? inRow + 1 : 0
    return inRow <= WrittenText.marksMax
  }

  /// What joins the character before it instead of being one: combining marks of every class, joiners, variation
  /// selectors, skin tones and tags of emoji.
  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x300, 0x3400...0x9FFF, 0xAC00...0xD7A3: return false
    case 0x200C, 0x200D, 0x1F3FB...0x1F3FF, 0xE0020...0xE007F: return true
    default: break
    }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: return true
    default: return scalar.properties.canonicalCombiningClass != .notReordered
    }
  }
}
