import Foundation
import Glibc
import Synchronization

/// An SMS company's HTTP interface on this machine. What it answers goes by the path that it is asked under; what it was
/// sent is kept, byte for byte.
final class LocalGateway: Sendable {
  let port: Int
  private let listener: Int32
  private let received = Mutex<[String]>([])

  struct NoSocket: Error {}

  init() throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    guard isBound else { throw NoSocket() }
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread { [weak self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        Thread.detachNewThread { [weak self] in self?.serve(connection) }
      }
    }
  }

  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  /// The requests so far: head and body as they came.
  var requests: [String] { received.withLock { $0 } }

  private func serve(_ connection: Int32) {
    defer { close(connection) }
    let request = readRequest(connection)
    received.withLock { $0.append(request) }
    let path = request.split(separator: " ").dropFirst().first.map(String.init) ?? ""
    if path.hasPrefix("/slow") { sleep(4) }
    let answer = Self.answer(to: path)
    answer.withCString { _ = send(connection, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
  }

  private static func answer(to path: String) -> String {
    func whole(_ status: String, _ body: String, _ more: String = "") -> String {
      "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(more)Connection: close\r\n\r\n\(body)"
    }
    return switch path.split(separator: "?").first.map(String.init) ?? path {
    case "/refuse": whole("400 Bad Request", "no such number")
    case "/forbidden": whole("403 Forbidden", "bad key")
    case "/busy": whole("503 Service Unavailable", "later")
    case "/limit": whole("429 Too Many Requests", "later")
    case "/denied": whole("200 OK", "{\"status\":\"error\"}")
    case "/redirect": whole("302 Found", "", "Location: /ok\r\n")
    case "/huge": whole("200 OK", String(repeating: "x", count: 200_000))
    case "/hangup": ""
    default: whole("200 OK", "{\"status\":\"ok\"}")
    }
  }

  private func readRequest(_ connection: Int32) -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while !Self.isWhole(bytes) {
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isWhole(_ bytes: [UInt8]) -> Bool {
    let parts = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n\r\n")
    guard parts.count >= 2 else { return false }
    let length = parts[0].split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
    let expected = length.flatMap { Int($0.split(separator: ":")[1].trimmingCharacters(in: .whitespaces)) } ?? 0
    return bytes.count >= parts[0].utf8.count + 4 + expected
  }
}
