import CLinux
import Certificates
import Cryptography
import Foundation
import Glibc

/// Signs in a token, in a process of its own that ends with the signature.
///
/// A PKCS#11 module keeps a token open for the whole process once one PIN was right: a second request would need none. And a
/// module that crashes or hangs takes no other key with it.
enum TokenProcess {
  static let argument = "--sign-in-token"
  private static let timeLimitSeconds = 20
  private static let answerMaxBytes = 4_096

  /// Blocks until the process has answered, or its time is up.
  ///
  /// - Throws: `wrongPassphrase` where the token refused the PIN; another code where the token was not asked, or gave no signature.
  static func sign(_ digest: [UInt8], _ token: TokenKey, _ pin: SecretBytes) throws(TrustError) -> [UInt8] {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw TrustError(.unreadable, "no process for the token: \(String(cString: strerror(errno)))")
    }
    defer { close(ends[0]) }
    var child: pid_t = 0
    let code = guandu_spawn_itself(argument, ends[1], &child)
    close(ends[1])
    guard code == 0 else {
      throw TrustError(.unreadable, "no process for the token: \(String(cString: strerror(code)))")
    }
    defer {
      // It has answered, or will not any more.
      kill(child, SIGKILL)
      while waitpid(child, nil, 0) < 0, errno == EINTR {}
    }
    var wait = timeval(tv_sec: timeLimitSeconds, tv_usec: 0)
    setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
    send("\(token.module)\n\(token.uri)\n\(encodeHex(digest))\n", pin, to: ends[0])
    let words = String(decoding: receive(from: ends[0], atMost: answerMaxBytes), as: UTF8.self)
      .split(separator: " ", maxSplits: 1).map(String.init)
    guard words.count == 2 else {
      throw TrustError(.unreadable, "the token's module ended, or did not answer within \(timeLimitSeconds) seconds")
    }
    if words[0] == "signature", let signature = decodeHex(words[1]) { return signature }
    throw TrustError(words[0] == TrustError.Code.wrongPassphrase.rawValue ? .wrongPassphrase : .unreadable, words[1])
  }

  private static func send(_ head: String, _ pin: SecretBytes, to socket: Int32) {
    let bytes = Array(head.utf8)
    _ = Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    pin.withUnsafeBytes { _ = Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    shutdown(socket, Int32(SHUT_WR))
  }

  private static func receive(from socket: Int32, atMost most: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: most)
    var filled = 0
    while filled < most {
      let count = bytes.withUnsafeMutableBytes { recv(socket, $0.baseAddress.map { $0 + filled }, most - filled, 0) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      filled += count
    }
    bytes.removeSubrange(filled...)
    return bytes
  }

  /// The process itself: its order comes over standard input, which is a socket, and its answer goes there.
  static func serve() {
    guard ProcessSecrecy.forbidCoreDumps() else { return }
    _ = ProcessSecrecy.lockMemory()
    var order = receive(from: STDIN_FILENO, atMost: answerMaxBytes)
    defer { wipe(&order) }
    let parts = order.split(separator: UInt8(ascii: "\n"), maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 4, let digest = decodeHex(String(decoding: parts[2], as: UTF8.self)) else { return }
    let answer: String
    do throws(TrustError) {
      let token = try TokenKey(
        module: String(decoding: parts[0], as: UTF8.self), uri: String(decoding: parts[1], as: UTF8.self))
      let key = try PrivateKey(token: token, pin: SecretBytes(parts[3]))
      answer = "signature \(encodeHex(try key.sign(digest: digest)))"
    } catch { answer = "\(error.code.rawValue) \(error.reason)" }
    let bytes = Array(answer.utf8)
    _ = Glibc.send(STDOUT_FILENO, bytes, min(bytes.count, answerMaxBytes), Int32(MSG_NOSIGNAL))
  }
}
