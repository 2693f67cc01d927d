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

@Suite struct UsesOfASeal {
  @Test func `are by a third person, and checked by whoever gets the document`() async throws {
    let desk = try await TestDocuments()
    let (id, seal) = try await desk.granted()
    try await desk.apply(id, seal: seal, by: desk.keeper)
    let sealed = try await desk.documents.document(id, for: desk.drafter)
    #expect(sealed.summary.state == .sealed && sealed.summary.number == "安政发〔2026〕1号")
    let (ofd, isSealed, _) = try await desk.documents.file(.ofd, of: id, for: desk.drafter)
    let now = Date(timeIntervalSince1970: Double(desk.clock.now / 1_000))
    let check = DocumentCheck(ofd, trust: desk.sealing.trust, at: now)
    #expect(isSealed && check.verdict == .genuine && check.signatures.count == 1)
    let use = try #require(sealed.use)
    #expect(use.state == .applied && use.page == 1 && use.leftMicrometres > 0 && use.digestBefore != use.digestAfter)
    #expect(use.digestAfter == Digest.of(ofd).hex && use.digestAfter == sealed.sealedOFD)
    #expect([use.asked.name, use.decided?.name, use.applied?.name] == ["drafter", "leader", "keeper"])
    let register = try await desk.documents.seal(seal, for: desk.keeper)
    #expect(register.uses.map(\.identifier) == [use.identifier] && register.uses[0].documentNumber == "安政发〔2026〕1号")
    #expect(
      try await desk.acts() == [
        "seal.imported", "document.drafted", "document.seal-requested", "document.seal-granted", "document.sealed",
      ])
  }

  @Test func `sign the copy in PDF too, where the seal has a key for it`() async throws {
    let desk = try await TestDocuments()
    var offer = desk.offer()
    offer.pdfKeyName = "city-pdf"
    let seal = try await desk.documents.importSeal(offer, by: desk.keeper)
    let id = try await desk.documents.draft(TestDocuments.content(), by: desk.drafter)
    try await desk.request(id, seal: seal, by: desk.drafter)
    try await desk.documents.grant(id, decision: try await desk.decision(id, seal: seal), by: desk.leader)
    try await desk.apply(id, seal: seal, by: desk.keeper)
    let (pdf, isSealed, _) = try await desk.documents.file(.pdf, of: id, for: desk.drafter)
    let now = Date(timeIntervalSince1970: Double(desk.clock.now / 1_000))
    let check = DocumentCheck(pdf, trust: SealTrust(certificates: [desk.sealing.copyAuthority]), at: now)
    #expect(isSealed && check.verdict == .genuine && check.signatures.count == 1, "\(check)")
    #expect(desk.sealing.asked.withLock { $0 } == 2, "one PIN, two signatures")
    let ofd = try await desk.documents.file(.ofd, of: id, for: desk.drafter).bytes
    #expect(DocumentCheck(ofd, trust: desk.sealing.trust, at: now).verdict == .genuine)
  }

  @Test func `are refused to who asked or granted`() async throws {
    let desk = try await TestDocuments()
    let (id, seal) = try await desk.granted()
    for hand in [desk.drafter, desk.leader] {
      var both = hand
      both.roles.insert(.sealkeeper)
      await #expect(throws: DocumentError.refused(.grantedThemself)) { try await desk.apply(id, seal: seal, by: both) }
    }
    await #expect(throws: DocumentError.notAllowed) { try await desk.apply(id, seal: seal, by: desk.colleague) }
    #expect(desk.sealing.asked.withLock { $0 } == 0)
    #expect(try await desk.state(id) == .granted)
  }

  @Test func `need the PIN, and change nothing without it`() async throws {
    let desk = try await TestDocuments()
    let (id, seal) = try await desk.granted()
    await #expect(throws: DocumentError.refused(.wrongPIN)) {
      try await desk.apply(id, seal: seal, pin: "000000", by: desk.keeper)
    }
    let unsealed = try await desk.documents.document(id, for: desk.keeper)
    #expect(unsealed.summary.state == .granted && unsealed.sealedOFD == nil && unsealed.use?.state == .granted)
    try await desk.apply(id, seal: seal, by: desk.keeper)
    await #expect(throws: DocumentError.wrongState(.sealed)) { try await desk.apply(id, seal: seal, by: desk.keeper) }
    #expect(desk.sealing.asked.withLock { $0 } == 2)
  }

  @Test(arguments: [SealState.suspended, .revoked, .cancelled])
  func `are none where the seal went out of use after the grant`(state: SealState) async throws {
    let desk = try await TestDocuments()
    let (id, seal) = try await desk.granted()
    try await desk.documents.changeSeal(seal, to: state, reason: "遗失", by: desk.keeper)
    await #expect(throws: DocumentError.refused(.sealNotInUse)) {
      try await desk.apply(id, seal: seal, by: desk.keeper)
    }
    #expect(desk.sealing.asked.withLock { $0 } == 0)
    try await desk.documents.giveBack(
      id, reason: "印章停用", decision: try await desk.decision(id, seal: seal), by: desk.keeper)
    #expect(try await desk.state(id) == .draft)
  }

  @Test func `are dropped where the seal is suspended while the signer is asked`() async throws {
    let desk = try await TestDocuments()
    let (id, seal) = try await desk.granted()
    desk.sealing.beforeSigning.withLock {
      $0 = { try? await desk.documents.changeSeal(seal, to: .suspended, reason: "核查", by: desk.keeper) }
    }
    await #expect(throws: DocumentError.refused(.sealNotInUse)) {
      try await desk.apply(id, seal: seal, by: desk.keeper)
    }
    let document = try await desk.documents.document(id, for: desk.keeper)
    #expect(document.summary.state == .granted && document.sealedOFD == nil)
  }

  @Test func `are none after the seal has expired`() async throws {
    let desk = try await TestDocuments()
    let (id, seal) = try await desk.granted()
    desk.clock.advance(days: 300)
    await #expect(throws: DocumentError.refused(.sealExpired)) { try await desk.apply(id, seal: seal, by: desk.keeper) }
    #expect(desk.sealing.asked.withLock { $0 } == 0)
  }

  @Test func `are one where two keepers press at once`() async throws {
    let desk = try await TestDocuments()
    let (id, seal) = try await desk.granted()
    let outcomes = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<4 {
        group.addTask { (try? await desk.apply(id, seal: seal, by: desk.keeper)) != nil }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.count(where: { $0 }) == 1 && desk.sealing.asked.withLock { $0 } == 1)
  }
}

