import HTTPTypes
import HummingbirdCore
import NIOCore

/// The fields of a form sent as `application/x-www-form-urlencoded`; of two of one name the first counts. Names are
/// compared as bytes; a value holds at most eight combining marks in a row, so that it may be compared as text.
public struct URLEncodedForm: Sendable {
  static let maxBytes = 262_144
  static let maxFields = 1_000
  /// A field of a longer name is none of ours, and left out.
  static let nameMaxBytes = 64

  private var fields: [(name: [UInt8], value: String)] = []

  /// All fields whose names are ASCII, by name.
  public var values: [String: String] {
    let named = fields.filter { $0.name.allSatisfy { $0 < 0x80 } }
    return Dictionary(named.map { (String(decoding: $0.name, as: UTF8.self), $0.value) }) { first, _ in first }
  }

  public subscript(name: String) -> String {
    fields.first { $0.name.elementsEqual(name.utf8) }?.value ?? ""
  }

  private static let type = "application/x-www-form-urlencoded"

  /// Reads a request's whole body: at most 256 KiB and 1,000 fields.
  ///
  /// - Throws: `WebFailure` for another type, for too much, and for a body that ends early.
  public static func read(_ request: WebRequest) async throws -> URLEncodedForm {
    let type = (request.request.headers[.contentType] ?? "").utf8.prefix(Self.type.utf8.count).map { $0 | 0x20 }
    guard type.elementsEqual(Self.type.utf8.map { $0 | 0x20 }) else { throw WebFailure.badRequest }
    var bytes: [UInt8] = []
    try await request.forEachBodyChunk(upTo: maxBytes) { bytes.append(contentsOf: $0) }
    guard let form = URLEncodedForm(bytes) else { throw WebFailure.badRequest }
    return form
  }

  /// Nil for a broken escape, for text that is no UTF-8, and for more than 1,000 fields.
  init?(_ bytes: [UInt8]) {
    let pairs = bytes.split(separator: UInt8(ascii: "&"), maxSplits: Self.maxFields)
    guard pairs.count <= Self.maxFields else { return nil }
    for pair in pairs {
      let halves = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = Self.bytes(of: halves[0]),
        let value = halves.count == 2 ? Self.bytes(of: halves[1]) : [],
        String(validating: name, as: UTF8.self) != nil, let text = String(validating: value, as: UTF8.self)
      else { return nil }
      guard name.count <= Self.nameMaxBytes else { continue }
      fields.append((name, WrittenText.withoutPiledMarks(text)))
    }
  }

  /// What percent signs and plus signs stand for; nil for a broken escape.
  static func bytes(of bytes: ArraySlice<UInt8>) -> [UInt8]? {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    var index = bytes.startIndex
    while index < bytes.endIndex {
      switch bytes[index] {
      case UInt8(ascii: "+"): output.append(UInt8(ascii: " "))
      case UInt8(ascii: "%"):
        guard bytes.endIndex - index > 2, let high = hexValue(bytes[index + 1]), let low = hexValue(bytes[index + 2])
        else { return nil }
        output.append(high << 4 | low)
        index += 2
      default: output.append(bytes[index])
      }
      index += 1
    }
    return output
  }

  private static func hexValue(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

extension WebRequest {
  /// Hands the body over piece by piece.
  ///
  /// - Throws: `WebFailure.tooLarge` at once where `Content-Length` says more than `limit`, else where the bytes do.
  public func forEachBodyChunk(upTo limit: Int, _ body: ([UInt8]) async throws -> Void) async throws {
    if let stated = request.headers[.contentLength] {
      guard let length = Int(stated), length <= limit else { throw WebFailure.tooLarge }
    }
    try await aside {
      var received = 0
      for try await buffer in request.body {
        received += buffer.readableBytes
        guard received <= limit else { throw WebFailure.tooLarge }
        try await body(buffer.getBytes(at: buffer.readerIndex, length: buffer.readableBytes) ?? [])
      }
    }
  }
}
