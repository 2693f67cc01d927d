public import AuditLog
public import Certificates
import Foundation
public import Logging
public import Roles
public import Storage
import Synchronization
public import Timestamps
public import Zones

/// Official documents at the desk: drafts, requests for a seal, grants, uses. Every call says who asks; the table of
/// permissions is asked here, and nobody learns of a document that they may not read.
public final class OfficeDocuments: Sendable {
  let database: ZoneDatabase
  let blobs: BlobStore
  public let series: [DocumentSeries]
  package let typesetter: DocumentTypesetter
  let signers: [SealSigner]
  /// Whose seals are taken in.
  let sealTrust: SealTrust
  /// Which go into the copies in PDF, above the signer's own certificate.
  let pdfAuthorities: [Certificate]
  let portalURL: String?
  let printing: PaperPrinting
  let audit: AuditTrail?
  let logger: Logger
  /// The documents to which a seal is being applied.
  let sealing = Mutex<Set<String>>([])
  let now: @Sendable () -> UnixMilliseconds

  /// - Parameters:
  ///   - blobs: where sealed files go.
  ///   - series: of numbers, in the order in which they are offered.
  ///   - signers: who hold the keys of the seals.
  ///   - sealTrust: the makers whose seals are taken in.
  ///   - pdfAuthorities: those that may have issued the certificates for PDF.
  ///   - portalURL: where QR codes lead; nil for documents without.
  ///   - printing: of papers that were made elsewhere.
  ///   - audit: the zone's audit log; nil where it keeps none.
  ///   - now: milliseconds since 1970.
  public init(
    database: ZoneDatabase, blobs: BlobStore, series: [DocumentSeries], typesetter: DocumentTypesetter,
    signers: [SealSigner], sealTrust: SealTrust, pdfAuthorities: [Certificate] = [],
    portalURL: String? = nil, printing: PaperPrinting = PaperPrinting(), audit: AuditTrail? = nil,
    logger: Logger,
    now: @escaping @Sendable () -> UnixMilliseconds = { currentMilliseconds() }
  ) {
    self.database = database
    self.blobs = blobs
    self.series = series
    self.typesetter = typesetter
    self.signers = signers
    self.sealTrust = sealTrust
    self.pdfAuthorities = pdfAuthorities
    self.portalURL = portalURL
    self.printing = printing
    self.audit = audit
    self.logger = logger
    self.now = now
  }

  /// At each start: the series of the configuration are those that numbers are given from. Those that are no longer named
  /// keep the numbers that they gave.
  ///
  /// - Throws: `SeriesConflict` where a number could be given a second time; `DocumentError.unavailable`. Nothing is changed
  ///   then.
  public func takeOverSeries() async throws {
    let series = self.series
    do {
      try await database.write { db in try Self.takeOver(series, db) }
    } catch let conflict as SeriesConflict { throw conflict } catch { throw DocumentError.unavailable(error) }
  }

  private static func takeOver(_ series: [DocumentSeries], _ db: Transaction) throws {
    for one in series {
      let used = try db.one(
        """
        SELECT s.id, s.mark FROM document_series s
        WHERE ((s.mark = ? AND s.id <> ?) OR (s.id = ? AND s.mark <> ?))
          AND EXISTS (SELECT 1 FROM document_series_year y WHERE y.series = s.id)
        """, one.mark, one.identifier, one.identifier, one.mark)
      if let used { throw SeriesConflict(series: one, usedID: try used["id"], usedMark: try used["mark"]) }
      try db.run(
        """
        INSERT INTO document_series (id, mark, name) VALUES (?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET mark = excluded.mark, name = excluded.name
        """, one.identifier, one.mark, one.name)
    }
  }

  func series(_ identifier: String) throws(DocumentError) -> DocumentSeries {
    guard let found = series.first(where: { $0.identifier == identifier }) else { throw .refused(.noSuchSeries) }
    return found
  }

  // MARK: - Reading

  public func document(
    _ identifier: String, for official: Official
  ) async throws(DocumentError) -> OfficeDocument {
    let now = self.now()
    let document: OfficeDocument? = try await read { db in
      try StoredDocument.find(identifier, official, db).map { try $0.full(for: official, at: now, db) }
    }
    guard let document else { throw .notFound }
    return document
  }

  /// Documents of one state, those last changed first.
  ///
  /// - Parameters:
  ///   - limit: of one page.
  ///   - offset: how many come before.
  public func documents(
    _ state: DocumentState, limit: Int, offset: Int = 0, for official: Official
  ) async throws(DocumentError) -> (documents: [DocumentSummary], total: Int) {
    let scan = DocumentScan(official, state)
    return try await read { try scan.page(limit: limit, offset: offset, $0) }
  }

  /// How many documents of each state this person may read.
  public func counts(for official: Official) async throws(DocumentError) -> [DocumentState: Int] {
    let scans = DocumentState.allCases.map { ($0, DocumentScan(official, $0)) }
    return try await read { db in
      var counts: [DocumentState: Int] = [:]
      for (state, scan) in scans { counts[state] = try scan.total(db) }
      return counts
    }
  }

  /// What waits for this person: requests that they may grant, and granted ones whose seal they may apply; at most 100,
  /// the longest waiting first.
  public func waiting(for official: Official) async throws(DocumentError) -> [DocumentSummary] {
    let now = self.now()
    let scans: [(DocumentScan, DocumentStep)] = [
      (DocumentScan(official, .granted, .applySeal), .apply),
      (DocumentScan(official, .requested, .grantSeal), .grant),
    ]
    return try await read { db in
      var found: [DocumentSummary] = []
      for (scan, step) in scans {
        for identifier in try scan.oldest(limit: 100 - found.count, db) {
          guard let document = try StoredDocument.find(identifier, official, db),
            try document.steps(for: official, at: now, db).contains(step)
          else { continue }
          found.append(document.summary)
        }
      }
      return found
    }
  }

  // MARK: - The database

  func read<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws(DocumentError) -> T {
    do { return try await database.read(body) } catch let error as DocumentError { throw error } catch {
      throw .unavailable(error)
    }
  }

  @discardableResult
  func write<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws(DocumentError) -> T {
    do { return try await database.write(body) } catch let error as DocumentError { throw error } catch {
      throw .unavailable(error)
    }
  }
}

/// A series of the configuration that would give numbers a second time.
public struct SeriesConflict: Error, Sendable, CustomStringConvertible {
  let series: DocumentSeries
  let usedID: String
  let usedMark: String

  public var description: String {
    """
    the series “\(series.identifier)” (\(series.mark)) does not go with numbers that were given: “\(usedID)” gave those of \
    \(usedMark); write them as they were, and give a new series an id and a mark of its own
    """
  }
}

/// The year in Beijing.
func officeYear(_ at: UnixMilliseconds) -> Int {
  var calendar = Calendar(identifier: .gregorian)
  calendar.timeZone = TimeZone(secondsFromGMT: 8 * 3_600) ?? calendar.timeZone
  return calendar.component(.year, from: Date(unixMilliseconds: at))
}

/// A reason as people give it: some text of at most 500 characters, without control characters but ends of lines.
func checkReason(_ reason: String) throws(DocumentError) {
  let isWritten = reason.unicodeScalars.contains { !$0.properties.isWhitespace }
  let hasControl = reason.unicodeScalars.contains { $0 != "\n" && $0.properties.generalCategory == .control }
  guard reason.utf8.count <= 6_000, isWritten, reason.count <= 500, !hasControl else { throw .refused(.reason) }
}
