import Foundation
import Testing

/// Holds templates and the structs that they show to each other, both ways.
@Suite struct PageNames {
  private static let frames = [
    "VisitPage": ["SharedValues", "VisitFrame"], "InsidePage": ["SharedValues", "InsideFrame"],
    "Page": ["SharedValues"], "PageValues": [],
  ]

  @Test func `each name in a template is a property of its page, and each property is shown`() throws {
    var used: Set<String> = []
    var declared: [String: String] = [:]
    var reached: Set<String> = []
    var files: Set<String> = []
    for site in ["Portal", "Desk"] {
      var walk = try PageWalk(rooms: ["Web", site])
      for (name, page) in walk.structs.declarations {
        declared[name] = page.kind
        for property in page.properties.keys { declared["\(name).\(property)"] = page.kind }
        guard let template = name == "LayoutValues" ? "layout" : page.template else { continue }
        walk.walk(template, try #require(Self.frames[page.kind]).map { .values($0) } + [.values(name)])
      }
      #expect(walk.problems.isEmpty, "\(walk.problems.sorted().joined(separator: "\n"))")
      used.formUnion(walk.used)
      reached.formUnion(walk.reached)
      files.formUnion(walk.templates.keys)
    }
    #expect(files.subtracting(reached).isEmpty, "templates that no page shows")
    let unused = declared.keys.filter { $0.contains(".") && !used.contains($0) }.sorted()
    #expect(unused.isEmpty, "properties that no template shows")
    #expect(declared.values.filter { $0 != "PageValues" }.count > 150)
  }

  @Test(arguments: ["Portal", "Desk"]) func `a field that may be wrong is in the same template`(site: String) throws {
    let folder = Repository.root.appending(path: "\(Repository.folder(of: site))/Pages")
    for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
      let text = try String(contentsOf: file, encoding: .utf8)
      for match in text.matches(of: /\{\{#wrong\.([a-z-]+)\}\}/) {
        let field = String(match.output.1)
        // A choice among several that a list makes: `kind-question`.
        let beginning = field.prefix { $0 != "-" }
        #expect(
          text.contains("id=\"\(field)\"") || text.contains("id=\"\(beginning)-{{id}}\""),
          "\(file.lastPathComponent): \(field)")
      }
    }
  }

  @Test func `a mistake would be found`() throws {
    var walk = try PageWalk(rooms: ["Web", "Portal"])
    walk.templates["wrong-name"] = try Template.parse("{{#letter}}{{letterTitl}}{{/letter}}{{phone}}{{> nowhere}}")
    walk.walk("wrong-name", [.values("SharedValues"), .values("VisitFrame"), .values("CheckPage")])
    #expect(walk.problems.count == 2)
    #expect(throws: TemplateError.self) { try Template.parse("{{#a}}{{/b}}") }
  }
}

/// Walks templates with the structs that they would see.
struct PageWalk {
  enum Scope {
    case values(String)
    case text
  }

  let structs: PageStructs
  var templates: [String: [TemplateNode]] = [:]
  var used: Set<String> = []
  var reached: Set<String> = []
  var problems: Set<String> = []

  init(rooms: [String]) throws {
    structs = try PageStructs(rooms: rooms)
    for room in rooms {
      let folder = Repository.root.appending(path: "\(Repository.folder(of: room))/Pages")
      for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      where file.pathExtension == "mustache" {
        templates[file.deletingPathExtension().lastPathComponent] = try Template.parse(
          String(contentsOf: file, encoding: .utf8))
      }
    }
  }

  mutating func walk(_ template: String, _ scopes: [Scope]) {
    guard let nodes = templates[template] else {
      problems.insert("there is no template \(template)")
      return
    }
    reached.insert(template)
    walk(nodes, scopes, template)
  }

  private mutating func walk(_ nodes: [TemplateNode], _ scopes: [Scope], _ template: String) {
    for node in nodes {
      switch node {
      case .partial(let name): walk(name, scopes)
      case .variable(let name):
        guard let type = type(of: name, scopes, template) else { continue }
        if type != "String" { problems.insert("\(template): {{\(name)}} is a \(type)") }
      case .section(let name, let inner):
        guard let type = type(of: name, scopes, template) else { continue }
        switch type {
        case "Bool": walk(inner, scopes, template)
        case "String": walk(inner, scopes + [.text], template)
        default: walk(inner, scopes + [.values(type)], template)
        }
      }
    }
  }

  /// The type of what a name finds, without `?` and without the brackets of a list; nil where it finds nothing.
  private mutating func type(of name: String, _ scopes: [Scope], _ template: String) -> String? {
    if name == "." {
      guard case .text = scopes.last else {
        problems.insert("\(template): {{.}} is no text")
        return nil
      }
      return "String"
    }
    var parts = name.split(separator: ".").map(String.init)[...]
    let first = parts.removeFirst()
    var found: String?
    for case .values(let values) in scopes.reversed() {
      found = property(first, of: values)
      if found != nil { break }
    }
    while let type = found, let part = parts.popFirst() {
      found = type == "[String: String]" ? "String" : property(part, of: type)
    }
    if found == nil { problems.insert("\(template): nothing is called \(name)") }
    return found
  }

  private mutating func property(_ name: String, of values: String) -> String? {
    guard let type = structs.declarations[values]?.properties[name] else { return nil }
    used.insert("\(values).\(name)")
    let plain = type.hasSuffix("?") ? String(type.dropLast()) : type
    return plain.hasPrefix("[") && !plain.contains(":") ? String(plain.dropFirst().dropLast()) : plain
  }
}
