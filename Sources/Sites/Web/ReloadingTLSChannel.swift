import HummingbirdCore
import Logging
import NIOCore
import NIOSSL

/// TLS with the certificate that the site has when a connection begins.
struct ReloadingTLSChannel<Base: ServerChildChannel>: ServerChildChannel {
  typealias Value = Base.Value
  let base: Base
  let certificate: SiteCertificate

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    channel.eventLoop.makeCompletedFuture {
      // The handshake takes any certificate of the other end; each request looks at it.
      let handler = NIOSSLServerHandler(
        context: certificate.context,
        customVerificationCallback: { _, promise in promise.succeed(.certificateVerified) })
      try channel.pipeline.syncOperations.addHandler(handler)
    }.flatMap { base.setup(channel: channel, logger: logger) }
  }

  func handle(value: Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}
