import HTTPTypes
import HummingbirdCore
import Web

/// A form sent as `multipart/form-data`, taken into memory: `csrf` first, then fields of at most so many bytes.
struct UploadedForm {
  private var fields: [String: [UInt8]] = [:]

  /// A field as text, its line ends LF; empty where it did not come. What is no UTF-8 is marked as such.
  subscript(name: String) -> String {
    let text = String(decoding: fields[name] ?? [], as: UTF8.self)
    return WrittenText.withoutPiledMarks(text.replacing("\r\n", with: "\n"))
  }

  private static var noRoom: WebFailure {
    var busy = WebFailure(.serviceUnavailable, "unavailableTitle", "uploadsBusy", closesConnection: true)
    busy.retryAfterSeconds = 10
    return busy
  }

  func bytes(_ name: String) -> [UInt8] { fields[name] ?? [] }

  /// - Parameters:
  ///   - limits: the most bytes of each field; others may have 1,024.
  ///   - held: whether there is room for more of a file; asked before that is kept.
  ///   - accepts: whether a form token is the session's; nothing that comes before it is kept.
  /// - Throws: `WebFailure`.
  static func read(
    _ request: WebRequest, limits: [String: Int], held: HeldUpload? = nil, accepts: (String) -> Bool
  ) async throws -> UploadedForm {
    var (form, part, content, isTrusted) = (UploadedForm(), "", [UInt8](), false)
    let limit = limits.values.reduce(65_536, +)
    do {
      var parser = try MultipartParser(contentType: request.request.headers[.contentType] ?? "", maxParts: 10)
      try await request.forEachBodyChunk(upTo: limit) { piece in
        for event in try parser.push(piece) {
          switch event {
          case .began(let head):
            guard isTrusted || head.name == "csrf" else { throw WebFailure.forgedForm }
            (part, content) = (head.name, [])
          case .bytes(let more):
            if part == "file", held?.grow(by: more.count) == false { throw Self.noRoom }
            content += more
            guard content.count <= limits[part] ?? 1_024 else { throw WebFailure.tooLarge }
          case .ended:
            if part == "csrf" { isTrusted = accepts(String(decoding: content, as: UTF8.self)) }
            guard isTrusted else { throw WebFailure.forgedForm }
            if form.fields[part] == nil { form.fields[part] = content }
          }
        }
      }
      try parser.finish()
    } catch is MultipartParser.Malformed { throw WebFailure.badRequest }
    return form
  }
}
