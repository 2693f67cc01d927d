import DurableFiles
import Zones

/// WebDAV (RFC 4918): PUT to `tmp/`, then MOVE to `new/`.
struct WebDAVService: RemoteService {
  private static let question =
    #"<?xml version="1.0"?><propfind xmlns="DAV:"><prop><getcontentlength/></prop></propfind>"#

  private let drop: RemoteDrop

  init(drop: RemoteDrop) { self.drop = drop }

  func prepare(_ connection: CurlConnection) throws(DropError) {
    for folder in ["tmp", "new"] {
      let answer = try connection.perform(CurlRequest(url: "\(drop.url)/\(folder)/", method: "MKCOL"))
      // 405: it exists already.
      try answer.require([201, 405], of: drop)
    }
    for name in try read("tmp", connection).keys where name.hasSuffix(".gdp") {
      try delete("\(drop.url)/tmp/\(name)", connection)
    }
  }

  func put(_ source: ReadableFile, as name: String, _ connection: CurlConnection) throws(DropError) {
    let temporary = "\(drop.url)/tmp/\(name)"
    let sent = try connection.perform(
      CurlRequest(url: temporary, headers: ["Content-Type: application/octet-stream"], upload: source))
    try sent.require([200, 201, 204], of: drop)
    let moved = try connection.perform(
      CurlRequest(
        url: temporary, method: "MOVE", headers: ["Destination: \(drop.url)/new/\(name)", "Overwrite: F"]))
    if moved.status == 412 { return try delete(temporary, connection) }
    try moved.require([201, 204], of: drop)
  }

  func list(_ connection: CurlConnection) throws(DropError) -> [String: Int]? { try read("new", connection) }

  func remove(_ name: String, _ connection: CurlConnection) throws(DropError) {
    try delete("\(drop.url)/new/\(name)", connection)
  }

  private func delete(_ url: String, _ connection: CurlConnection) throws(DropError) {
    try connection.perform(CurlRequest(url: url, method: "DELETE")).require([200, 204, 404], of: drop)
  }

  private func read(_ folder: String, _ connection: CurlConnection) throws(DropError) -> [String: Int] {
    let answer = try connection.perform(
      CurlRequest(
        url: "\(drop.url)/\(folder)/", method: "PROPFIND",
        headers: ["Depth: 1", "Content-Type: application/xml; charset=utf-8"], body: Array(Self.question.utf8)))
    try answer.require([207], of: drop)
    return Multistatus.parse(answer.body)
  }
}

/// The response to a PROPFIND, as far as names and lengths go. No entities, no attributes, no recursion: it ignores
/// what it does not understand.
enum Multistatus {
  /// Files and their sizes; 0 if the server states none. Collections, whose addresses end in a slash, are left out.
  static func parse(_ text: [UInt8]) -> [String: Int] {
    var files: [String: Int] = [:]
    var (name, length): (String?, Int) = (nil, 0)
    var position = text.startIndex
    while let open = text[position...].firstIndex(of: UInt8(ascii: "<")),
      let close = text[open...].firstIndex(of: UInt8(ascii: ">"))
    {
      let tag = localName(text[(open + 1)..<close])
      position = close + 1
      let content = text[position...].prefix { $0 != UInt8(ascii: "<") }
      switch tag {
      case "response": (name, length) = (nil, 0)
      case "href" where name == nil: name = lastPart(of: content)
      case "getcontentlength": length = Int(String(decoding: content, as: UTF8.self)).map { max(0, $0) } ?? 0
      case "/response": if let name { files[name] = length }
      default: break
      }
    }
    return files
  }

  /// A tag without its prefix and attributes; a closing tag keeps its slash.
  private static func localName(_ tag: ArraySlice<UInt8>) -> String {
    let closes = tag.first == UInt8(ascii: "/")
    let name = tag.dropFirst(closes ? 1 : 0).prefix { $0 > 0x20 && $0 != UInt8(ascii: "/") }
    let local = name.split(separator: UInt8(ascii: ":")).last ?? []
    return (closes ? "/" : "") + String(decoding: local, as: UTF8.self).lowercased()
  }

  /// Our names need no percent-encoding, so an encoded name is not ours, and stays as it is.
  private static func lastPart(of address: ArraySlice<UInt8>) -> String? {
    let part = String(decoding: address, as: UTF8.self).split(separator: "/", omittingEmptySubsequences: false).last
    let name = part?.filter { !$0.isWhitespace } ?? ""
    return name.isEmpty ? nil : name
  }
}
