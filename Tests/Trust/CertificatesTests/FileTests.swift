import COpenSSL
import ChildProcess
import Cryptography
import Foundation
import Testing
import Zones

@testable import Certificates

@Suite struct KeyFilesOnDisk {
  @Test func loadAndSignAsTheirCertificateSays() throws {
    let (specimens, folder) = (try Specimens(), try TemporaryFolder())
    let pair = try specimens.issuing.issue(.zoneSigning, to: "dmz signing", at: Specimens.now)
    let path = try folder.write("signing.key", pair.key.pem().copy())
    let key = try loadSigningKey(path: path, matching: pair.certificate)
    let publicKey = try #require(pair.certificate.ed25519PublicKey)
    #expect(verifyEd25519(signature: key.sign([1, 2, 3]), message: [1, 2, 3], publicKey: publicKey))
  }

  @Test func loadForDecryption() throws {
    let (specimens, folder) = (try Specimens(), try TemporaryFolder())
    let pair = try specimens.issuing.issue(.zoneEncryption, to: "dmz encryption", at: Specimens.now)
    let path = try folder.write("encryption.key", pair.key.pem().copy())
    let key = try loadEncryptionKey(path: path, matching: pair.certificate)
    #expect(key.publicKey == pair.certificate.x25519PublicKey)
  }

  @Test(arguments: [0o640, 0o604, 0o700, 0o660]) func areRefusedWhenTooOpen(mode: Int) throws {
    let (specimens, folder) = (try Specimens(), try TemporaryFolder())
    let pair = try specimens.issuing.issue(.zoneSigning, to: "dmz signing", at: Specimens.now)
    let path = try folder.write("signing.key", pair.key.pem().copy(), mode: mode)
    #expect(code { _ = try loadSigningKey(path: path, matching: pair.certificate) } == .keyTooOpen)
  }

  @Test func areRefusedForAnotherCertificate() throws {
    let (specimens, folder) = (try Specimens(), try TemporaryFolder())
    let pair = try specimens.issuing.issue(.zoneSigning, to: "dmz signing", at: Specimens.now)
    let other = try specimens.issuing.issue(.zoneSigning, to: "dmz signing", at: Specimens.now)
    let path = try folder.write("signing.key", pair.key.pem().copy())
    #expect(code { _ = try loadSigningKey(path: path, matching: other.certificate) } == .keyMismatch)
  }

  @Test func areRefusedWhenOfAnotherKind() throws {
    let (specimens, folder) = (try Specimens(), try TemporaryFolder())
    let pair = try specimens.issuing.issue(.zoneEncryption, to: "dmz encryption", at: Specimens.now)
    let path = try folder.write("signing.key", pair.key.pem().copy())
    #expect(code { _ = try loadSigningKey(path: path, matching: pair.certificate) } == .malformed)
  }

  @Test func areRefusedWhenMissingOrNoFile() throws {
    let (specimens, folder) = (try Specimens(), try TemporaryFolder())
    let certificate = try specimens.make()
    for path in ["\(folder.path)/none", folder.path, "/dev/zero"] {
      #expect(code { _ = try loadSigningKey(path: path, matching: certificate) } == .unreadable)
    }
  }

  @Test(arguments: [
    "", "junk", "-----BEGIN PRIVATE KEY-----\n",
    "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n",
  ])
  func areRefusedWhenDamaged(content: String) throws {
    let (specimens, folder) = (try Specimens(), try TemporaryFolder())
    let path = try folder.write("signing.key", Array(content.utf8))
    let certificate = try specimens.make()
    #expect(code { _ = try loadSigningKey(path: path, matching: certificate) } == .malformed)
  }
}

@Suite struct EncryptedKeyFiles {
  private static let passphrase = SecretBytes(Array("open sesame".utf8))

  @Test func openWithTheirPassphraseAlone() throws {
    let folder = try TemporaryFolder()
    let key = try PrivateKey(generating: .ed25519)
    let path = try folder.write("signing.key", key.pem(passphrase: Self.passphrase).copy())
    #expect(code { _ = try PrivateKey(pemFile: path) } == .wrongPassphrase)
    let wrong = SecretBytes(Array("open barley".utf8))
    #expect(code { _ = try PrivateKey(pemFile: path, passphrase: wrong) } == .wrongPassphrase)
    #expect(try PrivateKey(pemFile: path, passphrase: Self.passphrase).pem().copy() == key.pem().copy())
  }

  @Test func thatAreDamagedDoNotOpen() throws {
    let folder = try TemporaryFolder()
    let junk = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n"
    let path = try folder.write("signing.key", Array(junk.utf8))
    #expect(code { _ = try PrivateKey(pemFile: path, passphrase: Self.passphrase) } == .wrongPassphrase)
  }

