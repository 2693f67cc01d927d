import COpenSSL
import Foundation
import Testing

@testable import Certificates

@Suite struct GoodCertificates {
  @Test(arguments: [
    (CertificateProfile.zoneSigning, CertificatePurpose.zoneSigning), (.zoneEncryption, .zoneEncryption),
    (.handler, .handler), (.tlsServer(names: ["localhost", "127.0.0.1", "::1"]), .tlsServer),
  ])
  func passForTheirPurpose(profile: CertificateProfile, purpose: CertificatePurpose) throws {
    let specimens = try Specimens()
    let issued = try specimens.issuing.issue(profile, to: "someone", at: Specimens.now)
    try specimens.store().verify(issued.certificate, for: purpose, at: Specimens.now)
    #expect(issued.certificate.commonName == "someone")
    #expect(issued.key.belongs(to: issued.certificate))
  }

  @Test func passWithoutOurOwnExtendedKeyUsage() throws {
    let specimens = try Specimens()
    let outside = try specimens.make(.zoneSigning) { $0.set(NID_ext_key_usage, nil) }
    try specimens.store().verify(outside, for: .zoneSigning, at: Specimens.now)
  }

  @Test func passUnderARootWithoutIntermediates() throws {
    let specimens = try Specimens()
    let direct = try specimens.make(.zoneSigning, authority: specimens.root)
    try TrustStore(roots: [specimens.root.certificate], intermediates: [], revocationLists: [])
      .verify(direct, for: .zoneSigning, at: Specimens.now)
  }

  @Test func passFromManyTasksAtOnce() async throws {
    let specimens = try Specimens()
    let store = try specimens.store()
    let certificates = try (0..<20).map { _ in try specimens.make() }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for certificate in certificates + certificates {
        group.addTask { try store.verify(certificate, for: .zoneSigning, at: Specimens.now) }
      }
      try await group.waitForAll()
    }
  }

  @Test func stillPassWhenTheListOfRevocationsIsOverdue() throws {
    let specimens = try Specimens()
    let old = Specimens.now.addingTimeInterval(-90 * 86_400)
    let list = try specimens.issuing.revocationList(revoking: [], number: 1, at: old, validDays: 30)
    try specimens.store(revocationLists: [list]).verify(specimens.make(), for: .zoneSigning, at: Specimens.now)
  }

  @Test func haveEachTheirOwnSerialNumber() throws {
    let specimens = try Specimens()
    let pair = try [specimens.make(), specimens.make()]
    #expect(pair[0].fingerprint != pair[1].fingerprint)
  }
}

@Suite struct BadCertificates {
  @Test func underAForeignRootAreUntrusted() throws {
    let foreign = try Specimens().make()
    let store = try Specimens().store()
    #expect(code { try store.verify(foreign, for: .zoneSigning, at: Specimens.now) } == .untrusted)
  }

  @Test func withAForgedSignatureAreUntrusted() throws {
    let specimens = try Specimens()
    var der = try specimens.make().der
    der[der.count - 1] ^= 1
    // The last byte belongs to the signature's second number, so the certificate still parses.
    let forged = try Certificate(der: der)
    let store = try specimens.store()
    #expect(code { try store.verify(forged, for: .zoneSigning, at: Specimens.now) } == .untrusted)
  }

