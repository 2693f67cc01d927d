import Certificates
import Cryptography
import Foundation
import Testing

@Suite struct SM2Certificates {
  private let office: SealingOffice

  init() throws { office = try SealingOffice() }

  @Test func `serve seals alone`() throws {
    let store = try TrustStore(roots: [office.authority.certificate], intermediates: [], revocationLists: [])
    for certificate in [office.sealer.certificate, office.maker.certificate] {
      for purpose: CertificatePurpose in [.zoneSigning, .zoneEncryption, .audit, .handler, .seal, .timeStamp] {
        do throws(TrustError) {
          try store.verify(certificate, for: purpose, at: SealingOffice.day)
          Issue.record("good for \(purpose)")
        } catch { #expect(error.code == .wrongPurpose, "\(purpose): \(error)") }
      }
    }
  }

  @Test func `are signed under the standard identifier`() throws {
    #expect(office.sealer.certificate.isSigned(by: office.authority.certificate))
    #expect(office.authority.certificate.isSigned(by: office.authority.certificate))
    let other = try SealingOffice()
    #expect(!office.sealer.certificate.isSigned(by: other.authority.certificate))
    let list = try RevocationList(
      der: try office.authority.revocationList(revoking: [], number: 1, at: SealingOffice.day))
    #expect(list.isSigned(by: office.authority.certificate))
    #expect(!list.isSigned(by: other.authority.certificate))
    #expect(!list.isSigned(by: office.sealer.certificate))
  }

  @Test func `have a sealer's chain, dates and use checked`() throws {
    let trust = SealTrust(certificates: [office.authority.certificate])
    let day = SealingOffice.day
    #expect(try trust.verify(sealer: office.sealer.certificate, at: day).map(\.commonName) == ["常熟市人民政府", "内部印章CA"])
    func code(_ certificate: Certificate, _ date: Date, _ trust: SealTrust) -> TrustError.Code? {
      do throws(TrustError) {
        try trust.verify(sealer: certificate, at: date)
        return nil
      } catch { return error.code }
    }
    #expect(code(office.sealer.certificate, day.addingTimeInterval(-7_200), trust) == .notYetValid)
    #expect(code(office.sealer.certificate, day.addingTimeInterval(366 * 86_400), trust) == .expired)
    #expect(code(office.authority.certificate, day, trust) == .wrongPurpose)
    #expect(code(office.sealer.certificate, day, SealTrust(certificates: [])) == .untrusted)
    #expect(code(office.sealer.certificate, day, SealTrust(certificates: [office.maker.certificate])) == .untrusted)
    let plain = try CertificateAuthority.makeRoot(commonName: "CA", at: day).issue(.seal, to: "a", at: day)
    #expect(code(plain.certificate, day, trust) == .wrongPurpose)
  }

  @Test func `have keys that lie encrypted in files, and sign`() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "sm2-\(UUID().uuidString).key").path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let passphrase = SecretBytes(Array("kept".utf8))
    let text = try office.sealer.key.pem(passphrase: passphrase).copy()
    #expect(String(decoding: text, as: UTF8.self).hasPrefix("-----BEGIN ENCRYPTED PRIVATE KEY-----"))
    #expect(FileManager.default.createFile(atPath: path, contents: Data(text), attributes: [.posixPermissions: 0o600]))
    let key = try PrivateKey(pemFile: path, passphrase: passphrase)
    #expect(key.kind == .sm2 && key.belongs(to: office.sealer.certificate))
    let signature = try key.signSM2([1, 2, 3])
    let verifier = try #require(office.sealer.certificate.sm2PublicKey)
    #expect(verifier.verifies(signature: signature, of: [1, 2, 3]))
    #expect(!verifier.verifies(signature: signature, of: [1, 2, 4]))
    #expect(throws: TrustError.self) {
      try PrivateKey(pemFile: path, passphrase: SecretBytes(Array("wrong".utf8)))
    }
    #expect(throws: TrustError.self) { try PrivateKey(generating: .p256).signSM2([1]) }
  }
}
