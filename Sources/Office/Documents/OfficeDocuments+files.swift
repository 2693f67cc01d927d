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
    try await typesetter.preview(try await setting(identifier, official), for: official.person)
  }

  /// A page as a picture, PNG; from 1.
  public func picture(
    ofPage page: Int, of identifier: String, for official: Official
  ) async throws(DocumentError) -> [UInt8] {
    try await typesetter.picture(page, of: try await setting(identifier, official), for: official.person)
  }

  /// The sealed file; before, the document as it will be, without seal.
  public func file(
    _ kind: DocumentFileKind, of identifier: String, for official: Official
  ) async throws(DocumentError) -> (bytes: [UInt8], isSealed: Bool, number: String) {
    let found = try await read { try StoredDocument.find(identifier, official, $0) }
    guard let document = found else { throw .notFound }
    if let digest = kind == .ofd ? document.sealedOFD : document.sealedPDF {
      let blobs = self.blobs
      do {
        let bytes = try await BlockingPool.shared.run {
          let file = try blobs.open(digest)
          return try file.read(at: 0, count: min(file.byteCount, Self.fileMaxBytes))
        }
        guard Digest.of(bytes).hex == digest else { throw DamagedFile() }
        return (bytes, true, document.numberText)
      } catch { throw .unavailable(error) }
    }
    let made = try await typesetter.document(try await setting(identifier, official), for: official.person)
    return (kind == .ofd ? made.ofd : made.pdf, false, document.numberText)
  }

  private struct DamagedFile: CodedFault { var faultCode: String { "sealed-file-damaged" } }

  private func setting(_ identifier: String, _ official: Official) async throws(DocumentError) -> DocumentSetting {
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
    let number = document.numberText
    let mark = series.first { $0.identifier == document.series }
    return DocumentSetting(
      notation: document.notation,
      number: { year in number.isEmpty ? mark?.placeholder(year: year) ?? "〔\(year)〕×号" : number },
      sealMillimetres: seal.map { max($0.widthMillimetres, $0.heightMillimetres) },
      checkAddress: document.checkAddress(at: portalURL))
  }
}
