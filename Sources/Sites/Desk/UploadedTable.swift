import HTTPTypes
import HummingbirdCore
import Web

/// A form with one file, taken into memory: `csrf` first, then a field `kind` and a file `table` of at most 10 MiB.
struct UploadedTable {
  static let maxBytes = 10 * 1024 * 1024

  private(set) var kind = ""
  private(set) var bytes: [UInt8] = []

  /// - Parameter accepts: whether a form token is the session's; nothing that comes before it is kept.
  static func read(_ request: WebRequest, accepts: (String) -> Bool) async throws -> UploadedTable {
    var (table, part, content, isTrusted) = (UploadedTable(), "", [UInt8](), false)
    do {
      var parser = try MultipartParser(contentType: request.request.headers[.contentType] ?? "", maxParts: 10)
      try await request.forEachBodyChunk(upTo: maxBytes + 65_536) { piece in
        for event in try parser.push(piece) {
          switch event {
          case .began(let head):
            guard isTrusted || head.name == "csrf" else { throw WebFailure.forgedForm }
            (part, content) = (head.name, [])
          case .bytes(let more):
            content += more
            guard content.count <= (part == "table" ? maxBytes : 1_024) else { throw WebFailure.tooLarge }
          case .ended:
            switch part {
            case "csrf": isTrusted = accepts(String(decoding: content, as: UTF8.self))
            case "kind": table.kind = WrittenText.withoutPiledMarks(String(decoding: content, as: UTF8.self))
            case "table": table.bytes = content
            default: break
            }
            guard isTrusted else { throw WebFailure.forgedForm }
          }
        }
      }
      try parser.finish()
    } catch is MultipartParser.Malformed { throw WebFailure.badRequest }
    return table
  }
}
