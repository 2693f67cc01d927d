import Certificates
import Cryptography
import DocumentSeals
import Documents
import Foundation
import Roles
import SealHarness
import Storage
import Synchronization
import Testing

@Suite struct PapersOfOthersMaking {
  private static let offer = PaperOffer(title: "张三在职证明", page: nil, leftMillimetres: nil, topMillimetres: nil)

  private func seal(_ desk: TestDocuments, pdfKey: String = "city-pdf") async throws -> String {
    var offer = desk.offer()
    offer.pdfKeyName = pdfKey
    return try await desk.documents.importSeal(offer, by: desk.keeper)
  }

  private func granted(_ desk: TestDocuments) async throws -> (id: String, seal: String) {
    let seal = try await seal(desk)
    let id = try await desk.documents.addPaper(Self.offer, file: try TestPaper.bytes(), by: desk.drafter)
    try await desk.request(id, seal: seal, by: desk.drafter)
    try await desk.documents.grant(id, decision: try await desk.decision(id, seal: seal), by: desk.leader)
    return (id, seal)
  }

  @Test func `are sealed by the same three hands, without a number`() async throws {
    let desk = try await TestDocuments()
    let (id, seal) = try await granted(desk)
    try await desk.apply(id, seal: seal, by: desk.keeper)
    let sealed = try await desk.documents.document(id, for: desk.drafter)
    #expect(sealed.summary.state == .sealed && sealed.summary.number.isEmpty && sealed.sealedOFD == nil)
    let (pdf, isSealed, number) = try await desk.documents.file(.pdf, of: id, for: desk.drafter)
    let now = Date(timeIntervalSince1970: Double(desk.clock.now / 1_000))
    let check = DocumentCheck(pdf, trust: SealTrust(certificates: [desk.sealing.copyAuthority]), at: now)
    #expect(isSealed && number.isEmpty && check.verdict == .genuine && check.signatures.count == 1, "\(check)")
    #expect(String(decoding: pdf, as: UTF8.self).contains("OFD") == false, "it says nothing of an original beside it")
    let use = try #require(sealed.use)
    let plain = Digest.of(try TestPaper.bytes()).hex
    #expect(use.digestBefore == plain && use.digestAfter == Digest.of(pdf).hex)
    #expect(use.page == sealed.paper?.pageCount && use.leftMicrometres > 0)
    #expect(desk.sealing.asked.withLock { $0 } == 1)
    #expect(
      try await desk.acts() == [
        "seal.imported", "document.drafted", "document.seal-requested", "document.seal-granted", "document.sealed",
      ])
    let given = try await desk.database.read { try $0.one(Int.self, "SELECT COUNT(*) FROM document_number") }
    #expect(given == 0, "no series has given a number")
    await #expect(throws: DocumentError.notFound) {
      _ = try await desk.documents.file(.ofd, of: id, for: desk.drafter)
    }
  }

  @Test func `are refused to who asked or granted, and read by no other unit`() async throws {
    let desk = try await TestDocuments()
    let (id, seal) = try await granted(desk)
    for hand in [desk.drafter, desk.leader] {
      var both = hand
      both.roles.insert(.sealkeeper)
      await #expect(throws: DocumentError.refused(.grantedThemself)) { try await desk.apply(id, seal: seal, by: both) }
    }
    await #expect(throws: DocumentError.notFound) {
      _ = try await desk.documents.file(.pdf, of: id, for: desk.stranger)
    }
  }

  @Test func `are changed while they are drafts, and by nobody who saw another version`() async throws {
    let desk = try await TestDocuments()
    let bytes = try TestPaper.bytes()
    let id = try await desk.documents.addPaper(Self.offer, file: bytes, by: desk.drafter)
    let first = try await desk.documents.document(id, for: desk.drafter)
    let moved = PaperOffer(title: "李四在职证明", page: 1, leftMillimetres: 60, topMillimetres: 80.5)
    try await desk.documents.changePaper(id, to: moved, file: nil, revision: first.revision, by: desk.drafter)
    let second = try await desk.documents.document(id, for: desk.drafter)
    #expect(second.summary.title == "李四在职证明" && second.revision != first.revision)
    #expect(second.paper?.leftMicrometres == 60_000 && second.paper?.topMicrometres == 80_500)
    #expect(second.paper?.file == first.paper?.file)
    await #expect(throws: DocumentError.refused(.changedMeanwhile)) {
      try await desk.documents.changePaper(id, to: moved, file: bytes, revision: first.revision, by: desk.drafter)
    }
    try await desk.request(id, seal: try await seal(desk), by: desk.drafter)
    await #expect(throws: DocumentError.wrongState(.requested)) {
      try await desk.documents.changePaper(id, to: moved, file: nil, revision: second.revision, by: desk.drafter)
    }
  }

  @Test func `and documents do not turn into each other`() async throws {
    let desk = try await TestDocuments()
    let paper = try await desk.documents.addPaper(Self.offer, file: try TestPaper.bytes(), by: desk.drafter)
    let document = try await desk.documents.draft(TestDocuments.content(), by: desk.drafter)
    let revisions = try await (
      desk.documents.document(paper, for: desk.drafter).revision,
      desk.documents.document(document, for: desk.drafter).revision
    )
    await #expect(throws: DocumentError.refused(.otherKind)) {
      try await desk.documents.change(
        paper, to: TestDocuments.content(), revision: revisions.0, by: desk.drafter)
    }
    await #expect(throws: DocumentError.refused(.otherKind)) {
      try await desk.documents.changePaper(
        document, to: Self.offer, file: nil, revision: revisions.1, by: desk.drafter)
    }
    // Nor does a notation make one.
    let notation = String(
      decoding: try await desk.database.read {
        try $0.one([UInt8].self, "SELECT notation FROM office_document WHERE id = ?", paper) ?? []
      }, as: UTF8.self)
    for series in ["-", "government"] {
      await #expect(throws: DocumentError.self) {
        _ = try await desk.documents.draft(
          DocumentContent(notation: notation, series: series, disclosure: .not), by: desk.drafter)
      }
    }
  }

  @Test func `that cannot be printed, or have no place for the seal, are refused with the reason`() async throws {
    let desk = try await TestDocuments()
    let bytes = try TestPaper.bytes()
    func problem(_ offer: PaperOffer, _ file: [UInt8]) async -> DocumentProblem? {
      do { _ = try await desk.documents.addPaper(offer, file: file, by: desk.drafter) } catch .refused(let problem) {
        return problem
      } catch { return nil }
      return nil
    }
    func offer(_ title: String = "证明", page: Int? = nil, at place: (Double, Double)? = nil) -> PaperOffer {
      PaperOffer(title: title, page: page, leftMillimetres: place?.0, topMillimetres: place?.1)
    }
    #expect(await problem(offer(), Array("PK".utf8)) == .notAPDF)
    #expect(await problem(offer(), TestPaper.unprintable) == .notPrinted)
    #expect(await problem(offer(), Array("%PDF-1.7 of another form".utf8)) == .paperForm)
    #expect(await problem(offer(), Array("%PDF-".utf8) + [UInt8](repeating: 0, count: 16 << 20)) == .paperTooLarge)
    for title in ["", "  ", String(repeating: "长", count: 121), "证明\u{202E}", "证\n明"] {
      #expect(await problem(offer(title), bytes) == .paperTitle, "\(title)")
    }
    for (page, place) in [
      (0, nil), (99, nil), (-1, nil), (1, (-1, 10)), (1, (10, 298)), (1, (.nan, 10)), (1, (.infinity, 10)),
    ] as [(Int, (Double, Double)?)] {
      #expect(await problem(offer(page: page, at: place), bytes) == .paperPlace, "\(page)")
    }
    let kept = try await desk.database.read { try $0.one(Int.self, "SELECT COUNT(*) FROM office_document") }
    #expect(kept == 0)
    // The seal is wider than what is left beside its centre.
    let edge = try await desk.documents.addPaper(offer(page: 1, at: (10, 10)), file: bytes, by: desk.drafter)
    let seal = try await seal(desk)
    await #expect(throws: DocumentError.refused(.sealOffPage)) {
      try await desk.request(edge, seal: seal, by: desk.drafter)
    }
    let paper = try await desk.documents.addPaper(Self.offer, file: bytes, by: desk.drafter)
    try await desk.addSeal("ofd-only")
    await #expect(throws: DocumentError.refused(.sealSignsNoPDF)) {
      try await desk.request(paper, seal: "ofd-only", by: desk.drafter)
    }
  }

  @Test func `are kept in backups, with their printed file, from the draft on`() async throws {
    let desk = try await TestDocuments()
    let id = try await desk.documents.addPaper(Self.offer, file: try TestPaper.bytes(), by: desk.drafter)
    let named = try await desk.database.read {
      try $0.one(String.self, "SELECT typeset_pdf FROM office_document WHERE id = ?", id)
    }
    let paper = try TestPaper.bytes()
    #expect(named == Digest.of(paper).hex)
    let shown = try await desk.documents.picture(ofPage: 1, of: id, for: desk.drafter)
    #expect(shown.last == 1)
    await #expect(throws: DocumentError.notFound) {
      _ = try await desk.documents.picture(ofPage: 99, of: id, for: desk.drafter)
    }
    let (bytes, isSealed, _) = try await desk.documents.file(.pdf, of: id, for: desk.drafter)
    #expect(!isSealed && bytes == paper)
  }
}
