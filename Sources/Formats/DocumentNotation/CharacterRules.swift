/// Which characters a document may hold. What is not refused here is still refused where no typeface has it.
enum CharacterRules {
  /// - Returns: why the character is refused, in English and in Chinese; nil for one that is taken.
  static func refusal(_ scalar: Unicode.Scalar) -> (english: String, chinese: String)? {
    guard !isOrdinary(scalar), let (english, chinese) = rest(scalar) else { return nil }
    return (name(scalar) + english, name(scalar) + chinese)
  }

  private static func rest(_ scalar: Unicode.Scalar) -> (String, String)? {
    if isRightToLeft(scalar) {
      return (
        " is written from right to left, which is not set; take it out", "是从右向左书写的字符，不能排版，请删去"
      )
    }
    switch scalar.properties.generalCategory {
    case .control where scalar == "\t": return (": write spaces instead", "：制表符请改用空格")
    case .control, .format: return (" is invisible and no text; take it out", "是不可见字符，请删去")
    case .lineSeparator, .paragraphSeparator: return (": begin a new line instead", "：请改为另起一行")
    case .privateUse:
      return (
        " is a private character, which others do not have; write the public one",
        "是自造字，他处没有，请改用标准字符"
      )
    case .unassigned, .surrogate: return (" is no character", "不是字符")
    case .nonspacingMark, .enclosingMark, .spacingMark:
      return (
        " joins with the character before it, which is not set; write the joined character",
        "是与前一字符组合的符号，不能排版，请改用组合好的字符"
      )
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
    case 0x0590...0x08FF, 0x200F, 0x202B, 0x202E, 0x2067, 0xFB1D...0xFDFF, 0xFE70...0xFEFE,
      0x10800...0x10FFF,
      0x1E800...0x1EFFF:
      true
    default: false
    }
  }
}
