import Testing

@testable import Web

@Suite struct MultipartParserTests {
  private static let type = "multipart/form-data; boundary=\"--b42\""
  private static let body = Array(
    """
    preamble\r
    ----b42\r
    Content-Disposition: form-data; name="csrf"\r
    \r
    token\r
    ----b42\r
    content-disposition: form-data; name="attachment"; filename="a \\"b\\" %22c%22.txt"\r
    Content-Type: text/plain\r
    \r
    line\r
    --\r
    ----b4 is no boundary\r\r
    end\r
    ----b42\r
    Content-Disposition: form-data; name="empty"\r
    \r
    \r
    ----b42--\r
    epilogue
    """.utf8)

  /// All events, with the bytes of a part put together.
  private func read(_ pieces: [[UInt8]], type: String = type, maxParts: Int = 10) throws -> [MultipartParser.Event] {
    var parser = try MultipartParser(contentType: type, maxParts: maxParts)
    var events: [MultipartParser.Event] = []
    for piece in pieces {
      for event in try parser.push(piece) {
        if case .bytes(let more) = event, case .bytes(let before) = events.last {
          events[events.count - 1] = .bytes(before + more)
        } else {
          events.append(event)
        }
      }
    }
    try parser.finish()
    return events
  }

  private func wholeForm() throws -> [MultipartParser.Event] { try read([Self.body]) }

  @Test func `a form is read part by part`() throws {
    let events = try wholeForm()
    #expect(events.count == 8)
    guard case .began(let first) = events[0], case .began(let second) = events[3] else {
      Issue.record("\(events)")
      return
    }
    #expect(first.name == "csrf" && first.fileName == nil)
    #expect(events[1] == .bytes(Array("token".utf8)))
    #expect(second.name == "attachment" && second.fileName == "a \"b\" \"c\".txt")
    #expect(events[4] == .bytes(Array("line\r\n--\r\n----b4 is no boundary\r\r\nend".utf8)))
  }

  @Test func `every split of the body in two gives the same parts`() throws {
    let whole = try wholeForm()
    for place in 0...Self.body.count {
      #expect(try read([Array(Self.body[..<place]), Array(Self.body[place...])]) == whole)
    }
  }

  @Test func `pieces of any one size give the same parts`() throws {
    let whole = try wholeForm()
    for size in 1...40 {
      let pieces = stride(from: 0, to: Self.body.count, by: size).map {
        Array(Self.body[$0..<min($0 + size, Self.body.count)])
      }
      #expect(try read(pieces) == whole)
    }
  }

  @Test func `a body cut short at any place is malformed`() {
    let end = Self.body.count - "\r\nepilogue".utf8.count
    for place in 0..<end {
      #expect(throws: MultipartParser.Malformed.self) { try read([Array(Self.body[..<place])]) }
    }
  }

  @Test(arguments: [
    "multipart/form-data", "multipart/form-data; boundary=", "text/plain; boundary=x", "",
    "multipart/form-data; boundary=" + String(repeating: "x", count: 71),
  ])
  func `a type without a usable boundary is refused`(type: String) {
    #expect(throws: MultipartParser.Malformed.self) { try MultipartParser(contentType: type, maxParts: 1) }
  }

  @Test func `more parts than allowed are refused`() {
    #expect(throws: MultipartParser.Malformed.self) { try read([Self.body], maxParts: 2) }
  }

  @Test func `endless headers are refused before they fill the memory`() {
    let endless = Array("----b42\r\nX: ".utf8) + [UInt8](repeating: 0x61, count: 9_000)
    #expect(throws: MultipartParser.Malformed.self) { try read([endless]) }
  }

  @Test func `a part without a name is refused`() {
    let body = Array("----b42\r\nContent-Type: text/plain\r\n\r\nx\r\n----b42--".utf8)
    #expect(throws: MultipartParser.Malformed.self) { try read([body]) }
  }

  @Test func `a part's bytes are not kept`() throws {
    var parser = try MultipartParser(contentType: Self.type, maxParts: 1)
    _ = try parser.push(Array("----b42\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n".utf8))
    let piece = [UInt8](repeating: 0x0D, count: 100_000)
    for _ in 0..<20 {
      let events = try parser.push(piece)
      let bytes = events.reduce(0) { if case .bytes(let bytes) = $1 { $0 + bytes.count } else { $0 } }
      #expect(bytes >= 99_990)
    }
  }
}
