import NIOSSL
import Zones

/// A syslog receiver over TLS. It is connected when there is something to send.
actor SyslogSender: EntryReceiver {
  nonisolated let name = "syslog"
  nonisolated let address: String
  /// What reached the other machine may still be lost with its program: then the connection ends, and what has not
  /// settled for so long is sent again.
  nonisolated let settleMilliseconds = 5_000

  private let target: SyslogTarget
  private let context: NIOSSLContext
  private let host: String
  private var connection: SyslogConnection?

  /// - Parameter host: this machine's name.
  /// - Throws: NIOSSL's error if a file is not of its kind, or key and certificate do not fit.
  init(_ target: SyslogTarget, host: String) throws {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.minimumTLSVersion = .tlsv12
    tls.certificateVerification = .fullVerification
    tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(target.trust))
    if let client = target.client {
      tls.certificateChain = try NIOSSLCertificate.fromPEMFile(client.certificate).map { .certificate($0) }
      tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: client.key, format: .pem))
    }
    context = try NIOSSLContext(configuration: tls)
    address = "\(target.host):\(target.port)"
    self.target = target
    self.host = host
  }

  func take(_ entries: [ForwardedEntry]) async throws {
    let open = try await connected()
    do {
      try await open.send(entries.flatMap { SyslogMessage(entry: $0, host: host).framed })
    } catch {
      connection = nil
      await open.close()
      throw error
    }
  }

  func hasBroken() -> Bool {
    guard let connection, !connection.isActive else { return false }
    self.connection = nil
    return true
  }

  func close() async {
    let open = connection
    connection = nil
    await open?.close()
  }

  private func connected() async throws -> SyslogConnection {
    if let connection { return connection }
    let fresh = try await SyslogConnection.open(target, context)
    connection = fresh
    return fresh
  }
}
