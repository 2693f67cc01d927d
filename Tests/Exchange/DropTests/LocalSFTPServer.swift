import ChildProcess
import Foundation
import Glibc
import Zones

/// OpenSSH's server on the loopback, with keys of its own, for one folder.
final class LocalSFTPServer {
  let folder: String
  let drop: RemoteDrop
  private let work: URL
  private var process: ChildProcess?

  struct Failed: Error {}

  init() throws {
    work = FileManager.default.temporaryDirectory.appending(path: "guandu-sftp-\(UUID().uuidString)")
    folder = work.appending(path: "drop").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for key in ["host", "user"] {
      try Self.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", work.appending(path: key).path)
    }
    let port = try Self.freePort()
    let host = try String(contentsOf: work.appending(path: "host.pub"), encoding: .utf8)
    try "[localhost]:\(port) \(host)".write(to: work.appending(path: "known_hosts"), atomically: true, encoding: .utf8)
    var drop = RemoteDrop(
      kind: .sftp, url: "sftp://localhost:\(port)\(folder)", knownBy: work.appending(path: "known_hosts").path)
    drop.username = NSUserName()
    drop.privateKeyFile = work.appending(path: "user").path
    self.drop = drop
    try start(port)
  }

  deinit {
    process?.terminate()
    process?.waitUntilExit()
    try? FileManager.default.removeItem(at: work)
  }

  private func start(_ port: Int) throws {
    // Its own place for the separation of privileges, which only root needs.
    if geteuid() == 0 { mkdir("/run/sshd", 0o755) }
    let configuration = """
      ListenAddress 127.0.0.1
      ListenAddress ::1
      Port \(port)
      HostKey \(work.path)/host
      AuthorizedKeysFile \(work.path)/user.pub
      PidFile none
      StrictModes no
      PasswordAuthentication no
      KbdInteractiveAuthentication no
      UsePAM no
      PermitRootLogin prohibit-password
      Subsystem sftp internal-sftp

      """
    try configuration.write(to: work.appending(path: "sshd_config"), atomically: true, encoding: .utf8)
    let output = Pipe()
    process = try ChildProcess(
      "/usr/sbin/sshd", ["-D", "-e", "-f", "\(work.path)/sshd_config"],
      errorsDescriptor: output.fileHandleForWriting.fileDescriptor)
    try output.fileHandleForWriting.close()
    var said = ""
    while !said.contains("Server listening on 127.0.0.1") || !said.contains("Server listening on ::1") {
      let more = output.fileHandleForReading.availableData
      guard !more.isEmpty else { throw Failed() }
      said += String(decoding: more, as: UTF8.self)
    }
    // Nobody reads what follows, and sshd must not wait for a reader.
    output.fileHandleForReading.readabilityHandler = { _ = $0.availableData }
  }

  private static func run(_ arguments: String...) throws {
    guard try ChildProcess(arguments[0], Array(arguments.dropFirst())).waitUntilExit() == 0 else { throw Failed() }
  }

  private static func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard isBound else { throw Failed() }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
