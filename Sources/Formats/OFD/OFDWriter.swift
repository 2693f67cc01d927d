public import Layout
public import Typefaces
import ZIPArchive

/// Why an OFD could not be made.
public struct OFDError: Error, Equatable, CustomStringConvertible, Sendable {
  public let reason: String

  init(_ reason: String) { self.reason = reason }

  public var description: String { reason }
}

/// Pages as OFD (GB/T 33190-2016): XML that the standard's schema takes, fonts of the glyphs that are used, in a ZIP; the
/// same bytes for the same pages. Every file that is in it is referred to.
public enum OFDWriter {
  public static let namespace = "http://www.ofdspec.org/2016"

  /// - Parameters:
  ///   - identifier: the document's own, of 16 bytes (DocID).
  ///   - typefaces: those that the pages were laid out with.
  public static func write(
    _ document: LaidOutDocument, identifier: [UInt8], in typefaces: Typefaces
  ) throws(OFDError) -> [UInt8] {
    var package = OFDFiles(document, typefaces)
    let entries = try package.entries(identifier: identifier)
    do { return try ZIPArchive.write(entries) } catch { throw OFDError("the OFD cannot be packed: \(error)") }
  }
}

/// The files of an OFD.
private struct OFDFiles {
  /// Where the numbers of pages, fonts, layers and objects begin; each is used once.
  private var lastIdentifier = 0
  private let document: LaidOutDocument
  private let typefaces: Typefaces
  /// Face in the layout → number in the OFD.
  private var fonts: [Int: Int] = [:]

  init(_ document: LaidOutDocument, _ typefaces: Typefaces) {
    (self.document, self.typefaces) = (document, typefaces)
  }

  private mutating func identifier() -> Int {
    lastIdentifier += 1
    return lastIdentifier
  }

  mutating func entries(identifier docID: [UInt8]) throws(OFDError) -> [ZIPEntry] {
    var used: [Int: Set<Unicode.Scalar>] = [:]
    for run in document.pages.flatMap(\.runs) { used[run.face, default: []].formUnion(run.glyphs.map(\.scalar)) }
    let faces = used.keys.sorted()
    for face in faces { fonts[face] = identifier() }
    let pages = document.pages.map { _ in identifier() }

    var contents: [ZIPEntry] = []
    for (index, page) in document.pages.enumerated() {
      contents.append(ZIPEntry(name: "Doc_0/Pages/Page_\(index)/Content.xml", data: content(page)))
    }
    var resources: [ZIPEntry] = []
    for face in faces {
      do {
        let subset = try typefaces.faces[face].subset(used[face] ?? [])
        resources.append(ZIPEntry(name: "Doc_0/Res/\(fontFile(face))", data: subset))
      } catch { throw OFDError(error.reason) }
    }
    return [
      ZIPEntry(name: "OFD.xml", data: root(docID)), ZIPEntry(name: "Doc_0/Document.xml", data: documentXML(pages)),
      ZIPEntry(name: "Doc_0/PublicRes.xml", data: publicResources(faces)),
    ] + contents + resources
  }

  private func root(_ docID: [UInt8]) -> [UInt8] {
    var xml = XMLText()
    xml.open("OFD", ["xmlns:ofd": OFDWriter.namespace, "Version": "1.0", "DocType": "OFD"])
    xml.open("DocBody")
    xml.open("DocInfo")
    xml.element("DocID", text: docID.map { XMLText.hexadecimal($0) }.joined())
    xml.element("Title", text: document.title)
    xml.element("CreationDate", text: document.date)
    xml.element("Creator", text: "guandu")
    xml.close("DocInfo")
    xml.element("DocRoot", text: "Doc_0/Document.xml")
    xml.close("DocBody")
    xml.close("OFD")
    return xml.bytes
  }

  private func documentXML(_ pages: [Int]) -> [UInt8] {
    var xml = XMLText()
    xml.open("Document", ["xmlns:ofd": OFDWriter.namespace])
    xml.open("CommonData")
    xml.element("MaxUnitID", text: "\(lastIdentifier)")
    xml.open("PageArea")
    xml.element("PhysicalBox", text: Self.paper)
    xml.close("PageArea")
    xml.element("PublicRes", text: "PublicRes.xml")
    xml.close("CommonData")
    xml.open("Pages")
    for (index, page) in pages.enumerated() {
      xml.element("Page", ["ID": "\(page)", "BaseLoc": "Pages/Page_\(index)/Content.xml"])
    }
    xml.close("Pages")
    xml.close("Document")
    return xml.bytes
  }

