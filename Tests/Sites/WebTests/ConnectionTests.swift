import FairQueues
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOTLS
import Testing

@testable import Web

/// A socket that takes what is written when it is told to.
private final class StuckSocket: ChannelOutboundHandler {
  typealias OutboundIn = ByteBuffer
  private var promises: [EventLoopPromise<Void>] = []

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if let promise { promises.append(promise) }
  }

  @discardableResult
  func takeOne() -> Bool {
    guard !promises.isEmpty else { return false }
    promises.removeFirst().succeed()
    return true
  }

  deinit { for promise in promises { promise.fail(ChannelError.ioOnClosedChannel) } }
}

/// A connection without a socket and with a clock that goes when it is told to; what TLS does is left out.
private final class TestConnection {
  let channel = EmbeddedChannel()
  let connections: OpenConnections
  private let seen = Seen()

  /// What the site would see, and its answers.
  private final class Seen: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart
    var heads: [String] = []
    var bytes = 0

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head): heads.append(head.uri)
      case .body(let body): bytes += body.readableBytes
      case .end: break
      }
    }
  }

  init(
    from source: Source = "192.0.2.1", among connections: OpenConnections = OpenConnections(most: 100),
    behind socket: StuckSocket? = nil, isShaken: Bool = true
  ) throws {
    self.connections = connections
    let watch = ConnectionWatch(connections: connections, patience: .standard, loop: channel.eventLoop)
    let pipeline = channel.pipeline.syncOperations
    if let socket { try pipeline.addHandler(socket) }
    try pipeline.addHandler(watch)
    watch.count(from: source)
    try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: false, withErrorHandling: false)
    let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
    try pipeline.addHandler(OneRequestAtATime(watch: watch), position: .after(decoder))
    try pipeline.addHandler(seen)
    try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
    if isShaken {
      channel.pipeline.fireUserInboundEventTriggered(TLSUserEvent.handshakeCompleted(negotiatedProtocol: nil))
    }
  }

  var heads: [String] { seen.heads }
  var bytes: Int { seen.bytes }
  var isOpen: Bool { channel.isActive }

  func receive(_ text: String) throws {
    try channel.writeInbound(ByteBuffer(string: text))
    channel.pipeline.syncOperations.read()
    channel.embeddedEventLoop.run()
  }

  func pass(seconds: Int64) {
    channel.embeddedEventLoop.advanceTime(by: .seconds(seconds))
    channel.embeddedEventLoop.run()
  }

  func answer(closing: Bool = false, parts: Int = 0) throws {
    let headers: HTTPHeaders =
      closing ? ["Content-Length": "\(parts)", "Connection": "close"] : ["Content-Length": "\(parts)"]
    let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)
    try channel.pipeline.syncOperations.writeOutbound(.head(head))
    for _ in 0..<parts {
      try channel.pipeline.syncOperations.writeOutbound(.body(.byteBuffer(ByteBuffer(string: "x"))))
    }
    try channel.pipeline.syncOperations.writeOutbound(.end(nil))
    channel.embeddedEventLoop.run()
  }

  /// What went out since the last time.
  func sent() throws -> String {
    var text = ""
    while let buffer = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
    return text
  }
}

extension ChannelPipeline.SynchronousOperations {
  fileprivate func writeOutbound(_ part: HTTPServerResponsePart) throws { writeAndFlush(NIOAny(part), promise: nil) }
}

