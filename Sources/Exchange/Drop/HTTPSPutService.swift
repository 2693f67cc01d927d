import DurableFiles
import Zones

/// Plain PUT to `<url>/<name>`, exclusive by `If-None-Match: *`. The server is expected to show a file only when it is
/// whole, and to list nothing.
struct HTTPSPutService: RemoteService {
  private let drop: RemoteDrop

  init(drop: RemoteDrop) { self.drop = drop }

  func prepare(_ connection: CurlConnection) {}

  func put(_ source: ReadableFile, as name: String, _ connection: CurlConnection) throws(DropError) {
    let answer = try connection.perform(
      CurlRequest(
        url: "\(drop.url)/\(name)", headers: ["If-None-Match: *", "Content-Type: application/octet-stream"],
        upload: source))
    // 412: it exists already.
    try answer.require([200, 201, 204, 412], of: drop)
  }

  func list(_ connection: CurlConnection) -> [String: Int]? { nil }

  /// Nothing is removed: few such servers allow it.
  func remove(_ name: String, _ connection: CurlConnection) {}
}

extension CurlAnswer {
  /// - Throws: what an operator needs to know, if the status is not among `expected`.
  func require(_ expected: Set<Int>, of drop: RemoteDrop) throws(DropError) {
    if expected.contains(status) { return }
    switch status {
    case 300..<400: throw DropError(.answer, drop.url, "the server redirects (\(status)), which is not followed")
    case 401, 403: throw DropError(.entry, drop.url, "the server does not let us in (\(status))")
    case 413, 507: throw DropError(.full, drop.url, "the server has no room (\(status))")
    case 404, 409: throw DropError(.answer, drop.url, "the server has no such folder (\(status)); create it")
    case 500...: throw DropError(.unreachable, drop.url, "the server fails (\(status))")
    default: throw DropError(.answer, drop.url, "the server answers \(status)")
    }
  }
}
