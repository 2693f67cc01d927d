import Flows
import Foundation
import Letters
import People
import Roles
import Storage
import ZoneHarness

private let mailboxAt: [Scope: String] = [.own: "own", .unit: "same", .subtree: "below", .all: "other"]
private let unitAt: [Scope: String] = [.unit: "housing", .subtree: "repairs", .all: "roads"]

private let tomorrow = String(Date(timeIntervalSinceNow: 30 * 3_600).ISO8601Format().prefix(10))

/// Acts that are done for a unit, on its branch of a letter.
private let unitActs: Set<LetterAct> = [
  .unitSignFor, .dispute, .passDown, .assign, .submit, .handBack, .passUp, .returnToHandler, .askCitizen, .askExtension,
]

/// A letter in the state from which `act` can be taken, and the act's form filled in rightly.
private func step(_ act: LetterAct, _ suffix: String = "") -> EveryRouteAndEveryRole.Specimen {
  { desk, visit, scope in
    let isUnit = unitActs.contains(act)
    guard !isUnit || scope != .own else { return nil }
    let mailbox = isUnit ? "other" : mailboxAt[scope] ?? ""
    let unit = isUnit ? unitAt[scope] ?? "" : "roads"
    let number = try await desk.flowLetter(in: mailbox, before: act, unit: unit)
    // Whoever is handed a letter can sign for it.
    for unit in ["roads", "housing"] { _ = try await desk.person([.clerk], unit: unit) }
    _ = try await desk.person([.clerk], mailboxes: ["spare"])
    var form = try await fields(of: act, unit, desk)
    if isUnit || [.uphold, .reject, .grantExtension, .refuseExtension].contains(act) { form["branch"] = "1" }
    if act == .merge { form["other-letter"] = try await desk.flowLetter(in: mailbox, before: .present, unit: unit) }
    try await desk.prepare(act, number, for: visit.person.identifier)
    return ("/letters/\(number)/\(act.rawValue)\(suffix)", form)
  }
}

private func fields(of act: LetterAct, _ unit: String, _ desk: TestDesk) async throws -> [String: String] {
  switch act {
  case .reclassify: return ["kind": "complaint"]
  case .transfer: return ["mailbox": "spare", "reason": "理由"]
  case .junk, .sendBack, .dispute, .handBack, .returnToHandler, .reject: return ["reason": "理由"]
  case .present: return ["leader": try await desk.person([.leader], unit: "city").identifier, "proposal": "拟办"]
  case .proposeDecline:
    return [
      "leader": try await desk.person([.leader], unit: "city").identifier, "decline-reason": "court", "text": "正文",
    ]
  case .instruct: return ["instruction": "请办理"]
  case .instructDecline: return ["decline-reason": "court", "text": "正文"]
  case .dispatch: return ["unit-roads": "on", "lead-unit": "roads", "unit-due": tomorrow]
  case .addUnit: return ["unit-housing": "on", "unit-due": tomorrow]
  case .recallUnit: return ["unit": "roads", "reason": "理由"]
  case .returnToUnits: return ["unit-roads": "on", "reason": "理由"]
  case .settle: return ["text": "答复", "visibility": "private"]
  case .passDown:
    let child = "u\(desk.next())"
    try await desk.office.addUnit(child, name: child, english: "", under: unit, by: TestDesk.root)
    _ = try await desk.person([.clerk], unit: child)
    return ["child-unit": child]
  case .assign: return ["handler": try await desk.person([.handler], unit: unit).identifier]
  case .submit: return ["draft-answer": "已修复"]
  case .askCitizen: return ["question": "请问是哪一栋楼？"]
  case .askExtension, .refuseExtension, .unmerge: return ["reason": "理由"]
  case .urge: return ["unit": "roads", "note": "请尽快办理"]
  case .note: return ["note": "已来电"]
  default: return [:]
  }
}

let stepSpecimens: [String: EveryRouteAndEveryRole.Specimen] = {
  var specimens: [String: EveryRouteAndEveryRole.Specimen] = [
    "GET /queue": { _, _, scope in scope == .own ? ("/queue", [:]) : nil },
    "GET /queue/next": { _, _, scope in scope == .own ? ("/queue/next?after=2026-000001", [:]) : nil },
    "GET /due/{when}": { _, _, scope in scope == .own ? ("/due/overdue", [:]) : nil },
    "GET /review": { _, _, scope in scope == .own ? ("/review", [:]) : nil },
    "POST /letters/{number}/slip": { desk, _, scope in
      guard let mailbox = mailboxAt[scope] else { return nil }
      return ("/letters/\(try await desk.letter(in: mailbox))/slip", [:])
    },
    "GET /search": { _, _, scope in scope == .own ? ("/search?q=%E8%B7%AF%E7%81%AF", [:]) : nil },
    "POST /search/phone": { _, _, scope in scope == .own ? ("/search/phone", ["phone": "13800138000"]) : nil },
    "POST /folders/{folder}/export": { _, _, scope in
      scope == .own ? ("/folders/to-do/export", ["kind": "question"]) : nil
    },
    "POST /letters/{number}/settle/check": step(.settle, "/check"),
    "POST /letters/{number}/settle": step(.settle),
  ]
  for act in LetterAct.allCases where ![.signFor, .answer, .decline, .settle].contains(act) {
    specimens["POST /letters/{number}/\(act.rawValue)"] = step(act)
    specimens["POST /letters/{number}/\(act.rawValue)/edit"] = step(act, "/edit")
  }
  for act in [LetterAct.signFor, .present, .dispatch, .instruct, .reclassify, .transfer, .junk] {
    specimens["POST /bulk/\(act.rawValue)"] = bulk(act)
    specimens["POST /bulk/\(act.rawValue)/choose"] = bulk(act, "/choose")
  }
  return specimens
}()