@Suite struct RequestsOfAConnection {
  @Test(arguments: [
    "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", "GET /\u{301} HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: \(String(repeating: "a", count: 300))\r\n\r\n",
  ])
  func `that are none get 400 and the connection's end`(text: String) throws {
    let connection = try TestConnection()
    // The decoder refuses some of these itself, which is the server's to answer.
    try? connection.receive(text)
    #expect(connection.heads.isEmpty)
    if connection.isOpen, case let sent = try connection.sent(), !sent.isEmpty {
      #expect(sent.hasPrefix("HTTP/1.1 400") && sent.contains("Connection: close"))
      try connection.receive("GET /second HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(connection.heads.isEmpty)
      connection.pass(seconds: 3)
      #expect(!connection.isOpen)
    }
  }

  @Test(arguments: ["a", "a.example:8443", "127.0.0.1", "[::1]:443", "[2001:db8::1]", "LOCALHOST"])
  func `name their host soundly`(host: String) throws {
    let connection = try TestConnection()
    try connection.receive("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
    #expect(connection.heads == ["/"])
  }

  @Test func `come one at a time, however many are sent`() throws {
    let connection = try TestConnection()
    try connection.receive((1...50).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
    #expect(connection.heads == ["/1"])
    for number in 1...49 {
      try connection.answer()
      #expect(connection.heads.count == number + 1)
    }
    try connection.answer()
    try connection.receive("POST /51 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
    #expect(connection.heads.last == "/51" && connection.bytes == 3)
  }

  @Test(arguments: ["close", "Close", "keep-alive, close", "TE, CLOSE "])
  func `end with one that says so`(value: String) throws {
    let connection = try TestConnection()
    try connection.receive(
      "GET /1 HTTP/1.1\r\nHost: a\r\nConnection: \(value)\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
    try connection.answer()
    #expect(try connection.sent().contains("Connection: close"))
    #expect(connection.heads == ["/1"])
    connection.pass(seconds: 3)
    #expect(!connection.isOpen)
  }

  @Test func `end with an answer that says so`() throws {
    let connection = try TestConnection()
    let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    try connection.receive(request + request)
    try connection.answer(closing: true)
    try connection.receive(request)
    #expect(connection.heads.count == 1)
  }
}

@Suite struct SlowConnections {
  @Test func `have ten seconds for the handshake`() throws {
    let connection = try TestConnection(isShaken: false)
    connection.pass(seconds: 9)
    #expect(connection.isOpen)
    connection.pass(seconds: 6)
    #expect(!connection.isOpen && connection.connections.count == 0)
  }

  @Test func `have ten seconds for a head, dripping or not`() throws {
    let connection = try TestConnection()
    for byte in "GET / HTTP/1.1" {
      guard connection.isOpen else { break }
      try connection.receive(String(byte))
      connection.pass(seconds: 2)
    }
    #expect(!connection.isOpen)
  }

  @Test func `may be idle for a minute`() throws {
    let connection = try TestConnection()
    connection.pass(seconds: 55)
    #expect(connection.isOpen)
    connection.pass(seconds: 10)
    #expect(!connection.isOpen)
  }

  @Test func `must bring so much of a body at a time`() throws {
    let connection = try TestConnection()
    let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"
    try connection.receive(head)
    for _ in 0..<20 {
      try connection.receive(String(repeating: "x", count: 2_048))
      connection.pass(seconds: 5)
    }
    #expect(connection.isOpen && connection.bytes == 40_960)
    for _ in 0..<8 where connection.isOpen {
      try connection.receive("x")
      connection.pass(seconds: 10)
    }
    #expect(!connection.isOpen)
  }

  @Test func `that take nothing of their answer for a minute are left, and none that takes it slowly`() throws {
    for isSlow in [true, false] {
      let socket = StuckSocket()
      let connection = try TestConnection(behind: socket)
      try connection.receive("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      try connection.answer(parts: 20)
      for _ in 0..<4 {
        connection.pass(seconds: 20)
        if isSlow { socket.takeOne() }
      }
      #expect(connection.isOpen == isSlow)
      while isSlow, socket.takeOne() {}
      connection.pass(seconds: 6)
      #expect(!connection.isOpen)
    }
  }

  @Test func `are left three seconds when the site stops`() throws {
    let connection = try TestConnection()
    try connection.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nx")
    connection.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    connection.pass(seconds: 3)
    #expect(!connection.isOpen)
  }

  @Test func `are not hurried while they are answered`() throws {
    let connection = try TestConnection()
    try connection.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    connection.pass(seconds: 600)
    #expect(connection.isOpen)
  }
}

@Suite struct ManyConnections {

  @Test func `of one source make room for others, its idle ones first, and never one that is answered`() throws {
    let connections = OpenConnections(most: 200)
    let flood = try (0..<10).map { _ in try TestConnection(from: "203.0.113.9", among: connections) }
    for connection in flood { try connection.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n") }
    let silent = try (0..<400).map { _ in
      try TestConnection(from: "203.0.113.9", among: connections, isShaken: false)
    }
    let honest = try (0..<50).map { try TestConnection(from: "192.0.2.\($0)", among: connections) }
    for connection in silent + honest { connection.channel.embeddedEventLoop.run() }
    #expect(honest.allSatisfy { $0.isOpen })
    #expect(flood.allSatisfy { $0.isOpen }, "they are being answered")
    #expect(connections.count <= 176 && silent.filter { $0.isOpen }.count <= 126)
  }

  @Test func `of one network of version 6 make room for single addresses`() throws {
    let connections = OpenConnections(most: 200)
    let silent = try (0..<170).map {
      try TestConnection(from: "2001:db8:1:\(String($0, radix: 16))::1", among: connections, isShaken: false)
    }
    let honest = try (0..<60).map { try TestConnection(from: "192.0.2.\($0)", among: connections) }
    for connection in silent + honest { connection.channel.embeddedEventLoop.run() }
    #expect(honest.allSatisfy { $0.isOpen })
    #expect(silent.contains { !$0.isOpen })
  }

  @Test func `of one source may be a thousand and more where there is room`() throws {
    let connections = OpenConnections(most: 4_096)
    let tokens = (0..<3_000).map { Token($0) }
    for token in tokens { connections.open(ObjectIdentifier(token), from: "192.0.2.1") { Issue.record("closed") } }
    #expect(connections.count == tokens.count)
  }

  private final class Token {
    let number: Int
    init(_ number: Int) { self.number = number }
  }
}
