import Foundation
import Testing

/// `docs/packet.md`, “All codes”, against the code.
@Suite struct TheTableOfCodes {
  @Test func `names every code that a receiver gives, once, and no others`() throws {
    let told = try Self.tableCodes()
    #expect(told.count == Set(told).count, "a code stands twice in docs/packet.md")
    let given = try Self.givenCodes()
    #expect(given.count >= 40)
    #expect(given.subtracting(told) == [], "codes that docs/packet.md does not name")
    #expect(Set(told).subtracting(given) == [], "codes of docs/packet.md that are nowhere in Sources")
  }

  /// The first cell of each row.
  private static func tableCodes() throws -> [String] {
    let text = try String(contentsOf: Repository.root.appending(path: "docs/packet.md"), encoding: .utf8)
    let section = try #require(text.components(separatedBy: "\n### All codes\n").dropFirst().first)
      .components(separatedBy: "\n## ")[0]
    return section.matches(of: /\n\| `([a-z0-9-]+)` \|/).map { String($0.output.1) }
  }

  /// Those of the three kinds of errors, and those that stand as literals where a message is refused.
  private static func givenCodes() throws -> Set<String> {
    var codes: Set<String> = []
    for file in ["PacketFormat/FieldReader", "PacketSeal/PacketRejection", "Certificates/TrustError"] {
      codes.formUnion(try cases(of: "\(file).swift"))
    }
    for room in ["Links", "Revocation", "KeyRotation", "AuditWitness", "Letters"] {
      for (_, text) in try Repository.sources(Repository.folder(of: room)) {
        codes.formUnion(text.matches(of: /\bcode(?::| =)\s*"([a-z][a-z0-9-]*)"/).map { String($0.output.1) })
      }
    }
    return codes
  }

  /// The raw values of the cases of a file's `enum Code`.
  private static func cases(of path: String) throws -> [String] {
    let text = try String(contentsOf: Repository.file(path), encoding: .utf8)
    let body = try #require(text.components(separatedBy: "enum Code").dropFirst().first, "\(path) has no codes")
      .components(separatedBy: "\n  }")[0]
    return body.matches(of: /\n *case ([A-Za-z]+)(?: = "([a-z-]+)")?/).map { String($0.output.2 ?? $0.output.1) }
  }
}
