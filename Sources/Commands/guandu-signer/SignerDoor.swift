import Foundation
import Glibc
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle
import Zones

/// Where the signer listens: a Unix socket that its owner alone may use, or TLS with certificates on both ends.
struct SignerDoor: Service {
  private static let connectionsAtMost = 64
  private static let idleSeconds: Int64 = 30

  let name: String
  /// Hummingbird says at `info` what we say ourselves.
  let quiet: Logger
  private let application: Application<SignerResponder>
  private let socket: String?

  /// - Throws: `StartFailure`.
  init(_ listening: SignerConfiguration.Listening, responder: SignerResponder, _ logger: Logger) throws(StartFailure) {
    var quiet = logger
    quiet.logLevel = .warning
    self.quiet = quiet
    let tls: NIOSSLContext?
    let address: BindAddress
    switch listening {
    case .socket(let path):
      try Self.requireOwnFolder(path)
      try Self.clear(path)
      // The socket appears with mode 0600: no moment in which others may connect.
      umask(0o177)
      (name, socket, tls, address) = (path, path, nil, .unixDomainSocket(path: path))
    case .tls(let place):
      tls = try Self.context(place)
      (name, socket, address) = (
        "\(place.address):\(place.port)", nil, .hostname(place.address, port: place.port)
      )
    }
    let http = HTTP1Channel.Configuration(
      idleTimeout: .seconds(Self.idleSeconds),
      httpDecoderConfiguration: .init(maxHeaderFieldSize: 4_096, maxHeaderListSize: 8_192, maxHeaderFieldCount: 50))
    let at = name
    application = Application(
      responder: responder,
      server: HTTPServerBuilder { responder in
        SignerChannel(base: HTTP1Channel(responder: responder, configuration: http), tls: tls)
      },
      configuration: ApplicationConfiguration(
        address: address, availableConnectionsDelegate: MaximumAvailableConnections(Self.connectionsAtMost)),
      onServerRunning: { _ in
        logger.info("the signer is ready", metadata: ["place": "\(at)", "keys": "\(responder.keys.keys.count)"])
      }, logger: quiet)
  }

  func run() async throws {
    defer { if let socket { unlink(socket) } }
    try await application.run()
  }

  /// Whoever may write to the folder could put another socket in this one's place, and would be told PINs.
  private static func requireOwnFolder(_ path: String) throws(StartFailure) {
    let folder = URL(filePath: path).deletingLastPathComponent().path
    let found = try? FileManager.default.attributesOfItem(atPath: folder)
    guard let found, found[.type] as? FileAttributeType == .typeDirectory else {
      throw StartFailure("socket: there is no folder \(folder); create it with mode 0700", exitStatus: 78)
    }
    guard let owner = found[.ownerAccountID] as? Int, owner == 0 || owner == Int(getuid()) else {
      throw StartFailure("socket: the folder \(folder) is another user's; take one of this user's", exitStatus: 78)
    }
    guard let mode = found[.posixPermissions] as? Int, mode & 0o022 == 0 else {
      throw StartFailure("socket: others may write to \(folder); run chmod 700 on it", exitStatus: 78)
    }
  }

  /// Removes the socket of a signer that was killed; a living one's, and what is no socket, stays.
  private static func clear(_ path: String) throws(StartFailure) {
    let found = try? FileManager.default.attributesOfItem(atPath: path)
    guard let found else { return }
    guard found[.type] as? FileAttributeType == .typeSocket else {
      throw StartFailure("socket: \(path) is there and is no socket; name another path", exitStatus: 78)
    }
    guard !isAnswered(path) else {
      throw StartFailure("socket: another program listens on \(path)", exitStatus: StartFailure.unavailable)
    }
    unlink(path)
  }

  private static func isAnswered(_ path: String) -> Bool {
    let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    return withUnsafeMutableBytes(of: &address.sun_path) { place in
      guard bytes.count < place.count else { return false }
      place.copyBytes(from: bytes)
      return true
    }
      && withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
        }
      }
  }

  private static func context(_ place: SignerConfiguration.TLS) throws(StartFailure) -> NIOSSLContext {
    do {
      let chain = try NIOSSLCertificate.fromPEMFile(place.certificate)
      let key = try NIOSSLPrivateKey(file: place.key, format: .pem)
      var tls = TLSConfiguration.makeServerConfiguration(
        certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
      tls.minimumTLSVersion = .tlsv12
      tls.applicationProtocols = ["http/1.1"]
      // Whoever shows no certificate of these authorities does not get through the handshake.
      tls.certificateVerification = .noHostnameVerification
      tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(place.trust))
      tls.cipherSuiteValues = [
        .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
      ]
      return try NIOSSLContext(configuration: tls)
    } catch {
      throw StartFailure(
        "tls: certificate, key and trust have to be PEM files, certificate and key a pair (\(type(of: error)))",
        exitStatus: StartFailure.configuration)
    }
  }
}

/// HTTP, over TLS where there is a context.
private struct SignerChannel<Base: ServerChildChannel>: ServerChildChannel {
  typealias Value = Base.Value
  let base: Base
  let tls: NIOSSLContext?

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    channel.eventLoop.makeCompletedFuture {
      if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
    }.flatMap { base.setup(channel: channel, logger: logger) }
  }

  func handle(value: Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}
