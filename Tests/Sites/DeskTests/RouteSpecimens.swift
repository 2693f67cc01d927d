import Foundation
import Letters
import People
import Roles
import Storage
import ZoneHarness

/// The routes for those who have not come in; tests of their own say what they let through.
let openRoutes: Set<String> = ["GET /login", "POST /login", "GET /enrol/{token}", "POST /enrol/{token}"]

private let mailboxAt: [Scope: String] = [.own: "own", .unit: "same", .subtree: "below", .all: "other"]

/// A letter in a mailbox at that distance.
private func letter(
  _ stage: LetterStage = .delivered, _ suffix: String = "", _ form: [String: String] = [:]
) -> EveryRouteAndEveryRole.Specimen {
  { desk, _, scope in ("/letters/\(try await desk.letter(in: mailboxAt[scope] ?? "", stage: stage))\(suffix)", form) }
}

/// Something of the person's own.
private func own(_ path: String, _ form: [String: String] = [:]) -> EveryRouteAndEveryRole.Specimen {
  { _, _, scope in scope == .own ? (path, form) : nil }
}

/// Something that concerns the office as a whole.
private func office(
  _ path: @escaping @Sendable (TestDesk) async throws -> String, _ form: [String: String] = [:]
) -> EveryRouteAndEveryRole.Specimen {
  { desk, _, scope in scope == .all ? (try await path(desk), form) : nil }
}

private func office(_ path: String, _ form: [String: String] = [:]) -> EveryRouteAndEveryRole.Specimen {
  office({ _ in path }, form)
}

/// Another person, with a certificate.
private func other(_ suffix: String = "", _ form: [String: String] = [:]) -> EveryRouteAndEveryRole.Specimen {
  office({ desk in "/people/\(try await desk.person([.clerk]).identifier)\(suffix)" }, form)
}

private func newUnit(_ desk: TestDesk) async throws -> String {
  let identifier = "u\(desk.next())"
  try await desk.office.addUnit(identifier, name: identifier, english: "", under: "city", by: TestDesk.root)
  return identifier
}

private let unitAt: [Scope: String] = [.unit: "housing", .subtree: "repairs", .all: "roads"]

/// Oneself, or a clerk of a unit at that distance.
private func personAt(_ desk: TestDesk, _ visit: TestVisit, _ scope: Scope) async throws -> String {
  guard let unit = unitAt[scope] else { return visit.person.identifier }
  return try await desk.person([.clerk], unit: unit).identifier
}

private let dayAfterTomorrow = String(
  Date(timeIntervalSinceNow: 2 * 86_400).ISO8601Format().prefix(10))

private func delegation(_ desk: TestDesk, _ visit: TestVisit, _ scope: Scope) async throws -> (
  path: String, form: [String: String]
)? {
  let person = try await personAt(desk, visit, scope)
  // Who has no letters has nothing to delegate, whatever they may.
  let roles = try await desk.office.person(person, for: TestDesk.root).roles
  if roles.contains(.administrator) { return nil }
  let delegate = try await desk.person([.clerk]).identifier
  let form = ["delegate": delegate, "from": dayAfterTomorrow, "until": dayAfterTomorrow]
  return ("/people/\(person)/delegation", form)
}

private func delegationEnd(_ desk: TestDesk, _ visit: TestVisit, _ scope: Scope) async throws -> (
  path: String, form: [String: String]
)? {
  let person = try await personAt(desk, visit, scope)
  let identifier = "d\(desk.next())"
  try await desk.zone.database.write { db in
    try db.run("INSERT INTO delegation VALUES (?, ?, ?, 0, 9999999999999)", identifier, person, TestDesk.root.person)
  }
  return ("/people/\(person)/delegation/end", ["delegation": identifier])
}

private func certificateTaken(_ desk: TestDesk, _: TestVisit, _ scope: Scope) async throws -> (
  path: String, form: [String: String]
)? {
  guard scope == .all else { return nil }
  let person = try await desk.person([.clerk])
  let fingerprint = TestTrust.fingerprint(of: person.certificate)
  return ("/people/\(person.identifier)/certificates/remove", ["fingerprint": fingerprint])
}

/// A key that was enrolled by oneself or by a clerk.
private func keyOf(_ desk: TestDesk, _ visit: TestVisit, _ scope: Scope) async throws -> (
  path: String, form: [String: String]
)? {
  guard scope == .own || scope == .all else { return nil }
  let owner = scope == .own ? visit : try await desk.person([.clerk]).comeIn()
  let key = try TestKey()
  guard await owner.post("/me/keys", try await key.enrolment(in: owner)).status == 303 else { return nil }
  return ("/people/\(owner.person.identifier)/keys/retire", ["fingerprint": try key.fingerprint])
}

