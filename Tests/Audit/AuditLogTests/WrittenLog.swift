import Cryptography
import Foundation
import JSON
import Testing
import TransparencyLog

@testable import AuditLog

/// A log whose entries a test writes as it pleases, the log's and the witness's keys in its hands.
final class WrittenLog {
  let root = NSTemporaryDirectory() + "guandu-\(UUID().uuidString)"
  let zone: String
  let folder: LogFolder
  private let log: NoteSigner
  private let witness: NoteSigner
  private var writer: LogWriter

  init(zone: String = "dmz", epoch: Int = 1) throws {
    let keys = try (0..<2).map { _ in try #require(Ed25519PrivateKey(seed: .random(32))) }
    self.zone = zone
    folder = LogFolder(path: root)
    log = try #require(NoteSigner(name: "\(zone)/audit/\(epoch)", kind: .ed25519, key: keys[0]))
    witness = try #require(NoteSigner(name: "peer/audit/witness", kind: .cosignature, key: keys[1]))
    writer = try LogWriter(folder: folder, signer: log)
  }

  var verifier: NoteVerifier { log.verifier }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  /// A time of the day that the tests are about.
  static func time(_ seconds: Double) -> String { entryTimeText(day + Int(seconds * 1_000)) }

  static let day = 1_795_428_000_000

  /// - Parameter seconds: of the day.
  func entry(_ kind: AuditEntry.Kind, at seconds: Double, _ members: KeyValuePairs<String, JSONValue> = [:]) -> [UInt8]
  {
    AuditEntry(kind, zone: zone, at: Self.time(seconds), members.map { .init($0.key, $0.value) }).bytes
  }

  func packet(_ kind: AuditEntry.Kind, _ stream: String, _ sequence: Int, at seconds: Double, digest: String? = nil)
    -> [UInt8]
  {
    let peer = zone == "dmz" ? "intranet" : "dmz"
    return entry(
      kind, at: seconds,
      [
        "peer": .string(peer), "stream": .string(stream), "sequence": .integer(sequence),
        "digest": .string(digest ?? "digest of \(stream)/\(sequence)"), "part": .integer(1), "messages": .array([]),
        "blobs": .array([]),
      ])
  }

  @discardableResult func append(_ entries: [[UInt8]]) throws -> Checkpoint { try writer.append(entries) }

  /// What somebody can do who has root in the zone, and so the log's key: writes other entries, and signs them. What the
  /// witness has cosigned stays where it is.
  func rewrite(_ entries: [[UInt8]]) throws {
    for name in ["checkpoint", "tile"] { try FileManager.default.removeItem(atPath: "\(root)/\(name)") }
    writer = try LogWriter(folder: folder, signer: log)
    try writer.append(entries)
  }

  /// - Parameter seconds: of the day.
  func cosign(at seconds: Double) throws {
    var note = try #require(try folder.checkpoint())
    note.add(witness.sign(note.text, at: (Self.day + Int(seconds * 1_000)) / 1_000))
    try folder.keepWitnessed(note)
  }

  func check(carriedWithinMinutes: Int? = nil, cold: String? = nil) throws -> CheckedLog {
    var check = LogCheck(
      folder: LogFolder(path: root, cold: cold), log: log.verifier, witnesses: [witness.verifier], zone: zone)
    check.carriedWithinMinutes = carriedWithinMinutes
    check.peer = zone == "dmz" ? "intranet" : "dmz"
    return try check.run()
  }

  func checked() throws -> LogComparison.Log { .init(folder: folder, result: try check()) }
}
