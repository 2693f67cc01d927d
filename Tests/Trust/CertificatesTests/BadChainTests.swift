import COpenSSL
import Cryptography
import Foundation
import Testing
import Zones

@testable import Certificates

/// Chains, lists and files that are wrong in one way each, with the code and a part of the reason that they must be refused
/// with. A refusal for another reason is a failure too.
@Suite struct BadChains {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let code: TrustError.Code
    let reason: String
    let attempt: @Sendable (Specimens) throws -> Void

    init(
      _ name: String, _ code: TrustError.Code, _ reason: String,
      _ attempt: @escaping @Sendable (Specimens) throws -> Void
    ) {
      (testDescription, self.code, self.reason, self.attempt) = (name, code, reason, attempt)
    }

    /// A certificate as `profile` has it, changed in one way, used for `purpose`.
    static func leaf(
      _ name: String, _ code: TrustError.Code, _ reason: String, _ purpose: CertificatePurpose = .zoneSigning,
      _ profile: CertificateProfile = .zoneSigning, keyKind: KeyKind? = nil,
      _ change: @escaping @Sendable (inout CertificateTemplate) -> Void = { _ in }
    ) -> Case {
      Case(name, code, reason) { specimens in
        let certificate = try specimens.make(profile, keyKind: keyKind, change)
        try specimens.store().verify(certificate, for: purpose, at: Specimens.now)
      }
    }

