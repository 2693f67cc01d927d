import Foundation
import Storage
import Timestamps

/// A seal as the database keeps it.
struct StoredSeal: Sendable {
  var id: String
  var ownIdentifier: String
  var name: String
  var owner: String
  var bytes: [UInt8]
  var digest: String
  var widthMillimetres: Int
  var heightMillimetres: Int
  var certificate: [UInt8]
  var pdfCertificate: [UInt8]?
  var signer: String
  var keyName: String
  var pdfKeyName: String
  var validFrom: UnixMilliseconds
  var validUntil: UnixMilliseconds
  var state: SealState
  var addedAt: UnixMilliseconds

  static func find(_ identifier: String, _ db: Transaction) throws -> StoredSeal? {
    try db.one("SELECT * FROM seal WHERE id = ?", identifier).map(StoredSeal.init(row:))
  }

  init(row: SQLRow) throws {
    (id, ownIdentifier, name, owner) = try (row["id"], row["identifier"], row["name"], row["owner"])
    (bytes, digest, certificate, pdfCertificate) = try (
      row["bytes"], row["digest"], row["certificate"], row["pdf_certificate"]
    )
    (widthMillimetres, heightMillimetres) = try (row["width_millimetres"], row["height_millimetres"])
    (signer, keyName, pdfKeyName) = try (row["signer"], row["key_name"], row["pdf_key_name"])
    (validFrom, validUntil, state, addedAt) = try (
      row["valid_from"], row["valid_until"], row["state"], row["added_at"]
    )
  }

  func problem(at now: UnixMilliseconds) -> DocumentProblem? {
    if state != .inUse { return .sealNotInUse }
    return validFrom <= now && now <= validUntil ? nil : .sealExpired
  }

  /// - Throws: `noSuchSeal`, `sealNotInUse`, `sealExpired`.
  static func demandUsable(_ identifier: String, at now: UnixMilliseconds, _ db: Transaction) throws -> StoredSeal {
    guard let seal = try find(identifier, db) else { throw DocumentError.refused(.noSuchSeal) }
    if let problem = seal.problem(at: now) { throw DocumentError.refused(problem) }
    return seal
  }

  func registered(at now: UnixMilliseconds) -> RegisteredSeal {
    RegisteredSeal(
      identifier: id, ownIdentifier: ownIdentifier, name: name, owner: owner, widthMillimetres: widthMillimetres,
      heightMillimetres: heightMillimetres, validFrom: Date(unixMilliseconds: validFrom),
      validUntil: Date(unixMilliseconds: validUntil), state: state, signer: signer, keyName: keyName,
      pdfKeyName: pdfKeyName, digest: digest, addedAt: Date(unixMilliseconds: addedAt),
      isUsable: problem(at: now) == nil)
  }
}
