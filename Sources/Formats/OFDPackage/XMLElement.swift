import CXML
import Glibc

/// An element of an XML file: no comments, no processing instructions, no mixed content.
struct XMLElement: Equatable, Sendable {
  /// Without its namespace.
  let name: String
  let attributes: [String: String]
  let children: [XMLElement]
  /// The text directly within it, without white space at its ends.
  let text: String

  func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

  /// The child of that name.
  ///
  /// - Throws: `structure` where there are several.
  func optional(_ name: String) throws(OFDError) -> XMLElement? {
    let found = all(name)
    guard found.count <= 1 else { throw OFDError(.structure, "\(self.name) has several \(name)") }
    return found.first
  }

  func one(_ name: String) throws(OFDError) -> XMLElement {
    guard let found = try optional(name) else { throw OFDError(.structure, "\(self.name) has no \(name)") }
    return found
  }

  func attribute(_ name: String) throws(OFDError) -> String {
    guard let value = attributes[name] else { throw OFDError(.structure, "\(self.name) has no \(name)") }
    return value
  }
}

/// Reads XML with libxml2: in memory, UTF-8, no document type and so no entities, nothing fetched, bounded.
enum XMLReader {
  /// The namespaces of GB/T 33190; the second is an older one that makers still write.
  private static let namespaces: Set<String> = ["http://www.ofdspec.org/2016", "http://www.ofdspec.org"]

  /// - Parameters:
  ///   - name: of the file, for errors.
  ///   - root: the name that its element is to have.
  static func read(_ bytes: [UInt8], _ name: String, root: String) throws(OFDError) -> XMLElement {
    let document = try parse(bytes, name)
    defer { guandu_xml_free(document) }
    guard let node = guandu_xml_root(document) else { throw OFDError(.xml, "\(name): no element") }
    var budget = OFDLimits.xmlMaxElements
    let element = try convert(node, name, depth: 1, &budget)
    guard element.name == root else { throw OFDError(.structure, "\(name): \(element.name), where \(root) belongs") }
    return element
  }

  /// - Returns: a document that the caller frees.
  static func parse(_ bytes: [UInt8], _ name: String) throws(OFDError) -> OpaquePointer {
    guard bytes.count <= OFDLimits.xmlMaxBytes else {
      throw OFDError(.xml, "\(name): more than \(OFDLimits.xmlMaxBytes) bytes of XML")
    }
    guard String(validating: bytes, as: UTF8.self) != nil, !bytes.contains(0) else {
      throw OFDError(.xml, "\(name): not UTF-8")
    }
    // A document type declares entities: it is refused before the parser sees it.
    guard !contains(bytes, Array("<!DOCTYPE".utf8)) else {
      throw OFDError(.xml, "\(name): a document type is not allowed")
    }
    let document = bytes.withUnsafeBytes { guandu_xml_read($0.bindMemory(to: CChar.self).baseAddress, Int32($0.count)) }
    guard let document else { throw OFDError(.xml, "\(name): not well-formed XML") }
    guard guandu_xml_has_document_type(document) == 0 else {
      guandu_xml_free(document)
      throw OFDError(.xml, "\(name): a document type is not allowed")
    }
    return document
  }

  private static func contains(_ bytes: [UInt8], _ word: [UInt8]) -> Bool {
    bytes.withUnsafeBufferPointer { bytes in
      bytes.indices.contains { bytes[$0] == word[0] && bytes[$0...].starts(with: word) }
    }
  }

  /// Never deeper than `xmlMaxDepth`, so that no file can exhaust the stack.
  private static func convert(
    _ node: OpaquePointer, _ file: String, depth: Int, _ budget: inout Int
  ) throws(OFDError) -> XMLElement {
    budget -= 1
    guard depth <= OFDLimits.xmlMaxDepth, budget >= 0 else {
      throw OFDError(
        .xml, "\(file): deeper than \(OFDLimits.xmlMaxDepth), or more than \(OFDLimits.xmlMaxElements) elements")
    }
    guard namespaces.contains(string(guandu_xml_namespace(node))) else {
      throw OFDError(.structure, "\(file): an element outside the namespace of GB/T 33190")
    }
    var children: [XMLElement] = []
    var text = ""
    var next = guandu_xml_first(node)
    while let child = next {
      next = guandu_xml_next(child)
      switch guandu_xml_kind_of(child) {
      case guandu_xml_element: children.append(try convert(child, file, depth: depth + 1, &budget))
      case guandu_xml_text: text += string(guandu_xml_content(child))
      case guandu_xml_ignored: break
      default: throw OFDError(.xml, "\(file): an entity")
      }
    }
    return XMLElement(
      name: string(guandu_xml_name(node)), attributes: attributes(of: node), children: children, text: trimmed(text))
  }

  private static func attributes(of node: OpaquePointer) -> [String: String] {
    var found: [String: String] = [:]
    var next = guandu_xml_first_attribute(node)
    while let attribute = next {
      next = guandu_xml_next_attribute(attribute)
      // Those of another namespace are none of ours.
      guard guandu_xml_attribute_has_namespace(attribute) == 0 else { continue }
      var value = ""
      var part = guandu_xml_attribute_first(attribute)
      while let piece = part {
        value += string(guandu_xml_content(piece))
        part = guandu_xml_next(piece)
      }
      found[string(guandu_xml_attribute_name(attribute))] = value
    }
    return found
  }

  private static func trimmed(_ text: String) -> String {
    let space = Set(" \t\r\n".utf8)
    let bytes = text.utf8.drop { space.contains($0) }
    guard let last = bytes.lastIndex(where: { !space.contains($0) }) else { return "" }
    return String(decoding: bytes[...last], as: UTF8.self)
  }

  static func string(_ bytes: UnsafePointer<CChar>?) -> String { bytes.map { String(cString: $0) } ?? "" }
}

/// Changes an XML file, and leaves what it does not know as it is.
enum XMLEditor {
  /// Adds a last child to the one element `parent` below the root.
  static func append(
    _ name: String, _ text: String, to parent: String, of bytes: [UInt8], _ file: String
  ) throws(OFDError) -> [UInt8] {
    let document = try XMLReader.parse(bytes, file)
    defer { guandu_xml_free(document) }
    var found: OpaquePointer?
    var next = guandu_xml_root(document).flatMap { guandu_xml_first($0) }
    while let node = next {
      next = guandu_xml_next(node)
      if guandu_xml_kind_of(node) == guandu_xml_element, XMLReader.string(guandu_xml_name(node)) == parent {
        found = node
      }
    }
    guard let found, guandu_xml_append(found, name, text) != 0 else {
      throw OFDError(.structure, "\(file) has no \(parent)")
    }
    guard let output = guandu_xml_write(document) else { throw OFDError(.xml, "\(file) cannot be written") }
    defer { free(output) }
    return Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\(String(cString: output))".utf8)
  }
}
