import ZIPArchive

/// A document on its way to its seal: `Signature.xml` is made, and what signs it is still to come.
public struct OFDSealing: Sendable {
  /// What a seal signs: its digest goes into the signed value.
  public let signatureXML: [UInt8]
  /// The path that the signed value names, with its leading `/`.
  public let signaturePath: String
  private let entries: [ZIPEntry]
  private let folder: String

  private static let namespace = "http://www.ofdspec.org/2016"
  private static let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

  /// Prepares the first and only signature of a document.
  ///
  /// - Parameters:
  ///   - pageNumber: from 1 on.
  ///   - box: where the seal stands; it has to lie on the page.
  ///   - time: as the signed value has it, `YYYYMMDDhhmmssZ`.
  ///   - software: its name and version.
  ///   - digest: SM3 of a file, in base64.
  /// - Throws: `structure` where the document has a signature, or no such page.
  public init(
    _ package: OFDPackage, pageNumber: Int, box: OFDBox, time: String, software: (name: String, version: String),
    digest: ([UInt8]) -> String
  ) throws(OFDError) {
    guard package.signaturesPath == nil else {
      throw OFDError(.structure, "the document names signatures already; a second seal on it is not supported yet")
    }
    guard package.pages.indices.contains(pageNumber - 1) else {
      throw OFDError(.structure, "there is no page \(pageNumber): the document has \(package.pages.count)")
    }
    let page = package.pages[pageNumber - 1]
    guard let area = try package.box(of: page) else {
      throw OFDError(.structure, "neither the document nor page \(pageNumber) states the page's size")
    }
    guard box.isPossible else { throw OFDError(.structure, "the seal's place is not on any page") }
    guard box.lies(on: area) else {
      throw OFDError(.structure, "the seal at \(box.text) mm does not lie on the page, which is \(area.text) mm")
    }
    let documentFolder = OFDPackage.folder(of: package.documentPath)
    folder = documentFolder + "Signs/"
    guard !package.files.keys.contains(where: { [folder] in $0.lowercased().hasPrefix(folder.lowercased()) }) else {
      throw OFDError(.structure, "the document names no signatures, and yet \(folder) holds files")
    }
    var changed: [ZIPEntry] = []
    for entry in package.entries {
      guard entry.name == "OFD.xml" else {
        changed.append(entry)
        continue
      }
      let edited = try XMLEditor.append(
        "Signatures", "/\(folder)Signatures.xml", to: "DocBody", of: entry.data, "OFD.xml")
      changed.append(ZIPEntry(name: entry.name, data: edited))
    }
    entries = changed
    signaturePath = "/\(folder)Sign_0/Signature.xml"
    let references = changed.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }.map {
      "<ofd:Reference FileRef=\"/\(Self.escaped($0.name))\"><ofd:CheckValue>\(digest($0.data))</ofd:CheckValue></ofd:Reference>"
    }
    signatureXML = Array(
      """
      \(Self.head)<ofd:Signature xmlns:ofd="\(Self.namespace)"><ofd:SignedInfo>\
      <ofd:Provider ProviderName="\(Self.escaped(software.name))" Version="\(Self.escaped(software.version))"/>\
      <ofd:SignatureMethod>1.2.156.10197.1.501</ofd:SignatureMethod>\
      <ofd:SignatureDateTime>\(time)</ofd:SignatureDateTime>\
      <ofd:References CheckMethod="1.2.156.10197.1.401">\(references.joined())</ofd:References>\
      <ofd:StampAnnot ID="s1" PageRef="\(Self.escaped(page.identifier))" Boundary="\(box.text)"/>\
      <ofd:Seal><ofd:BaseLoc>/\(folder)Sign_0/Seal.esl</ofd:BaseLoc></ofd:Seal></ofd:SignedInfo>\
      <ofd:SignedValue>/\(folder)Sign_0/SignedValue.dat</ofd:SignedValue></ofd:Signature>
      """.utf8)
  }

  /// The sealed file.
  ///
  /// - Parameters:
  ///   - seal: a seal in DER.
  ///   - value: the signed value in DER.
  public func finish(seal: [UInt8], value: [UInt8]) throws(OFDError) -> [UInt8] {
    let list = """
      \(Self.head)<ofd:Signatures xmlns:ofd="\(Self.namespace)"><ofd:MaxSignId>s1</ofd:MaxSignId>\
      <ofd:Signature ID="s1" Type="Seal" BaseLoc="\(signaturePath)"/></ofd:Signatures>
      """
    let added = [
      ZIPEntry(name: folder + "Signatures.xml", data: Array(list.utf8)),
      ZIPEntry(name: folder + "Sign_0/Signature.xml", data: signatureXML),
      ZIPEntry(name: folder + "Sign_0/Seal.esl", data: seal),
      ZIPEntry(name: folder + "Sign_0/SignedValue.dat", data: value),
    ]
    do throws(ZIPError) { return try ZIPArchive.write(entries + added) } catch {
      throw OFDError(.archive, error.reason)
    }
  }

  private static func escaped(_ text: String) -> String {
    var output = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": output += "&amp;"
      case "<": output += "&lt;"
      case ">": output += "&gt;"
      case "\"": output += "&quot;"
      default: output.unicodeScalars.append(character)
      }
    }
    return output
  }
}
