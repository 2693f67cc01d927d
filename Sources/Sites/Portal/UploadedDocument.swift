import HTTPTypes
import HummingbirdCore
import Web

/// A form with one file, taken into memory: `csrf` first, then a file `file`.
struct UploadedDocument {
  static let maxBytes = 20 * 1024 * 1024

  private(set) var bytes: [UInt8] = []
  private(set) var isTooLarge = false

  /// - Parameters:
  ///   - held: whether there is room for so many more bytes; asked before they are kept.
  ///   - accepts: whether a form token is this visitor's; nothing that comes before it is kept.
  static func read(
    _ request: WebRequest, held: HeldUpload, accepts: (String) -> Bool
  ) async throws -> UploadedDocument {
    var (upload, part, token, isTrusted) = (UploadedDocument(), "", [UInt8](), false)
    do {
      var parser = try MultipartParser(contentType: request.request.headers[.contentType] ?? "", maxParts: 4)
      try await request.forEachBodyChunk(upTo: maxBytes + 65_536) { piece in
        for event in try parser.push(piece) {
          switch event {
          case .began(let head):
            guard isTrusted || head.name == "csrf" else { throw WebFailure.forgedForm }
            part = head.name
          case .bytes(let more):
            if part == "file" { try upload.append(more, held) } else { token += more }
            guard token.count <= 4_096 else { throw WebFailure.tooLarge }
          case .ended:
            if part == "csrf" { isTrusted = accepts(String(decoding: token, as: UTF8.self)) }
            token = []
            guard isTrusted else { throw WebFailure.forgedForm }
          }
        }
      }
      try parser.finish()
    } catch is MultipartParser.Malformed { throw WebFailure.badRequest }
    return upload
  }

  private mutating func append(_ more: [UInt8], _ held: HeldUpload) throws {
    if isTooLarge { return }
    guard bytes.count + more.count <= Self.maxBytes else {
      (bytes, isTooLarge) = ([], true)
      return
    }
    guard held.grow(by: more.count) else {
      var busy = WebFailure(.serviceUnavailable, "unavailableTitle", "documentCheckBusy", closesConnection: true)
      busy.retryAfterSeconds = 10
      throw busy
    }
    bytes += more
  }
}
