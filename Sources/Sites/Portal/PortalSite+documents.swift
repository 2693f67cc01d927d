import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import PacketFormat
import PublishedDocuments
import Timestamps
import Web

/// Published documents: their list, their pages, and their files.
extension PortalSite {
  private static let documentsOnAPage = 20

  func addDocumentRoutes(to routes: inout RouteTable) {
    routes.on(.get, "/documents", .everyone) { [self] in try await listDocuments($0) }
    // Before the pages of documents, whose pattern it fits.
    addDocumentCheckRoutes(to: &routes)
    routes.on(.get, "/documents/{id}", .everyone) { [self] in try await showDocument($0) }
    routes.on(.get, "/documents/{id}/ofd", .everyone) { [self] in try await downloadDocument($0, isCopy: false) }
    routes.on(.get, "/documents/{id}/pdf", .everyone) { [self] in try await downloadDocument($0, isCopy: true) }
  }

  private func listDocuments(_ request: WebRequest) async throws -> Response {
    let older = request.query("before").flatMap { PublishedDocument.Place($0) }
    let newer = request.query("after").flatMap { PublishedDocument.Place($0) }
    let asked: PortalDocuments.ListPlace = older.map { .olderThan($0) } ?? newer.map { .newerThan($0) } ?? .newest
    var found: [PublishedDocument]
    do { found = try await documents.list(limit: Self.documentsOnAPage + 1, asked) } catch {
      throw WebFailure.unavailable(error)
    }
    // One more than is shown says that there are others on that side.
    let hasMore = found.count > Self.documentsOnAPage
    let isUpwards = older == nil && newer != nil
    found = Array(isUpwards ? found.suffix(Self.documentsOnAPage) : found.prefix(Self.documentsOnAPage))
    let (hasNewer, hasOlder) = (isUpwards ? hasMore : older != nil, isUpwards || hasMore)
    return renderer.page(
      DocumentsPage(
        isEmpty: found.isEmpty, documents: found.map(DocumentWords(renderer, request.language).row),
        isPaged: hasNewer || hasOlder,
        newer: hasNewer ? found.first?.place.text : nil, older: hasOlder ? found.last?.place.text : nil),
      titleKey: "documentsTitle", for: request)
  }

  func document(_ request: WebRequest) async throws -> PublishedDocument? {
    do { return try await documents.document(id: request.parameters["id"] ?? "") } catch {
      throw WebFailure.unavailable(error)
    }
  }

  private func showDocument(_ request: WebRequest) async throws -> Response {
    guard let document = try await document(request) else { throw WebFailure.notFound }
    let (language, strings) = (request.language, renderer.strings)
    let isGivenOut = document.withdrawal == nil
    func file(_ file: DocumentFile, _ name: String, _ key: String) -> DocumentFileValues {
      DocumentFileValues(
        kind: strings.text(key, language), size: readableBytes(file.bytes), digest: file.digest.text,
        path: isGivenOut ? "/documents/\(document.facts.id)/\(name)" : nil)
    }
    let files =
      [file(document.facts.ofd, "ofd", "documentOFD")]
      + (document.facts.pdf.map { [file($0, "pdf", "documentPDF")] } ?? [])
    return renderer.page(
      DocumentPage(
        document: DocumentWords(renderer, language).row(document),
        publishedAt: officeTime(Date(unixMilliseconds: document.publishedAt)),
        state: strings.text(isGivenOut ? "documentInForce" : "documentWithdrawn", language),
        withdrawnAt: document.withdrawal.map { officeTime(Date(unixMilliseconds: $0.at)) },
        reason: document.withdrawal?.reason, files: files),
      titleKey: "documentTitle", for: request)
  }

  /// A file, to be saved and never to be shown inside the site.
  private func downloadDocument(_ request: WebRequest, isCopy: Bool) async throws -> Response {
    guard let document = try await document(request), document.withdrawal == nil,
      let file = isCopy ? document.facts.pdf : document.facts.ofd
    else { throw WebFailure.notFound }
    let pieces: AsyncThrowingStream<[UInt8], any Error>
    do { pieces = try documents.open(file) } catch { throw WebFailure.unavailable(error) }
    let name = AttachmentName.clean("\(document.facts.number) \(document.facts.title).\(isCopy ? "pdf" : "ofd")")
    var headers: HTTPFields = [
      .contentType: isCopy ? "application/pdf" : "application/ofd", .contentLength: "\(file.bytes)",
      .contentDisposition: contentDisposition(fileName: name),
    ]
    headers[.contentSecurityPolicy] = "sandbox; default-src 'none'"
    let body = ResponseBody(contentLength: file.bytes) { writer in
      for try await piece in pieces { try await writer.write(ByteBuffer(bytes: piece)) }
      try await writer.finish(nil)
    }
    return Response(status: .ok, headers: headers, body: body)
  }
}
