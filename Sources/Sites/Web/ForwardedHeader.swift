/// The header `Forwarded` (RFC 7239).
enum ForwardedHeader {
  static let maxElements = 32

  /// The addresses that `for` names, nearest to the citizen first; nil in the place of one that names no address, and nil
  /// for the whole of a header that is malformed or has more than 32 elements.
  static func addresses(in header: String) -> [String?]? {
    guard let elements = split(header, at: ","), elements.count <= maxElements else { return nil }
    var found: [String?] = []
    for element in elements {
      guard let pairs = split(element, at: ";") else { return nil }
      var address: String?
      for pair in pairs {
        let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2 else { return nil }
        if trimmed(halves[0]).lowercased() == "for" { address = self.address(trimmed(halves[1])) }
      }
      found.append(address)
    }
    return found
  }

  /// `192.0.2.60`, `192.0.2.60:4711`, `"[2001:db8::17]:4711"`; nil for names that hide the address.
  private static func address(_ value: String) -> String? {
    var text = value[...]
    if text.first == "\"", text.last == "\"", text.count >= 2 { text = text.dropFirst().dropLast() }
    if text.first == "[" {
      guard let end = text.firstIndex(of: "]") else { return nil }
      return String(text[text.index(after: text.startIndex)..<end])
    }
    return text.split(separator: ":", omittingEmptySubsequences: false).first.map(String.init)
  }

  private static func trimmed(_ text: Substring) -> String {
    String(text.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }

  /// Parts between separators that stand in no quotes; nil where a quote is not closed.
  private static func split(_ text: String, at separator: Character) -> [String]? {
    var (parts, part, isQuoted, isEscaped) = ([String](), "", false, false)
    for character in text {
      if isEscaped {
        isEscaped = false
      } else if isQuoted, character == "\\" {
        isEscaped = true
      } else if character == "\"" {
        isQuoted.toggle()
      } else if character == separator, !isQuoted {
        parts.append(part)
        part = ""
        continue
      }
      part.append(character)
    }
    return isQuoted ? nil : parts + [part]
  }
}
