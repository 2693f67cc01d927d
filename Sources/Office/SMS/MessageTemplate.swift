import Foundation

/// The places in a request where a message's parts are filled in; each place has its own way of escaping.
enum TemplatePlace {
  case url
  case header
  case jsonBody
  case formBody
  /// Any other body: filled in as it is.
  case plainBody

  /// The way for a body that is sent under this content type; none means what curl would say, a form.
  static func body(contentType: String?) -> TemplatePlace {
    guard let contentType = contentType?.lowercased() else { return .formBody }
    if contentType.contains("json") { return .jsonBody }
    return contentType.contains("x-www-form-urlencoded") ? .formBody : .plainBody
  }

  /// - Returns: nil where the value cannot stand in this place.
  func escape(_ value: String) -> String? {
    switch self {
    case .url, .formBody: Self.percentEncode(value)
    case .header: value.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } ? nil : value
    case .jsonBody: Self.jsonEscape(value)
    case .plainBody: value
    }
  }

  /// All but RFC 3986's unreserved characters, which is right for a path, a query and a form alike.
  private static func percentEncode(_ value: String) -> String {
    var output = ""
    for byte in value.utf8 {
      if unreserved.contains(byte) {
        output.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let hex = String(byte, radix: 16, uppercase: true)
        output += byte < 16 ? "%0\(hex)" : "%\(hex)"
      }
    }
    return output
  }

  /// The inside of a JSON string (RFC 8259); `/` and U+2028 are harmless to JSON and left alone.
  private static func jsonEscape(_ value: String) -> String {
    var output = ""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\r": output += "\\r"
      case "\t": output += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let hex = String(scalar.value, radix: 16)
        output += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: output.unicodeScalars.append(scalar)
      }
    }
    return output
  }

  private static let unreserved = Set(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~".utf8)
}

/// What fills the placeholders.
struct MessageParts {
  let phone: String
  let text: String
  let identifier: String

  /// Fills the template in one pass, so that a placeholder in the citizen's own text stays what it is.
  ///
  /// - Returns: nil where a part cannot stand in `place`.
  func fill(_ template: String, _ place: TemplatePlace) -> String? {
    let values = ["{phone}": phone, "{text}": text, "{id}": identifier]
    var output = ""
    var rest = template[...]
    while let brace = rest.firstIndex(of: "{") {
      output += rest[..<brace]
      rest = rest[brace...]
      guard let (placeholder, value) = values.first(where: { rest.hasPrefix($0.key) }) else {
        output += "{"
        rest = rest.dropFirst()
        continue
      }
      guard let escaped = place.escape(value) else { return nil }
      output += escaped
      rest = rest.dropFirst(placeholder.count)
    }
    return output + rest
  }
}
