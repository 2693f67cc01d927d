import DurableFiles
import Zones

/// SFTP (protocol 3, as OpenSSH implements it): written to `tmp/`, then renamed to `new/`.
struct SFTPService: RemoteService {
  private let drop: RemoteDrop
  /// As commands name it: a path from the root, or from the user's home for `/~/`.
  private let folder: String

  init(drop: RemoteDrop) {
    self.drop = drop
    let path = drop.url.dropFirst("sftp://".count).drop { $0 != "/" }
    folder = path.hasPrefix("/~/") ? String(path.dropFirst(3)) : String(path)
  }

  func prepare(_ connection: CurlConnection) throws(DropError) {
    let folders = ["*mkdir \(folder)/tmp", "*mkdir \(folder)/new"]
    _ = try connection.perform(CurlRequest(url: drop.url + "/", before: folders, hasNoTransfer: true))
    do {
      let left = try read("tmp", connection).keys.filter { $0.hasSuffix(".gdp") }
      try run(left.sorted().map { "*rm \(folder)/tmp/\($0)" }, connection)
    } catch let error where error.code == .answer {
      throw DropError(.answer, drop.url, "the server has no such folder, or we have no rights in it (\(error.reason))")
    }
  }

  func put(_ source: ReadableFile, as name: String, _ connection: CurlConnection) throws(DropError) {
    let (temporary, target) = ("\(folder)/tmp/\(name)", "\(folder)/new/\(name)")
    do {
      _ = try connection.perform(
        CurlRequest(url: "\(drop.url)/tmp/\(name)", upload: source, after: ["rename \(temporary) \(target)"]))
    } catch let error where error.code == .answer {
      // A rename fails if the name exists; the same name is the same packet.
      guard try list(connection)?[name] == source.byteCount else { throw error }
      try run(["*rm \(temporary)"], connection)
    }
  }

  func list(_ connection: CurlConnection) throws(DropError) -> [String: Int]? { try read("new", connection) }

  func remove(_ name: String, _ connection: CurlConnection) throws(DropError) {
    try run(["*rm \(folder)/new/\(name)"], connection)
  }

  private func run(_ commands: [String], _ connection: CurlConnection) throws(DropError) {
    if commands.isEmpty { return }
    _ = try connection.perform(CurlRequest(url: drop.url + "/", before: commands, hasNoTransfer: true))
  }

  private func read(_ name: String, _ connection: CurlConnection) throws(DropError) -> [String: Int] {
    LongListing.parse(try connection.perform(CurlRequest(url: "\(drop.url)/\(name)/")).body)
  }
}

/// The lines that `ls -l` would print: type and rights, links, owner, group, size, three words of time, name.
enum LongListing {
  /// Files and their sizes. A line of another form counts as a file of unknown size, 0, named by its last word.
  static func parse(_ text: [UInt8]) -> [String: Int] {
    var files: [String: Int] = [:]
    for line in text.split(separator: UInt8(ascii: "\n")) {
      let words = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace)
      guard let name = words.last, name != ".", name != "..", words[0].first != "d" else { continue }
      files[String(name)] = words.count >= 9 ? Int(words[4]).map { max(0, $0) } ?? 0 : 0
    }
    return files
  }
}
