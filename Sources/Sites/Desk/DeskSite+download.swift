import HTTPTypes
import Hummingbird
import HummingbirdCore
import Letters
import NIOCore
import Web

/// Attachments, to be saved and never to be shown inside the site.
extension DeskSite {
  func download(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    guard let index = Int(request.parameters["index"] ?? ""), (0..<100).contains(index) else {
      throw WebFailure.notFound
    }
    let (attachment, pieces) = try await letters.attachment(
      number: try number(in: request), index: index, for: presence.official)
    var headers: HTTPFields = [
      .contentType: attachment.mediaType, .contentLength: "\(attachment.bytes)",
      .contentDisposition: contentDisposition(fileName: AttachmentName.clean(attachment.name)),
    ]
    if let policy = HTTPField.Name("Content-Security-Policy") { headers[policy] = "sandbox; default-src 'none'" }
    let body = ResponseBody(contentLength: attachment.bytes) { writer in
      for try await piece in pieces { try await writer.write(ByteBuffer(bytes: piece)) }
      try await writer.finish(nil)
    }
    return Response(status: .ok, headers: headers, body: body)
  }
}
