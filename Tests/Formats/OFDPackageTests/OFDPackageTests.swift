import Foundation
import OFDPackage
import Testing
import ZIPArchive

/// The smallest document: one empty page of A4.
struct SmallDocument {
  var files: [String: String] = [
    "OFD.xml": Self.root(
      "<ofd:DocBody><ofd:DocInfo><ofd:DocID>1</ofd:DocID></ofd:DocInfo>"
        + "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>"),
    "Doc_0/Document.xml": Self.element(
      "Document",
      """
      <ofd:CommonData><ofd:MaxUnitID>9</ofd:MaxUnitID><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox>\
      </ofd:PageArea></ofd:CommonData><ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages>
      """),
    "Doc_0/Pages/Page_0/Content.xml": Self.element("Page", "<ofd:Content/>"),
  ]

  static func element(_ name: String, _ content: String) -> String {
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      + "<ofd:\(name) xmlns:ofd=\"http://www.ofdspec.org/2016\">\(content)</ofd:\(name)>"
  }

  static func root(_ bodies: String) -> String {
    element("OFD", bodies).replacing("2016\">", with: "2016\" Version=\"1.0\" DocType=\"OFD\">")
  }

  func bytes() throws -> [UInt8] {
    try ZIPArchive.write(
      files.sorted { $0.key < $1.key }.map { ZIPEntry(name: $0.key, data: Array($0.value.utf8)) })
  }

  func package() throws -> OFDPackage { try OFDPackage(try bytes()) }
}

@Suite struct Documents {
  @Test func `are opened with their pages`() throws {
    let package = try SmallDocument().package()
    #expect(package.documentPath == "Doc_0/Document.xml" && package.signaturesPath == nil)
    #expect(package.pages.map(\.path) == ["Doc_0/Pages/Page_0/Content.xml"])
    #expect(try package.box(of: package.pages[0]) == OFDBox(x: 0, y: 0, width: 210, height: 297))
    #expect(try package.signatures() == [])
  }

  @Test(arguments: [
    // Declares entities; one with a name as long as the bomb needs; a subset from elsewhere.
    ("<!DOCTYPE a [<!ENTITY b \"c\">]>", "document type"),
    ("<!DOCTYPE a SYSTEM \"file:///etc/passwd\">", "document type"),
    ("<a", "well-formed"), ("\u{FFFE}", "well-formed"),
  ]) func `hold no document type, and XML that is whole`(start: String, reason: String) throws {
    for file in ["OFD.xml", "Doc_0/Document.xml"] {
      var document = SmallDocument()
      let text = try #require(document.files[file])
      document.files[file] = text.replacing("?>\n", with: "?>\n\(start)")
      refuse(document, .xml, reason)
    }
  }

  @Test func `hold no bomb of entities, of depth or of elements`() throws {
    var bomb = "<!DOCTYPE a [<!ENTITY e0 \"x\">"
    for level in 1...20 { bomb += "<!ENTITY e\(level) \"\(String(repeating: "&e\(level - 1);", count: 10))\">" }
    var document = SmallDocument()
    document.files["OFD.xml"] = "<?xml version=\"1.0\"?>" + bomb + "]><a>&e20;</a>"
    refuse(document, .xml, "document type")
    let deep = String(repeating: "<ofd:a>", count: 70) + String(repeating: "</ofd:a>", count: 70)
    document.files["OFD.xml"] = SmallDocument.root(deep)
    refuse(document, .xml, "deeper")
    document.files["OFD.xml"] = SmallDocument.root((0...200_000).map { "<ofd:a>\($0)</ofd:a>" }.joined())
    refuse(document, .xml, "elements")
    document.files["OFD.xml"] = SmallDocument.root((0...2_500_000).map { "\($0) " }.joined())
    refuse(document, .xml, "bytes of XML")
    document.files["OFD.xml"] = SmallDocument.root((0...20_000).map { "<ofd:a>\($0)" }.joined())
    refuse(document, .xml, "well-formed")
  }

