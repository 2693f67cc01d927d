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

  /// The language that a request asks for: by `?lang=`, else by cookie, else by `Accept-Language`, else Chinese.
  static func wanted(by request: Request) -> Language {
    chosen(by: request)
      ?? request.cookies[cookieName].flatMap { Language(rawValue: $0.value) }
      ?? preferred(in: request.headers[.acceptLanguage] ?? "")
  }

  /// The language of the query `?lang=`.
  static func chosen(by request: Request) -> Language? {
    request.uri.queryParameters["lang"].flatMap { Language(rawValue: String($0)) }
  }

  /// Reads the header as RFC 9110 has it; what cannot be read counts as Chinese.
  static func preferred(in header: String) -> Language {
    var best: (language: Language, weight: Double) = (.chinese, 0)
    for entry in header.prefix(1_000).split(separator: ",").prefix(20) {
      let parts = entry.split(separator: ";").map { $0.filter { $0 != " " } }
      guard let tag = parts.first, let language = Language(rawValue: String(tag.prefix(2)).lowercased()) else {
        continue
      }
      let weight = parts.dropFirst().first.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
      if weight > best.weight { best = (language, weight) }
    }
    return best.language
  }
}
