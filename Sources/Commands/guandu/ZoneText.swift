/// The text of a `zone.yaml`, for changes that keep its comments.
struct ZoneText {
  private let lines: [Substring]

  init(_ text: String) { lines = text.split(separator: "\n", omittingEmptySubsequences: false) }

  /// The text with the section's `port` set, and the same port in the section's `public_url`.
  ///
  /// - Returns: nil where the section or its port is not found.
  func settingPort(of section: String, to port: Int) -> String? {
    guard let start = lines.firstIndex(where: { $0.hasPrefix("\(section):") }) else { return nil }
    let body = lines[(start + 1)...].prefix { $0.isEmpty || $0.hasPrefix(" ") || $0.hasPrefix("#") }.indices
    guard let place = body.first(where: { Self.key(of: lines[$0]) == "port" }),
      let old = Int(Self.value(of: lines[place]))
    else { return nil }
    var changed = lines.map(String.init)
    changed[place] = String(lines[place].prefix { $0 != ":" }) + ": \(port)"
    for index in body
    where Self.key(of: lines[index]) == "public_url" && Self.value(of: lines[index]).hasSuffix(":\(old)") {
      let end = lines[index].lastIndex(of: ":") ?? lines[index].endIndex
      changed[index] = lines[index][..<end] + ":\(port)"
    }
    return changed.joined(separator: "\n")
  }

  /// The text with the port of `portal_url` changed, where that is on this machine.
  func settingPortalURL(port: Int) -> String {
    lines.map { line in
      guard Self.key(of: line) == "portal_url", Self.value(of: line).hasPrefix("https://localhost:"),
        let end = line.lastIndex(of: ":")
      else { return String(line) }
      return line[..<end] + ":\(port)"
    }.joined(separator: "\n")
  }

  private static func key(of line: Substring) -> String {
    line.prefix { $0 != ":" }.filter { $0 != " " }
  }

  private static func value(of line: Substring) -> String {
    line.drop { $0 != ":" }.dropFirst().filter { $0 != " " }
  }
}
