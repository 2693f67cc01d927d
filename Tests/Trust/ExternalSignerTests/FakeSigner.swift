import Foundation
import Glibc
import Synchronization

/// What listens on a Unix socket and answers as it is told, right or wrong. What it was sent is kept.
final class FakeSigner: Sendable {
  enum Answer: Sendable {
    /// A whole response.
    case json(Int, String)
    /// These bytes, and then the end.
    case bytes([UInt8])
    /// Nothing, until the other end goes.
    case silence
    /// These bytes again and again, until the other end goes.
    case flood([UInt8])
  }

  struct NoSocket: Error {}

  let path: String
  private let folder: URL
  private let listener: Int32
  private let received = Mutex<[String]>([])
  private let answer: @Sendable (_ request: String) -> Answer

  init(_ answer: @escaping @Sendable (_ request: String) -> Answer) throws {
    self.answer = answer
    folder = FileManager.default.temporaryDirectory.appending(path: "signer-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    path = folder.path + "/s"
    listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let listener = listener
    let isBound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0 && listen(listener, 16) == 0
      }
    }
    guard isBound else { throw NoSocket() }
    Thread.detachNewThread { [weak self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        Thread.detachNewThread { [weak self] in self?.serve(connection) }
      }
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    try? FileManager.default.removeItem(at: folder)
  }

  var requests: [String] { received.withLock { $0 } }

  private func serve(_ connection: Int32) {
    defer { close(connection) }
    let request = readRequest(connection)
    received.withLock { $0.append(request) }
    switch answer(request) {
    case .json(let status, let body):
      let head = "HTTP/1.1 \(status) x\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n"
      _ = put(Array((head + body).utf8), on: connection)
    case .bytes(let bytes): _ = put(bytes, on: connection)
    case .silence:
      var buffer = [UInt8](repeating: 0, count: 64)
      while recv(connection, &buffer, buffer.count, 0) > 0 {}
    case .flood(let bytes): while put(bytes, on: connection) {}
    }
  }

  private func put(_ bytes: [UInt8], on connection: Int32) -> Bool {
    send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
  }

  private func readRequest(_ connection: Int32) -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while !isWhole(String(decoding: bytes, as: UTF8.self)) {
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func isWhole(_ text: String) -> Bool {
    let parts = text.components(separatedBy: "\r\n\r\n")
    guard parts.count >= 2 else { return false }
    let length = parts[0].split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
    let expected = length.flatMap { Int($0.split(separator: ":")[1].trimmingCharacters(in: .whitespaces)) } ?? 0
    return text.utf8.count >= parts[0].utf8.count + 4 + expected
  }
}
