import Acts
public import ContainedChecks
import Cryptography
import DurableFiles
import FairQueues
import Foundation
import Logging
import PDFObjects
public import Roles
import Runtime
import Storage
import Timestamps
import Zones

/// Prints papers and draws their pages, outside this process.
public struct PaperPrinting: Sendable {
  let print: @Sendable ([UInt8]) throws(CheckFailure) -> [UInt8]
  let picture: @Sendable (_ page: Int, _ paper: [UInt8]) throws(CheckFailure) -> [UInt8]
  /// Of their own: who prints holds up no document.
  let turns = FairSemaphore(
    atOnce: 1, waitingMost: PaperPrinting.waitingMost, ofOneSource: PaperPrinting.waitingMostOfOnePerson)
  static let waitingMost = 24
  /// A page shows ten pictures, and a browser asks for them all at once.
  static let waitingMostOfOnePerson = 12

  public init(
    print: @escaping @Sendable ([UInt8]) throws(CheckFailure) -> [UInt8],
    picture: @escaping @Sendable (_ page: Int, _ paper: [UInt8]) throws(CheckFailure) -> [UInt8]
  ) {
    (self.print, self.picture) = (print, picture)
  }

  public init(_ printer: PaperPrinter = PaperPrinter()) {
    self.init(
      print: { (paper) throws(CheckFailure) in try printer.print(paper) },
      picture: { (page, paper) throws(CheckFailure) in try printer.picture(ofPage: page, of: paper) })
  }
}

/// 内部用印: papers that were made elsewhere go the same way as documents, through the same three hands. They bear no number
/// and are neither published nor delivered.
extension OfficeDocuments {
  /// Keeps a paper as a draft of the drafter's unit. What is kept, shown and sealed is the printed one.
  ///
  /// - Parameter file: a PDF of at most `PrintLimits.paperMaxBytes`.
  /// - Returns: its identifier.
  public func addPaper(
    _ offer: PaperOffer, file: [UInt8], by official: Official
  ) async throws(DocumentError) -> String {
    let (unit, authority) = try Self.drafting(official)
    let paper = try await printed(offer, file, for: official.person)
    let (at, audit) = (now(), self.audit)
    let id = newIdentifier(at: at)
    try await write { db in
      try db.run(
        """
        INSERT INTO office_document
          (id, state, unit, drafter, drafter_name, title, notation, revision, date, disclosure, classification,
            series, typeset_pdf, page_count, created_at, changed_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?, ?, ?)
        """, id, DocumentState.draft, unit, official.person, official.name, paper.title,
        Array(paper.notation.utf8), paper.content.revision, officeDay(at), Disclosure.not, Paper.series, paper.file,
        paper.pageCount, at, at)
      try recordDocumentEvent(id, "drafted", detail: paper.file, official, inSteadOf: authority, at, db)
      try Self.act("drafted", id, content: Digest.of(paper.notation.utf8), detail: paper.content.revision).record(
        by: official, inSteadOf: authority, at: at, audit, db)
    }
    return id
  }

  /// Changes a paper that is a draft.
  ///
  /// - Parameters:
  ///   - file: nil for the one that is there.
  ///   - revision: of the draft that the writer had before them; another is not written over.
  public func changePaper(
    _ identifier: String, to offer: PaperOffer, file: [UInt8]?, revision: String, by official: Official
  ) async throws(DocumentError) {
    // Before anything is printed; once more in the transaction.
    let before = try await read { try StoredDocument.find(identifier, official, $0) }
    guard let before else { throw .notFound }
    guard before.paper != nil else { throw .refused(.otherKind) }
    guard official.may(.draftDocument, before.place) else { throw .notAllowed }
    guard before.state == .draft else { throw .wrongState(before.state) }
    guard before.revision == revision else { throw .refused(.changedMeanwhile) }
    let paper: Paper
    if let file {
      paper = try await printed(offer, file, for: official.person)
    } else {
      let (old, bytes) = try await self.paper(identifier, official)
      paper = try Paper(offer, try await read(bytes), file: old.file)
    }
    try await take(.change, identifier, official) { document, authority, at, db in
      guard document.paper != nil else { throw DocumentError.refused(.otherKind) }
      guard document.revision == revision else { throw DocumentError.refused(.changedMeanwhile) }
      try db.run(
        """
        UPDATE office_document SET title = ?, notation = ?, revision = ?, typeset_pdf = ?, page_count = ? WHERE id = ?
        """, paper.title, Array(paper.notation.utf8), paper.content.revision, paper.file, paper.pageCount, identifier)
      try document.move(to: .draft, "changed", detail: paper.file, official, inSteadOf: authority, at, db)
      return Self.act(
        "changed", identifier, content: Digest.of(paper.notation.utf8), detail: paper.content.revision)
    }
  }

