import Foundation

/// A template, taken apart.
indirect enum TemplateNode {
  case variable(String)
  case section(String, [TemplateNode])
  case partial(String)
}

struct TemplateError: Error, CustomStringConvertible {
  let description: String
}

enum Template {
  static func parse(_ text: String) throws -> [TemplateNode] {
    var rest = text[...]
    let nodes = try nodes(&rest, until: nil)
    return nodes
  }

  private static func nodes(_ rest: inout Substring, until name: String?) throws -> [TemplateNode] {
    var nodes: [TemplateNode] = []
    while let start = rest.firstRange(of: "{{") {
      rest = rest[start.upperBound...]
      let isRaw = rest.first == "{"
      guard let end = rest.firstRange(of: isRaw ? "}}}" : "}}") else { throw TemplateError(description: "no }}") }
      let tag = rest[..<end.lowerBound].drop { $0 == "{" }
      rest = rest[end.upperBound...]
      let inner = tag.dropFirst().trimmingCharacters(in: .whitespaces)
      switch tag.first {
      case "!", "%": break
      case ">": nodes.append(.partial(inner))
      case "#", "^": nodes.append(.section(inner, try Self.nodes(&rest, until: inner)))
      case "/":
        guard inner == name else { throw TemplateError(description: "{{/\(inner)}} ends \(name ?? "nothing")") }
        return nodes
      default: nodes.append(.variable(tag.trimmingCharacters(in: .whitespaces)))
      }
    }
    guard name == nil else { throw TemplateError(description: "{{#\(name ?? "")}} has no end") }
    return nodes
  }
}

/// The structs whose properties templates name, as sources declare them: one property a line, with its type.
struct PageStructs {
  struct Declaration {
    /// What it conforms to: `PageValues`, `Page` or a kind of page of the site.
    let kind: String
    var template: String?
    var properties: [String: String] = [:]
  }

  private(set) var declarations: [String: Declaration] = [:]

  init(rooms: [String]) throws {
    for room in rooms {
      for (_, text) in try Repository.sources(Repository.folder(of: room)) { read(text) }
    }
  }

  private mutating func read(_ text: String) {
    var current: String?
    for line in text.split(separator: "\n") {
      if line.hasSuffix("{"),
        let match = line.firstMatch(of: /^(?:public )?struct (\w+): ((?:Visit|Inside)?Page|PageValues) \{$/)
      {
        current = String(match.output.1)
        declarations[String(match.output.1)] = Declaration(kind: String(match.output.2))
      } else if line == "}" {
        current = nil
      } else if let current, line.hasPrefix("  "), !line.hasPrefix("   "), !line.hasSuffix("{") {
        if let match = line.firstMatch(of: /^  static let template = "(.+)"$/) {
          declarations[current]?.template = String(match.output.1)
        } else if let match = line.firstMatch(of: /^  (?:public )?(?:let|var) (\w+): (.+?)(?: = .+)?$/) {
          declarations[current]?.properties[String(match.output.1)] = String(match.output.2)
        }
      }
    }
  }
}