@Suite struct TheRegisterOfSeals {
  @Test func `takes in what is checked, once`() async throws {
    let desk = try await TestDocuments()
    let id = try await desk.documents.importSeal(desk.offer(), by: desk.keeper)
    let found = try await desk.documents.seal(id, for: desk.keeper)
    #expect(found.seal.name == TestSealing.name && found.seal.state == .inUse && found.seal.isUsable)
    #expect(found.seal.widthMillimetres == 45 && found.changes.map(\.state) == [.inUse])
    #expect(try await desk.documents.picture(ofSeal: id, for: desk.keeper).starts(with: [0x89, 0x50, 0x4E, 0x47]))
    await #expect(throws: DocumentError.refused(.sealTaken)) {
      try await desk.documents.importSeal(desk.offer(), by: desk.keeper)
    }
  }

  @Test func `refuses strangers' seals, broken ones, other keys, and other people`() async throws {
    let desk = try await TestDocuments()
    let stranger = try TestSealing(at: Date(timeIntervalSince1970: Double(desk.clock.now / 1_000 - 60)))
    var offer = desk.offer()
    offer.bytes = stranger.seal
    await #expect(throws: DocumentError.seal([])) { try await desk.documents.importSeal(offer, by: desk.keeper) }
    offer.bytes = Array("no seal".utf8)
    await #expect(throws: DocumentError.refused(.notASeal)) {
      try await desk.documents.importSeal(offer, by: desk.keeper)
    }
    offer.bytes = desk.sealing.seal
    offer.bytes[offer.bytes.count - 1] ^= 1
    await #expect(throws: DocumentError.self) { try await desk.documents.importSeal(offer, by: desk.keeper) }
    offer = desk.offer()
    offer.keyName = "other"
    await #expect(throws: DocumentError.refused(.unknownKey)) {
      try await desk.documents.importSeal(offer, by: desk.keeper)
    }
    offer = desk.offer()
    offer.signer = "nowhere"
    await #expect(throws: DocumentError.refused(.noSuchSigner)) {
      try await desk.documents.importSeal(offer, by: desk.keeper)
    }
    for other in [desk.drafter, desk.leader, desk.root] {
      await #expect(throws: DocumentError.notAllowed) { try await desk.documents.importSeal(desk.offer(), by: other) }
    }
    #expect(try await desk.documents.seals(for: desk.keeper).map(\.identifier) == ["seal"])
  }

  @Test func `keeps each change of state with its reason, and revoked seals revoked`() async throws {
    let desk = try await TestDocuments()
    let id = try await desk.documents.importSeal(desk.offer(), by: desk.keeper)
    await #expect(throws: DocumentError.refused(.reason)) {
      try await desk.documents.changeSeal(id, to: .suspended, reason: "", by: desk.keeper)
    }
    try await desk.documents.changeSeal(id, to: .suspended, reason: "核查", by: desk.keeper)
    #expect(try await desk.documents.usableSeals(for: desk.drafter).map(\.identifier) == ["seal"])
    try await desk.documents.changeSeal(id, to: .inUse, reason: "核查完毕", by: desk.keeper)
    #expect(try await desk.documents.usableSeals(for: desk.drafter).count == 2)
    try await desk.documents.changeSeal(id, to: .revoked, reason: "遗失", by: desk.keeper)
    for state in SealState.allCases {
      await #expect(throws: DocumentError.refused(.sealState)) {
        try await desk.documents.changeSeal(id, to: state, reason: "再用", by: desk.keeper)
      }
    }
    let found = try await desk.documents.seal(id, for: desk.keeper)
    #expect(found.changes.map(\.state) == [.inUse, .suspended, .inUse, .revoked])
    #expect(found.changes.map(\.reason) == ["", "核查", "核查完毕", "遗失"])
    #expect(try await desk.acts() == ["seal.imported", "seal.suspended", "seal.in-use", "seal.revoked"])
  }
}