  @Test func `are in UTF-8, and say nothing else of themselves`() throws {
    var document = SmallDocument()
    let text = try #require(document.files["OFD.xml"])
    document.files["OFD.xml"] = text.replacing("UTF-8", with: "UTF-7")
    refuse(document, .xml, "encoding")
    var entries = try ZIPArchive.read(try SmallDocument().bytes())
    let index = try #require(entries.firstIndex { $0.name == "OFD.xml" })
    for data in [Array("\u{FEFF}".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }) + entries[index].data, [0xFF]] {
      entries[index].data = data
      let bytes = try ZIPArchive.write(entries)
      #expect(throws: OFDError.self) { try OFDPackage(bytes) }
    }
  }

  @Test func `have one body, of the standard's namespace, with files that are there`() throws {
    var document = SmallDocument()
    document.files["OFD.xml"] = SmallDocument.root("")
    refuse(document, .structure, "0 documents")
    let body = "<ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>"
    document.files["OFD.xml"] = SmallDocument.root(body + body)
    refuse(document, .unsupported, "2 documents")
    document.files["OFD.xml"] = SmallDocument.root(body).replacing("ofdspec", with: "example")
    refuse(document, .structure, "namespace")
    for path in [
      "../Document.xml", "/Doc_0//Document.xml", "Doc_0/./Document.xml", "", "Doc_1/Document.xml", "doc_0/document.xml",
    ] {
      document.files["OFD.xml"] = SmallDocument.root(body.replacing("Doc_0/Document.xml", with: path))
      refuse(
        document, .structure,
        path.isEmpty || path.contains("..") || path.contains("/.") || path.contains("//") ? "path" : "missing")
    }
    document = SmallDocument()
    document.files["OFD.xml"] = nil
    refuse(document, .structure, "no OFD.xml")
  }

  private func refuse(_ document: SmallDocument, _ code: OFDError.Code, _ reason: String) {
    do {
      _ = try document.package()
      Issue.record("accepted, for all that \(reason)")
    } catch {
      let error = error as? OFDError
      #expect(error?.code == code, "\(String(describing: error))")
      #expect(error?.reason.contains(reason) == true, "\(String(describing: error))")
    }
  }
}

@Suite struct Sealing {
  private static let box = OFDBox(x: 120.5, y: 200, width: 45, height: 45)

  private func seal(_ package: OFDPackage, page: Int = 1, box: OFDBox = Self.box) throws -> [UInt8] {
    let sealing = try OFDSealing(
      package, pageNumber: page, box: box, time: "20261128093000Z", software: ("gu<an>du", "1")
    ) { "\($0.count)" }
    #expect(sealing.signaturePath == "/Doc_0/Signs/Sign_0/Signature.xml")
    return try sealing.finish(seal: [1], value: [2])
  }

  @Test func `lists every file, and puts the seal where it was told`() throws {
    let sealed = try OFDPackage(try seal(try SmallDocument().package()))
    #expect(sealed.signaturesPath == "Doc_0/Signs/Signatures.xml")
    let signature = try #require(try sealed.signatures().first)
    #expect(signature.references.map(\.path) == ["Doc_0/Document.xml", "Doc_0/Pages/Page_0/Content.xml", "OFD.xml"])
    #expect(signature.stamps.map(\.box) == [Self.box] && signature.stamps.map(\.pageIdentifier) == ["1"])
    #expect(signature.isSM3 && signature.dateTime == "20261128093000Z" && signature.type == "Seal")
    #expect(sealed.files[signature.valuePath] == [2])
    #expect(sealed.files[try #require(signature.sealPath)] == [1])
    let covered = Set(signature.references.map(\.path)).union(sealed.filesBeyond(signature, among: [signature]))
    #expect(covered == Set(sealed.files.keys))
    // What is signed is the changed OFD.xml.
    let changed = try #require(sealed.files["OFD.xml"])
    #expect(signature.references.last?.digest == "\(changed.count)")
    #expect(
      String(decoding: changed, as: UTF8.self).contains(
        "</ofd:DocRoot><ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures></ofd:DocBody>"))
  }

  @Test func `happens once, on a page, and not over files that lie where it writes`() throws {
    let sealed = try OFDPackage(try seal(try SmallDocument().package()))
    #expect(throws: OFDError.self) { try seal(sealed) }
    let package = try SmallDocument().package()
    #expect(throws: OFDError.self) { try seal(package, page: 2) }
    #expect(throws: OFDError.self) { try seal(package, page: 0) }
    for (x, y) in [(-1.0, 0.0), (166.0, 0.0), (0.0, 253.0), (.nan, 0.0), (.infinity, 0.0)] {
      #expect(throws: OFDError.self) { try seal(package, box: OFDBox(x: x, y: y, width: 45, height: 45)) }
    }
    var document = SmallDocument()
    document.files["Doc_0/Signs/old.xml"] = ""
    #expect(throws: OFDError.self) { try seal(try document.package()) }
  }
}