/// As `step`, chosen in a list.
private func bulk(_ act: LetterAct, _ suffix: String = "") -> EveryRouteAndEveryRole.Specimen {
  let single = step(act)
  return { desk, visit, scope in
    guard let (path, form) = try await single(desk, visit, scope) else { return nil }
    let number = path.split(separator: "/")[1]
    return ("/bulk/\(act.rawValue)\(suffix)", form.merging(["letter-\(number)": "0"]) { first, _ in first })
  }
}

extension TestDesk {
  /// The eleven steps, as `zones/flows/letter.yaml` has them.
  static let letterFlow: FlowDefinition = {
    do {
      return try FlowFile.check(
        URL(filePath: #filePath).appending(path: "../../../../zones/flows/letter.yaml").standardizedFileURL.path
      ).0
    } catch {
      fatalError("\(error)")
    }
  }()

  /// What an act beside the flow needs of a letter: a promised date, a request, a letter joined with it, a last step.
  func prepare(_ act: LetterAct, _ number: String, for person: String) async throws {
    let promise = """
      {"day": "2099-01-02", "end": 4070995200000, "chinese": "至", "english": "by", "calendars": []}
      """
    try await zone.database.write { db in
      let id = try db.one(String.self, "SELECT id FROM desk_letter WHERE number = ?", number) ?? ""
      let item = try db.one(Data.self, "SELECT item FROM desk_letter WHERE id = ?", id) ?? Data()
      switch act {
      case .askExtension:
        try db.run("UPDATE desk_letter SET promise = ? WHERE id = ?", Data(promise.utf8), id)
      case .grantExtension, .refuseExtension:
        try db.run(
          """
          INSERT INTO letter_request (letter, position, request, branch, unit, doer, name, reason, at, state)
          VALUES (?, 1, 'extension', 1, 'roads', 'p', 'p', '理由', 0, 'open')
          """, id)
      case .unmerge:
        try db.run("UPDATE desk_letter SET merged_into = ? WHERE id = ?", "other", id)
      case .takeBack:
        let before =
          #"{"item": \#(String(decoding: item, as: UTF8.self)), "mailbox": "mailbox", "kind": "question", "timers": []}"#
        let mailbox = try db.one(String.self, "SELECT mailbox FROM desk_letter WHERE id = ?", id) ?? ""
        try db.run(
          """
          INSERT INTO letter_last_step (letter, position, person, branch, unit, before) VALUES (?, 1, ?, 0, '', ?)
          """, id, person, Data(before.replacing(#""mailbox": "mailbox""#, with: "\"mailbox\": \"\(mailbox)\"").utf8))
      default: break
      }
    }
  }

  /// A letter on the flow of eleven steps, in a state from which an act can be taken.
  ///
  /// - Parameter unit: the one that has a branch of it, where the state has branches.
  func flowLetter(in mailbox: String, before act: LetterAct, unit: String) async throws -> String {
    let number = try await letter(in: mailbox, stage: act == .signFor ? .delivered : .signedFor)
    let flow = Self.letterFlow
    var item = flow.begin()
    if let state = flow.states.first(where: { $0.steps.contains { $0.act == act.rawValue } }),
      state.holder != .branches, act != .returnToUnits, act != .accept
    {
      item.state = state.id
      if act == .settle { item.fields["outcome"] = ["answered"] }
    } else {
      item.state = "dispatching"
      item = try flow.take(
        "dispatch", by: "p", fields: ["units": [unit], "lead-unit": [unit], "unit-due": [tomorrow]], on: item
      ).item
      let sought = act == .askExtension ? LetterAct.submit.rawValue : act.rawValue
      if let state = flow.branches[0].states.first(where: { $0.steps.contains { $0.act == sought } }) {
        item.branches[0].state = state.id
      }
      if act == .returnToUnits || act == .accept {
        item.branches[0].state = "unit-review"
        item = try flow.take("pass-up", branch: 1, by: "p", on: item).item
      }
    }
    let (content, version) = (try JSONEncoder().encode(item), flow.version)
    try await zone.database.write { db in
      try db.run(
        "UPDATE desk_letter SET item = ?, flow = 'letter', flow_version = ? WHERE number = ?", content, version, number)
    }
    try await zone.desk.rebuildPlaces(of: [number])
    return number
  }
}