  @Test(arguments: ["", "\n", "a\0b\n", String(repeating: "x", count: 1_025)])
  func takeNoPassphraseThatIsNone(content: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("secret", Array(content.utf8))
    #expect(code { _ = try Passphrase.read(file: path) } == .malformed)
  }
}

@Suite struct CertificateFiles {
  @Test func holdOneOrMore() throws {
    let (specimens, folder) = (try Specimens(), try TemporaryFolder())
    let both = specimens.root.certificate.pem + "a note\n" + specimens.issuing.certificate.pem
    let path = try folder.write("both.pem", Array(both.utf8), mode: 0o644)
    #expect(try Certificate.load(pemFile: path) == [specimens.root.certificate, specimens.issuing.certificate])
  }

  @Test func makeAStore() throws {
    let (specimens, folder) = (try Specimens(), try TemporaryFolder())
    let bad = try specimens.make()
    let list = try specimens.issuing.revocationList(revoking: [bad], number: 7, at: Specimens.now)
    let store = try TrustStore(
      files: TrustFiles(
        root: folder.write("root.pem", Array(specimens.root.certificate.pem.utf8)),
        intermediates: [folder.write("issuing.pem", Array(specimens.issuing.certificate.pem.utf8))],
        revocationLists: [folder.write("crl.pem", Array(CertificateAuthority.pem(revocationList: list).utf8))]))
    try store.verify(specimens.make(), for: .zoneSigning, at: Specimens.now)
    #expect(code { try store.verify(bad, for: .zoneSigning, at: Specimens.now) } == .revoked)
  }

  @Test(arguments: [
    "", "no pem at all", "-----BEGIN CERTIFICATE-----\nMAA=\n",
    "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
    "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
    "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
    "-----BEGIN CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
    "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n",
  ])
  func thatAreDamagedAreRefused(content: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("bad.pem", Array(content.utf8))
    #expect(code { _ = try Certificate.load(pemFile: path) } == .malformed)
  }

  @Test func withBytesAfterTheCertificateAreRefused() throws {
    let der = try Specimens().make().der
    #expect(code { _ = try Certificate(der: der + [0]) } == .malformed)
    #expect(code { _ = try Certificate(der: Array(der.dropLast())) } == .malformed)
    #expect(code { _ = try Certificate(der: []) } == .malformed)
  }
}

@Suite struct Authorities {
  @Test func refuseAKeyThatIsNotTheirs() throws {
    let specimens = try Specimens()
    #expect(
      code { _ = try CertificateAuthority(certificate: specimens.root.certificate, key: specimens.issuing.key) }
        == .keyMismatch)
  }

  @Test(arguments: ["a b", "a,DNS:b", "", "x..y", "1.2.3.4,IP:5.6.7.8"])
  func refuseNamesThatAreNone(name: String) throws {
    let specimens = try Specimens()
    #expect(
      code { _ = try specimens.issuing.issue(.tlsServer(names: [name]), to: "server", at: Specimens.now) }
        == .cannotIssue)
  }

  @Test func outliveNoneOfTheirCertificates() throws {
    let specimens = try Specimens()
    let late = specimens.issuing.certificate.notAfter.addingTimeInterval(-86_400)
    let certificate = try specimens.issuing.issue(.handler, to: "late", at: late).certificate
    #expect(certificate.notAfter == specimens.issuing.certificate.notAfter)
  }

  @Test func packAPersonsKeyForABrowser() throws {
    let (specimens, folder) = (try Specimens(), try TemporaryFolder())
    let clerk = try specimens.issuing.issue(.handler, to: "Clerk", at: Specimens.now)
    let packed = try PKCS12.make(
      name: "Clerk", certificate: clerk.certificate, key: clerk.key, chain: [specimens.issuing.certificate],
      password: SecretBytes(Array("open sesame".utf8)))
    let path = try folder.write("clerk.p12", packed)
    let listing = try run("openssl", ["pkcs12", "-in", path, "-info", "-noout", "-passin", "pass:open sesame"])
    #expect(listing.contains("MAC: sha256, Iteration 600000"))
    #expect(listing.contains("PBES2, PBKDF2, AES-256-CBC, Iteration 600000, PRF hmacWithSHA256"))
    let wrong = try run("openssl", ["pkcs12", "-in", path, "-noout", "-passin", "pass:wrong"])
    #expect(wrong.contains("invalid password"))
  }

  private func run(_ program: String, _ arguments: [String]) throws -> String {
    let outcome = try ChildProcess.run(program, arguments)
    return outcome.output + outcome.complaint
  }
}
