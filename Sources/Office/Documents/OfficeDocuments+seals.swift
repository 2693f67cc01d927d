import Acts
import Certificates
import Cryptography
import DocumentSeals
import Foundation
import Logging
public import Roles
import Runtime
import SealObjects
import Storage
import Timestamps

/// A seal that is to be taken into the register.
public struct SealOffer: Sendable {
  /// SESeal of GB/T 38540-2020.
  public var bytes: [UInt8]
  /// Whose it is: 1 to 60 characters.
  public var owner: String
  /// A signer of `zone.yaml`, and the name that its SM2 key has there.
  public var signer: String
  public var keyName: String
  /// Of the P-256 key for PDF, at the same signer; empty where PDF is not signed.
  public var pdfKeyName: String

  public init(bytes: [UInt8], owner: String, signer: String, keyName: String, pdfKeyName: String = "") {
    (self.bytes, self.owner, self.signer) = (bytes, owner, signer)
    (self.keyName, self.pdfKeyName) = (keyName, pdfKeyName)
  }
}

/// The register of seals (印章登记).
extension OfficeDocuments {
  /// Sides of a seal's picture, in millimetres.
  private static let sides = 10...60

  /// The names of the signers, in the order of the configuration.
  public var signerNames: [String] { signers.map(\.name) }

  public func seals(for official: Official) async throws(DocumentError) -> [RegisteredSeal] {
    guard official.may(.keepSeals, .office) else { throw .notAllowed }
    return try await registeredSeals()
  }

  /// The seals that can be asked for now.
  public func usableSeals(for official: Official) async throws(DocumentError) -> [RegisteredSeal] {
    guard official.may(.requestSeal) else { throw .notAllowed }
    return try await registeredSeals().filter(\.isUsable)
  }

  private func registeredSeals() async throws(DocumentError) -> [RegisteredSeal] {
    let now = self.now()
    return try await read { db in
      try db.all("SELECT * FROM seal ORDER BY name, id LIMIT 1000").map {
        try StoredSeal(row: $0).registered(at: now)
      }
    }
  }

  /// A seal with its history, and its last 200 uses.
  public func seal(
    _ identifier: String, for official: Official
  ) async throws(DocumentError) -> (seal: RegisteredSeal, changes: [SealStateChange], uses: [SealUse]) {
    guard official.may(.keepSeals, .office) else { throw .notAllowed }
    let now = self.now()
    let found: (RegisteredSeal, [SealStateChange], [SealUse])? = try await read { db in
      guard let seal = try StoredSeal.find(identifier, db) else { return nil }
      let changes = try db.all(
        "SELECT at, state, reason, name FROM seal_state WHERE seal = ? ORDER BY number", identifier
      ).map {
        try SealStateChange(
          at: Date(unixMilliseconds: $0["at"]), state: $0["state"], reason: $0["reason"], name: $0["name"])
      }
      return (
        seal.registered(at: now), changes, try StoredRequest.uses("seal", identifier, limit: 200, db)
      )
    }
    guard let found else { throw .notFound }
    return found
  }

  /// The picture that the seal shows, PNG.
  public func picture(ofSeal identifier: String, for official: Official) async throws(DocumentError) -> [UInt8] {
    guard official.may(.keepSeals, .office) else { throw .notAllowed }
    guard let seal = try await read({ try StoredSeal.find(identifier, $0) }),
      let data = try? ElectronicSeal(seal.bytes).info.picture.data
    else { throw .notFound }
    return data
  }

  /// Takes a seal into the register: checked as `guandu seal import` does, and its keys found at the signer.
  ///
  /// - Returns: its identifier.
  /// - Throws: `seal`, with the steps of the check, where not all hold.
  public func importSeal(_ offer: SealOffer, by official: Official) async throws(DocumentError) -> String {
    guard official.may(.keepSeals, .office) else { throw .notAllowed }
    guard Self.isOwner(offer.owner) else { throw .refused(.owner) }
    guard let signer = signers.first(where: { $0.name == offer.signer }) else { throw .refused(.noSuchSigner) }
    let at = now()
    let seal = try await checked(offer.bytes, at: at)
    let key = try await self.key(offer.keyName, at: signer)
    let certificate: Certificate
    do {
      certificate = try DocumentSealer(
        seal: seal, publicKey: key.publicKey, certificate: key.certificate.flatMap { Self.named(by: seal, $0) },
        at: Date(unixMilliseconds: at)
      ).certificate
    } catch {
      logger.warning("a seal was not taken in", metadata: ["reason": "\(error)"])
      throw .refused(.keyNotOfSeal)
    }
    var pdfCertificate: Certificate?
    if !offer.pdfKeyName.isEmpty {
      guard let own = try await self.key(offer.pdfKeyName, at: signer).certificate, own.signingAlgorithm == .p256,
        (own.notBefore...own.notAfter).contains(Date(unixMilliseconds: at)), (try? own.requireForDocuments()) != nil
      else { throw .refused(.pdfKey) }
      pdfCertificate = own
    }
    let row = NewSeal(offer: offer, seal: seal, certificate: certificate, pdfCertificate: pdfCertificate)
    let audit = self.audit
    let id = newIdentifier(at: at)
    try await write { db in
      try row.insert(id, at, db)
      try Self.change(id, to: .inUse, reason: "", official, at, db)
      try Act("seal.imported", "seal \(id)", content: Digest.of(offer.bytes), detail: seal.info.identifier)
        .record(by: official, at: at, audit, db)
    }
    return id
  }

