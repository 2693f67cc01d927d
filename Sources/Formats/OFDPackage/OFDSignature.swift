/// A file that a signature covers.
public struct OFDReference: Equatable, Sendable {
  /// Its name in the archive.
  public let path: String
  /// In base64, as it stands.
  public let digest: String
}

/// Where a seal stands.
public struct OFDStamp: Equatable, Sendable {
  public let pageIdentifier: String
  public let box: OFDBox
}

/// A document's signature, as its `Signature.xml` describes it; nothing of it is verified yet.
public struct OFDSignature: Equatable, Sendable {
  /// Of the list of signatures.
  public let identifier: String
  /// `Seal`, or `Sign` for one without a picture.
  public let type: String
  /// The `Signature.xml` itself.
  public let path: String
  /// As it stands in the file; the sealer states it.
  public let dateTime: String
  /// Of the digests: an object identifier or a name; empty where none is stated, which the standard takes for MD5.
  public let checkMethod: String
  public let references: [OFDReference]
  public let stamps: [OFDStamp]
  /// The file of the seal; nil where none is named, and the seal stands in the signed value alone.
  public let sealPath: String?
  public let valuePath: String

  /// Whether the digests are SM3.
  public var isSM3: Bool { checkMethod == "1.2.156.10197.1.401" || checkMethod.uppercased() == "SM3" }
}

extension OFDPackage {
  /// The signatures, in the order of their list; none where the document names no list.
  ///
  /// - Throws: `xml`, `structure` where one of their files is missing or cannot be read.
  public func signatures() throws(OFDError) -> [OFDSignature] {
    guard let signaturesPath else { return [] }
    guard let list = files[signaturesPath] else { throw OFDError(.structure, "\(signaturesPath) is missing") }
    let root = try XMLReader.read(list, signaturesPath, root: "Signatures")
    let elements = root.all("Signature")
    guard elements.count <= OFDLimits.signaturesMost else {
      throw OFDError(.structure, "more than \(OFDLimits.signaturesMost) signatures")
    }
    var found: [OFDSignature] = []
    for element in elements { found.append(try signature(element)) }
    guard Set(found.map(\.path)).count == found.count else {
      throw OFDError(.structure, "\(signaturesPath) names a signature twice")
    }
    return found
  }

  private func signature(_ element: XMLElement) throws(OFDError) -> OFDSignature {
    let path = try Self.resolve(try element.attribute("BaseLoc"), in: Self.folder(of: signaturesPath ?? ""))
    guard let bytes = files[path] else { throw OFDError(.structure, "\(path) is missing") }
    let root = try XMLReader.read(bytes, path, root: "Signature")
    let folder = Self.folder(of: path)
    let info = try root.one("SignedInfo")
    let list = try info.one("References")
    let references = try Self.references(list, folder)
    guard !references.isEmpty, Set(references.map(\.path)).count == references.count else {
      throw OFDError(.structure, "\(path) covers no file, or one of them twice")
    }
    return OFDSignature(
      identifier: element.attributes["ID"] ?? "", type: element.attributes["Type"] ?? "Seal", path: path,
      dateTime: try info.optional("SignatureDateTime")?.text ?? "", checkMethod: list.attributes["CheckMethod"] ?? "",
      references: references, stamps: try Self.stamps(info, path),
      sealPath: try info.optional("Seal").map { (seal) throws(OFDError) in
        try Self.resolve(try seal.one("BaseLoc").text, in: folder)
      }, valuePath: try Self.resolve(try root.one("SignedValue").text, in: folder))
  }

  private static func references(_ list: XMLElement, _ folder: String) throws(OFDError) -> [OFDReference] {
    var found: [OFDReference] = []
    for reference in list.all("Reference") {
      let path = try resolve(try reference.attribute("FileRef"), in: folder)
      found.append(OFDReference(path: path, digest: try reference.one("CheckValue").text))
    }
    return found
  }

  private static func stamps(_ info: XMLElement, _ path: String) throws(OFDError) -> [OFDStamp] {
    var found: [OFDStamp] = []
    for stamp in info.all("StampAnnot") {
      guard found.count < OFDLimits.stampsMost, let box = OFDBox(try stamp.attribute("Boundary")) else {
        throw OFDError(.structure, "\(path): a stamp's place is not four numbers, or there are too many")
      }
      found.append(OFDStamp(pageIdentifier: try stamp.attribute("PageRef"), box: box))
    }
    return found
  }

  /// The files that no signature can cover, since they are made of it or with it: the list of signatures, and each
  /// signature's own files.
  public func filesOfSignatures(_ signatures: [OFDSignature]) -> Set<String> {
    var found: Set<String> = []
    if let signaturesPath { found.insert(signaturesPath) }
    for signature in signatures {
      found.formUnion([signature.path, signature.valuePath])
      if let seal = signature.sealPath { found.insert(seal) }
    }
    return found
  }
}
