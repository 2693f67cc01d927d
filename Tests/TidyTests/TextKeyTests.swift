import AuditLog
import Documents
import Foundation
import Letters
import People
import ReceivedDocuments
import Roles
import Testing

@testable import Desk
@testable import Portal
@testable import Web

/// Holds the tables of texts to the pages and sources that use them, both ways.
@Suite struct TextKeys {
  private static let stages = LetterStage.allCases.map(\.rawValue)
  private static let kinds = LetterKind.allCases.map(\.rawValue)
  private static let refusals = LetterRefusal.allCases.map(\.rawValue)
  private static let entryKinds = AuditEntry.Kind.allCases.map(\.rawValue)
  private static let verdicts = [
    "good", "withdrawn", "other", "refused", "unchecked", "same", "unknown", "number", "missing",
  ]
  /// Kinds of entries that are in order, and raise no alert.
  private static let quietKinds: Set<String> = [
    "zone.started", "zone.stopped", "act.recorded", "packet.sent", "packet.applied", "letter.accepted", "link.heard",
    "trust.list", "peer.checkpoint",
  ]

  @Test func `the portal's are those that it uses`() throws {
    try check(
      "Portal", portalStrings,
      made: [
        "kind-": Self.kinds, "stage-": Self.stages, "refused-": Self.refusals,
        "standing-": ["done", "current", "coming"], "done-": Self.stages,
        "current-": ["delivered", "signed-for", "answered", "question"], "coming-": ["signed-for", "answered"],
        "verdict-": Self.verdicts, "verdictText-": Self.verdicts, "step-": ["holds", "fails", "unknown", "remark"],
        "published-": ["holds", "fails"], "number-": ["holds", "fails"], "force-": ["holds", "fails"],
        "checked-": ["unknown"], "replyState-": ["sent", "delivered", "refused"],
      ], notKeys: [])
  }