@Suite struct Signatures {
  private func signatures(_ xml: String, list: String? = nil) throws -> [OFDSignature] {
    var document = SmallDocument()
    document.files["OFD.xml"] = SmallDocument.root(
      "<ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot><ofd:Signatures>S.xml</ofd:Signatures></ofd:DocBody>")
    document.files["S.xml"] = SmallDocument.element(
      "Signatures", list ?? "<ofd:Signature ID=\"1\" BaseLoc=\"Signature.xml\"/>")
    document.files["Signature.xml"] = SmallDocument.element("Signature", xml)
    return try document.package().signatures()
  }

  private let references =
    "<ofd:References CheckMethod=\"SM3\"><ofd:Reference FileRef=\"/a\"><ofd:CheckValue>x</ofd:CheckValue></ofd:Reference></ofd:References>"

  @Test func `of other makers are read`() throws {
    let found = try signatures("<ofd:SignedValue>v</ofd:SignedValue><ofd:SignedInfo>\(references)</ofd:SignedInfo>")
    #expect(found.count == 1 && found[0].valuePath == "v" && found[0].sealPath == nil && found[0].isSM3)
    #expect(try signatures("", list: "<ofd:MaxSignId>1</ofd:MaxSignId>").isEmpty)
  }

  @Test func `that say two things, or nothing, are none`() {
    let value = "<ofd:SignedValue>v</ofd:SignedValue>"
    for xml in [
      "", value, "<ofd:SignedInfo>\(references)</ofd:SignedInfo>",
      value + value + "<ofd:SignedInfo>\(references)</ofd:SignedInfo>",
      "\(value)<ofd:SignedInfo>\(references)\(references)</ofd:SignedInfo>",
      "\(value)<ofd:SignedInfo>\(references)</ofd:SignedInfo><ofd:SignedInfo>\(references)</ofd:SignedInfo>",
      "\(value)<ofd:SignedInfo>\(references.replacing("<ofd:Reference ", with: "<ofd:Reference FileRef=\"/a\"><ofd:CheckValue>y</ofd:CheckValue></ofd:Reference><ofd:Reference "))</ofd:SignedInfo>",
      "\(value)<ofd:SignedInfo>\(references)<ofd:StampAnnot ID=\"1\" PageRef=\"1\" Boundary=\"0 0 1\"/></ofd:SignedInfo>",
      "\(value)<ofd:SignedInfo>\(references)<ofd:StampAnnot ID=\"1\" PageRef=\"1\" Boundary=\"0 0 nan 1\"/></ofd:SignedInfo>",
      "\(value)<ofd:SignedInfo>\(references)<ofd:Seal><ofd:BaseLoc>../a</ofd:BaseLoc></ofd:Seal></ofd:SignedInfo>",
    ] { #expect(throws: OFDError.self, "\(xml)") { try signatures(xml) } }
    let stamp = "<ofd:StampAnnot ID=\"1\" PageRef=\"1\" Boundary=\"0 0 1 1\"/>"
    for (count, isRead) in [(2_048, true), (2_049, false)] {
      let stamps = String(repeating: stamp, count: count)
      let found = try? signatures("\(value)<ofd:SignedInfo>\(references)\(stamps)</ofd:SignedInfo>")
      #expect((found?.first?.stamps.count == count) == isRead)
    }
    let many = (0...64).map { "<ofd:Signature ID=\"\($0)\" BaseLoc=\"Signature.xml\"/>" }.joined()
    #expect(throws: OFDError.self) {
      try signatures("\(value)<ofd:SignedInfo>\(references)</ofd:SignedInfo>", list: many)
    }
    let twice =
      "<ofd:Signature ID=\"1\" BaseLoc=\"Signature.xml\"/><ofd:Signature ID=\"2\" BaseLoc=\"/Signature.xml\"/>"
    #expect(throws: OFDError.self) {
      try signatures("\(value)<ofd:SignedInfo>\(references)</ofd:SignedInfo>", list: twice)
    }
  }
}
