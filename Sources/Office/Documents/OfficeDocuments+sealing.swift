import Certificates
public import Cryptography
import DocumentSeals
import DurableFiles
import Foundation
import Layout
import Logging
public import Roles
import Runtime
import SealObjects
import Storage
import Synchronization
import Timestamps

/// What a use of a seal needs, as it was when it began.
private struct Sealing: Sendable {
  let document: StoredDocument
  let request: StoredRequest
  let seal: StoredSeal

  var setting: DocumentSetting {
    let number = document.numberText
    return DocumentSetting(
      notation: document.notation, number: { _ in number },
      sealMillimetres: max(seal.widthMillimetres, seal.heightMillimetres), checkAddress: document.checkAddress(at: nil))
  }
}

/// Sealed files, and what the register says of them.
private struct SealedFiles: Sendable {
  /// As they were before; a paper has no OFD.
  let plainOFD: [UInt8]?
  let plainPDF: [UInt8]
  let pageCount: Int
  let ofd: [UInt8]?
  let pdf: [UInt8]
  /// Upper left corner of the picture, in millimetres.
  let page: Int
  let x: Double
  let y: Double
}

extension OfficeDocuments {
  /// 用印: sets the document with its number, has its seal's signer sign it, and keeps what comes out.
  ///
  /// - Parameters:
  ///   - decision: what the keeper saw.
  ///   - pin: opens the seal's keys at the signer; it is neither kept nor logged.
  public func apply(
    _ identifier: String, decision: DocumentDecision, pin: SecretBytes, by official: Official
  ) async throws(DocumentError) {
    // Else two signatures could be made of which one is in no register.
    guard sealing.withLock({ $0.insert(identifier).inserted }) else { throw .busy }
    defer { _ = sealing.withLock { $0.remove(identifier) } }
    let at = now()
    let start = try await begin(identifier, decision, official, at)
    let files =
      if let paper = start.document.paper { try await make(paper, start, pin, at) } else {
        try await make(start, pin, for: official.person, at)
      }
    let kept = try await keep(files)
    try await take(.apply, identifier, official) { document, authority, _, db in
      guard let request = try StoredRequest.open(identifier, db), request.id == start.request.id else {
        throw DocumentError.refused(.changedMeanwhile)
      }
      try Self.demand(decision, of: document, request.seal, request)
      // It may have been suspended while the signer was asked: then what was made is dropped.
      let seal = try StoredSeal.demandUsable(request.seal, at: at, db)
      try db.run(
        """
        UPDATE office_document SET typeset_ofd = ?, typeset_pdf = ?, sealed_ofd = ?, sealed_pdf = ?, page_count = ?,
          sealed_at = ? WHERE id = ?
        """, kept.typesetOFD, kept.typesetPDF, kept.sealedOFD, kept.sealedPDF, files.pageCount, at, identifier)
      try db.run(
        """
        UPDATE seal_request SET state = 'applied', applied_by = ?, applied_name = ?, applied_at = ?, digest_before = ?,
          digest_after = ?, page = ?, left_micrometres = ?, top_micrometres = ? WHERE id = ?
        """, official.person, shownName(official, inSteadOf: authority), at, kept.before, kept.after, files.page,
        Int((files.x * 1_000).rounded()), Int((files.y * 1_000).rounded()), request.id)
      try document.move(
        to: .sealed, "sealed", detail: "\(seal.name) \(kept.after)", official, inSteadOf: authority, at, db)
      return Self.act(
        "sealed", identifier, content: Digest.of(decision.text.utf8),
        detail: "\(decision.text) before \(kept.before) after \(kept.after)")
    }
  }

  /// Whether the keeper may, now, before anything is asked of the signer.
  private func begin(
    _ identifier: String, _ decision: DocumentDecision, _ official: Official, _ at: UnixMilliseconds
  ) async throws(DocumentError) -> Sealing {
    let trust = sealTrust
    let start = try await read { db in
      guard let document = try StoredDocument.find(identifier, official, db) else { throw DocumentError.notFound }
      guard let authority = official.authority(for: .applySeal, document.place) else {
        throw DocumentError.notAllowed
      }
      guard document.state == .granted, let request = try StoredRequest.open(identifier, db) else {
        throw DocumentError.wrongState(document.state)
      }
      if let problem = document.problem(
        with: .apply, official, inSteadOf: authority, request, try document.writers(db))
      {
        throw DocumentError.refused(problem)
      }
      try Self.demand(decision, of: document, request.seal, request)
      return Sealing(
        document: document, request: request, seal: try StoredSeal.demandUsable(request.seal, at: at, db))
    }
    // The makers that are trusted may be others than on the day on which the seal was taken in.
    let check = await BlockingPool.shared.run {
      try? SealCheck(start.seal.bytes, trust: trust, at: Date(unixMilliseconds: at))
    }
    guard let check, check.verdict == .genuine else {
      if let check { throw .seal(check.steps) }
      throw .refused(.notASeal)
    }
    return start
  }