/// A table that was looked at, as far as this person could.
private func checkedTable(_ desk: TestDesk, _ visit: TestVisit, _ scope: Scope) async throws -> (
  path: String, form: [String: String]
)? {
  guard scope == .all else { return nil }
  _ = await visit.post("/import/check", ["kind": "units", "table": "id,name\nu\(desk.next()),x\n"])
  return ("/import", [:])
}

/// A letter that the index knows of.
private func trail(_ desk: TestDesk) async throws -> String {
  try await desk.zone.database.write { db in
    try db.script(
      """
      INSERT INTO audit_event VALUES
        ('intranet', 1, 7, '2026-11-23T01:00:00.000Z', 'letter.accepted', '', '', 1) ON CONFLICT DO NOTHING;
      INSERT INTO audit_subject VALUES ('2026-000001', 'intranet', 1, 7), ('letter-1', 'intranet', 1, 7)
        ON CONFLICT DO NOTHING;
      INSERT INTO audit_indexed VALUES ('intranet', 1, 8) ON CONFLICT DO NOTHING;
      """)
  }
  return "/audit/trail/evidence"
}

/// An alert that is open.
private func alert(_ desk: TestDesk) async throws -> Int64 {
  try await desk.zone.database.write { db in
    try db.one(
      Int64.self,
      """
      INSERT INTO alert (kind, zone, peer, code, first_at, last_at, count)
      VALUES ('login.refused', 'intranet', '', 'untrusted', '2026-11-23T01:00:00.000Z', '2026-11-23T01:00:00.000Z', 1)
      RETURNING id
      """) ?? 0
  }
}

/// For each route, how to ask it for something at each distance at which it has anything. All forms are filled in rightly,
/// so that a refusal is one of right.
let routeSpecimens: [String: EveryRouteAndEveryRole.Specimen] = officeSpecimens.merging(documentSpecimens) {
  first, _ in first
}.merging(publicationSpecimens) { first, _ in first }.merging(stepSpecimens) { first, _ in first }

