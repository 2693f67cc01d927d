import Foundation

/// A page of the portal, and the few places in it that a script needs.
struct PortalPage {
  let status: Int
  let html: String
  /// The path of the page that this answer points to; nil where it points nowhere.
  let redirectPath: String?

  /// The value that every form hides against forged posts.
  var csrf: String? {
    for tag in html.split(separator: "<") where tag.hasPrefix("input ") && tag.contains("name=\"csrf\"") {
      if let value = Self.attribute("value", of: tag.prefix { $0 != ">" }) { return value }
    }
    return nil
  }

  var error: String? { text(of: "error") }

  /// The text inside the element with this id, its markup removed; nil where there is none.
  func text(of identifier: String) -> String? {
    guard let element = element(identifier) else { return nil }
    return Self.plainText(element.content)
  }

  /// An attribute of the element with this id.
  func attribute(_ name: String, of identifier: String) -> String? {
    element(identifier).flatMap { Self.attribute(name, of: $0.tag) }
  }

  private func element(_ identifier: String) -> (tag: Substring, content: Substring)? {
    guard let mark = html.firstRange(of: " id=\"\(identifier)\""),
      let start = html[..<mark.lowerBound].lastIndex(of: "<"),
      let end = html[mark.upperBound...].firstIndex(of: ">")
    else { return nil }
    let tag = html[html.index(after: start)..<end]
    let name = tag.prefix { $0.isLetter || $0.isNumber }
    let after = html[html.index(after: end)...]
    return (tag, after[..<Self.closing(of: name, in: after)])
  }

  /// Where the element ends, elements of the same name inside it counted.
  private static func closing(of name: Substring, in text: Substring) -> String.Index {
    var depth = 1
    var rest = text
    while let tag = rest.firstIndex(of: "<") {
      rest = rest[tag...].dropFirst()
      if rest.hasPrefix("/\(name)") {
        depth -= 1
      } else if rest.hasPrefix("\(name)>") || rest.hasPrefix("\(name) ") {
        depth += 1
      }
      if depth == 0 { return tag }
    }
    return text.endIndex
  }

  private static func attribute(_ name: String, of tag: Substring) -> String? {
    guard let start = tag.firstRange(of: " \(name)=\"")?.upperBound, let end = tag[start...].firstIndex(of: "\"") else {
      return nil
    }
    return decodeEntities(tag[start..<end])
  }

  private static func plainText(_ html: Substring) -> String {
    var output = ""
    var rest = html
    while let tag = rest.firstIndex(of: "<") {
      output += rest[..<tag]
      let name = rest[tag...].dropFirst().prefix { $0.isLetter || $0 == "/" }
      if ["br", "/p", "/li", "/h"].contains(name) { output += "\n" }
      rest = rest[tag...].drop { $0 != ">" }.dropFirst()
    }
    return decodeEntities(Substring(output + rest)).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private static func decodeEntities(_ text: Substring) -> String {
    var output = ""
    var rest = text
    while let start = rest.firstIndex(of: "&") {
      output += rest[..<start]
      let name = rest[start...].dropFirst().prefix { $0 != ";" }
      if name.count <= 8, rest[start...].dropFirst(name.count + 1).first == ";", let character = entity(name) {
        output += character
        rest = rest[start...].dropFirst(name.count + 2)
      } else {
        output += "&"
        rest = rest[start...].dropFirst()
      }
    }
    return output + rest
  }

  private static func entity(_ name: Substring) -> String? {
    let named = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": "\u{A0}"]
    if let character = named[String(name)] { return character }
    guard name.hasPrefix("#") else { return nil }
    let isHex = name.dropFirst().first?.lowercased() == "x"
    let number = isHex ? UInt32(name.dropFirst(2), radix: 16) : UInt32(name.dropFirst())
    return number.flatMap(Unicode.Scalar.init).map { String(Character($0)) }
  }
}