  private static let paper =
    "0 0 \(XMLText.number(LaidOutDocument.pageWidth)) "
    + XMLText.number(LaidOutDocument.pageHeight)

  private func fontFile(_ face: Int) -> String {
    "font_\(fonts[face] ?? 0).\(typefaces.faces[face].isPostScript ? "otf" : "ttf")"
  }

  private func publicResources(_ faces: [Int]) -> [UInt8] {
    var xml = XMLText()
    xml.open("Res", ["xmlns:ofd": OFDWriter.namespace, "BaseLoc": "Res"])
    xml.open("Fonts")
    for face in faces {
      let typeface = typefaces.faces[face]
      xml.open("Font", ["ID": "\(fonts[face] ?? 0)", "FontName": typeface.name, "FamilyName": typeface.family])
      xml.element("FontFile", text: fontFile(face))
      xml.close("Font")
    }
    xml.close("Fonts")
    xml.close("Res")
    return xml.bytes
  }

  private mutating func content(_ page: Page) -> [UInt8] {
    var xml = XMLText()
    xml.open("Page", ["xmlns:ofd": OFDWriter.namespace])
    xml.open("Area")
    xml.element("PhysicalBox", text: Self.paper)
    xml.close("Area")
    xml.open("Content")
    xml.open("Layer", ["ID": "\(identifier())", "Type": "Body"])
    for rule in page.rules { write(rule, &xml) }
    for run in page.runs { write(run, &xml) }
    xml.close("Layer")
    xml.close("Content")
    xml.close("Page")
    return xml.bytes
  }

  private static func value(_ colour: Colour) -> String {
    let (red, green, blue) = colour.components
    return "\(red) \(green) \(blue)"
  }

  private mutating func write(_ rule: Rule, _ xml: inout XMLText) {
    let n = XMLText.number
    xml.open(
      "PathObject",
      [
        "ID": "\(identifier())", "Boundary": "\(n(rule.x)) \(n(rule.y)) \(n(rule.width)) \(n(rule.height))",
        "Stroke": "false", "Fill": "true",
      ])
    xml.element("FillColor", ["Value": Self.value(rule.colour)])
    let (right, lower) = (n(rule.width), n(rule.height))
    xml.element("AbbreviatedData", text: "M 0 0 L \(right) 0 L \(right) \(lower) L 0 \(lower) C")
    xml.close("PathObject")
  }

  /// Origins are written to a ten-thousandth of a millimetre, and steps between them so that nothing adds up.
  private mutating func write(_ run: GlyphRun, _ xml: inout XMLText) {
    let n = XMLText.number
    let offsets = run.glyphs.map { XMLText.rounded($0.offset / run.stretch) }
    let width = (run.glyphs.last?.offset ?? 0) + 1.2 * run.size
    let above = run.size
    var attributes: KeyValuePairs = [
      "ID": "\(identifier())",
      "Boundary": "\(n(run.x)) \(n(run.baseline - above)) \(n(width)) \(n(1.3 * run.size))",
      "Font": "\(fonts[run.face] ?? 0)", "Size": n(run.size),
    ]
    if run.stretch != 1 {
      attributes = [
        "ID": attributes[0].value, "Boundary": attributes[1].value, "CTM": "\(n(run.stretch)) 0 0 1 0 0",
        "Font": attributes[2].value, "Size": attributes[3].value,
      ]
    }
    xml.open("TextObject", attributes)
    xml.element("FillColor", ["Value": Self.value(run.colour)])
    var text = String.UnicodeScalarView()
    text.append(contentsOf: run.glyphs.map(\.scalar))
    let baseline = n(XMLText.rounded(run.baseline) - XMLText.rounded(run.baseline - above))
    if offsets.count > 1 {
      let steps = zip(offsets.dropFirst(), offsets).map { n($0 - $1) }.joined(separator: " ")
      xml.element("TextCode", ["X": "0", "Y": baseline, "DeltaX": steps], text: String(text))
    } else {
      xml.element("TextCode", ["X": "0", "Y": baseline], text: String(text))
    }
    xml.close("TextObject")
  }
}
