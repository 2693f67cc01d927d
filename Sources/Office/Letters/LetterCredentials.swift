import Cryptography

/// The secret that a citizen looks a letter up with: 19 random symbols of 32 (95 bits) and a check symbol, shown in five
/// groups of four. The alphabet has no 0, 1, I or O.
public struct LetterCode: Hashable, Sendable {
  static let alphabet = Array("23456789ABCDEFGHJKLMNPQRSTUVWXYZ".utf8)
  private static let symbolCount = 20

  /// The 20 symbols, without separators.
  public let symbols: String

  public static func generate() -> LetterCode {
    let values = (0..<symbolCount - 1).map { _ in Int(randomNumber(below: 32)) }
    return LetterCode(values: values + [checkValue(of: values)])
  }

  /// Reads what a person typed: lower case, full-width forms, spaces and hyphens are all the same to it.
  ///
  /// Nil where symbols are missing, foreign, or do not fit the check symbol.
  public init?(typed: String) {
    let values = typed.unicodeScalars.compactMap { scalar -> Int? in
      let narrow = (0xFF01...0xFF5E).contains(scalar.value) ? scalar.value - 0xFEE0 : scalar.value
      switch narrow {
      case 0x20, 0x3000, 0x2D, 0x2010...0x2015, 0x09, 0x0A, 0x0D: return nil
      case 0x61...0x7A: return Self.alphabet.firstIndex(of: UInt8(narrow - 0x20)) ?? -1
      case 0...0x7F: return Self.alphabet.firstIndex(of: UInt8(narrow)) ?? -1
      default: return -1
      }
    }
    guard values.count == Self.symbolCount, !values.contains(-1),
      Self.checkValue(of: Array(values.dropLast())) == values[Self.symbolCount - 1]
    else { return nil }
    self.init(values: values)
  }

  private init(values: [Int]) {
    symbols = String(decoding: values.map { Self.alphabet[$0] }, as: UTF8.self)
  }

  /// `ABCD-EFGH-JKLM-NPQR-STUV`.
  public var display: String {
    stride(from: 0, to: Self.symbolCount, by: 4)
      .map { String(symbols.dropFirst($0).prefix(4)) }
      .joined(separator: "-")
  }

  /// Luhn's check, modulo 32: finds each wrong symbol and nearly each swap of two neighbours.
  private static func checkValue(of values: [Int]) -> Int {
    var sum = 0
    for (place, value) in values.reversed().enumerated() {
      let weighted = place % 2 == 0 ? value * 2 : value
      sum += weighted / 32 + weighted % 32
    }
    return (32 - sum % 32) % 32
  }
}

/// A letter's code and its six-digit password. Made before the last step, shown once, never stored.
public struct LetterCredentials: Sendable {
  public var code: LetterCode
  public var password: String

  public init(code: LetterCode, password: String) {
    self.code = code
    self.password = password
  }

  public static func generate() -> LetterCredentials {
    let digits = String(randomNumber(below: 1_000_000))
    return LetterCredentials(
      code: .generate(), password: String(repeating: "0", count: 6 - digits.utf8.count) + digits)
  }
}
