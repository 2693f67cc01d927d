import FairQueues
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// A connection with everything that watches over it, around the channel that reads its requests.
struct WatchedChannel<Base: ServerChildChannel>: ServerChildChannel {
  typealias Value = Base.Value
  let base: Base
  let connections: OpenConnections
  let patience: ConnectionPatience
  let proxies: TrustedProxies?

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    let (connections, patience, source) = (self.connections, self.patience, countedSource(of: channel))
    return channel.eventLoop.makeCompletedFuture {
      let watch = ConnectionWatch(connections: connections, patience: patience, loop: channel.eventLoop)
      try channel.pipeline.syncOperations.addHandler(watch)
      if let source { watch.count(from: source) }
      return NIOLoopBound(watch, eventLoop: channel.eventLoop)
    }.flatMap { watch in
      base.setup(channel: channel, logger: logger).flatMapThrowing { value in
        let pipeline = channel.pipeline.syncOperations
        let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
        try pipeline.addHandler(OneRequestAtATime(watch: watch.value), position: .after(decoder))
        return value
      }
    }
  }

  /// Nil for our own proxies, which bring many people's connections: those of the PROXY protocol count once they have
  /// said from whom they are.
  private func countedSource(of channel: any Channel) -> Source? {
    let peer = channel.remoteAddress?.ipAddress ?? ""
    return proxies?.contains(peer) == true ? nil : Source(peer)
  }

  func handle(value: Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}