@Suite struct PagesOfADocument {
  @Test func `are looked at as pictures and as files before, without a number`() async throws {
    let desk = try await TestDocuments()
    let id = try await desk.documents.draft(TestDocuments.content(title: "关于𠮷的通知"), by: desk.drafter)
    let preview = try await desk.documents.preview(id, for: desk.drafter)
    #expect(preview.pageCount == 1 && preview.sealPage == 1 && preview.substitutions.map(\.character) == ["𠮷"])
    #expect(try await desk.documents.picture(ofPage: 1, of: id, for: desk.drafter).starts(with: [0x89, 0x50]))
    await #expect(throws: DocumentError.notFound) {
      try await desk.documents.picture(ofPage: 2, of: id, for: desk.drafter)
    }
    let pdf = try await desk.documents.file(.pdf, of: id, for: desk.drafter)
    #expect(!pdf.isSealed && pdf.bytes.starts(with: "%PDF".utf8) && pdf.number.isEmpty)
    await #expect(throws: DocumentError.notFound) { try await desk.documents.preview(id, for: desk.keeper) }
  }

  @Test func `have a limit`() async throws {
    let desk = try await TestDocuments()
    var content = TestDocuments.content()
    content.notation += String(repeating: "\n第一段", count: 13_000)
    let id = try await desk.documents.draft(content, by: desk.drafter)
    do {
      _ = try await desk.documents.preview(id, for: desk.drafter)
      Issue.record("more than 500 pages were set")
    } catch {
      guard case .notation(let fault) = error else { throw error }
      #expect("\(fault)".contains("at most 500"))
    }
  }

  @Test func `are the same after a restart`() async throws {
    let desk = try await TestDocuments()
    let (id, _) = try await desk.granted()
    let first = try await desk.documents.file(.ofd, of: id, for: desk.keeper).bytes
    let preview = DocumentTypesetter(folders: [])
    #expect(await preview.missing() == nil)
    #expect(try await desk.documents.file(.ofd, of: id, for: desk.keeper).bytes == first)
  }
}
