/// A document number (发文字号) by GB/T 9704-2012, 7.2.5: `安政发〔2026〕12号`.
public struct DocumentNumber: Hashable, Sendable, CustomStringConvertible {
  /// Characters, as the notation has it.
  public static let maxCharacters = 24
  /// Of what somebody types, before white space is taken out.
  static let typedMaxCharacters = 100

  public let text: String
  public var description: String { text }

  /// - Returns: nil for anything but the standard's own form.
  public init?(_ text: String) {
    guard text.utf8.count <= 4 * Self.maxCharacters, let number = Self.read(Array(text.unicodeScalars), isTyped: false),
      number == text
    else { return nil }
    self.text = number
  }

  /// Reads a number as people type it: with spaces, wide digits, other brackets, 第, without 号.
  ///
  /// - Returns: nil where no number can be seen in it.
  public init?(typed: String) {
    let scalars = typed.unicodeScalars.prefix(Self.typedMaxCharacters).filter {
      !$0.properties.isWhitespace && $0.properties.generalCategory != .format
    }.map(Self.plain)
    guard let number = Self.read(Array(scalars), isTyped: true) else { return nil }
    text = number
  }

  private static let opening: Set<Unicode.Scalar> = ["〔", "[", "［", "【", "(", "（", "「", "﹝"]
  private static let closing: Set<Unicode.Scalar> = ["〕", "]", "］", "】", ")", "）", "」", "﹞"]

  /// A wide digit as the digit that it stands for.
  private static func plain(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    ("０"..."９").contains(scalar) ? Unicode.Scalar(UInt8(scalar.value - 0xFF10 + 0x30)) : scalar
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  private static func read(_ scalars: [Unicode.Scalar], isTyped: Bool) -> String? {
    guard
      let open = scalars.indices.last(where: { index in
        index > 0 && index + 6 < scalars.count && opening.contains(scalars[index])
          && scalars[index + 1...index + 4].allSatisfy(isDigit) && closing.contains(scalars[index + 5])
      })
    else { return nil }
    var serial = scalars[(open + 6)...]
    if isTyped, serial.first == "第" { serial.removeFirst() }
    if serial.last == "号" { serial.removeLast() } else if !isTyped { return nil }
    if isTyped { serial = serial.drop { $0 == "0" } }
    guard (1...8).contains(serial.count), serial.allSatisfy(isDigit), serial.first != "0" else { return nil }
    let mark = scalars[..<open]
    guard mark.allSatisfy(isOfMark) else { return nil }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: mark)
    text.append("〔")
    text.append(contentsOf: scalars[open + 1...open + 4])
    text.append("〕")
    text.append(contentsOf: serial)
    text.append("号")
    return text.count <= maxCharacters ? String(text) : nil
  }

  private static func isOfMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .otherLetter, .uppercaseLetter, .lowercaseLetter, .decimalNumber: true
    default: scalar == "（" || scalar == "）"
    }
  }
}
