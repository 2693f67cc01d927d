import Cryptography
import Documents
import DurableFiles
import Foundation
import Roles
import Storage
import ZoneHarness

extension TestDesk {
  /// A sealed document that the public may read, at that distance from a person; told to the portal where it is published.
  func sealedDocument(
    for person: String, at scope: Scope, isPublished: Bool
  ) async throws -> (id: String, decision: String) {
    let (id, _) = try await document(.sealed, for: person, at: scope)
    let number = "安政发〔2026〕\(next())号"
    let ofd = try keep(Array("ofd \(id)".utf8))
    try await zone.database.write { db in
      try db.run(
        "UPDATE office_document SET disclosure = 'open', number_text = ?, sealed_ofd = ?, sealed_pdf = NULL WHERE id = ?",
        number, ofd, id)
      guard isPublished else { return }
      try db.run(
        """
        INSERT INTO document_publication
          (document, number, title, issuer, date, ofd, ofd_bytes, published_at, published_by, message, state)
        VALUES (?, ?, '题', '机关', '2026-11-28', ?, 1, 0, '文书', 'm', 'delivered')
        """, id, number, ofd)
    }
    return (id, PublicationDecision(number: number, ofd: ofd, pdf: "").text)
  }

  func receivedDocument(isSigned: Bool) async throws -> (id: String, decision: String) {
    let (id, number) = (UUID().uuidString.lowercased(), "县政发〔2026〕\(next())号")
    let ofd = try keep(Array("ofd \(id)".utf8))
    try await zone.database.write { db in
      try db.run(
        """
        INSERT INTO received_document (peer, id, number, title, issuer, date, classification, ofd, ofd_bytes, sent_at,
          arrived_at, state, report, signed_for_at, signed_for_by)
        VALUES ('county', ?, ?, '题', '机关', '2026-11-28', '', ?, 40, 0, 0, ?, '', ?, ?)
        """, id, number, ofd, isSigned ? "signed-for" : "arrived", isSigned ? 1 : nil, isSigned ? "文书" : nil)
    }
    return (id, "from county number \(number) ofd \(ofd) pdf -")
  }

  func keep(_ bytes: [UInt8]) throws -> String {
    let digest = Digest.of(bytes)
    let file = try zone.blobs.spool()
    try file.append(bytes)
    try file.close()
    try zone.blobs.keep(file, as: digest)
    return digest.hex
  }
}

private func document(
  _ step: PublicationStep, _ form: [String: String] = [:]
) -> EveryRouteAndEveryRole.Specimen {
  { desk, visit, scope in
    let (id, decision) = try await desk.sealedDocument(
      for: visit.person.identifier, at: scope, isPublished: step == .withdraw)
    return ("/documents/\(id)/\(step.rawValue)", form.isEmpty ? [:] : form.merging(["decision": decision]) { $1 })
  }
}

/// A document of another office, which came to the unit of everybody here.
private func received(_ end: String = "", isSigned: Bool, _ form: Bool = false) -> EveryRouteAndEveryRole.Specimen {
  { desk, visit, scope in
    guard scope == .unit else { return nil }
    let (id, decision) = try await desk.receivedDocument(isSigned: isSigned)
    return ("/received/county/\(id)\(end)", form ? ["decision": decision] : [:])
  }
}

let publicationSpecimens: [String: EveryRouteAndEveryRole.Specimen] = [
  "GET /documents/{document}/publish": document(.publish),
  "POST /documents/{document}/publish": document(.publish, ["decision": ""]),
  "GET /documents/{document}/deliver": document(.deliver),
  "POST /documents/{document}/deliver": document(.deliver, ["decision": "", "to-county": "yes"]),
  "GET /received": { _, _, scope in scope == .unit ? ("/received", [:]) : nil },
  "GET /received/{peer}/{document}": received(isSigned: false),
  "POST /received/{peer}/{document}": received(isSigned: false, true),
  "GET /received/{peer}/{document}/files/{file}": received("/files/ofd", isSigned: true),
  "GET /documents/{document}/withdraw": document(.withdraw),
  "POST /documents/{document}/withdraw": document(.withdraw, ["decision": "", "reason": "内容有误"]),
]
