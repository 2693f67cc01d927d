import Foundation
import Testing

/// Text from outside meets no regular expression: one that backtracks stops a site with twenty characters.
@Suite struct OutsideText {
  private static let rooms = ["Web", "Portal", "Desk", "Letters", "SMS"]
  private static let words = [
    "Regex", "NSRegularExpression", ".regularExpression", "wholeMatch(", "firstMatch(", "prefixMatch(", ".matches(of",
    "ranges(of: /", "of: /", "(/", "= /", "#/",
  ]

  @Test(arguments: rooms) func `meets no regular expression`(room: String) throws {
    for (path, text) in try Repository.sources(Repository.folder(of: room)) {
      var isInText = false
      for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        // A slash within a string (templates, the browser's script) or a comment begins no expression.
        if line.contains("\"\"\"") { isInText.toggle() }
        guard !isInText else { continue }
        let code = Self.withoutStrings(String(line))
        for word in Self.words where code.contains(word) {
          Issue.record("\(path):\(number + 1) holds \(word)")
        }
      }
    }
  }

  @Test func `would be found with one`() {
    for line in [
      "text.wholeMatch(of: /a+/)", "let a = /b/", "let a = #/b/#", "try Regex(text)",
      "a.range(of: b, options: .regularExpression)", "a.contains(/b/)",
    ] {
      #expect(Self.words.contains { Self.withoutStrings(line).contains($0) }, "\(line)")
    }
    #expect(!Self.words.contains { Self.withoutStrings("let a = \"of: /\" // = /").contains($0) })
  }

  private static func withoutStrings(_ line: String) -> String {
    var (code, isQuoted, previous): (String, Bool, Character?) = ("", false, nil)
    for character in line {
      if character == "\"", previous != "\\" { isQuoted.toggle() }
      if !isQuoted, character == "/", previous == "/" { return String(code.dropLast()) }
      if !isQuoted { code.append(character) }
      previous = character
    }
    return code
  }
}
