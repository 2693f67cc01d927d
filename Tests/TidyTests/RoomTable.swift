import Foundation

/// The table of rooms in `docs/architecture.md`.
struct RoomTable {
  struct Room: Sendable {
    /// Of Sources, as the heading above the table has it.
    let folder: String
    let name: String
    let ours: Set<String>
    let others: Set<String>
  }

  let rooms: [Room]

  init() throws {
    let text = try String(contentsOf: Repository.root.appending(path: "docs/architecture.md"), encoding: .utf8)
    var folder = ""
    rooms = text.split(separator: "\n").compactMap { line in
      if line.hasPrefix("### `"), let name = line.split(separator: "`").dropFirst().first { folder = String(name) }
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard line.hasPrefix("| `"), cells.count == 4 else { return nil }
      return Room(
        folder: folder, name: cells[0].trimmingCharacters(in: ["`"]), ours: Self.names(cells[2]),
        others: Set(Self.names(cells[3]).flatMap { $0 == "web" ? Self.web : [$0] }))
    }
  }

  private static let web = [
    "Hummingbird", "HummingbirdCore", "Mustache", "NIOCore", "NIOSSL", "HTTPTypes", "Logging",
  ]

  private static func names(_ cell: String) -> Set<String> {
    Set(cell.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { $0 != "–" })
  }
}

enum Repository {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The folders of Sources, and the rooms in each.
  static let folders: [String: [String]] = {
    let names = { (path: String) -> [String] in
      (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: path).path)) ?? []
    }
    return Dictionary(uniqueKeysWithValues: names("Sources").map { ($0, names("Sources/\($0)")) })
  }()

  /// Where a room stands, from the root; a path that is not there for a room that is none.
  static func folder(of room: String) -> String {
    "Sources/\(folders.first { $0.value.contains(room) }?.key ?? "none")/\(room)"
  }

  /// Where a room's file stands, by `Room/File.swift`.
  static func file(_ path: String) -> URL {
    let parts = path.split(separator: "/", maxSplits: 1).map(String.init)
    return root.appending(path: parts.count == 2 ? "\(folder(of: parts[0]))/\(parts[1])" : path)
  }

  /// Whether there is such a file or folder of tests, by `RoomTests/File`, `RoomTests` or `Scenarios/file.py`.
  static func hasTest(_ name: String) -> Bool {
    (["Tests"] + folders.keys.map { "Tests/\($0)" }).contains {
      FileManager.default.fileExists(atPath: root.appending(path: "\($0)/\(name)").path)
    }
  }

  /// The Swift files below a folder, with their text.
  static func sources(_ folder: String) throws -> [(path: String, text: String)] {
    let place = root.appending(path: folder)
    return try FileManager.default.subpathsOfDirectory(atPath: place.path).filter { $0.hasSuffix(".swift") }.map {
      ("\(folder)/\($0)", try String(contentsOf: place.appending(path: $0), encoding: .utf8))
    }
  }

  /// The modules that a file imports.
  static func imports(_ text: String) -> Set<String> {
    let words = text.split(separator: "\n").map { $0.split(separator: " ") }.filter { $0.contains("import") }
    return Set(
      words.compactMap { line in
        let before = ["public", "internal", "package", "@testable", "@preconcurrency", "@_exported"]
        guard let place = line.firstIndex(of: "import"), line[..<place].allSatisfy({ before.contains(String($0)) })
        else {
          return nil
        }
        return line.last?.split(separator: ".").first.map(String.init)
      })
  }
}
