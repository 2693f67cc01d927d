import YAMLText

/// The `sms` section.
enum SMSReader {
  private enum Provider: String, CaseIterable {
    case file, http
  }
  private enum Method: String, CaseIterable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
  }

  static func configuration(_ value: YAMLValue) -> SMSConfiguration? {
    let all = ["provider", "directory", "url", "method", "headers", "body", "success_text", "timeout_seconds"]
    guard let group = value.mapping(all), let provider = group.required("provider")?.choice(Provider.self) else {
      return nil
    }
    let own = provider == .file ? ["directory"] : Array(all.dropFirst(2))
    var isSound = true
    for name in all.dropFirst() where !own.contains(name) {
      guard let other = group.optional(name) else { continue }
      other.refuse("does not belong to the provider \(provider.rawValue); remove it")
      isSound = false
    }
    guard isSound else { return nil }
    switch provider {
    case .file: return group.required("directory")?.path(.folder).map { .file(directory: $0) }
    case .http: return gateway(group).map { .http($0) }
    }
  }

  private static func gateway(_ group: YAMLMapping) -> SMSGateway? {
    let url = group.required("url").flatMap(gatewayURL)
    let method = group.required("method")?.choice(Method.self)
    let headers = group.optional("headers").map(readHeaders) ?? [:]
    let body = group.optional("body").map { $0.text() } ?? ""
    let success = group.optional("success_text").map { $0.text(maxCharacters: 200).map(Optional.some) } ?? .some(nil)
    let timeout = group.optional("timeout_seconds").map { $0.integer(1...120) } ?? 10
    guard let url, let method, let headers, let body, let success, let timeout else { return nil }
    guard method != .get || body.isEmpty else {
      return group.optional("body")?.refused("a GET has no body; use POST, or put the fields into url")
    }
    let everything = url + body + headers.values.joined()
    for place in ["{phone}", "{text}"] where !everything.contains(place) {
      return group.own.refused("\(place) stands neither in url nor in headers nor in body; put it where it belongs")
    }
    return SMSGateway(
      url: url, method: method.rawValue, headers: headers, body: body, successText: success, timeoutSeconds: timeout)
  }

  private static func gatewayURL(_ value: YAMLValue) -> String? {
    value.parsed("an https address (http for this machine itself alone), placeholders after the host") { text in
      let plain = text.replacingPlaceholders(with: "x")
      guard let address = WebAddress(plain), address.isSecure || address.isLoopback else { return nil }
      let authority = text.drop { $0 != ":" }.dropFirst(3).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
      return authority.contains("{") || plain.contains("#") ? nil : text
    }
  }

  private static func readHeaders(_ value: YAMLValue) -> [String: String]? {
    guard let pairs = value.pairs(atMost: 50) else { return nil }
    var headers: [String: String] = [:]
    for (name, content) in pairs {
      let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_".utf8)
      let field = name.parsed("a header's name: letters, digits and hyphens") {
        (1...64).contains($0.utf8.count) && $0.utf8.allSatisfy(allowed.contains) ? $0 : nil
      }
      guard let field, let text = content.text(maxCharacters: 1_024) else { continue }
      if text.contains("\n") {
        content.refuse("a header has one line")
      } else if headers.keys.contains(where: { $0.lowercased() == field.lowercased() }) {
        name.refuse("the header \(field) is given twice; remove one")
      } else {
        headers[field] = text
      }
    }
    return headers.count == pairs.count ? headers : nil
  }
}

extension String {
  fileprivate func replacingPlaceholders(with text: String) -> String {
    ["{phone}", "{text}", "{id}"].reduce(self) {
      $0.split(separator: $1, omittingEmptySubsequences: false).joined(separator: text)
    }
  }
}

extension SMSGateway {
  /// Whether the gateway is asked on this machine itself, the one place where plain HTTP will do.
  public var isLocal: Bool { WebAddress(url.replacingPlaceholders(with: "x"))?.isLoopback ?? false }
}
