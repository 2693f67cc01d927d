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
  /// Whether nothing was left out: comments, processing instructions, attributes of another namespace.
  let isPlain: Bool

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
    guard !declaresOtherEncoding(bytes) else {
      throw OFDError(.xml, "\(name): it declares an encoding other than UTF-8")
    }
    // The parser compares each attribute of an element with the others.
    guard attributesFit(bytes) else {
      throw OFDError(.xml, "\(name): an element with more than \(OFDLimits.xmlMaxAttributes) attributes")
    }
    let document = bytes.withUnsafeBytes { guandu_xml_read($0.bindMemory(to: CChar.self).baseAddress, Int32($0.count)) }
    guard let document else { throw OFDError(.xml, "\(name): not well-formed XML") }
    guard guandu_xml_has_document_type(document) == 0 else {
      guandu_xml_free(document)
      throw OFDError(.xml, "\(name): a document type is not allowed")
    }
    return document
  }

  private static func declaresOtherEncoding(_ bytes: [UInt8]) -> Bool {
    let start = bytes.prefix(256).drop { $0 == 0xEF || $0 == 0xBB || $0 == 0xBF }
    guard start.starts(with: "<?xml".utf8), let end = start.firstIndex(of: UInt8(ascii: ">")) else { return false }
    let declaration = String(decoding: start[..<end], as: UTF8.self).lowercased()
    return declaration.contains("encoding") && !declaration.contains("\"utf-8\"") && !declaration.contains("'utf-8'")
  }

  /// Whether no tag has more equals signs outside its quotes than attributes are allowed. Comments, processing instructions
  /// and CDATA sections are passed over as the parser does, so that a quote within one hides no tag.
  private static func attributesFit(_ bytes: [UInt8]) -> Bool {
    let passedOver = [("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>")].map { (Array($0.utf8), Array($1.utf8)) }
    var place = 0
    while let start = bytes[place...].firstIndex(of: UInt8(ascii: "<")) {
      if let (opening, closing) = passedOver.first(where: { bytes[start...].starts(with: $0.0) }) {
        place = start + opening.count
        while place < bytes.count, !bytes[place...].starts(with: closing) { place += 1 }
        place = min(place + closing.count, bytes.count)
        continue
      }
      var (quote, count): (UInt8, Int) = (0, 0)
      place = start + 1
      tag: while place < bytes.count {
        let byte = bytes[place]
        place += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
          if quote == 0 { quote = byte } else if quote == byte { quote = 0 }
        case UInt8(ascii: "=") where quote == 0:
          count += 1
          if count > OFDLimits.xmlMaxAttributes { return false }
        case UInt8(ascii: ">") where quote == 0: break tag
        default: break
        }
      }
    }
    return true
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
    var isPlain = true
    var next = guandu_xml_first(node)
    while let child = next {
      next = guandu_xml_next(child)
      switch guandu_xml_kind_of(child) {
      case guandu_xml_element: children.append(try convert(child, file, depth: depth + 1, &budget))
      case guandu_xml_text: text += string(guandu_xml_content(child))
      case guandu_xml_ignored: isPlain = false
      default: throw OFDError(.xml, "\(file): an entity")
      }
    }
    return XMLElement(
      name: string(guandu_xml_name(node)), attributes: attributes(of: node, &isPlain), children: children,
      text: trimmed(text), isPlain: isPlain)
  }

  private static func attributes(of node: OpaquePointer, _ isPlain: inout Bool) -> [String: String] {
    var found: [String: String] = [:]
    var next = guandu_xml_first_attribute(node)
    while let attribute = next {
      next = guandu_xml_next_attribute(attribute)
      // Those of another namespace are none of ours.
      guard guandu_xml_attribute_has_namespace(attribute) == 0 else {
        isPlain = false
        continue
      }
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
