import HTTPTypes
import Hummingbird
import HummingbirdCore

/// The languages of the interface, the default first.
public enum Language: String, CaseIterable, Sendable {
  case chinese = "zh"
  case english = "en"

  static let cookieName = "__Host-guandu-language"

  /// The value of HTML's `lang` attribute.
  public var tag: String { self == .chinese ? "zh-CN" : "en" }

  /// The bytes of `Accept-Language` that are read.
  static let headerMaxBytes = 1_000

  /// The language that a request asks for: by `?lang=`, else by cookie, else by `Accept-Language`, else Chinese.
  static func wanted(by request: Request) -> Language {
    chosen(by: request)
      ?? request.cookieValue(cookieName).flatMap { Language(rawValue: $0) }
      ?? preferred(in: request.headers[.acceptLanguage] ?? "")
  }

  /// The language of the query `?lang=`.
  static func chosen(by request: Request) -> Language? {
    request.parameter("lang").flatMap { Language(rawValue: $0) }
  }

  /// Reads the header as RFC 9110 has it; what cannot be read, and what is not ASCII, counts as Chinese.
  static func preferred(in header: String) -> Language {
    var best: (language: Language, weight: Double) = (.chinese, 0)
    let bytes = header.utf8.prefix(headerMaxBytes).filter { $0 != UInt8(ascii: " ") }
    guard bytes.allSatisfy({ $0 < 0x80 }) else { return .chinese }
    for entry in bytes.split(separator: UInt8(ascii: ",")).prefix(20) {
      let parts = entry.split(separator: UInt8(ascii: ";"))
      let tag = String(decoding: parts.first?.prefix(2).map { $0 | 0x20 } ?? [], as: UTF8.self)
      guard let language = Language(rawValue: tag) else { continue }
      let weight = parts.dropFirst().first.map { Double(String(decoding: $0.dropFirst(2), as: UTF8.self)) ?? 0 } ?? 1
      if weight > best.weight { best = (language, weight) }
    }
    return best.language
  }
}