  /// A page as a picture, PNG; from 1.
  func picture(
    ofPage page: Int, ofPaper identifier: String, for official: Official
  ) async throws(DocumentError) -> [UInt8] {
    guard let document = try await read({ try StoredDocument.find(identifier, official, $0) }),
      let paper = document.paper, (1...paper.pageCount).contains(page)
    else { throw .notFound }
    let printing = self.printing
    // The file is read when its turn has come: many wait.
    return try await taking(turnOf: official.person) { () async throws(DocumentError) in
      let bytes = try await stored(paper.file)
      return try await contained { () throws(CheckFailure) in try printing.picture(page, bytes) }
    }
  }

  /// A paper's printed file.
  func paper(_ identifier: String, _ official: Official) async throws(DocumentError) -> (Paper, [UInt8]) {
    guard let document = try await read({ try StoredDocument.find(identifier, official, $0) }) else { throw .notFound }
    guard let paper = document.paper else { throw .refused(.otherKind) }
    return (paper, try await stored(paper.file))
  }

  /// Prints a stranger's file and keeps what comes out, before the transaction that names it.
  private func printed(
    _ offer: PaperOffer, _ file: [UInt8], for person: String
  ) async throws(DocumentError) -> Paper {
    guard file.count <= PrintLimits.paperMaxBytes else { throw .refused(.paperTooLarge) }
    guard file.starts(with: "%PDF-".utf8) else { throw .refused(.notAPDF) }
    let printing = self.printing
    let bytes = try await taking(turnOf: person) { () async throws(DocumentError) in
      try await contained { () throws(CheckFailure) in try printing.print(file) }
    }
    let pdf = try await read(bytes)
    let blobs = self.blobs
    // Named once it is known to be one: what is refused is not kept.
    _ = try Paper(offer, pdf, file: "")
    do {
      let file = try await BlockingPool.shared.run { try blobs.keepWhole(bytes) }
      return try Paper(offer, pdf, file: file)
    } catch let error as DocumentError { throw error } catch { throw .unavailable(error) }
  }

  /// What was printed, as far as a seal needs to know it.
  private func read(_ bytes: [UInt8]) async throws(DocumentError) -> PDFPaper {
    do {
      return try await BlockingPool.shared.run { () throws(PDFFormatError) in try PDFPaper(bytes) }
    } catch {
      logger.warning("a paper has a form that is not sealed", metadata: ["reason": "\(error)"])
      throw .refused(.paperForm)
    }
  }

  /// One at a time, persons by turns.
  private func taking(
    turnOf person: String, _ body: () async throws(DocumentError) -> [UInt8]
  ) async throws(DocumentError) -> [UInt8] {
    guard await printing.turns.enter(Source(person)) else { throw .busy }
    defer { printing.turns.leave() }
    return try await body()
  }

  private func contained(
    _ body: @escaping @Sendable () throws(CheckFailure) -> [UInt8]
  ) async throws(DocumentError) -> [UInt8] {
    do throws(CheckFailure) { return try await BlockingPool.shared.run(body) } catch {
      logger.warning("a paper was not printed", metadata: ["reason": "\(error)"])
      throw .refused(error == .notStarted ? .noPrinter : .notPrinted)
    }
  }
}

extension StoredDocument {
  /// Nil for what is typeset here.
  var paper: Paper? { series == Paper.series ? Paper(notation: notation) : nil }
}

/// Such as `2026-11-28`, in Beijing.
private func officeDay(_ at: UnixMilliseconds) -> String {
  String(Date(unixMilliseconds: at + 8 * 3_600_000).ISO8601Format().prefix(10))
}