  @Test func withAnyByteChangedAreRefused() throws {
    let specimens = try Specimens()
    let (good, store) = (try specimens.make(), try specimens.store())
    for index in good.der.indices {
      var der = good.der
      der[index] ^= 1 << UInt8(index % 8)
      guard let changed = try? Certificate(der: der) else { continue }
      #expect(throws: TrustError.self, "byte \(index)") {
        try store.verify(changed, for: .zoneSigning, at: Specimens.now)
      }
    }
  }

  @Test func thatSignThemselvesAreUntrusted() throws {
    let specimens = try Specimens()
    let key = try PrivateKey(generating: .ed25519)
    let own = try CertificateTemplate(
      commonName: "dmz signing", validity: Specimens.now.addingTimeInterval(-60)..<Specimens.now.addingTimeInterval(60),
      extensions: CertificateProfile.zoneSigning.extensions(isSelfIssued: true)
    ).signed(publicKey: key, issuer: nil, signer: key)
    let store = try specimens.store()
    #expect(code { try store.verify(own, for: .zoneSigning, at: Specimens.now) } == .untrusted)
  }

  @Test func underAnAuthorityThatMayHaveNoOthersBelowAreUntrusted() throws {
    let specimens = try Specimens()
    let tooDeep = try specimens.issuing.makeIssuing(commonName: "Too deep", at: Specimens.now)
    let certificate = try specimens.make(authority: tooDeep)
    let store = try TrustStore(
      roots: [specimens.root.certificate], intermediates: [specimens.issuing.certificate, tooDeep.certificate],
      revocationLists: [])
    #expect(code { try store.verify(certificate, for: .zoneSigning, at: Specimens.now) } == .untrusted)
  }

  @Test func issuedByAHandlerAreUntrusted() throws {
    let specimens = try Specimens()
    let handler = try specimens.issuing.issue(.handler, to: "mallory", at: Specimens.now)
    let mallory = try CertificateAuthority(certificate: handler.certificate, key: handler.key)
    let certificate = try specimens.make(authority: mallory)
    let store = try TrustStore(
      roots: [specimens.root.certificate], intermediates: [specimens.issuing.certificate, handler.certificate],
      revocationLists: [])
    #expect(code { try store.verify(certificate, for: .zoneSigning, at: Specimens.now) } == .untrusted)
  }

  @Test func thatWereGoodExpireLater() throws {
    let specimens = try Specimens()
    let certificate = try specimens.make()
    let store = try specimens.store()
    try store.verify(certificate, for: .zoneSigning, at: Specimens.now)
    let later = Specimens.now.addingTimeInterval(86_401)
    #expect(code { try store.verify(certificate, for: .zoneSigning, at: later) } == .expired)
  }

  @Test func whoseAuthorityHasExpiredAreExpired() throws {
    let specimens = try Specimens()
    let much = Specimens.now.addingTimeInterval(30 * 365 * 86_400)
    let certificate = try specimens.make { $0.validity = Specimens.now..<much.addingTimeInterval(86_400) }
    let store = try specimens.store()
    #expect(code { try store.verify(certificate, for: .zoneSigning, at: much) } == .expired)
  }
}

@Suite struct Revocation {
  @Test func refusesTheRevokedAndNoOther() throws {
    let specimens = try Specimens()
    let (bad, good) = (try specimens.make(), try specimens.make())
    let list = try specimens.issuing.revocationList(revoking: [bad], number: 1, at: Specimens.now)
    let store = try specimens.store(revocationLists: [list])
    #expect(code { try store.verify(bad, for: .zoneSigning, at: Specimens.now) } == .revoked)
    try store.verify(good, for: .zoneSigning, at: Specimens.now)
  }

  @Test func refusesTheRevokedByAnOverdueListToo() throws {
    let specimens = try Specimens()
    let bad = try specimens.make()
    let old = Specimens.now.addingTimeInterval(-90 * 86_400)
    let list = try specimens.issuing.revocationList(revoking: [bad], number: 1, at: old)
    let store = try specimens.store(revocationLists: [list])
    #expect(code { try store.verify(bad, for: .zoneSigning, at: Specimens.now) } == .revoked)
  }

  @Test func ofAnAuthorityTakesAllItsCertificatesAlong() throws {
    let specimens = try Specimens()
    let list = try specimens.root.revocationList(
      revoking: [specimens.issuing.certificate], number: 1, at: Specimens.now)
    let store = try specimens.store(revocationLists: [list])
    let certificate = try specimens.make()
    #expect(code { try store.verify(certificate, for: .zoneSigning, at: Specimens.now) } == .revoked)
  }

  @Test func byAStrangerOfTheSameNameIsRefused() throws {
    let (specimens, stranger) = (try Specimens(), try Specimens())
    let list = try stranger.issuing.revocationList(revoking: [], number: 1, at: Specimens.now)
    #expect(code { _ = try specimens.store(revocationLists: [list]) } == .untrusted)
  }

  @Test func byGarbageIsRefused() throws {
    let specimens = try Specimens()
    #expect(code { _ = try specimens.store(revocationLists: [[0x30, 0x00]]) } == .malformed)
    #expect(code { _ = try specimens.store(revocationLists: [[]]) } == .malformed)
  }
}
