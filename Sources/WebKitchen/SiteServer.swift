import Glibc
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
public import Logging
import NIOCore
import NIOSSL
public import ServiceLifecycle

/// Serves a site over HTTPS until the service group stops it.
public struct SiteServer: Service {
  /// Whether browsers are asked for a certificate. The handshake takes any; each request looks at it.
  public enum ClientCertificate: Sendable {
    case none
    /// With the CAs to name to the browser, PEM files, so that it offers the right certificates.
    case asked(issuers: [String])
  }

  private let application: Application<SiteResponder>

  /// - Parameters:
  ///   - certificateChain: a PEM file: the site's certificate, then those that issued it.
  ///   - key: a PEM file: the certificate's private key.
  ///   - proxies: those that are believed.
  ///   - maxConnections: more are left waiting.
  /// - Throws: NIOSSL's error where a file cannot be read or does not fit.
  public init(
    responder: SiteResponder, address: String, port: Int, certificateChain: String, key: String,
    clientCertificate: ClientCertificate, proxies: TrustedProxies? = nil, maxConnections: Int = 4_096, logger: Logger,
    onServerRunning: @escaping @Sendable (Int) async -> Void = { _ in }
  ) throws {
    var tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMFile(certificateChain).map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)))
    tls.minimumTLSVersion = .tlsv12
    tls.applicationProtocols = ["http/1.1"]
    if case .asked(let issuers) = clientCertificate {
      tls.certificateVerification = .optionalVerification
      tls.trustRoots = .certificates(try issuers.flatMap { try NIOSSLCertificate.fromPEMFile($0) })
      tls.sendCANameList = true
    }
    let http = HTTP1Channel.Configuration(
      idleTimeout: .seconds(60),
      httpDecoderConfiguration: .init(maxHeaderFieldSize: 16_384, maxHeaderListSize: 32_768, maxHeaderFieldCount: 100))
    let settings = TLSChannelConfiguration(
      tlsConfiguration: tls, customAsyncVerificationCallback: { _ in .certificateVerified })
    application = Application(
      responder: responder,
      server: HTTPServerBuilder { responder in
        ProxiedChannel(
          base: try TLSChannel(HTTP1Channel(responder: responder, configuration: http), configuration: settings),
          proxies: proxies)
      },
      configuration: ApplicationConfiguration(
        address: .hostname(address, port: port),
        availableConnectionsDelegate: MaximumAvailableConnections(affordable(maxConnections))),
      onServerRunning: { channel in await onServerRunning(channel.localAddress?.port ?? port) },
      logger: logger)
  }

  public func run() async throws { try await application.run() }
}

/// No more connections than half of the files that this process may have open.
private func affordable(_ connections: Int) -> Int {
  var limit = rlimit()
  guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return connections }
  return min(connections, Int(clamping: limit.rlim_cur / 2))
}
