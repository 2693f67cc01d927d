import Cryptography
import Documents
import Foundation
import Roles
import SealHarness
import Storage
import ZoneHarness

private let unitAt: [Scope: String] = [.own: "housing", .unit: "housing", .subtree: "repairs", .all: "roads"]

extension TestDesk {
  static let notation = [
    "form: general", "mark: 安澜市人民政府文件", "title: 关于规范来信办理工作的通知", "to: 各镇人民政府", "issuer: 安澜市人民政府",
    "date: \(Date().addingTimeInterval(8 * 3_600).ISO8601Format().prefix(10))", "", "现将有关事项通知如下。",
  ].joined(separator: "\n")

  /// Somebody of no role in the tests, who keeps the seals.
  static let keeper = Official(
    person: "keeper", name: "印管", certificateFingerprint: String(repeating: "9", count: 64), roles: [.sealkeeper])

  /// A seal in the register, of its own each time.
  func seal() async throws -> String {
    let bytes = try sealing.another("GD\(next())", at: Date(timeIntervalSinceNow: -1_800))
    return try await documents.importSeal(
      SealOffer(bytes: bytes, owner: "市政府", signer: "office", keyName: "city"), by: Self.keeper)
  }

  /// A document at that distance from a person, with a request for a seal where its state needs one.
  func document(
    _ state: DocumentState, for person: String, at scope: Scope, unit: String? = nil
  ) async throws -> (id: String, decision: String) {
    let bytes = Array(Self.notation.utf8)
    let content = DocumentContent(notation: Self.notation, series: "government", disclosure: .not)
    let (revision, request) = (content.revision, UUID().uuidString)
    let seal = state == .draft ? "none" : try await seal()
    let id = UUID().uuidString.lowercased()
    let number = state == .granted ? "安政发〔2026〕\(next())号" : ""
    let unit = unit ?? unitAt[scope] ?? ""
    let drafter = scope == .own ? person : "drafter"
    try await zone.database.write { db in
      try db.run(
        """
        INSERT INTO office_document
          (id, state, unit, drafter, drafter_name, title, notation, revision, date, disclosure, classification,
            series, year, number, number_text, created_at, changed_at)
        VALUES (?, ?, ?, ?, '拟稿人', '关于规范来信办理工作的通知', ?, ?, ?, 'not', '', 'government', ?, ?, ?, 0, 0)
        """, id, state, unit, drafter, bytes, revision, String(Self.notation.firstMatch(of: /date: (.*)/)!.output.1),
        nil as Int?, nil as Int?, number)
      if state == .requested || state == .granted {
        try db.run(
          """
          INSERT INTO seal_request
            (id, document, seal, state, reason, revision, asked_by, asked_for, asked_name, asked_at)
          VALUES (?, ?, ?, ?, '印发', ?, 'asker', 'asker', '申请人', 0)
          """, request, id, seal, state == .requested ? "asked" : "granted", revision)
      }
    }
    return (id, DocumentDecision(content, seal: seal, request: state == .draft ? nil : request, number: number).text)
  }
}

extension TestDesk {
  /// A paper of another's making that waits for its request, at that distance from a person.
  func paper(for person: String, at scope: Scope) async throws -> (id: String, revision: String) {
    let file = try keep(try TestPaper.bytes())
    let notation = [
      "form: paper", "title: 在职证明", "file: \(file)", "pages: 2", "seal: page 1 of 210000 x 297000 at 150000 220000",
    ].joined(separator: "\n")
    let revision = DocumentContent(notation: notation, series: "-", disclosure: .not).revision
    let id = UUID().uuidString.lowercased()
    let (unit, drafter) = (unitAt[scope] ?? "", scope == .own ? person : "drafter")
    try await zone.database.write { db in
      try db.run(
        """
        INSERT INTO office_document
          (id, state, unit, drafter, drafter_name, title, notation, revision, date, disclosure, classification,
            series, typeset_pdf, page_count, created_at, changed_at)
        VALUES (?, 'draft', ?, ?, '拟稿人', '在职证明', ?, ?, '2026-11-28', 'not', '', '-', ?, 2, 0, 0)
        """, id, unit, drafter, Array(notation.utf8), revision, file)
    }
    return (id, revision)
  }
}

/// A document in a state at each distance.
private func document(
  _ state: DocumentState, _ suffix: String = "", _ form: [String: String] = [:], others: Bool = false,
  in root: String = "/documents"
) -> EveryRouteAndEveryRole.Specimen {
  { desk, visit, scope in
    // Nobody grants or seals what they drafted.
    if others, scope == .own { return nil }
    let (id, decision) = try await desk.document(state, for: visit.person.identifier, at: scope)
    var form = form
    if form["decision"] != nil { form["decision"] = decision }
    return ("\(root)/\(id)\(suffix)", form)
  }
}

