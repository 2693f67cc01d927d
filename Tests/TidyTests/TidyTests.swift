import Foundation
import Testing

@Suite struct Rooms {
  static let swiftsOwn: Set<String> = ["Foundation", "Glibc", "Dispatch", "Synchronization"]
  /// Rooms that open no files and know no clock.
  static let pure: Set<String> = ["PacketFormat", "Flows", "Roles", "JSON", "DocumentNotation", "Layout"]
  let table: RoomTable

  init() throws { table = try RoomTable() }

  @Test func areTheFoldersOfSourcesAndNoOthers() throws {
    let rooms = Repository.folders.flatMap(\.value)
    // Modules of C are named `CSomething`.
    let ours = rooms.filter { !($0.hasPrefix("C") && $0.dropFirst().first?.isUppercase == true) }
    #expect(Set(table.rooms.map(\.name)) == Set(ours))
    #expect(table.rooms.count == ours.count)
  }

  @Test func standInTheFolderThatTheTableNames() {
    for room in table.rooms {
      #expect(Repository.folder(of: room.name) == "Sources/\(room.folder)/\(room.name)", "\(room.name)")
    }
  }

  @Test func importWhatTheTableAllows() throws {
    for room in table.rooms {
      var used: Set<String> = []
      for (path, text) in try Repository.sources(Repository.folder(of: room.name)) {
        used.formUnion(Repository.imports(text))
        let allowed = room.ours.union(room.others).union(Self.pure.contains(room.name) ? [] : Self.swiftsOwn)
        let beyond = Repository.imports(text).subtracting(allowed)
        #expect(beyond.isEmpty, "\(path) imports \(beyond.sorted().joined(separator: ", "))")
      }
      #expect(room.ours.subtracting(used).isEmpty, "the table says that \(room.name) imports what it does not")
    }
  }

  @Test func haveTheirTableInThePackageToo() throws {
    let package = try String(contentsOf: Repository.root.appending(path: "Package.swift"), encoding: .utf8)
    for room in table.rooms {
      let declared = try #require(declaration(of: room.name, in: package), "\(room.name)")
      #expect(declared == room.ours, "Package.swift and the table name other imports of \(room.name)")
    }
  }

  @Test func keepTheThreeSentences() throws {
    let reach = { (name: String) in closure(of: name) }
    #expect(
      reach("Drop").isDisjoint(with: ["PacketFormat", "PacketSeal", "AgeFormat", "Cryptography", "Certificates"]))
    #expect(reach("PacketSeal").isDisjoint(with: ["DurableFiles", "Drop", "Storage"]))
    #expect(reach("guandu-dmz").isDisjoint(with: ["Desk", "guandu-intranet"]))
    #expect(reach("guandu-intranet").isDisjoint(with: ["Portal", "SMS", "guandu-dmz"]))
  }

  @Test func `no room but Storage knows the library of the database`() throws {
    let libraries: Set = ["GRDB", "GRDBSQLite"]
    #expect(table.rooms.filter { !$0.others.isDisjoint(with: libraries) }.map(\.name) == ["Storage"])
    for folder in ["Sources", "Tests", "Benchmarks"] {
      for (path, text) in try Repository.sources(folder) where !path.hasPrefix("Sources/Base/Storage/") {
        #expect(Repository.imports(text).isDisjoint(with: libraries), "\(path)")
      }
    }
    let package = try String(contentsOf: Repository.root.appending(path: "Package.swift"), encoding: .utf8)
    #expect(package.ranges(of: /\bgrdb\b/).count == 2, "it is declared, and named by Storage")
  }

  @Test func keepSQLToTheRoomsWithStores() throws {
    let stores = table.rooms.filter { $0.ours.contains("Storage") }.map(\.name)
    #expect(
      Set(stores) == [
        "AuditLog", "AuditWitness", "AuditForward", "Backups", "OperatorRequests", "Links", "Letters", "Revocation",
        "KeyRotation", "Acts", "People", "AuditConsole", "Evidence", "Daemon", "guandu-intranet", "Documents",
        "PublishedDocuments", "ReceivedDocuments",
      ])
  }

  private func closure(of name: String) -> Set<String> {
    let direct = table.rooms.first { $0.name == name }?.ours ?? []
    return direct.union(direct.flatMap { closure(of: $0) })
  }

  /// The rooms that Package.swift lets this one import; nil where it does not declare the room.
  private func declaration(of name: String, in package: String) -> Set<String>? {
    let flat = package.split(whereSeparator: \.isWhitespace).joined().replacingOccurrences(
      of: "program(", with: "room(")
    guard let start = flat.firstRange(of: "room(\"\(name)\"")?.upperBound else { return nil }
    let rest = flat[start...]
    let own = rest[..<(rest.firstRange(of: "room(")?.lowerBound ?? rest.endIndex)]
    guard let list = own.firstRange(of: "imports:[")?.upperBound else { return [] }
    return Set(own[list...].prefix { $0 != "]" }.split(separator: ",").map { $0.filter { $0 != "\"" } })
  }
}

@Suite struct Files {
  @Test(arguments: ["Sources", "Tests"]) func staySmall(folder: String) throws {
    for (path, text) in try Repository.sources(folder) where !path.hasSuffix(".generated.swift") {
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count
      #expect(lines <= 400, "\(path) has \(lines) lines")
    }
  }

  @Test(arguments: ["Web", "Portal", "Desk"]) func staySmallToo(site: String) throws {
    let folder = Repository.root.appending(path: "Sources/Sites/\(site)/Pages")
    for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
      let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.count <= 400, "\(file.lastPathComponent) has \(lines.count) lines")
    }
  }

  @Test func holdNoForcedTriesAndNoPlaceholders() throws {
    for (path, text) in try Repository.sources("Sources") {
      #expect(!text.contains("try!"), "\(path)")
      #expect(!text.contains("fatalError("), "\(path)")
      #expect(!path.contains("Placeholder"), "\(path)")
    }
  }
}
