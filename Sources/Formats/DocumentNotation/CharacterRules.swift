/// Which characters a document may hold. What is not refused here is still refused where no typeface has it.
enum CharacterRules {
  /// - Returns: why the character is refused; nil for one that is taken.
  static func refusal(_ scalar: Unicode.Scalar) -> String? {
    if isOrdinary(scalar) { return nil }
    if isRightToLeft(scalar) { return "\(name(scalar)) is written from right to left, which is not set; take it out" }
    switch scalar.properties.generalCategory {
    case .control where scalar == "\t": return "\(name(scalar)): write spaces instead"
    case .control, .format: return "\(name(scalar)) is invisible and no text; take it out"
    case .lineSeparator, .paragraphSeparator: return "\(name(scalar)): begin a new line instead"
    case .privateUse: return "\(name(scalar)) is a private character, which others do not have; write the public one"
    case .unassigned, .surrogate: return "\(name(scalar)) is no character"
    case .nonspacingMark, .enclosingMark, .spacingMark:
      return "\(name(scalar)) joins with the character before it, which is not set; write the joined character"
    default: return nil
    }
  }

  /// `U+202E RIGHT-TO-LEFT OVERRIDE`; no character that could change how the error is shown.
  static func name(_ scalar: Unicode.Scalar) -> String {
    let properties = scalar.properties
    let digits = String(scalar.value, radix: 16, uppercase: true)
    let code = "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    guard let name = properties.name ?? properties.nameAlias else { return code }
    return "\(code) \(name)"
  }

  /// The common ideographs and ASCII need no look into Unicode's tables.
  private static func isOrdinary(_ scalar: Unicode.Scalar) -> Bool {
    (0x20...0x7E).contains(scalar.value) || (0x4E00...0x9FA5).contains(scalar.value)
  }

  private static func isRightToLeft(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0590...0x08FF, 0x200F, 0x202B, 0x202E, 0x2067, 0xFB1D...0xFDFF, 0xFE70...0xFEFE, 0x10800...0x10FFF,
      0x1E800...0x1EFFF:
      true
    default: false
    }
  }
}
