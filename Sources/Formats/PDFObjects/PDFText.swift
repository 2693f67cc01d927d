/// Texts as a PDF's dictionaries hold them (ISO 32000-1, section 7.9.2.2).
enum PDFText {
  /// - Returns: the text, of UTF-16 where it begins with its mark, else of ASCII; what is neither becomes `?`.
  static func string(_ bytes: [UInt8]) -> String {
    guard bytes.starts(with: [0xFE, 0xFF]), bytes.count % 2 == 0 else {
      return String(decoding: bytes.map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }
    let units = stride(from: 2, to: bytes.count, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
    return String(decoding: units, as: UTF16.self)
  }

  /// In hexadecimal digits, UTF-16.
  static func encode(_ text: String) -> String {
    "<FEFF" + text.utf16.map { hexadecimal([UInt8($0 >> 8), UInt8($0 & 0xFF)]) }.joined() + ">"
  }

  static func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
