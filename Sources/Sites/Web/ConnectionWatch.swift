import FairQueues
import NIOCore

/// How long a connection may take for what. Whoever is slower is hung up on; none of these waits holds a turn.
struct ConnectionPatience: Sendable {
  static let standard = ConnectionPatience()

  /// From the connection's beginning to the end of the TLS handshake.
  var handshakeSeconds: Int64 = 10
  /// From a request's first byte to the end of its head.
  var headSeconds: Int64 = 10
  /// Between two requests.
  var idleSeconds: Int64 = 60
  /// While a body is awaited, at least `bodyMinBytes` must come in each such span.
  var bodySeconds: Int64 = 15
  var bodyMinBytes = 4_096
  /// Something of an answer must be taken in such a time.
  var writeSeconds: Int64 = 60
  /// After the last answer was written, or the site's stop: to leave, and as long again to be left.
  var lingerSeconds: Int64 = 3
  /// How often a connection is looked at.
  var lookSeconds: Int64 = 5
}

/// Stands at the socket's end of a connection's pipeline and sees bytes as they come and go. Hangs up, past TLS's
/// leave-taking, on whoever is too slow; tells `OpenConnections` what the connection is at. Lives on one event loop.
final class ConnectionWatch: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let connections: OpenConnections
  private let patience: ConnectionPatience
  private var context: ChannelHandlerContext?
  private var identity: ObjectIdentifier?
  private var looking: RepeatedTask?

  private var stage = OpenConnections.Stage.beginning
  private var isShaken = false
  private var stageBegan: NIODeadline
  private var isReading = false
  private var spanBegan: NIODeadline
  private var spanBytes = 0
  private var unwritten = 0
  private var isEnding = false
  private var lastWritten: NIODeadline
  private let loop: any EventLoop

  init(connections: OpenConnections, patience: ConnectionPatience, loop: any EventLoop) {
    self.connections = connections
    self.patience = patience
    self.loop = loop
    (stageBegan, spanBegan, lastWritten) = (loop.now, loop.now, loop.now)
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    let every = TimeAmount.seconds(patience.lookSeconds)
    let bound = NIOLoopBound(self, eventLoop: loop)
    looking = context.eventLoop.scheduleRepeatedTask(initialDelay: every, delay: every) { _ in bound.value.look() }
  }

  func handlerRemoved(context: ChannelHandlerContext) { end() }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  private func end() {
    looking?.cancel()
    looking = nil
    if let identity { connections.close(identity) }
    context = nil
  }

  /// Lets the connection count, once it is known whom it is from.
  func count(from source: Source) {
    guard let context else { return }
    let (bound, loop) = (NIOLoopBound(self, eventLoop: loop), self.loop)
    let identity = ObjectIdentifier(context.channel)
    self.identity = identity
    connections.open(identity, from: source) { loop.execute { bound.value.hangUp() } }
  }

  // MARK: What the other end of the pipeline tells.

  func handshakeEnded() {
    isShaken = true
    move(to: .idle)
  }

  func headEnded() { move(to: .receiving) }

  func bodyEnded() { if stage == .receiving { move(to: .answering) } }

  /// - Parameter isLast: nothing more is answered; once all of it is written the connection ends.
  func answerEnded(isLast: Bool) {
    move(to: .idle)
    isEnding = isLast
    if isLast, unwritten == 0 { hangUpSoon() }
  }

  /// Takes leave in a few seconds, and if the other end does not, hangs up in a few more.
  ///
  /// - Parameter atOnce: also where an answer is not written to its end yet; else that is waited for.
  func hangUpSoon(atOnce: Bool = false) {
    let bound = NIOLoopBound(self, eventLoop: loop)
    let linger = TimeAmount.seconds(patience.lingerSeconds)
    loop.scheduleTask(in: linger) {
      guard atOnce || bound.value.unwritten == 0 else {
        bound.value.isEnding = true
        return
      }
      bound.value.context?.channel.close(promise: nil)
      bound.value.loop.scheduleTask(in: linger) { bound.value.hangUp() }
    }
  }

  private func move(to stage: OpenConnections.Stage) {
    self.stage = stage
    (stageBegan, spanBegan, spanBytes) = (loop.now, loop.now, 0)
    if let identity { connections.move(identity, to: stage) }
  }

  private func hangUp() { context?.close(promise: nil) }

  // MARK: Time.

  private func look() {
    let now = loop.now
    if unwritten > 0, now - lastWritten >= .seconds(patience.writeSeconds) { return hangUp() }
    switch stage {
    case .beginning:
      let limit = isShaken ? patience.headSeconds : patience.handshakeSeconds
      if now - stageBegan >= .seconds(limit) { hangUp() }
    case .idle: if unwritten == 0, now - stageBegan >= .seconds(patience.idleSeconds) { hangUp() }
    case .receiving:
      // What we do not ask for cannot come.
      guard isReading else {
        (spanBegan, spanBytes) = (now, 0)
        return
      }
      guard now - spanBegan >= .seconds(patience.bodySeconds) else { return }
      if spanBytes < patience.bodyMinBytes { return hangUp() }
      (spanBegan, spanBytes) = (now, 0)
    case .answering: break
    }
  }

  // MARK: Bytes.

  func read(context: ChannelHandlerContext) {
    isReading = true
    context.read()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    isReading = false
    spanBytes += unwrapInboundIn(data).readableBytes
    if isShaken, stage == .idle { move(to: .beginning) }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let promise = promise ?? context.eventLoop.makePromise()
    if unwritten == 0 { lastWritten = loop.now }
    unwritten += 1
    let bound = NIOLoopBound(self, eventLoop: loop)
    promise.futureResult.whenComplete { _ in bound.value.noteWritten() }
    context.write(data, promise: promise)
  }

  private func noteWritten() {
    unwritten -= 1
    lastWritten = loop.now
    if isEnding, unwritten == 0 {
      isEnding = false
      hangUpSoon()
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is ChannelShouldQuiesceEvent { hangUpSoon(atOnce: true) }
    context.fireUserInboundEventTriggered(event)
  }
}
