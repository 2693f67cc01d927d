import Glibc
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import NIOSSL
public import ServiceLifecycle
import UnixSignals

/// Serves a site over HTTPS until the service group stops it.
public struct SiteServer: Service {
  /// Whether browsers are asked for a certificate. The handshake takes any; each request looks at it.
  public enum ClientCertificate: Sendable {
    case none
    /// With the CAs to name to the browser, PEM files, so that it offers the right certificates.
    case asked(issuers: [String])
  }

  private let application: Application<SiteResponder>
  private let certificate: SiteCertificate

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
    let issuers: [NIOSSLCertificate]? =
      switch clientCertificate {
      case .none: nil
      case .asked(let files): try files.flatMap { try NIOSSLCertificate.fromPEMFile($0) }
      }
    let certificate = try SiteCertificate(paths: .init(chain: certificateChain, key: key), logger: logger) { tls in
      tls.minimumTLSVersion = .tlsv12
      tls.applicationProtocols = ["http/1.1"]
      // Of TLS 1.2, the suites that authenticate what they encrypt; TLS 1.3 has no others.
      tls.cipherSuiteValues = [
        .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
      ]
      guard let issuers else { return }
      tls.certificateVerification = .optionalVerification
      tls.trustRoots = .certificates(issuers)
      tls.sendCANameList = true
    }
    self.certificate = certificate
    let connections = OpenConnections(most: affordable(maxConnections))
    let http = HTTP1Channel.Configuration(
      idleTimeout: .seconds(ConnectionPatience.standard.idleSeconds),
      httpDecoderConfiguration: .init(maxHeaderFieldSize: 16_384, maxHeaderListSize: 32_768, maxHeaderFieldCount: 100))
    application = Application(
      responder: responder,
      server: HTTPServerBuilder { responder in
        WatchedChannel(
          base: ProxiedChannel(
            base: ReloadingTLSChannel(
              base: HTTP1Channel(responder: responder, configuration: http), certificate: certificate),
            proxies: proxies), connections: connections, patience: .standard, proxies: proxies)
      },
      configuration: ApplicationConfiguration(
        address: .hostname(address, port: port),
        availableConnectionsDelegate: MaximumAvailableConnections(connections.most)),
      onServerRunning: { channel in await onServerRunning(channel.localAddress?.port ?? port) },
      logger: logger)
  }

  /// Serves, and takes a new certificate when its files are replaced, or at SIGHUP.
  public func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await application.run() }
      group.addTask { await certificate.watch() }
      group.addTask {
        for await _ in await UnixSignalsSequence(trapping: .sighup) { certificate.reload() }
      }
      defer { group.cancelAll() }
      try await group.next()
    }
  }
}

/// No more connections than half of the files that this process may have open, of which it lets itself have as many as
/// its hard limit and its connections allow.
private func affordable(_ connections: Int) -> Int {
  var limit = rlimit()
  let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
  guard getrlimit(files, &limit) == 0 else { return connections }
  let wanted = min(limit.rlim_max, rlim_t(connections) * 4)
  if limit.rlim_cur < wanted {
    var raised = limit
    raised.rlim_cur = wanted
    if setrlimit(files, &raised) == 0 { limit = raised }
  }
  return min(connections, Int(clamping: limit.rlim_cur / 2))
}
