public import ContainedChecks
import DurableFiles
import Foundation
public import Logging
public import PacketFormat
import Runtime
public import Storage
public import Timestamps
public import Zones

/// The documents that the portal shows: taken in from the intranet, each checked again, and looked up by anybody.
public final class PortalDocuments: Sendable {
  /// A page of the list, or of the documents of one number.
  public static let listMost = 100

  let database: ZoneDatabase
  let blobs: BlobStore
  let policy: ExchangePolicy
  let trust: SealTrustFiles?
  let process: CheckProcess
  let logger: Logger
  let queue = CheckQueue()

  /// - Parameters:
  ///   - link: the one to the intranet, where documents come from.
  ///   - trust: whom seals are believed from; nil where `zone.yaml` has no `documents`: none is taken in then.
  ///   - process: what checks a file.
  public init(
    database: ZoneDatabase, blobs: BlobStore, link: LinkConfiguration, trust: SealTrustFiles?,
    process: CheckProcess = CheckProcess(), logger: Logger
  ) {
    self.database = database
    self.blobs = blobs
    policy = link.incomingPolicy
    self.trust = trust
    self.process = process
    self.logger = logger
  }

  /// What the zone's configuration still lacks for documents to be taken in; empty where nothing does.
  public var missingNames: [String] {
    var missing: [String] = []
    for type in [PublishedMessage.type, WithdrawnMessage.type] where !policy.messageTypes.contains(type) {
      missing.append("policy.incoming.messages: \(type)")
    }
    if policy.blobMaxBytes == 0 { missing.append("policy.incoming.blob_max_bytes") }
    for kind in [FileKind.ofd, .pdf] where !policy.fileKinds.contains(kind) {
      missing.append("policy.incoming.file_kinds: \(kind.rawValue)")
    }
    if trust == nil { missing.append("documents.seal_trust") }
    return missing
  }

  /// Where a page of the list begins, without counting what lies before it.
  public enum ListPlace: Sendable {
    case newest
    case olderThan(PublishedDocument.Place)
    case newerThan(PublishedDocument.Place)
  }

  /// Documents, the newest first, withdrawn ones among them; the cost is that of what is returned, wherever the page lies.
  public func list(limit: Int, _ place: ListPlace = .newest) async throws -> [PublishedDocument] {
    let (condition, order, key): (String, String, PublishedDocument.Place?) =
      switch place {
      case .newest: ("", "DESC", nil)
      case .olderThan(let key): ("WHERE (published_at, id) < (?, ?)", "DESC", key)
      case .newerThan(let key): ("WHERE (published_at, id) > (?, ?)", "ASC", key)
      }
    let most = min(max(0, limit), Self.listMost)
    let found = try await database.read { db in
      let values: [any SQLConvertible] = key.map { [$0.publishedAt, $0.id, most] } ?? [most]
      return try db.all(
        "SELECT * FROM published_document \(condition) ORDER BY published_at \(order), id \(order) LIMIT ?",
        values: values, isKept: true
      ).compactMap { try PublishedDocument(row: $0) }
    }
    if case .newerThan = place { return found.reversed() }
    return found
  }

  public func document(id: String) async throws -> PublishedDocument? {
    guard isDocumentID(id) else { return nil }
    return try await database.read { try PublishedDocument.find(id: id, $0) }
  }

  /// Those of one number, the newest first: one in force at most, and such as were withdrawn.
  public func documents(number: DocumentNumber) async throws -> [PublishedDocument] {
    try await database.read { db in
      try db.all(
        "SELECT * FROM published_document WHERE number = ? ORDER BY published_at DESC LIMIT ?", number.text,
        Self.listMost
      ).compactMap { try PublishedDocument(row: $0) }
    }
  }

  /// The one that a file belongs to, as original or as copy.
  public func document(digest: HexDigest) async throws -> PublishedDocument? {
    try await database.read { try PublishedDocument.find(digest: digest.text, $0) }
  }

  /// The bytes of a document's file, piece by piece.
  ///
  /// - Throws: `FileError` where it cannot be opened.
  public func open(_ file: DocumentFile) throws -> AsyncThrowingStream<[UInt8], any Error> {
    let reader = DocumentReader(file: try blobs.open(file.digest.text))
    return AsyncThrowingStream { try await reader.next() }
  }

  /// Removes what the portal does not show: files of withdrawn documents that were sent again, and files of documents that
  /// were refused. To be called before the exchange begins.
  ///
  /// - Parameter begun: files that began to come later stay, as their message may be under way; milliseconds since 1970.
  public func removeUnneededFiles(
    begunBefore begun: UnixMilliseconds = currentMilliseconds() - 86_400_000
  ) async throws {
    let digests = try await database.write { db in
      try db.all(
        String.self,
        """
        DELETE FROM incoming_blob WHERE complete = 1
          AND (since < ? OR digest IN (
            SELECT ofd FROM published_document WHERE withdrawn_at IS NOT NULL
            UNION SELECT pdf FROM published_document WHERE withdrawn_at IS NOT NULL))
          AND digest NOT IN (
            SELECT ofd FROM published_document WHERE withdrawn_at IS NULL
            UNION SELECT pdf FROM published_document WHERE withdrawn_at IS NULL AND pdf IS NOT NULL)
          AND digest NOT IN (SELECT needed FROM waiting_for)
        RETURNING digest
        """, begun)
    }
    for digest in digests where blobs.holds(digest) { try blobs.remove(digest) }
  }
}

/// Reads a file on a thread that may wait for the disk.
private actor DocumentReader {
  private static let pool = BlockingPool("documents.files", width: 2)
  private static let pieceBytes = 256 * 1024

  private let file: ReadableFile
  private var offset = 0
  private let executor = DocumentReader.pool.executor()

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(file: sending ReadableFile) { self.file = file }

  func next() throws -> [UInt8]? {
    let bytes = try file.read(at: offset, count: Self.pieceBytes)
    offset += bytes.count
    return bytes.isEmpty ? nil : bytes
  }
}

extension PublishedDocument {
  /// - Returns: nil where the row holds what no release wrote.
  init?(row: SQLRow) throws {
    func file(_ column: String) throws -> DocumentFile? {
      guard let digest = try (row[column] as String?).flatMap(HexDigest.init),
        let bytes = try row[column + "_bytes"] as Int?
      else { return nil }
      return DocumentFile(digest: digest, bytes: bytes)
    }
    guard let number = DocumentNumber(try row["number"]), let ofd = try file("ofd") else { return nil }
    facts = try DocumentFacts(
      id: row["id"], number: number, title: row["title"], issuer: row["issuer"], date: row["date"], ofd: ofd,
      pdf: file("pdf"))
    publishedAt = try row["published_at"]
    withdrawal = try (row["withdrawn_at"] as Int?).map { at in
      Withdrawal(at: at, reason: try row["reason"] as String? ?? "")
    }
  }

  static func find(id: String, _ db: Transaction) throws -> PublishedDocument? {
    try db.one("SELECT * FROM published_document WHERE id = ?", id).flatMap { try PublishedDocument(row: $0) }
  }

  static func find(digest: String, _ db: Transaction) throws -> PublishedDocument? {
    let row =
      try db.one("SELECT * FROM published_document WHERE ofd = ? ORDER BY published_at DESC LIMIT 1", digest)
      ?? db.one("SELECT * FROM published_document WHERE pdf = ? ORDER BY published_at DESC LIMIT 1", digest)
    return try row.flatMap { try PublishedDocument(row: $0) }
  }
}
