/// A mobile number of mainland China: eleven ASCII digits, `1[3-9]…`.
public struct PhoneNumber: Hashable, Sendable {
  public let digits: String

  /// Reads what a person typed: full-width digits, spaces, hyphens, brackets and a leading +86 or 0086 are all the same.
  public init?(typed: String) {
    guard typed.utf8.count <= 200 else { return nil }
    var text = ""
    for scalar in typed.unicodeScalars {
      let value = (0xFF01...0xFF5E).contains(scalar.value) ? scalar.value - 0xFEE0 : scalar.value
      switch value {
      case 0x30...0x39, 0x2B: text.unicodeScalars.append(Unicode.Scalar(UInt8(value)))
      case 0x20, 0xA0, 0x3000, 0x2D, 0x2010...0x2015, 0x28, 0x29, 0x09, 0x200B, 0x202A...0x202E: continue
      default: return nil
      }
    }
    for prefix in ["+86", "0086", "86"] where text.hasPrefix(prefix) && text.utf8.count == prefix.utf8.count + 11 {
      text.removeFirst(prefix.count)
      break
    }
    let digits = Array(text.utf8)
    guard digits.count == 11, digits[0] == UInt8(ascii: "1"), (0x33...0x39).contains(digits[1]),
      !digits.contains(UInt8(ascii: "+"))
    else { return nil }
    self.digits = text
  }

  /// For pages that others may see: `138****5678`.
  public var masked: String { "\(digits.prefix(3))****\(digits.suffix(4))" }
}

/// Digits as people type them, ASCII or full-width, without spaces. Nil where anything else is among them.
public func typedDigits(_ typed: String) -> String? {
  guard typed.utf8.count <= 100 else { return nil }
  var digits = ""
  for scalar in typed.unicodeScalars {
    switch scalar.value {
    case 0x30...0x39: digits.unicodeScalars.append(scalar)
    case 0xFF10...0xFF19: digits.unicodeScalars.append(Unicode.Scalar(UInt8(scalar.value - 0xFEE0)))
    case 0x20, 0x3000, 0x2D, 0x09, 0x0A, 0x0D, 0xA0: continue
    default: return nil
    }
  }
  return digits
}