  private func make(
    _ start: Sealing, _ pin: SecretBytes, for person: String, _ at: UnixMilliseconds
  ) async throws(DocumentError) -> SealedFiles {
    let typeset = try await typesetter.document(start.setting, for: person)
    guard let place = typeset.seal else { throw .refused(.notToBeSealed) }
    guard let signer = signers.first(where: { $0.name == start.seal.signer }) else { throw .refused(.noSuchSigner) }
    let x = place.x - Double(start.seal.widthMillimetres) / 2
    let y = place.y - Double(start.seal.heightMillimetres) / 2
    let (stored, date) = (start.seal, Date(unixMilliseconds: at))
    do {
      let certificate = try Certificate(der: stored.certificate)
      // What cannot sign the copy is found before the original is signed.
      let copySigner = try copySigner(stored, signer, pin)
      let begun = try await BlockingPool.shared.run {
        let sealer = try DocumentSealer(
          seal: try ElectronicSeal(stored.bytes), publicKey: try certificate.publicKey(), certificate: certificate,
          at: date)
        return try sealer.begin(
          typeset.ofd, pageNumber: place.page, x: x, y: y, software: ("guandu", "1"), at: date)
      }
      let signature = try await signer.sign(begun.digest, stored.keyName, certificate, pin)
      let ofd = try await BlockingPool.shared.run { try begun.finish(signature: signature) }
      let pdf = try await copy(of: typeset, copySigner, page: place.page, x: x, y: y, at: date)
      return SealedFiles(
        plainOFD: typeset.ofd, plainPDF: typeset.pdf, pageCount: typeset.pageCount, ofd: ofd, pdf: pdf,
        page: place.page, x: x, y: y)
    } catch { throw notApplied(error) }
  }

  /// Of a paper the PDF is all there is.
  private func make(
    _ paper: Paper, _ start: Sealing, _ pin: SecretBytes, _ at: UnixMilliseconds
  ) async throws(DocumentError) -> SealedFiles {
    guard paper.holds(start.seal) else { throw .refused(.sealOffPage) }
    guard let signer = signers.first(where: { $0.name == start.seal.signer }) else { throw .refused(.noSuchSigner) }
    let bytes = try await stored(paper.file)
    let corner = paper.corner(of: start.seal)
    let (x, y) = (Double(corner.x) / 1_000, Double(corner.y) / 1_000)
    do {
      guard let copySigner = try copySigner(start.seal, signer, pin) else {
        throw DocumentError.refused(.sealSignsNoPDF)
      }
      let sealed = try await BlockingExecutor("documents.pdf").run {
        try await copySigner.seal(
          bytes, pageNumber: paper.page, x: x, y: y, at: Date(unixMilliseconds: at), reason: PDFSigner.paperReason)
      }
      return SealedFiles(
        plainOFD: nil, plainPDF: bytes, pageCount: paper.pageCount, ofd: nil, pdf: sealed, page: paper.page, x: x, y: y)
    } catch { throw notApplied(error) }
  }

  private func notApplied(_ error: any Error) -> DocumentError {
    if let own = error as? DocumentError { return own }
    let failure = error as? SigningFailure
    logger.warning("a seal was not applied", metadata: ["reason": "\(failure?.reason ?? "\(error)")"])
    return .refused(failure?.problem ?? .sealingFailed)
  }

  /// Who signs the PDF; nil where the seal has no key for it.
  private func copySigner(
    _ stored: StoredSeal, _ signer: SealSigner, _ pin: SecretBytes
  ) throws -> PDFSigner? {
    guard let der = stored.pdfCertificate else { return nil }
    let own = try Certificate(der: der)
    return try PDFSigner(
      chain: [own] + pdfAuthorities.filter { own.isSigned(by: $0) }, name: stored.name,
      picture: try ElectronicSeal(stored.bytes).info.picture
    ) { digest, _ in
      try await signer.sign(digest, stored.pdfKeyName, own, pin)
    }
  }

  /// The PDF: an authenticated copy where the seal has a key for it, else as it was set.
  private func copy(
    of typeset: TypesetDocument, _ signer: PDFSigner?, page: Int, x: Double, y: Double, at date: Date
  ) async throws -> [UInt8] {
    guard let signer else { return typeset.pdf }
    return try await BlockingExecutor("documents.pdf").run {
      try await signer.seal(typeset.pdf, pageNumber: page, x: x, y: y, at: date)
    }
  }

  private struct KeptFiles: Sendable {
    let typesetOFD: String?
    let typesetPDF: String
    let sealedOFD: String?
    let sealedPDF: String

    /// What the register says was sealed: the original.
    var before: String { typesetOFD ?? typesetPDF }
    var after: String { sealedOFD ?? sealedPDF }
  }

  /// Before the transaction that names them: what that refuses leaves files behind that nothing refers to.
  private func keep(_ files: SealedFiles) async throws(DocumentError) -> KeptFiles {
    let blobs = self.blobs
    do {
      return try await BlockingPool.shared.run {
        KeptFiles(
          typesetOFD: try files.plainOFD.map(blobs.keepWhole), typesetPDF: try blobs.keepWhole(files.plainPDF),
          sealedOFD: try files.ofd.map(blobs.keepWhole), sealedPDF: try blobs.keepWhole(files.pdf))
      }
    } catch { throw .unavailable(error) }
  }
}

extension BlobStore {
  /// - Returns: the file's SHA-256, hex, which is its name.
  func keepWhole(_ bytes: [UInt8]) throws -> String {
    let digest = Digest.of(bytes)
    if holds(digest.hex) { return digest.hex }
    let file = try spool()
    do {
      try file.append(bytes)
      try file.sync()
      try file.close()
      try keep(file, as: digest)
    } catch {
      discard(file)
      throw error
    }
    return digest.hex
  }
}
