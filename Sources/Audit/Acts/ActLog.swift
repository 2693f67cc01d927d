public import AuditLog
public import Cryptography
import Foundation
import JSON
public import Roles
public import Storage

/// The tables of what officials did.
public let actMigrations: [Migration] = [
  Migration(
    "acts-1",
    sql: """
      -- One line of JSON each; `digest` is the SHA-256 of the digest before and the entry, so that no row can be changed
      -- or taken out without all that follow.
      CREATE TABLE act (
        number INTEGER PRIMARY KEY,
        entry BLOB NOT NULL,
        digest BLOB NOT NULL
      );
      -- The certificates that were acted with, as they were shown.
      CREATE TABLE act_certificate (
        fingerprint TEXT PRIMARY KEY,
        der BLOB NOT NULL
      );
      """),
  Migration(
    "acts-2",
    sql: """
      -- The keys that people sign acts with. None is ever taken out.
      CREATE TABLE signing_key (
        fingerprint TEXT PRIMARY KEY,
        person TEXT NOT NULL,
        name TEXT NOT NULL,
        spki BLOB NOT NULL,
        enrolled_at INTEGER NOT NULL,
        retired_at INTEGER
      );
      CREATE INDEX signing_key_by_person ON signing_key (person);
      """),
  Migration(
    "acts-3",
    sql: """
      -- 16 random bytes: what the audit log holds of an act is SHA-256 of these and the entry, so that the log still
      -- verifies, and tells nothing, where the law wants an entry erased.
      ALTER TABLE act ADD COLUMN salt BLOB;
      """),
]

/// Something that an official did and that is recorded.
public struct Act: Sendable {
  /// How the act is bound to its person.
  public enum Proof: String, Sendable {
    /// The desk recorded it under the certificate that TLS had authenticated; nothing was signed by the person's key.
    case tls
    /// As `tls`, and the person's own key signed a statement of the act, which is in the entry.
    case signed
    /// The operator of the zone did it on the command line or in `zone.yaml`; no certificate.
    case `operator`
  }

  /// `letter.answered`, `person.changed`, …
  public var what: String
  /// `letter 2026-000001`, `person li`, …
  public var object: String
  /// SHA-256 of what was decided, as UTF-8; nil if the act says everything.
  public var content: Digest?
  /// Further details.
  public var detail: String
  /// The identifier of the letter that it is about; empty if none.
  public var subject = ""
  /// The key that the act enrols; its statement shows that its owner has the private key.
  public var publicKey: P256PublicKey?

  static let enrolment = "key.enrolled"

  /// A person's enrolment of a key of their own.
  public static func enrolment(of key: P256PublicKey, by person: String) -> Act {
    var act = Act(enrolment, "person \(person)", detail: key.fingerprint.hex)
    act.publicKey = key
    return act
  }

  public init(_ what: String, _ object: String, content: Digest? = nil, detail: String = "") {
    self.what = what
    self.object = object
    self.content = content
    self.detail = detail
  }
}

extension Act {
  /// Writes the act in the transaction of the change that it describes.
  ///
  /// - Parameters:
  ///   - official: who did it; nil for the zone's operator.
  ///   - principal: in whose stead, if it is somebody else.
  ///   - at: milliseconds since 1970.
  ///   - audit: the zone's audit log, which gets a salted digest of the act; nil if it keeps none.
  /// - Throws: `SignedSomethingElse` if what the official signed is not this act, or their key is not active.
  public func record(
    by official: Official?, inSteadOf principal: Official? = nil, at: Int, _ audit: AuditTrail?, _ db: Transaction
  ) throws {
    if let official, let signed = official.signed { try demandStatement(signed, by: official, db) }
    let last = try db.one("SELECT number, digest FROM act ORDER BY number DESC LIMIT 1")
    let number = try (last?["number"] as Int? ?? 0) + 1
    let previous = try last?["digest"] ?? Digest.zero.bytes
    let entry = json(number, official, principal, at, previous).encoded()
    let salt = randomBytes(16)
    try db.run(
      "INSERT INTO act (number, entry, digest, salt) VALUES (?, ?, ?, ?)", number, entry,
      ActChain.digest(previous, entry).bytes, salt)
    try audit?.actRecorded(
      number, what, object: publicObject, subject: subject, proof: proof(official).rawValue,
      digest: Digest.of(salt + entry).hex, db)
  }

  /// Without the identifier of a person, which is only in the record of acts.
  private var publicObject: String { object.hasPrefix("person ") ? "person" : object }

  private func proof(_ official: Official?) -> Proof {
    guard let official else { return .operator }
    return official.signed == nil || publicKey != nil ? .tls : .signed
  }

  private func json(_ number: Int, _ official: Official?, _ principal: Official?, _ at: Int, _ previous: [UInt8])
    -> JSONValue
  {
    let stead = principal.flatMap { $0.person == official?.person ? nil : $0.person }
    let signed = official?.signed
    let members: KeyValuePairs<String, JSONValue> = [
      "number": .integer(number), "at": .integer(at), "act": .string(what), "object": .string(object),
      "content": content.map { .string($0.hex) } ?? .null, "detail": .string(detail),
      "person": official.map { .string($0.person) } ?? .null, "name": official.map { .string($0.name) } ?? .null,
      "inSteadOf": stead.map { .string($0) } ?? .null,
      "proof": .string(proof(official).rawValue),
      "certificate": official.map { .string($0.certificateFingerprint) } ?? .null,
      "previous": .string(encodeHex(previous)),
    ]
    return .object(members.map { .init($0.key, $0.value) } + signedMembers(signed))
  }

  private func signedMembers(_ signed: SignedStatement?) -> [JSONValue.JSONMember] {
    guard let signed else { return [] }
    return [
      .init("statement", .string(signed.text)), .init("signature", .string(Base64.encode(signed.signature))),
      .init("key", .string(signed.key)),
    ] + (publicKey.map { [.init("publicKey", .string(Base64.encode($0.spki)))] } ?? [])
  }

  private func demandStatement(_ signed: SignedStatement, by official: Official, _ db: Transaction) throws {
    guard let statement = ActStatement(signed.text), statement.person == official.person, statement.act == what,
      statement.object == object, content.map(statement.names) ?? true
    else { throw SignedSomethingElse() }
    if let publicKey {
      guard signed.key == publicKey.fingerprint.hex else { throw SignedSomethingElse() }
    } else {
      guard try SigningKeys.find(signed.key, of: official.person, db) != nil else { throw SignedSomethingElse() }
    }
  }
}

/// What was signed is not the act that was to be recorded.
public struct SignedSomethingElse: Error {}

/// The chain of the record's entries.
public enum ActChain {
  /// SHA-256 of the digest before (32 bytes; zeros before the first) and the entry's bytes.
  public static func digest(_ previous: [UInt8], _ entry: [UInt8]) -> Digest { Digest.of(previous + entry) }
}

/// Keeps a certificate that an act was done with, so that the record can be checked without the desk.
public func keepActingCertificate(_ der: [UInt8], fingerprint: String, _ db: Transaction) throws {
  try db.run(
    "INSERT INTO act_certificate (fingerprint, der) VALUES (?, ?) ON CONFLICT DO NOTHING", fingerprint, der)
}
