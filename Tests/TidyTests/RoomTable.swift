import Foundation

/// The table of rooms in `docs/architecture.md`.
struct RoomTable {
  struct Room: Sendable {
    let name: String
    let ours: Set<String>
    let others: Set<String>
  }

  let rooms: [Room]

  init() throws {
    let text = try String(contentsOf: Repository.root.appending(path: "docs/architecture.md"), encoding: .utf8)
    rooms = text.split(separator: "\n").compactMap { line in
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard line.hasPrefix("| `"), cells.count == 4 else { return nil }
      return Room(
        name: cells[0].trimmingCharacters(in: ["`"]), ours: Self.names(cells[2]),
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
