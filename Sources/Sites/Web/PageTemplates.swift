import Mustache

/// Pages made from mustache templates; every value is escaped for HTML.
public struct PageTemplates: Sendable {
  private let library: MustacheLibrary

  /// - Parameter templates: the sources by name.
  /// - Throws: mustache's own error where a source cannot be read.
  public init(_ templates: [String: String]) throws {
    MustacheContentTypes.register(StrictHTML(), named: StrictHTML.name)
    var library = MustacheLibrary()
    for (name, source) in templates {
      try library.register("{{% CONTENT_TYPE:\(StrictHTML.name)}}\n" + source, named: name)
    }
    self.library = library
  }

  func render(_ name: String, _ values: PageProperties) -> String {
    library.render(values, withTemplate: name) ?? ""
  }
}

/// Escapes scalar by scalar. The library's own way goes by grapheme clusters, so that a quotation mark with a combining
/// accent behind it would pass as it is and end an attribute.
struct StrictHTML: MustacheContentType {
  static let name = "GUANDU"

  func escapeText(_ text: String) -> String { escapeHTML(text) }
}

/// `text` as it may stand in an element or in a quoted attribute.
public func escapeHTML(_ text: String) -> String {
  var output: [UInt8] = []
  output.reserveCapacity(text.utf8.count + 16)
  for byte in text.utf8 {
    switch byte {
    case UInt8(ascii: "<"): output.append(contentsOf: "&lt;".utf8)
    case UInt8(ascii: ">"): output.append(contentsOf: "&gt;".utf8)
    case UInt8(ascii: "&"): output.append(contentsOf: "&amp;".utf8)
    case UInt8(ascii: "\""): output.append(contentsOf: "&quot;".utf8)
    case UInt8(ascii: "'"): output.append(contentsOf: "&#39;".utf8)
    default: output.append(byte)
    }
  }
  return String(decoding: output, as: UTF8.self)
}
