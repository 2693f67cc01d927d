import Acts
public import AuditLog
public import Foundation
public import Roles
public import Storage
public import Zones

/// Who works at the office: units, people, roles, mailboxes, certificates, delegations. Every call but those of the zone's
/// own operator says who asks, and the table of permissions is asked here.
public final class OfficeDirectory: Sendable {
  let database: ZoneDatabase
  /// The mailboxes that `zone.yaml` names.
  let mailboxes: Set<String>
  /// Nil where the zone keeps no audit log.
  let audit: AuditTrail?
  let refusals = RefusalCounts()
  let now: @Sendable () -> Int

  /// - Parameters:
  ///   - audit: the zone's audit log; nil where it keeps none.
  ///   - now: milliseconds since 1970.
  public init(
    database: ZoneDatabase, mailboxes: [Mailbox], audit: AuditTrail? = nil,
    now: @escaping @Sendable () -> Int = { currentTime() }
  ) {
    self.database = database
    self.mailboxes = Set(mailboxes.map(\.identifier))
    self.audit = audit
    self.now = now
  }

  /// Who shows a certificate, as the office knows them now, with those that they stand in for.
  ///
  /// Nil where the certificate belongs to nobody here. To be asked with each request: who was taken out is out.
  public func official(certificate fingerprint: String) async throws(OfficeError) -> Official? {
    let now = self.now()
    return try await read { db in
      guard
        let person = try db.one(String.self, "SELECT person FROM person_certificate WHERE fingerprint = ?", fingerprint)
      else { return nil }
      guard var official = try Self.official(person, fingerprint, db) else { return nil }
      let absent = try db.all(
        String.self, "SELECT DISTINCT person FROM delegation WHERE delegate = ? AND from_at <= ? AND ? < until_at",
        person, now, now)
      official.standsInFor = try absent.compactMap { try Self.official($0, "", db) }
      return official
    }
  }

  /// Notes that a person has come in, with the certificate that they showed (DER).
  ///
  /// - Returns: when they came in the last time; nil for the first.
  public func noteLogin(_ official: Official, certificate: [UInt8]) async throws(OfficeError) -> Date? {
    let (now, audit) = (self.now(), self.audit)
    return try await write { db in
      try keepActingCertificate(certificate, fingerprint: official.certificateFingerprint, db)
      try db.run("UPDATE person SET previous_login = last_login, last_login = ? WHERE id = ?", now, official.person)
      try Act("person.came-in", "person \(official.person)").record(by: official, at: now, audit, db)
      return try db.one(Int.self, "SELECT previous_login FROM person WHERE id = ?", official.person).map(date)
    }
  }

  /// One person's rights, without those that they stand in for.
  private static func official(_ person: String, _ fingerprint: String, _ db: Transaction) throws -> Official? {
    guard
      let row = try db.one(
        "SELECT person.name, unit.path FROM person LEFT JOIN unit ON unit.id = person.unit WHERE person.id = ?", person)
    else { return nil }
    let mailboxUnits = try db.all("SELECT mailbox, path FROM mailbox_unit JOIN unit ON unit.id = mailbox_unit.unit")
    return try Official(
      person: person, name: row["name"], certificateFingerprint: fingerprint,
      unit: (row["path"] as String?).map(UnitPath.init(text:)), roles: try roles(of: person, db),
      mailboxes: try mailboxes(of: person, db),
      mailboxUnits: Dictionary(
        mailboxUnits.map { try ($0["mailbox"], UnitPath(text: $0["path"])) }
      ) { first, _ in first })
  }

  static func roles(of person: String, _ db: Transaction) throws -> Set<Role> {
    Set(
      try db.all(String.self, "SELECT role FROM person_role WHERE person = ?", person).compactMap(Role.init(rawValue:)))
  }

  static func mailboxes(of person: String, _ db: Transaction) throws -> Set<String> {
    Set(
      try db.all(String.self, "SELECT mailbox FROM person_mailbox WHERE person = ?", person))
  }

  func read<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws(OfficeError) -> T {
    do { return try await database.read(body) } catch { throw error as? OfficeError ?? .unavailable(error) }
  }

  @discardableResult
  func write<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws(OfficeError) -> T {
    do { return try await database.write(body) } catch { throw error as? OfficeError ?? .unavailable(error) }
  }
}

/// Throws `notAllowed` unless the table lets `official` do it.
func demand(_ official: Official, _ action: Action, _ place: Place) throws(OfficeError) {
  guard official.may(action, place) else { throw .notAllowed }
}

/// Milliseconds since 1970.
public func currentTime() -> Int { Int((Date().timeIntervalSince1970 * 1_000).rounded()) }

func date(_ milliseconds: Int) -> Date { Date(timeIntervalSince1970: Double(milliseconds) / 1_000) }

extension UnitPath {
  package init(text: String) { self.init(text.split(separator: "/").map(String.init)) }
  var text: String { identifiers.joined(separator: "/") }
}
