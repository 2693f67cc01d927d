import Foundation

/// What a person typed into a form, made fit to keep.
public enum WrittenText {
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
    for scalar in typed.unicodeScalars {
      defer { previous = scalar }
      if scalar == "\n", previous == "\r" { continue }
      let unified: Unicode.Scalar =
        ["\r", "\u{85}", "\u{2028}", "\u{2029}", "\u{0B}", "\u{0C}"].contains(scalar) ? "\n" : scalar
      if unified == "\n" || unified == "\t" {
        view.append(isKept(unified) ? unified : " ")
      } else if isAllowed(unified) {
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
