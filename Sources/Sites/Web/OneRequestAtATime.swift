import NIOCore
import NIOHTTP1
import NIOTLS

/// Stands behind the HTTP decoder: refuses requests that are none, lets the next one of a connection in only once the
/// last is answered, and none after `Connection: close`. Lives on one event loop.
final class OneRequestAtATime: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private let watch: ConnectionWatch
  /// A head went in, and its end did not yet.
  private var isReceiving = false
  /// A head went in, and its answer did not end yet.
  private var isAnswering = false
  /// The request that is being answered is the connection's last.
  private var isLast = false
  /// Nothing more is let in.
  private var isClosed = false
  /// What came in while an answer was awaited: no more than one read of the socket brings.
  private var held = CircularBuffer<HTTPServerRequestPart>()
  private var owesRead = false

  init(watch: ConnectionWatch) { self.watch = watch }

  private var mustWait: Bool { isAnswering && !isReceiving }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted? = event as? TLSUserEvent { watch.handshakeEnded() }
    context.fireUserInboundEventTriggered(event)
  }

  /// What follows the last request may be anything; the answer to it goes out all the same.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard !isClosed, !(isLast && mustWait) else { return }
    context.fireErrorCaught(error)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isClosed else { return }
    let part = unwrapInboundIn(data)
    if mustWait || !held.isEmpty { held.append(part) } else { take(part, context) }
  }

  func read(context: ChannelHandlerContext) {
    if mustWait && !isClosed { owesRead = true } else { context.read() }
  }

  private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
    switch part {
    case .head(let head):
      guard RequestHead.isSound(head) else { return refuse(context) }
      (isReceiving, isAnswering, isLast) = (true, true, RequestHead.isLast(head))
      watch.headEnded()
    case .body: break
    case .end:
      isReceiving = false
      if isAnswering { watch.bodyEnded() }
    }
    context.fireChannelRead(wrapInboundOut(part))
  }

  /// 400, and the end of the connection.
  private func refuse(_ context: ChannelHandlerContext) {
    close()
    let headers: HTTPHeaders = ["Connection": "close", "Content-Length": "0"]
    let head = HTTPResponseHead(version: .http1_1, status: .badRequest, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    watch.hangUpSoon()
  }

  private func close() {
    isClosed = true
    held.removeAll()
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(var head):
      guard !isClosed else { return drop(promise) }
      if RequestHead.saysClose(head.headers) { isLast = true }
      if isLast { head.headers.replaceOrAdd(name: "Connection", value: "close") }
      context.write(wrapOutboundOut(.head(head)), promise: promise)
    case .body:
      guard !isClosed else { return drop(promise) }
      context.write(data, promise: promise)
    case .end:
      guard !isClosed else { return drop(promise) }
      context.write(data, promise: promise)
      isAnswering = false
      if isLast { close() }
      watch.answerEnded(isLast: isLast)
      letIn(context)
    }
  }

  private func drop(_ promise: EventLoopPromise<Void>?) { promise?.fail(ChannelError.ioOnClosedChannel) }

  /// Lets in what was held, up to the end of one request.
  private func letIn(_ context: ChannelHandlerContext) {
    let hadHeld = !held.isEmpty
    while !mustWait, !isClosed, let part = held.popFirst() { take(part, context) }
    if hadHeld { context.fireChannelReadComplete() }
    if owesRead, !mustWait || isClosed {
      owesRead = false
      context.read()
    }
  }
}

/// What RFC 9112 asks of a request's head.
enum RequestHead {
  static let hostMaxBytes = 260

  /// One `Host`, and a sound one (HTTP/1.0 may do without); a target in ASCII; no transfer coding in HTTP/1.0.
  static func isSound(_ head: HTTPRequestHead) -> Bool {
    let hosts = head.headers["Host"]
    guard head.uri.utf8.allSatisfy({ (0x21..<0x7F).contains($0) }), hosts.allSatisfy(isHost) else { return false }
    switch head.version {
    case .http1_1: return hosts.count == 1
    case .http1_0: return hosts.count <= 1 && !head.headers.contains(name: "Transfer-Encoding")
    default: return false
    }
  }

  /// A name, an IPv4 address, or an IPv6 one in brackets, and perhaps a port.
  static func isHost(_ text: String) -> Bool {
    let bytes = Array(text.utf8.prefix(hostMaxBytes + 1))
    guard (1...hostMaxBytes).contains(bytes.count) else { return false }
    var name = bytes[...]
    if let colon = bytes.lastIndex(of: UInt8(ascii: ":")), bytes[colon...].count <= 6,
      bytes[(colon + 1)...].allSatisfy({ (0x30...0x39).contains($0) }), bytes.last != UInt8(ascii: "]")
    {
      name = bytes[..<colon]
    }
    let isAddress = name.first == UInt8(ascii: "[") && name.last == UInt8(ascii: "]") && name.count > 2
    if isAddress { name = name.dropFirst().dropLast() }
    return !name.isEmpty
      && name.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."):
          true
        case UInt8(ascii: "-"), UInt8(ascii: "_"): !isAddress
        case UInt8(ascii: ":"): isAddress
        default: false
        }
      }
  }

  static func isLast(_ head: HTTPRequestHead) -> Bool { saysClose(head.headers) || !head.isKeepAlive }

  static func saysClose(_ headers: HTTPHeaders) -> Bool {
    headers["Connection"].contains { value in
      value.utf8.prefix(1_000).split(separator: UInt8(ascii: ",")).contains { token in
        token.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }.map { $0 | 0x20 }.elementsEqual(
          "close".utf8)
      }
    }
  }
}