private let officeSpecimens: [String: EveryRouteAndEveryRole.Specimen] = [
  "GET /": own("/"),
  "GET /me": own("/me"),
  "POST /logout": own("/logout"),
  "POST /logout-everywhere": own("/logout-everywhere"),
  "GET /folders/{folder}": own("/folders/to-do"),
  "GET /letters/{number}": letter(),
  "POST /letters/{number}/sign-for": letter(.delivered, "/sign-for"),
  "POST /letters/{number}/edit": letter(.signedFor, "/edit", ["text": "答复"]),
  "POST /letters/{number}/answer/check": letter(
    .signedFor, "/answer/check", ["text": "答复", "visibility": "private"]),
  "POST /letters/{number}/decline/check": letter(.signedFor, "/decline/check", ["reason": "理由"]),
  "POST /letters/{number}/answer": letter(.signedFor, "/answer", ["text": "答复", "visibility": "private"]),
  "POST /letters/{number}/decline": letter(.signedFor, "/decline", ["reason": "理由"]),
  "GET /letters/{number}/attachments/{index}": letter(.delivered, "/attachments/0"),
  "GET /audit": office("/audit?zone=intranet"),
  "GET /audit/entries": office("/audit/entries?from=2026-11-23"),
  "GET /audit/entries/{zone}/{log}/{position}": office("/audit/entries/intranet/1/0"),
  "GET /audit/trail": office("/audit/trail?number=2026-000001"),
  "GET /audit/alerts": office("/audit/alerts"),
  "POST /audit/alerts": { desk, _, scope in
    guard scope == .all else { return nil }
    return ("/audit/alerts", ["alert-\(try await alert(desk))": "1", "remark": "已核实"])
  },
  "GET /audit/alerts/{id}": office { "/audit/alerts/\(try await alert($0))" },
  "POST /audit/alerts/{id}/acknowledge": office(
    { "/audit/alerts/\(try await alert($0))/acknowledge" }, ["remark": "已核实"]),
  "POST /audit/alerts/{id}/evidence": office { "/audit/alerts/\(try await alert($0))/evidence" },
  "POST /audit/trail/evidence": office({ try await trail($0) }, ["number": "2026-000001"]),
  "POST /audit/searches": office("/audit/searches", ["name": "今日", "query": "kind=packet.refused"]),
  "GET /audit/searches/{id}/remove": { _, visit, scope in
    guard scope == .all else { return nil }
    _ = await visit.post("/audit/searches", ["name": "明日", "query": "kind=packet.refused"])
    let link = await visit.get("/audit").text.firstMatch(of: /\/audit\/searches\/[0-9]+\/remove/)
    return (link.map { String($0.output) } ?? "/audit/searches/1/remove", [:])
  },
  "POST /audit/searches/{id}/remove": office("/audit/searches/1/remove"),
  "GET /audit/checks": office("/audit/checks"),
  "POST /audit/checks": office("/audit/checks"),
  "GET /units": office("/units"),
  "POST /units": { desk, _, scope in
    scope == .all ? ("/units", ["identifier": "u\(desk.next())", "name": "单位", "parent": "city"]) : nil
  },
  "GET /units/{unit}": office("/units/city"),
  "POST /units/{unit}": office({ "/units/\(try await newUnit($0))" }, ["name": "新名", "parent": "housing"]),
  "GET /units/{unit}/remove": office("/units/city/remove"),
  "POST /units/{unit}/remove": office { "/units/\(try await newUnit($0))/remove" },
  "GET /mailboxes": office("/mailboxes"),
  "POST /mailboxes/{mailbox}": office("/mailboxes/own", ["unit": ""]),
  "GET /people": office("/people?search=x"),
  "GET /people/new": office("/people/new"),
  "POST /people": { desk, _, scope in
    scope == .all ? ("/people", ["identifier": "n\(desk.next())", "name": "新人", "role-clerk": "on"]) : nil
  },
  "GET /people/{person}": other(),
  "POST /people/{person}": other("", ["name": "改名", "unit": "roads", "role-leader": "on"]),
  "POST /people/{person}/certificates": { desk, visit, scope in
    let fingerprint = TestTrust.fingerprint(of: Array("added \(desk.next())".utf8))
    return try await other("/certificates", ["fingerprint": fingerprint])(desk, visit, scope)
  },
  "GET /people/{person}/certificates/{fingerprint}/remove": { desk, visit, scope in
    guard let (path, form) = try await certificateTaken(desk, visit, scope) else { return nil }
    return (path.replacing("/remove", with: "/\(form["fingerprint"] ?? "")/remove"), [:])
  },
  "GET /people/{person}/remove": other("/remove"),
  "POST /people/{person}/certificates/remove": certificateTaken,
  "POST /people/{person}/remove": other("/remove"),
  "POST /people/{person}/enrolment": other("/enrolment"),
  "POST /people/{person}/log-out": { ("/people/\(try await personAt($0, $1, $2))/log-out", [:]) },
  "GET /delegation": own("/delegation"),
  "POST /people/{person}/delegation": delegation,
  "GET /people/{person}/delegation/{delegation}/end": { desk, visit, scope in
    guard let (path, form) = try await delegationEnd(desk, visit, scope) else { return nil }
    return (path.replacing("/end", with: "/\(form["delegation"] ?? "")/end"), [:])
  },
  "POST /people/{person}/delegation/end": delegationEnd,
  "GET /acts": office("/acts"),
  "GET /me/keys": own("/me/keys"),
  "POST /me/keys": { _, visit, scope in
    scope == .own ? ("/me/keys", try await TestKey().enrolment(in: visit)) : nil
  },
  "GET /people/{person}/keys/{fingerprint}/retire": { desk, visit, scope in
    guard let (path, form) = try await keyOf(desk, visit, scope) else { return nil }
    return (path.replacing("/retire", with: "/\(form["fingerprint"] ?? "")/retire"), [:])
  },
  "POST /people/{person}/keys/retire": keyOf,
  "GET /import": office("/import"),
  "POST /import/check": office("/import/check", ["kind": "units", "table": "id,name\nnew,x\n"]),
  "POST /import": checkedTable,
]

extension TestDesk {
  /// All that a refused request must leave as it was: each table's rows.
  func state() async throws -> [String: [SQLRow]] {
    try await zone.database.read { db in
      let tables = [
        "desk_letter", "desk_letter_event", "outbox", "notice", "unit", "person", "person_certificate", "person_role",
        "person_mailbox", "mailbox_unit", "delegation", "enrolment", "signing_key",
        "office_document", "office_document_event", "document_number", "seal", "seal_state", "seal_request",
      ]
      var state = try Dictionary(
        uniqueKeysWithValues: tables.map { ($0, try db.all("SELECT * FROM \($0) ORDER BY 1, 2")) })
      // The record of acts only grows.
      state["act"] = try db.all("SELECT COUNT(*), MAX(number) FROM act")
      return state
    }
  }
}
