import FairQueues
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Synchronization
public import Zones

/// Who is believed when they say whom they pass on. Everybody else is taken for who they are, whatever they send.
public struct TrustedProxies: Sendable {
  let kind: ProxyConfiguration.Kind
  let announced = AnnouncedAddresses()
  private let ranges: [NetworkRange]

  public init(_ configuration: ProxyConfiguration) {
    kind = configuration.kind
    ranges = configuration.addresses.compactMap { NetworkRange($0) }
  }

  func contains(_ address: String) -> Bool { ranges.contains { $0.contains(address) } }

  /// Where a request comes from: the nearest address that is no proxy of ours, as far as proxies of ours name it.
  func source(of request: Request, _ connection: any WebConnection) -> String? {
    guard let peer = connection.remoteAddress, contains(peer) else { return connection.remoteAddress }
    switch kind {
    case .proxyProtocol: return connection.identity.flatMap { announced[$0] } ?? peer
    case .forwarded:
      guard let name = HTTPField.Name("Forwarded") else { return peer }
      return source(passedOnBy: peer, request.headers[values: name])
    }
  }

  func source(passedOnBy peer: String, _ headers: [String]) -> String {
    guard !headers.isEmpty, let hops = ForwardedHeader.addresses(in: headers.joined(separator: ",")) else {
      return peer
    }
    var source = peer
    for hop in hops.reversed() where contains(source) {
      guard let hop, let address = IPAddress(hop) else { return source }
      source = address.text
    }
    return source
  }
}

/// What proxies have said at the beginning of the connections that are open.
final class AnnouncedAddresses: Sendable {
  private let addresses = Mutex<[ObjectIdentifier: String]>([:])

  subscript(_ channel: ObjectIdentifier) -> String? { addresses.withLock { $0[channel] } }

  func note(_ address: String, for channel: any Channel) {
    let key = ObjectIdentifier(channel)
    addresses.withLock { $0[key] = address }
    channel.closeFuture.whenComplete { [self] _ in addresses.withLock { $0[key] = nil } }
  }
}

/// Takes the PROXY protocol off a connection before TLS begins.
struct ProxiedChannel<Base: ServerChildChannel>: ServerChildChannel {
  typealias Value = Base.Value
  let base: Base
  let proxies: TrustedProxies?

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    guard let proxies, proxies.kind == .proxyProtocol, let peer = channel.remoteAddress?.ipAddress,
      proxies.contains(peer)
    else { return base.setup(channel: channel, logger: logger) }
    return channel.eventLoop.makeCompletedFuture {
      try channel.pipeline.syncOperations.addHandler(ProxyPreambleHandler(announced: proxies.announced))
    }.flatMap { base.setup(channel: channel, logger: logger) }
  }

  func handle(value: Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}

/// Reads a preamble, notes the address that it names, and gets out of the way; hangs up where there is none.
private final class ProxyPreambleHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let announced: AnnouncedAddresses
  private var buffer: [UInt8] = []

  init(announced: AnnouncedAddresses) { self.announced = announced }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    buffer.append(contentsOf: unwrapInboundIn(data).readableBytesView)
    switch ProxyPreamble.read(buffer) {
    case .needsMore: break
    case .malformed: context.close(promise: nil)
    case .complete(let address, let length):
      if let address {
        announced.note(address, for: context.channel)
        // A connection that its proxy opened for itself is not counted.
        if let watch = try? context.pipeline.syncOperations.handler(type: ConnectionWatch.self) {
          watch.count(from: Source(address))
        }
      }
      let rest = context.channel.allocator.buffer(bytes: buffer[length...])
      buffer = []
      if rest.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(rest)) }
      context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
  }
}
