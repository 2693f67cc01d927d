import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import Zones

/// One TLS connection to a syslog receiver.
final class SyslogConnection: Sendable {
  private static let connectSeconds: Int64 = 5
  /// A receiver that accepts nothing for so long counts as gone.
  private static let sendSeconds: Int64 = 30
  private static let pollMilliseconds = 5

  private let channel: any Channel
  private let failure: FirstFailure

  private init(channel: any Channel, failure: FirstFailure) {
    self.channel = channel
    self.failure = failure
  }

  /// Connects. Whether the two accept each other's certificates shows at the first `send`.
  static func open(_ target: SyslogTarget, _ context: NIOSSLContext) async throws -> SyslogConnection {
    let failure = FirstFailure()
    let channel: any Channel
    do {
      channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connectTimeout(.seconds(connectSeconds))
        .channelOption(.socketOption(.so_keepalive), value: 1)
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            let tls = try NIOSSLClientHandler(
              context: context, serverHostname: target.host.isIPAddress ? nil : target.host)
            try channel.pipeline.syncOperations.addHandlers([tls, FailureHandler(failure)])
          }
        }
        .connect(host: target.host, port: target.port).get()
    } catch {
      throw ForwardError("\(target.host):\(target.port) cannot be reached: \(Self.reason(error))")
    }
    return SyslogConnection(channel: channel, failure: failure)
  }

  var isActive: Bool { channel.isActive }

  /// Returns once the other end's TCP has acknowledged the bytes: syslog itself acknowledges nothing.
  func send(_ bytes: [UInt8]) async throws {
    let channel = self.channel
    let deadline = channel.eventLoop.scheduleTask(in: .seconds(Self.sendSeconds)) {
      channel.close(mode: .all, promise: nil)
    }
    defer { deadline.cancel() }
    try await withTaskCancellationHandler {
      do {
        try await channel.writeAndFlush(channel.allocator.buffer(bytes: bytes)).get()
        while try await outstandingBytes() > 0 { try await Task.sleep(for: .milliseconds(Self.pollMilliseconds)) }
      } catch {
        throw ForwardError("the connection failed: \(Self.reason(failure.first ?? error))")
      }
    } onCancel: {
      channel.close(mode: .all, promise: nil)
    }
  }

  func close() async { try? await channel.close() }

  /// Bytes handed to the system but not acknowledged yet.
  private func outstandingBytes() async throws -> Int {
    guard let options = channel as? any SocketOptionProvider else { return 0 }
    let state: TCPState = try await options.unsafeGetSocketOption(level: .tcp, name: .tcp_info).get()
    return state.outstanding
  }

  private static func reason(_ error: any Error) -> String {
    let text = "\(error)"
    if text.contains("CERTIFICATE_VERIFY_FAILED") {
      return "the receiver's certificate is not valid, or not from the authority in trust"
    }
    if text.contains("failedToValidateHostname") || text.contains("unableToValidateHostname") {
      return "the receiver's certificate is for another name"
    }
    if text.contains("CERTIFICATE_REQUIRED") { return "the receiver asks for a client certificate" }
    return text
  }
}

/// The beginning of Linux's `struct tcp_info`; glibc's own ends before the second of the two fields.
private struct TCPState {
  private static let unackedOffset = 24
  private static let notSentOffset = 144

  private var words = InlineWords()

  /// Segments and bytes, added: only zero matters.
  var outstanding: Int {
    withUnsafeBytes(of: words) { bytes in
      Int(bytes.load(fromByteOffset: Self.unackedOffset, as: UInt32.self))
        + Int(bytes.load(fromByteOffset: Self.notSentOffset, as: UInt32.self))
    }
  }
}

/// 152 bytes.
private struct InlineWords {
  private typealias Six = (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)
  private var first: Six = (0, 0, 0, 0, 0, 0)
  private var second: Six = (0, 0, 0, 0, 0, 0)
  private var third: Six = (0, 0, 0, 0, 0, 0)
  private var last: UInt64 = 0
}

/// Why a connection ended, if an error said so.
private final class FirstFailure: Sendable {
  private let error = Mutex<(any Error)?>(nil)
  var first: (any Error)? { error.withLock { $0 } }
  func note(_ new: any Error) { error.withLock { $0 = $0 ?? new } }
}

/// Records errors, and drops what the receiver sends: syslog is one-way.
private final class FailureHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  private let failure: FirstFailure

  init(_ failure: FirstFailure) { self.failure = failure }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    failure.note(error)
    context.close(promise: nil)
  }
}

extension String {
  fileprivate var isIPAddress: Bool { (try? SocketAddress(ipAddress: self, port: 0)) != nil }
}
