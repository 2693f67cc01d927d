import Acts
public import Cryptography
import Foundation
public import Roles
import Storage

/// One-time links by which a person fetches a certificate. Only a link's digest is kept.
extension OfficeDirectory {
  /// Makes a link for a person; one that was made before for them ends.
  ///
  /// - Parameter hours: how long it can be used.
  /// - Returns: the link's secret, 64 hex digits, which cannot be shown again.
  public func makeEnrolment(
    for person: String, hours: Int, by official: Official
  ) async throws(OfficeError) -> String {
    let (now, token, audit) = (self.now(), encodeHex(randomBytes(32)), self.audit)
    try await write { db in
      try Self.demandChange(of: person, official, db)
      try db.run("DELETE FROM enrolment WHERE person = ? OR expires_at <= ?", person, now)
      try db.run(
        "INSERT INTO enrolment (token, person, expires_at) VALUES (?, ?, ?)", Self.digest(of: token), person,
        now + hours * 3_600_000)
      try Act("enrolment.offered", "person \(person)").record(by: official, at: now, audit, db)
    }
    return token
  }

  /// Whom a link is for. Throws `notFound` for one that there is not, that was used, or whose time is over.
  public func enrolment(_ token: String) async throws(OfficeError) -> (person: String, name: String) {
    let now = self.now()
    return try await read { db in
      guard
        let row = try db.one(
          """
          SELECT person.id, person.name FROM enrolment JOIN person ON person.id = enrolment.person
          WHERE token = ? AND expires_at > ?
          """, Self.digest(of: token), now)
      else { throw OfficeError.notFound }
      return try (row["id"], row["name"])
    }
  }

  /// Uses a link up: the certificate that was issued over it is the person's from now on.
  public func enrol(_ fingerprint: Digest, with token: String) async throws(OfficeError) {
    let (now, audit) = (self.now(), self.audit)
    try await write { db in
      let person = try db.one(
        String.self, "DELETE FROM enrolment WHERE token = ? AND expires_at > ? RETURNING person",
        Self.digest(of: token), now)
      guard let person else { throw OfficeError.notFound }
      _ = try Self.addCertificate(fingerprint.hex, to: person, db)
      try Act("enrolment.used", "person \(person)", detail: fingerprint.hex).record(by: nil, at: now, audit, db)
    }
  }

  private static func digest(of token: String) -> Data { Data(Digest.of(token.utf8).bytes) }
}