    /// A good certificate under an authority that is changed in one way.
    static func authority(
      _ name: String, _ code: TrustError.Code, _ reason: String, _ purpose: CertificatePurpose = .zoneSigning,
      _ profile: CertificateProfile = .zoneSigning, _ change: @escaping @Sendable (inout CertificateTemplate) -> Void
    ) -> Case {
      Case(name, code, reason) { specimens in
        let authority = try specimens.makeAuthority(under: specimens.root, change)
        let leaf = try specimens.make(profile, authority: authority)
        try TrustStore(
          roots: [specimens.root.certificate], intermediates: [authority.certificate], revocationLists: []
        ).verify(leaf, for: purpose, at: Specimens.now)
      }
    }
  }

  private static let server = CertificateProfile.tlsServer(names: ["portal.example.org"])

  static let cases: [Case] = signers + dates + uses + authorities + strength + lists + files

  static let signers: [Case] = [
    Case("the same name from another root", .untrusted, "unable to get local issuer certificate") { specimens in
      try specimens.store().verify(try Specimens().make(), for: .zoneSigning, at: Specimens.now)
    },
    Case("the same issuing name with another key", .untrusted, "certificate signature failure") { specimens in
      var template = try specimens.template(.zoneSigning)
      // Without the key's identifier nothing but the signature tells the two authorities apart.
      template.set(NID_authority_key_identifier, nil)
      let stranger = try Specimens().issuing
      let leaf = try template.signed(
        publicKey: PrivateKey(generating: .ed25519), issuer: stranger.certificate, signer: stranger.key)
      try specimens.store().verify(leaf, for: .zoneSigning, at: Specimens.now)
    },
    Case("its own signer", .untrusted, "self-signed certificate") { specimens in
      let key = try PrivateKey(generating: .ed25519)
      let own = try specimens.template(.zoneSigning, isSelfIssued: true).signed(
        publicKey: key, issuer: nil, signer: key)
      try specimens.store().verify(own, for: .zoneSigning, at: Specimens.now)
    },
    Case("no authority in between", .untrusted, "unable to get local issuer certificate") { specimens in
      try TrustStore(roots: [specimens.root.certificate], intermediates: [], revocationLists: [])
        .verify(specimens.make(), for: .zoneSigning, at: Specimens.now)
    },
    Case("an authority that is trusted by nobody", .untrusted, "(authority 1 above it): unable to get local issuer") {
      specimens in
      let other = try Specimens()
      try TrustStore(
        roots: [other.root.certificate], intermediates: [specimens.issuing.certificate], revocationLists: []
      ).verify(specimens.make(), for: .zoneSigning, at: Specimens.now)
    },
    Case("a forged signature", .untrusted, "certificate signature failure") { specimens in
      var der = try specimens.make().der
      der[der.count - 1] ^= 1
      try specimens.store().verify(Certificate(der: der), for: .zoneSigning, at: Specimens.now)
    },
    Case("a handler as signer", .untrusted, "invalid CA certificate") { specimens in
      let handler = try specimens.issuing.issue(.handler, to: "mallory", at: Specimens.now)
      let mallory = try CertificateAuthority(certificate: handler.certificate, key: handler.key)
      let leaf = try specimens.make(authority: mallory)
      try TrustStore(
        roots: [specimens.root.certificate], intermediates: [specimens.issuing.certificate, handler.certificate],
        revocationLists: []
      ).verify(leaf, for: .zoneSigning, at: Specimens.now)
    },
  ]

  static let dates: [Case] = [
    .leaf("expired", .expired, "certificate has expired") {
      $0.validity = Specimens.now.addingTimeInterval(-600)..<Specimens.now.addingTimeInterval(-60)
    },
    .leaf("not yet valid", .notYetValid, "certificate is not yet valid") {
      $0.validity = Specimens.now.addingTimeInterval(60)..<Specimens.now.addingTimeInterval(600)
    },
    .authority("an authority that has expired", .expired, "(authority 1 above it): certificate has expired") {
      $0.validity = Specimens.now.addingTimeInterval(-600)..<Specimens.now.addingTimeInterval(-60)
    },
    .authority("an authority that is not yet valid", .notYetValid, "(authority 1 above it): certificate is not yet") {
      $0.validity = Specimens.now.addingTimeInterval(60)..<Specimens.now.addingTimeInterval(600)
    },
    Case("a root that has expired", .expired, "(authority 2 above it)") { specimens in
      let late = specimens.root.certificate.notAfter.addingTimeInterval(60)
      let forever = specimens.now(until: late.addingTimeInterval(86_400))
      let authority = try specimens.makeAuthority(under: specimens.root) { $0.validity = forever }
      let leaf = try specimens.make(authority: authority) { $0.validity = forever }
      try TrustStore(
        roots: [specimens.root.certificate], intermediates: [authority.certificate], revocationLists: []
      ).verify(leaf, for: .zoneSigning, at: late)
    },
  ]

  static let uses: [Case] = [
    .leaf("no key usage", .wrongPurpose, "lacks digitalSignature") { $0.set(NID_key_usage, nil) },
    .leaf("another key usage", .wrongPurpose, "lacks digitalSignature") {
      $0.set(NID_key_usage, "critical,nonRepudiation")
    },
    .leaf("an authority's own certificate", .wrongPurpose, "is an authority's certificate") {
      $0.set(NID_basic_constraints, "critical,CA:TRUE")
      $0.set(NID_key_usage, "critical,digitalSignature,keyCertSign")
    },
    .leaf("one that may sign others", .wrongPurpose, "is an authority's certificate") {
      $0.set(NID_key_usage, "critical,digitalSignature,keyCertSign")
    },
    .leaf("a zone's for client TLS", .wrongPurpose, "is meant for TLS") { $0.set(NID_ext_key_usage, "clientAuth") },
    .leaf("a zone's for server TLS", .wrongPurpose, "is meant for TLS") { $0.set(NID_ext_key_usage, "serverAuth") },
    .leaf("a zone's for anything", .wrongPurpose, "is meant for TLS") {
      $0.set(NID_ext_key_usage, "anyExtendedKeyUsage")
    },
    .leaf("a zone's with a P-256 key", .wrongPurpose, "holds no Ed25519 key", keyKind: .p256),
    .leaf("an encryption certificate that signs", .wrongPurpose, "holds no Ed25519 key", .zoneSigning, .zoneEncryption),
    .leaf("a signing certificate to encrypt for", .wrongPurpose, "holds no X25519 key", .zoneEncryption),
    .leaf(
      "an encryption certificate without keyAgreement", .wrongPurpose, "lacks keyAgreement", .zoneEncryption,
      .zoneEncryption
    ) { $0.set(NID_key_usage, "critical,digitalSignature") },
    .leaf("a handler's used by a zone", .wrongPurpose, "holds no Ed25519 key", .zoneSigning, .handler),
    .leaf("a zone's used by a handler", .wrongPurpose, "holds no P-256 key", .handler),
    .leaf("a server's used by a handler", .wrongPurpose, "is not a person's", .handler, server),
    .leaf("a handler's used by a server", .wrongPurpose, "lacks serverAuth", .tlsServer, .handler),
    .leaf("a handler's for servers too", .wrongPurpose, "is not a person's", .handler, .handler) {
      $0.set(NID_ext_key_usage, "clientAuth,serverAuth")
    },
    .leaf("a handler's without extended usage", .wrongPurpose, "is not a person's", .handler, .handler) {
      $0.set(NID_ext_key_usage, nil)
    },
    .leaf("a handler's without digitalSignature", .wrongPurpose, "unsuitable certificate purpose", .handler, .handler) {
      $0.set(NID_key_usage, "critical,nonRepudiation")
    },
    .leaf("a seal's without nonRepudiation", .wrongPurpose, "lacks digitalSignature or nonRepudiation", .seal, .seal) {
      $0.set(NID_key_usage, "critical,digitalSignature")
    },
    .leaf("a handler's used as a seal", .wrongPurpose, "lacks digitalSignature or nonRepudiation", .seal, .handler),
    .leaf("a seal's for TLS", .wrongPurpose, "is meant for TLS", .seal, .seal) {
      $0.set(NID_ext_key_usage, "clientAuth")
    },
    .leaf("a seal's used for time stamps", .wrongPurpose, "lacks timeStamping", .timeStamp, .seal),
    .leaf("time stamps beside another use", .wrongPurpose, "unsuitable certificate purpose", .timeStamp, .timeStamp) {
      $0.set(NID_ext_key_usage, "critical,timeStamping,emailProtection")
    },
    .leaf("time stamps, not critical", .wrongPurpose, "unsuitable certificate purpose", .timeStamp, .timeStamp) {
      $0.set(NID_ext_key_usage, "timeStamping")
    },
    .leaf("an unknown critical extension", .untrusted, "unhandled critical extension") {
      $0.set(NID_netscape_comment, "critical,read me")
    },
  ]

  static let authorities: [Case] = [
    .authority("an authority with CA:FALSE", .untrusted, "invalid CA certificate") {
      $0.set(NID_basic_constraints, "critical,CA:FALSE")
    },
    .authority("an authority without basic constraints", .untrusted, "invalid CA certificate") {
      $0.set(NID_basic_constraints, nil)
    },
    .authority("an authority that may not sign certificates", .untrusted, "invalid CA certificate") {
      $0.set(NID_key_usage, "critical,cRLSign")
    },
    .authority("an authority for servers alone", .wrongPurpose, "unsuitable certificate purpose", .handler, .handler) {
      $0.set(NID_ext_key_usage, "serverAuth")
    },
    .authority("a name outside the permitted ones", .untrusted, "permitted subtree violation", .tlsServer, server) {
      $0.set(NID_name_constraints, "critical,permitted;DNS:example.cn")
    },
    .authority("a name among the excluded ones", .untrusted, "excluded subtree violation", .tlsServer, server) {
      $0.set(NID_name_constraints, "critical,excluded;DNS:example.org")
    },
    .authority("an authority with an unknown critical extension", .untrusted, "unhandled critical extension") {
      $0.set(NID_netscape_comment, "critical,read me")
    },
    Case("an authority below one that may have none", .untrusted, "path length constraint exceeded") { specimens in
      let deep = try specimens.makeAuthority(under: specimens.issuing)
      let leaf = try specimens.make(authority: deep)
      try TrustStore(
        roots: [specimens.root.certificate], intermediates: [specimens.issuing.certificate, deep.certificate],
        revocationLists: []
      ).verify(leaf, for: .zoneSigning, at: Specimens.now)
    },
    Case("a chain that is too long", .untrusted, "certificate chain too long") { specimens in
      let root = try specimens.makeAuthority(under: nil)
      var chain = [root]
      for _ in 0..<7 { chain.append(try specimens.makeAuthority(under: chain.last)) }
      let leaf = try specimens.make(authority: chain.last)
      try TrustStore(
        roots: [root.certificate], intermediates: chain.dropFirst().map(\.certificate), revocationLists: []
      ).verify(leaf, for: .zoneSigning, at: Specimens.now)
    },
  ]

  static let strength: [Case] = [
    Case("a short RSA key", .untrusted, "certificate key too weak") { specimens in
      try specimens.verifyServer(requested: ["-newkey", "rsa:1024"], signed: ["-sha256"])
    },
    Case("a short elliptic curve", .untrusted, "certificate key too weak") { specimens in
      try specimens.verifyServer(
        requested: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime192v1"], signed: ["-sha256"])
    },
    Case("SHA-1", .untrusted, "signature digest algorithm too weak") { specimens in
      try specimens.verifyServer(
        requested: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"], signed: ["-sha1"])
    },
  ]

  static let lists: [Case] = [
    Case("revoked", .revoked, "certificate revoked") { specimens in
      let bad = try specimens.make()
      let list = try specimens.issuing.revocationList(revoking: [bad], number: 1, at: Specimens.now)
      try specimens.store(revocationLists: [list]).verify(bad, for: .zoneSigning, at: Specimens.now)
    },
    Case("an authority that is revoked", .revoked, "(authority 1 above it): certificate revoked") { specimens in
      let list = try specimens.root.revocationList(
        revoking: [specimens.issuing.certificate], number: 1, at: Specimens.now)
      try specimens.store(revocationLists: [list]).verify(specimens.make(), for: .zoneSigning, at: Specimens.now)
    },
    Case("a list by another of the same name", .untrusted, "none of the trusted authorities has signed") { specimens in
      let list = try Specimens().issuing.revocationList(revoking: [], number: 1, at: Specimens.now)
      _ = try specimens.store().take(RevocationList(der: list))
    },
    Case("a list by an authority that may make none", .untrusted, "none of the trusted authorities") { specimens in
      let authority = try specimens.makeAuthority(under: specimens.root) {
        $0.set(NID_key_usage, "critical,keyCertSign")
      }
      let list = try authority.revocationList(revoking: [], number: 1, at: Specimens.now)
      _ = try TrustStore(
        roots: [specimens.root.certificate], intermediates: [authority.certificate], revocationLists: [list])
    },
    Case("a list older than the one held", .rolledBack, "list 4 of") { specimens in
      let store = try specimens.store(revocationLists: [specimens.list(5)])
      _ = try store.take(RevocationList(der: specimens.list(4)))
    },
    Case("another list of the same number", .rolledBack, "is not newer than list 5") { specimens in
      let store = try specimens.store(revocationLists: [specimens.list(5)])
      _ = try store.take(RevocationList(der: specimens.list(5, validDays: 31)))
    },
    Case("no list where that refuses", .listMissing, "unable to get certificate CRL") { specimens in
      let store = try specimens.strictStore([try specimens.rootList()])
      try store.verify(specimens.make(), for: .zoneSigning, at: Specimens.now)
    },
    Case("no list of the root where that refuses", .listMissing, "(authority 1 above it)") { specimens in
      try specimens.strictStore([specimens.list(1)]).verify(specimens.make(), for: .zoneSigning, at: Specimens.now)
    },
    Case("an overdue list where that refuses", .listOverdue, "CRL has expired") { specimens in
      let store = try specimens.strictStore([specimens.list(1, validDays: 1), specimens.rootList()])
      let leaf = try specimens.make { $0.validity = specimens.now(until: Specimens.now.addingTimeInterval(864_000)) }
      // It was good, and is remembered as good no longer than the list is.
      try store.verify(leaf, for: .zoneSigning, at: Specimens.now)
      try store.verify(leaf, for: .zoneSigning, at: Specimens.now.addingTimeInterval(86_500))
    },
    Case("a list of tomorrow where that refuses", .listOverdue, "CRL is not yet valid") { specimens in
      let list = try specimens.issuing.revocationList(
        revoking: [], number: 1, at: Specimens.now.addingTimeInterval(86_400))
      try specimens.strictStore([list, specimens.rootList()])
        .verify(specimens.make(), for: .zoneSigning, at: Specimens.now)
    },
    Case("a list without a number", .malformed, "without number") { specimens in
      _ = try RevocationList(der: specimens.listWithoutNumber())
    },
    Case("a list that covers a part", .malformed, "with a critical extension") { specimens in
      _ = try RevocationList(der: specimens.partialList())
    },
    Case("a list that is cut short", .malformed, "not one list of revocations in DER") { specimens in
      _ = try RevocationList(der: Array(specimens.list(1).dropLast()))
    },
    Case("a list with bytes after it", .malformed, "not one list of revocations in DER") { specimens in
      _ = try RevocationList(der: specimens.list(1) + [0])
    },
    Case("a list that is a certificate", .malformed, "PEM block CERTIFICATE where X509 CRL belongs") { specimens in
      _ = try RevocationList.parse(pem: Array(specimens.root.certificate.pem.utf8))
    },
    Case("a list that is too large", .malformed, "not one list of revocations in DER") { _ in
      _ = try RevocationList(der: [UInt8](repeating: 0x30, count: RevocationList.maxBytes + 1))
    },
  ]

  static let files: [Case] = [
    Case("a certificate with bytes after it", .malformed, "not one certificate in DER") { specimens in
      _ = try Certificate(der: specimens.make().der + [0])
    },
    Case("a certificate that is cut short", .malformed, "not one certificate in DER") { specimens in
      _ = try Certificate(der: Array(specimens.make().der.dropLast()))
    },
    Case("a certificate that is not DER", .malformed, "not one certificate in DER") { specimens in
      // The outer length in one byte more than it takes: BER, and no DER.
      let der = try specimens.make().der
      _ = try Certificate(der: [0x30, 0x83, 0x00] + der[2...])
    },
    Case("a request for a certificate that is cut short", .malformed, "not one request") { _ in
      _ = try CertificateRequest(der: [0x30, 0x82, 0x01, 0x00])
    },
    Case("no root", .untrusted, "no root certificate to trust") { _ in
      _ = try TrustStore(roots: [], intermediates: [], revocationLists: [])
    },
    Case("an authority with another's key", .keyMismatch, "the authority's key is not that of") { specimens in
      _ = try CertificateAuthority(certificate: specimens.root.certificate, key: specimens.issuing.key)
    },
  ]

  @Test(arguments: cases) func areRefusedForTheirOwnReason(specimen: Case) throws {
    let error = #expect(throws: TrustError.self) { try specimen.attempt(Specimens()) }
    #expect(error?.code == specimen.code, "\(error?.description ?? "")")
    #expect(error?.reason.contains(specimen.reason) == true, "\(error?.description ?? "")")
  }

  @Test func areOfManyKinds() {
    #expect(Set(Self.cases.map(\.testDescription)).count == Self.cases.count)
    #expect(Self.cases.count >= 60)
  }
}
