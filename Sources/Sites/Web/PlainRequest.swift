import HTTPTypes
import Hummingbird
import HummingbirdCore

/// What is read of a request's head, byte by byte: comparing it as text would normalise it first.
extension Request {
  /// A longer query is read as none.
  static let queryMaxBytes = 8_192
  /// A longer cookie is none of ours.
  static let cookieMaxBytes = 4_096

  /// The request as the site reads it: header fields that are not ASCII are left out, but for cookies, which other sites
  /// of the same host may have set; those are read one by one.
  ///
  /// - Returns: nil where the target is not ASCII, which RFC 3986 forbids.
  func plain() -> Request? {
    guard (head.path ?? "").utf8.allSatisfy({ $0 < 0x80 }), (head.authority ?? "").utf8.allSatisfy({ $0 < 0x80 }) else {
      return nil
    }
    func isPlain(_ field: HTTPField) -> Bool { field.name == .cookie || field.value.utf8.allSatisfy { $0 < 0x80 } }
    guard !head.headerFields.allSatisfy(isPlain) else { return self }
    var plain = head
    plain.headerFields = HTTPFields()
    for field in head.headerFields where isPlain(field) { plain.headerFields.append(field) }
    return Request(head: plain, body: body)
  }

  func cookieValue(_ name: String) -> String? {
    for header in headers[values: .cookie] {
      for pair in Array(header.utf8).split(separator: UInt8(ascii: ";")) {
        let pair = pair.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        guard pair.count <= Self.cookieMaxBytes, pair.starts(with: name.utf8) else { continue }
        let value = pair.dropFirst(name.utf8.count)
        guard value.first == UInt8(ascii: "="), value.allSatisfy({ (0x21..<0x7F).contains($0) }) else { continue }
        return String(decoding: value.dropFirst(), as: UTF8.self)
      }
    }
    return nil
  }

  /// The first parameter of that name in the query.
  func parameter(_ name: String) -> String? { queryParameter(name, in: uri.query ?? "") }
}

/// The first parameter of that name in a query, decoded as a form's field is; nil where there is none, and where it
/// cannot be read.
public func queryParameter(_ name: String, in query: String) -> String? {
  let bytes = Array(query.utf8.prefix(Request.queryMaxBytes + 1))
  guard bytes.count <= Request.queryMaxBytes else { return nil }
  for pair in bytes.split(separator: UInt8(ascii: "&")) {
    let halves = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
    guard halves[0].elementsEqual(name.utf8) else { continue }
    guard let value = halves.count == 2 ? URLEncodedForm.bytes(of: halves[1]) : [] else { return nil }
    return String(validating: value, as: UTF8.self).map(WrittenText.withoutPiledMarks)
  }
  return nil
}
