import ArgumentParser
import DurableFiles
import Evidence
import Foundation

extension AuditCommand {
  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes an evidence folder of a letter, for somebody who has no Guandu.",
      discussion: """
        Entries of both zones' logs with their proofs, packets' manifests and signatures, certificates, a report (HTML, \
        PDF), and a README on how to check all of it with openssl and Go. No letter's text, name or phone is in it.
        """)

    @Option(help: "The intranet's zone.yaml.") var config: String
    @Option(help: "The letter's public number.") var letter: String
    @Option(help: "The folder to make.") var out: String
    @Option(help: "Where archived entries of a zone lie, as ZONE=FOLDER, with a folder for each log; may be repeated.")
    var cold: [String] = []

    func run() async throws {
      try await reportingAudit {
        let zone = try loadZone(config)
        let evidence: EvidenceBundle
        do {
          evidence = try await EvidenceMaker(zone, cold: coldFolders).evidence(ofLetter: letter)
        } catch let error as EvidenceError { throw CommandFailure(.refused, error.reason) }
        let files = try evidence.files()
        do { try EvidenceFolder(path: out).write(files) } catch let error as FileError {
          throw CommandFailure(.cannotWrite, "\(error)")
        }
        print("\(out): \(files.count) files; README.md in it says how to check them")
      }
    }

    func validate() throws {
      for text in cold where Self.pair(text) == nil {
        throw ValidationError("--cold takes a zone's name and a folder, as in dmz=/mnt/cold/dmz")
      }
    }

    private static func pair(_ text: String) -> (zone: String, folder: String)? {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      return parts.count == 2 ? (parts[0], parts[1]) : nil
    }

    private var coldFolders: [String: String] {
      Dictionary(cold.compactMap(Self.pair).map { ($0.zone, $0.folder) }) { $1 }
    }
  }
}

/// A folder that appears whole, or not at all.
struct EvidenceFolder {
  let path: String
  private let files = Files()

  init(path: String) {
    var path = path[...]
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.path = String(path)
  }

  /// - Throws: `FileError`; `CommandFailure` where something is there already.
  func write(_ contents: [EvidenceFile]) throws {
    guard !files.exists(path) else { throw CommandFailure(.cannotWrite, "\(path) is there already") }
    let staging = path + ".new-\(UUID().uuidString.prefix(8))"
    do {
      try files.createFolder(staging, mode: 0o755)
      var folders: Set<String> = [staging]
      for file in contents {
        let target = "\(staging)/\(file.path)"
        try make(parent(of: target), &folders)
        try files.writeNew(target, [file.bytes], mode: 0o644)
      }
      for folder in folders { try files.syncFolder(folder) }
      try files.renameExclusively(staging, to: path)
      try files.syncFolder(parent(of: path))
    } catch {
      try? FileManager.default.removeItem(atPath: staging)
      throw error
    }
  }

  private func make(_ folder: String, _ made: inout Set<String>) throws {
    guard !made.contains(folder) else { return }
    try make(parent(of: folder), &made)
    try files.createFolder(folder, mode: 0o755)
    made.insert(folder)
  }

  private func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
