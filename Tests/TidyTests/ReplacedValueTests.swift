import Testing

/// No value is replaced by one that is made of its own fields, as in `visit = PortalVisit(source: visit.source)`: where a
/// field's layout is known only at run time (a `UUID` within), Swift 6.3.1 retains `source` only after the old value, and
/// perhaps the last reference to it, is gone. A release build then uses freed memory.
@Suite struct ReplacedValues {
  @Test func `are not made of their own fields`() throws {
    for (path, text) in try Repository.sources("Sources") {
      for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
      where Self.isMadeOfItself(line) {
        Issue.record("\(path):\(number + 1) replaces a value by one made of its fields; change the fields instead")
      }
    }
  }

  @Test func `would be found`() {
    #expect(Self.isMadeOfItself("        visit = PortalVisit(source: visit.source)"))
    #expect(Self.isMadeOfItself("    self = PortalVisit(source: source)"))
    #expect(!Self.isMadeOfItself("    let visit = PortalVisit(source: request.source)"))
    #expect(!Self.isMadeOfItself("    self = .certificateEnds(key: key)"))
  }

  /// Whether the line assigns `Type(…)` to what the same line reads a field of, or to `self`.
  private static func isMadeOfItself(_ line: Substring) -> Bool {
    let parts = line.split(separator: " = ", maxSplits: 1)
    guard parts.count == 2, let open = parts[1].firstIndex(of: "(") else { return false }
    let (type, arguments) = (parts[1][..<open], parts[1][open...])
    let name = parts[0].drop { $0 == " " }
    guard type.first?.isUppercase == true, type.allSatisfy({ $0.isLetter }), !layoutsKnown.contains(String(type)),
      !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber })
    else { return false }
    return name == "self" || ["(", " ", "["].contains { arguments.contains("\($0)\(name).") }
  }

  private static let layoutsKnown = ["Array", "Set", "String", "Int"]
}