  @Test func `the desk's are those that it uses`() throws {
    let alerts =
      Self.entryKinds.filter { !Self.quietKinds.contains($0) }
      + ["zone.killed", "rights.changed", "unknown.entry", "check.failed", "record.differs"]
    let kindsOfImport = OfficeDirectory.ImportKind.allCases.map(\.rawValue)
    let guesses = try literals(#/limit\("([a-z-]+)"/#, text("Letters", "AttemptRules.swift"))
    let alarms = try sources("AuditWitness").flatMap {
      literals(#/(?:report|alarm)\("([a-z-]+)"/#, $0) + literals(#/return (?:[^"\n]*nil : )?"([a-z-]+)"/#, $0)
    }
    #expect(guesses.count > 10 && alarms.count >= 6)
    try check(
      "Desk", deskStrings,
      made: [
        "kind-": Self.kinds, "stage-": Self.stages, "event-": Self.stages, "refused-": Self.refusals,
        "phrase-": ["instruct", "accept", "decline"].flatMap { act in (1...3).map { "\(act)-\($0)" } },
        "order-": FolderFilter.Order.allCases.map(\.rawValue), "folder-": DeskFolder.allCases.map(\.rawValue),
        "role-": Role.allCases.map(\.rawValue),
        "import-": kindsOfImport
          + ImportProblem.keys.filter { $0.hasPrefix("import-") }.map { String($0.dropFirst(7)) },
        "problem-": OfficeProblem.allCases.map { String($0.rawValue.dropFirst("problem-".count)) },
        "notice-": [NoticeState.waiting, .sent, .failed].map(\.rawValue), "proof-": ["tls", "signed", "operator"],
        "audit-": Self.entryKinds, "alert-": alerts, "alertHint-": alerts, "act-": try acts(),
        "docState-": DocumentState.allCases.map(\.rawValue), "disclosure-": Disclosure.allCases.map(\.rawValue),
        "docStep-": DocumentStep.allCases.filter { $0 != .giveBack }.map(\.rawValue)
          + PublicationStep.allCases.map(\.rawValue),
        "publication-": ["sent", "delivered", "refused"].flatMap { [$0, "withdrawal-" + $0] },
        "refusedDocument-": ["policy", "off", "duplicate", "check", "other"].flatMap { [$0, "office-" + $0] },
        "delivery-": ["sent", "delivered", "refused"].flatMap { [$0, "withdrawal-" + $0] },
        "receivedReceipt-": ["sent", "delivered", "refused"],
        "receivedState-": ReceivedDocument.State.allCases.map(\.rawValue),
        "publish": ["Title", "Text"], "withdraw": ["Title", "Text"], "deliver": ["Title", "Text"],
        "docProblem-": DocumentProblem.allCases.map(\.rawValue),
        "docEvent-": [
          "drafted", "changed", "discarded", "requested", "granted", "refused", "taken-back", "given-back", "sealed",
          "published", "delivered", "signed-for", "withdrawn",
        ],
        "step-": LetterAct.allCases.map(\.rawValue), "stepText-": LetterAct.allCases.map(\.rawValue),
        "field-": LetterField.allCases.map(\.rawValue),
        "citizen-": CitizenDeed.allCases.map(\.rawValue),
        "fieldHint-": ["question", "units", "complaint-about", "note", "opinion", "proposed-unit", "other-letter"],
        "history-": LetterHistory.allCases.map(\.rawValue), "requestState-": DeskRequest.State.allCases.map(\.rawValue),
        "fieldProblem-": LetterFieldProblem.allCases.map(\.rawValue),
        "docFile-": DocumentFileKind.allCases.map(\.rawValue),
        "docFileSealed-": DocumentFileKind.allCases.map(\.rawValue),
        "endHeading-": [DocumentStep.refuse, .takeBack, .giveBack].map(\.rawValue),
        "useState-": SealUse.State.allCases.map(\.rawValue), "sealState-": SealState.allCases.map(\.rawValue),
        "sealVerb-": SealState.allCases.map(\.rawValue),
        "recordFinding-": ["changed", "gone", "unlogged"],
        "auditCode-": guesses + alarms + ["no-certificate", "untrusted", "not-enrolled", "foreign-session"],
      ], notKeys: ["letter-", "mailbox-"])
    #expect(Set(auditKinds) == Set(Self.entryKinds))
  }

  /// What sources record as an official's act.
  private func acts() throws -> [String] {
    let found = try Repository.folders.flatMap(\.value).flatMap { try sources($0) }.flatMap {
      literals(#/(?:\bAct\(\s*|signed\(\s*|act: String \{ )"([a-z.-]+)"/#, $0)
    }
    #expect(found.count > 15)
    return found + LetterAct.allCases.map(\.recordedName) + ["units.imported", "people.imported"]
      + ["drafted", "changed", "discarded", "sealed", "published", "delivered", "withdrawn"].map { "document.\($0)" }
      + ["requested", "granted", "refused", "taken-back", "given-back"].map { "document.seal-\($0)" }
      + SealState.allCases.map { "seal.\($0.rawValue)" }
  }

  /// - Parameters:
  ///   - made: keys that are put together, by what they begin with.
  ///   - notKeys: what else is put together so, and is no key.
  private func check(
    _ site: String, _ table: StringTable, made: [String: [String]], notKeys: Set<String>
  ) throws {
    let all = table + sharedStrings
    let known = Set(all.entries.map(\.key))
    #expect(known.count == all.entries.count, "a key stands twice")
    for entry in all.entries {
      #expect(!entry.chinese.isEmpty && !entry.english.isEmpty, "\(entry.key)")
      #expect(places(entry.chinese) == places(entry.english), "\(entry.key)")
    }
    var named: Set<String> = []
    for template in [sharedTemplates, site == "Portal" ? portalTemplates : deskTemplates].flatMap(\.values) {
      named.formUnion(literals(#/\bt\.([A-Za-z0-9.-]+)/#, template))
    }
    let code = try sources("Web") + sources(site)
    for text in code {
      named.formUnion(
        literals(#/(?:[kK]ey: |strings\.text\(\s*|problem: |lateText\(|Link\("[^"]*", )"([A-Za-z0-9.-]+)"/#, text))
      named.formUnion(literals(#/WebFailure\(\s*\.\w+, "(\w+)"/#, text))
      named.formUnion(literals(#/WebFailure\(\s*\.\w+, "\w+", "(\w+)"/#, text))
      for question in literals(#/confirmPage\(\s*"(\w+)"/#, text) {
        named.formUnion([question, question + "-text", question + "-verb"])
      }
    }
    for (beginning, ends) in made { named.formUnion(ends.map { beginning + $0 }) }
    #expect(named.subtracting(known).sorted() == [], "texts that are used and are in no table")
    let quoted = Set(code.flatMap { literals(#/"([A-Za-z0-9.-]+)"/#, $0) })
    #expect(known.subtracting(named).subtracting(quoted).sorted() == [], "texts that nothing uses")
    let interpolated = Set(code.flatMap { literals(#/strings\.(?:text|has)\(\s*"([A-Za-z]+-)\\\(/#, $0) })
    #expect(interpolated.subtracting(made.keys).subtracting(notKeys).sorted() == [], "keys of unknown ends")
  }

  private func places(_ text: String) -> Set<String> { Set(literals(#/(\{[0-9]\})/#, text)) }

  private func literals(_ pattern: Regex<(Substring, Substring)>, _ text: String) -> [String] {
    text.matches(of: pattern).map { String($0.output.1) }
  }

  /// The sources of a room that are neither tables of texts nor generated.
  private func sources(_ room: String) throws -> [String] {
    try Repository.sources(Repository.folder(of: room)).filter { path, _ in
      !path.hasSuffix("Strings.swift") && !path.hasSuffix("Texts.swift") && !path.hasSuffix(".generated.swift")
    }.map(\.text)
  }

  private func text(_ room: String, _ file: String) throws -> String {
    try String(contentsOf: Repository.file("\(room)/\(file)"), encoding: .utf8)
  }
}
