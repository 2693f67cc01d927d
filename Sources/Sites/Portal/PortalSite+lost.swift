import HTTPTypes
import Hummingbird
import HummingbirdCore
import Web
import Zones

/// A letter that was written for longer than its visit lasted: nothing of it is kept, but it is handed back.
extension PortalSite {
  private struct EnoughRead: Error {}

  /// - Throws: the plain refusal where no page of ours sent the form, or it cannot be read.
  func lostPage(_ request: WebRequest) async throws -> Response {
    guard HTTPField.Name("Sec-Fetch-Site").flatMap({ request.request.headers[$0] }) == "same-origin" else {
      throw WebFailure.forgedForm
    }
    let fields = try await writtenFields(of: request)
    var response = openPage(
      LostPage(letterTitle: WrittenText.line(fields["title"] ?? ""), text: WrittenText.lines(fields["text"] ?? "")),
      titleKey: "forgedTitle", request, .notice, status: .forbidden, path: "/write", form: "/write/letter")
    response.headers[.connection] = "close"
    return response
  }

  /// Title and text; the reading ends with the first file.
  private func writtenFields(of request: WebRequest) async throws -> [String: String] {
    var fields: [String: [UInt8]] = [:]
    var name = ""
    do {
      var parser = try MultipartParser(contentType: request.request.headers[.contentType] ?? "", maxParts: 40)
      try await request.forEachBodyChunk(upTo: LetterFormReader.maxBytes(configuration.letters)) { bytes in
        for event in try parser.push(bytes) {
          switch event {
          case .began(let part):
            guard part.fileName == nil else { throw EnoughRead() }
            name = part.name
          case .bytes(let more):
            let limit = configuration.letters.textMaxCharacters * 12
            if ["title", "text"].contains(name) { fields[name, default: []] += more.prefix(limit) }
            guard fields[name, default: []].count <= limit else { throw WebFailure.tooLarge }
          case .ended: break
          }
        }
      }
    } catch is EnoughRead {
    } catch is MultipartParser.Malformed {
      throw WebFailure.badRequest
    }
    return fields.mapValues { WrittenText.withoutPiledMarks(String(decoding: $0, as: UTF8.self)) }
  }
}