  /// The certificate where the seal holds it or its digest; else the seal's own count.
  private static func named(by seal: ElectronicSeal, _ certificate: Certificate) -> Certificate? {
    if case .certificates(let list) = seal.info.signers { return list.contains(certificate.der) ? certificate : nil }
    return certificate
  }

  private static func isOwner(_ text: String) -> Bool {
    (1...60).contains(text.count) && text.utf8.count <= 480
      && !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
  }

  private func key(_ name: String, at signer: SealSigner) async throws(DocumentError) -> SealKey {
    do { return try await signer.key(name) } catch let failure as SigningFailure {
      logger.warning("a signer gave no key", metadata: ["reason": "\(failure.reason)"])
      throw .refused(failure.problem)
    } catch { throw .unavailable(error) }
  }

  /// On a thread for such work: what was uploaded is a stranger's.
  private func checked(_ bytes: [UInt8], at: UnixMilliseconds) async throws(DocumentError) -> ElectronicSeal {
    let trust = sealTrust
    return try await BlockingPool.shared.run { () throws(DocumentError) in
      let check: SealCheck
      do { check = try SealCheck(bytes, trust: trust, at: Date(unixMilliseconds: at)) } catch {
        throw .refused(.notASeal)
      }
      guard check.verdict == .genuine else { throw .seal(check.steps) }
      let picture = check.seal.info.picture
      guard Self.sides.contains(picture.widthMillimetres), Self.sides.contains(picture.heightMillimetres) else {
        throw .refused(.sealSize)
      }
      return check.seal
    }
  }

  // MARK: - States

  /// 停用, 恢复, 撤销, 注销: with a reason of 1 to 500 characters. Revoked and cancelled seals stay so.
  public func changeSeal(
    _ identifier: String, to state: SealState, reason: String, by official: Official
  ) async throws(DocumentError) {
    guard official.may(.keepSeals, .office) else { throw .notAllowed }
    try checkReason(reason)
    let (at, audit) = (now(), self.audit)
    try await write { db in
      guard let seal = try StoredSeal.find(identifier, db) else { throw DocumentError.notFound }
      guard seal.state.next.contains(state) else { throw DocumentError.refused(.sealState) }
      try db.run("UPDATE seal SET state = ? WHERE id = ?", state, identifier)
      try Self.change(identifier, to: state, reason: reason, official, at, db)
      try Act("seal.\(state.rawValue)", "seal \(identifier)", content: Digest.of(reason.utf8))
        .record(by: official, at: at, audit, db)
    }
  }

  private static func change(
    _ seal: String, to state: SealState, reason: String, _ official: Official, _ at: UnixMilliseconds, _ db: Transaction
  ) throws {
    let last = try db.one(Int.self, "SELECT MAX(number) FROM seal_state WHERE seal = ?", seal)
    try db.run(
      "INSERT INTO seal_state (seal, number, at, state, reason, person, name) VALUES (?, ?, ?, ?, ?, ?, ?)", seal,
      (last ?? 0) + 1, at, state, reason, official.person, official.name)
  }
}

/// A seal whose check and keys are in order.
private struct NewSeal: Sendable {
  let offer: SealOffer
  let seal: ElectronicSeal
  let certificate: Certificate
  let pdfCertificate: Certificate?

  func insert(_ id: String, _ at: UnixMilliseconds, _ db: Transaction) throws {
    let info = seal.info
    let certificates = [certificate] + (pdfCertificate.map { [$0] } ?? [])
    let from = certificates.map(\.notBefore).reduce(info.validFrom.date, max)
    let until = certificates.map(\.notAfter).reduce(info.validUntil.date, min)
    let count = try db.run(
      """
      INSERT INTO seal
        (id, identifier, name, owner, bytes, digest, width_millimetres, height_millimetres, certificate,
          pdf_certificate, signer, key_name, pdf_key_name, valid_from, valid_until, state, added_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """, id, info.identifier, info.name, offer.owner, offer.bytes, Digest.of(offer.bytes).hex,
      info.picture.widthMillimetres, info.picture.heightMillimetres, certificate.der, pdfCertificate?.der, offer.signer,
      offer.keyName, offer.pdfKeyName, from.unixMilliseconds, until.unixMilliseconds, SealState.inUse, at)
    guard count == 1 else { throw DocumentError.refused(.sealTaken) }
  }
}
