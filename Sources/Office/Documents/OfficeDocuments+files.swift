import Cryptography
import DurableFiles
import Foundation
public import Roles
import Runtime
import Storage
import Timestamps
import Zones

public enum DocumentFileKind: String, CaseIterable, Sendable {
  case ofd
  case pdf
}

/// A document's pages: looked at before, taken away after.
extension OfficeDocuments {
  /// Of a file that was sealed.
  private static let fileMaxBytes = 256 << 20

  /// How the document will look, or does.
  public func preview(_ identifier: String, for official: Official) async throws(DocumentError) -> DocumentPreview {
    let setting: DocumentSetting
    switch try await shown(identifier, official) {
    case .paper(let paper):
      return DocumentPreview(pageCount: paper.pageCount, sealPage: paper.page, substitutions: [], warnings: [])
    case .typeset(let found): setting = found
    }
    return try await typesetter.preview(setting, for: official.person)
  }

  /// A page as a picture, PNG; from 1.
  public func picture(
    ofPage page: Int, of identifier: String, for official: Official
  ) async throws(DocumentError) -> [UInt8] {
    switch try await shown(identifier, official) {
    case .paper: try await picture(ofPage: page, ofPaper: identifier, for: official)
    case .typeset(let setting): try await typesetter.picture(page, of: setting, for: official.person)
    }
  }

  /// The sealed file; before, the document as it will be, without seal.
  public func file(
    _ kind: DocumentFileKind, of identifier: String, for official: Official
  ) async throws(DocumentError) -> (bytes: [UInt8], isSealed: Bool, number: String) {
    let found = try await read { try StoredDocument.find(identifier, official, $0) }
    guard let document = found else { throw .notFound }
    if let digest = kind == .ofd ? document.sealedOFD : document.sealedPDF {
      return (try await stored(digest), true, document.numberText)
    }
    if let paper = document.paper {
      // There is none but the PDF.
      guard kind == .pdf else { throw .notFound }
      return (try await stored(paper.file), false, "")
    }
    guard case .typeset(let setting) = try await shown(identifier, official) else { throw .notFound }
    let made = try await typesetter.document(setting, for: official.person)
    return (kind == .ofd ? made.ofd : made.pdf, false, document.numberText)
  }

  /// A file of the store, which is as it was when it was kept.
  func stored(_ digest: String) async throws(DocumentError) -> [UInt8] {
    let blobs = self.blobs
    do {
      let bytes = try await BlockingPool.shared.run {
        let file = try blobs.open(digest)
        return try file.read(at: 0, count: min(file.byteCount, Self.fileMaxBytes))
      }
      guard Digest.of(bytes).hex == digest else { throw DamagedFile() }
      return bytes
    } catch { throw .unavailable(error) }
  }

  private struct DamagedFile: CodedFault { var faultCode: String { "sealed-file-damaged" } }

  /// What the pages of a document come from.
  private enum Shown: Sendable {
    case typeset(DocumentSetting)
    case paper(Paper)
  }

  private func shown(_ identifier: String, _ official: Official) async throws(DocumentError) -> Shown {
    let found: (StoredDocument, StoredSeal?)? = try await read { db in
      guard let document = try StoredDocument.find(identifier, official, db) else { return nil }
      let seal = try db.one(
        """
        SELECT s.* FROM seal s JOIN seal_request r ON r.seal = s.id
        WHERE r.document = ? AND r.state IN ('asked', 'granted', 'applied')
        """, identifier
      ).map(StoredSeal.init(row:))
      return (document, seal)
    }
    guard let (document, seal) = found else { throw .notFound }
    if let paper = document.paper { return .paper(paper) }
    let number = document.numberText
    let mark = series.first { $0.identifier == document.series }
    return .typeset(
      DocumentSetting(
        notation: document.notation,
        number: { year in number.isEmpty ? mark?.placeholder(year: year) ?? "〔\(year)〕×号" : number },
        sealMillimetres: seal.map { max($0.widthMillimetres, $0.heightMillimetres) },
        checkAddress: document.checkAddress(at: portalURL)))
  }
}
