public import Cryptography
import Foundation
public import Storage

/// A key that a person signs acts with. The private key never leaves the browser that made it.
public struct SigningKey: Sendable, Equatable {
  /// SHA-256 of the public key, hex.
  public let fingerprint: String
  /// Its owner's name for it.
  public let name: String
  /// Milliseconds since 1970.
  public let enrolledAt: Int
  /// Nil while it is active.
  public let retiredAt: Int?
}

/// The keys of a zone's people, including retired ones: what was signed with them stays valid.
public enum SigningKeys {
  /// The oldest first.
  public static func all(of person: String, _ db: Transaction) throws -> [SigningKey] {
    try db.all("SELECT * FROM signing_key WHERE person = ? ORDER BY enrolled_at, fingerprint", person).map {
      try SigningKey(
        fingerprint: $0["fingerprint"], name: $0["name"], enrolledAt: $0["enrolled_at"], retiredAt: $0["retired_at"])
    }
  }

  /// The person's key with that fingerprint, while it is active.
  public static func find(_ fingerprint: String, of person: String, _ db: Transaction) throws -> P256PublicKey? {
    try db.one(
      Data.self, "SELECT spki FROM signing_key WHERE fingerprint = ? AND person = ? AND retired_at IS NULL",
      fingerprint, person
    ).flatMap { P256PublicKey(spki: [UInt8]($0)) }
  }

  /// - Returns: false if somebody has, or had, that key already.
  public static func enrol(_ key: P256PublicKey, name: String, of person: String, at: Int, _ db: Transaction) throws
    -> Bool
  {
    let changed = try db.run(
      "INSERT INTO signing_key (fingerprint, person, name, spki, enrolled_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
      key.fingerprint.hex, person, name, key.spki, at)
    return changed == 1
  }

  /// - Returns: false if the person has no such active key.
  public static func retire(_ fingerprint: String, of person: String, at: Int, _ db: Transaction) throws -> Bool {
    let changed = try db.run(
      "UPDATE signing_key SET retired_at = ? WHERE fingerprint = ? AND person = ? AND retired_at IS NULL", at,
      fingerprint, person)
    return changed == 1
  }

  /// Retires all keys of somebody who leaves.
  public static func retireAll(of person: String, at: Int, _ db: Transaction) throws {
    try db.run("UPDATE signing_key SET retired_at = ? WHERE person = ? AND retired_at IS NULL", at, person)
  }
}