/// A paper that is a draft at each distance.
private func paper(
  _ suffix: String = "", _ form: [String: String] = [:]
) -> EveryRouteAndEveryRole.Specimen {
  { desk, visit, scope in
    let (id, revision) = try await desk.paper(for: visit.person.identifier, at: scope)
    return ("/papers/\(id)\(suffix)", form.isEmpty ? [:] : form.merging(["revision": revision]) { $1 })
  }
}

/// Something that concerns the office as a whole.
private func office(
  _ path: @escaping @Sendable (TestDesk) async throws -> String,
  _ form: @escaping @Sendable (TestDesk) throws -> [String: String] = { _ in [:] }
) -> EveryRouteAndEveryRole.Specimen {
  { desk, _, scope in scope == .all ? (try await path(desk), try form(desk)) : nil }
}

private let content = DocumentContent(notation: TestDesk.notation, series: "government", disclosure: .not)
private let draft = ["notation": TestDesk.notation, "series": "government", "disclosure": "not"]

let documentSpecimens: [String: EveryRouteAndEveryRole.Specimen] = [
  "GET /documents": { _, _, scope in scope == .own ? ("/documents", [:]) : nil },
  "GET /documents/new": { _, _, scope in scope == .own ? ("/documents/new", [:]) : nil },
  "POST /documents": { _, _, scope in scope == .own ? ("/documents", draft) : nil },
  "GET /documents/{document}": document(.draft),
  "GET /documents/{document}/pages/{page}": document(.draft, "/pages/1"),
  "GET /documents/{document}/files/{file}": document(.draft, "/files/ofd"),
  "GET /documents/{document}/edit": document(.draft, "/edit"),
  "POST /documents/{document}": document(
    .draft, "",
    draft.merging(["revision": content.revision]) { own, _ in own }),
  "GET /documents/{document}/discard": document(.draft, "/discard"),
  "POST /documents/{document}/discard": document(.draft, "/discard"),
  "GET /papers/new": { _, _, scope in scope == .own ? ("/papers/new", [:]) : nil },
  "POST /papers": { _, _, scope in
    guard scope == .own else { return nil }
    return ("/papers", ["title": "在职证明", "file": "base64:" + Base64.encode(try TestPaper.bytes())])
  },
  "GET /papers/{document}/edit": paper("/edit"),
  "POST /papers/{document}": paper("", ["title": "离职证明", "page": "1"]),
  "GET /documents/{document}/request": document(.draft, "/request"),
  "POST /documents/{document}/request": { desk, visit, scope in
    let (id, _) = try await desk.document(.draft, for: visit.person.identifier, at: scope)
    let decision = DocumentDecision(content, seal: try await desk.seal(), request: nil, number: "")
    return ("/documents/\(id)/request", ["decision": decision.text, "reason": "印发"])
  },
  "GET /documents/{document}/grant": document(.requested, "/grant", others: true),
  "POST /documents/{document}/grant": document(.requested, "/grant", ["decision": ""], others: true),
  "POST /documents/{document}/refuse": document(.requested, "/refuse", ["decision": "", "reason": "不妥"], others: true),
  "GET /documents/{document}/take-back": document(.requested, "/take-back"),
  "POST /documents/{document}/take-back": document(.requested, "/take-back", ["decision": "", "reason": "有误"]),
  "GET /sealing": { _, _, scope in scope == .own ? ("/sealing", [:]) : nil },
  "GET /sealing/{document}": document(.granted, "", others: true, in: "/sealing"),
  "POST /sealing/{document}": document(
    .granted, "", ["decision": "", "pin": TestSealing.pin], others: true, in: "/sealing"),
  "POST /sealing/{document}/give-back": document(
    .granted, "/give-back", ["decision": "", "reason": "有误"], others: true, in: "/sealing"),
  "GET /seals": office { _ in "/seals" },
  "GET /seals/new": office { _ in "/seals/new" },
  "POST /seals": office { _ in
    "/seals"
  } _: { desk in
    let bytes = try desk.sealing.another("GD\(desk.next())", at: Date(timeIntervalSinceNow: -1_800))
    return ["file": "base64:" + Base64.encode(bytes), "owner": "市政府", "signer": "office", "key": "city"]
  },
  "GET /seals/{seal}": office { "/seals/\(try await $0.seal())" },
  "GET /seals/{seal}/picture": office { "/seals/\(try await $0.seal())/picture" },
  "POST /seals/{seal}/state": office {
    "/seals/\(try await $0.seal())/state"
  } _: { _ in
    ["state": "suspended", "reason": "核查"]
  },
]
