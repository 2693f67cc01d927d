import YAMLText

/// The section `documents`.
enum DocumentsReader {
  static let seriesAtMost = 100

  static func documents(_ value: YAMLValue) -> DocumentsConfiguration? {
    let names = ["series", "seal_trust", "revocation_lists", "faces", "signers", "portal_url", "received_by"]
    guard let group = value.mapping(names) else { return nil }
    let series = group.required("series").flatMap(readSeries)
    let trust = group.optional("seal_trust").map { $0.paths(.file) } ?? []
    let lists = group.optional("revocation_lists").map { $0.paths(.file) } ?? []
    let portal = group.optional("portal_url").map { $0.siteURL() }
    let receivedBy = group.optional("received_by").map { $0.identifier() }
    let faces = group.optional("faces").map { $0.paths(.folder) } ?? []
    let signers = group.optional("signers").map(SignerReader.signers) ?? []
    guard let series, let trust, let lists, let faces, let signers, receivedBy.map({ $0 != nil }) ?? true,
      portal.map({ $0 != nil }) ?? true
    else {
      return nil
    }
    var documents = DocumentsConfiguration(series: series, sealTrust: trust, faces: faces, signers: signers)
    documents.revocationLists = lists
    documents.portalURL = portal.flatMap { $0 }
    documents.receivedBy = receivedBy.flatMap { $0 }
    return documents
  }

  private static func readSeries(_ value: YAMLValue) -> [DocumentSeries]? {
    guard let elements = value.list(atLeast: 1, atMost: seriesAtMost) else { return nil }
    var (identifiers, marks): (Set<String>, Set<String>) = ([], [])
    let series = elements.compactMap { element -> DocumentSeries? in
      guard let one = readOne(element) else { return nil }
      guard identifiers.insert(one.identifier).inserted else {
        return element.refused("another series has the id \(one.identifier); give one of the two another")
      }
      guard marks.insert(one.mark).inserted else {
        return element.refused(
          "another series has the mark \(one.mark), so that two documents could have one number; change one of the two")
      }
      return one
    }
    return series.count == elements.count ? series : nil
  }

  private static func readOne(_ value: YAMLValue) -> DocumentSeries? {
    guard let group = value.mapping(["id", "mark", "name"]) else { return nil }
    let identifier = group.required("id")?.identifier()
    let mark = group.required("mark")?.parsed("1 to 12 Chinese characters, such as 安政发") { text in
      let isMark =
        (1...12).contains(text.unicodeScalars.count) && text.unicodeScalars.allSatisfy(\.properties.isIdeographic)
      return isMark ? text : nil
    }
    let name = group.required("name")?.text(maxCharacters: 60)
    guard let identifier, let mark, let name else { return nil }
    return DocumentSeries(identifier: identifier, mark: mark, name: name)
  }
}
