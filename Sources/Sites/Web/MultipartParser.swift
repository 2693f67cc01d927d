/// Reads `multipart/form-data` (RFC 7578) from bytes that come in pieces of any size, and keeps no more of a part than a
/// boundary's length.
public struct MultipartParser: Sendable {
  public enum Event: Equatable, Sendable {
    case began(MultipartPart)
    /// Bytes of the part that began last.
    case bytes([UInt8])
    case ended
  }

  /// The body is not what it says, or past a limit.
  public struct Malformed: Error {}

  static let boundaryMaxBytes = 70
  static let headersMaxBytes = 8_192

  private enum State: Sendable {
    case preamble
    case afterBoundary
    case headers([String])
    case body
    case epilogue
  }

  private let delimiter: [UInt8]
  private let maxParts: Int
  private var state = State.preamble
  private var buffer: [UInt8] = Array("\r\n".utf8)
  private var headerBytes = 0
  private var parts = 0

  /// - Parameters:
  ///   - contentType: the request's header; its boundary has 1 to 70 characters.
  ///   - maxParts: how many parts are read.
  public init(contentType: String, maxParts: Int) throws(Malformed) {
    guard let boundary = multipartBoundary(of: contentType), (1...Self.boundaryMaxBytes).contains(boundary.utf8.count)
    else { throw Malformed() }
    delimiter = Array("\r\n--\(boundary)".utf8)
    self.maxParts = maxParts
  }

  /// Takes the next piece.
  public mutating func push(_ bytes: [UInt8]) throws(Malformed) -> [Event] {
    buffer.append(contentsOf: bytes)
    var events: [Event] = []
    while try step(&events) {}
    return events
  }

  /// Says that the body ended. Throws where its closing boundary is missing.
  public func finish() throws(Malformed) {
    guard case .epilogue = state else { throw Malformed() }
  }

  /// - Returns: false where more bytes are needed.
  private mutating func step(_ events: inout [Event]) throws(Malformed) -> Bool {
    switch state {
    case .preamble: return skipPreamble()
    case .afterBoundary: return try endBoundary()
    case .headers(let lines): return try readHeader(after: lines, &events)
    case .body: return readBody(&events)
    case .epilogue:
      buffer.removeAll()
      return false
    }
  }

  private mutating func skipPreamble() -> Bool {
    let (start, whole) = findDelimiter()
    buffer.removeFirst(whole ? start + delimiter.count : start)
    if whole { state = .afterBoundary }
    return whole
  }

  private mutating func endBoundary() throws(Malformed) -> Bool {
    guard buffer.count >= 2 else { return false }
    if buffer.starts(with: "--".utf8) {
      state = .epilogue
      return true
    }
    guard let end = findLineEnd() else {
      if buffer.count > 256 { throw Malformed() }
      return false
    }
    guard buffer[..<end].allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else { throw Malformed() }
    parts += 1
    guard parts <= maxParts else { throw Malformed() }
    buffer.removeFirst(end + 2)
    headerBytes = 0
    state = .headers([])
    return true
  }

  private mutating func readHeader(after lines: [String], _ events: inout [Event]) throws(Malformed) -> Bool {
    guard let end = findLineEnd() else {
      if headerBytes + buffer.count > Self.headersMaxBytes { throw Malformed() }
      return false
    }
    headerBytes += end + 2
    guard headerBytes <= Self.headersMaxBytes else { throw Malformed() }
    // Names are compared as text from here on.
    let line = WrittenText.withoutPiledMarks(String(decoding: buffer[..<end], as: UTF8.self))
    buffer.removeFirst(end + 2)
    guard line.isEmpty else {
      state = .headers(lines + [line])
      return true
    }
    guard let part = MultipartPart(headers: lines) else { throw Malformed() }
    events.append(.began(part))
    state = .body
    return true
  }

  private mutating func readBody(_ events: inout [Event]) -> Bool {
    let (start, whole) = findDelimiter()
    if start > 0 { events.append(.bytes(Array(buffer[..<start]))) }
    buffer.removeFirst(whole ? start + delimiter.count : start)
    if whole {
      events.append(.ended)
      state = .afterBoundary
    }
    return whole
  }

  /// Where the delimiter starts, or where it might start with what comes next.
  private func findDelimiter() -> (start: Int, whole: Bool) {
    buffer.withUnsafeBufferPointer { buffer in
      var index = 0
      while let found = nextCarriageReturn(in: buffer, from: index) {
        let length = min(delimiter.count, buffer.count - found)
        if (1..<length).allSatisfy({ buffer[found + $0] == delimiter[$0] }) {
          return (found, length == delimiter.count)
        }
        index = found + 1
      }
      return (buffer.count, false)
    }
  }

  private func findLineEnd() -> Int? {
    buffer.withUnsafeBufferPointer { buffer in
      var index = 0
      while let found = nextCarriageReturn(in: buffer, from: index), found + 1 < buffer.count {
        if buffer[found + 1] == 0x0A { return found }
        index = found + 1
      }
      return nil
    }
  }
}
