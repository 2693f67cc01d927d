import Flows
import Foundation
import Letters
import Testing

/// One change of `letter.yaml`, and the one finding that it must get.
struct PlantedMistake: CustomTestStringConvertible, Sendable {
  let name: String
  let old: String
  let new: String
  let code: String
  /// The first line of the changed text that has these words is the one that must be named.
  let at: String

  init(_ code: String, _ name: String, _ old: String, _ new: String, at: String) {
    (self.code, self.name, self.old, self.new, self.at) = (code, name, old, new, at)
  }

  var testDescription: String { "\(code): \(name)" }

  private static let leader = "{role: leader, of: mailbox}"
  private static let moved = """
      moved:
        title: {zh: 移, en: moved}
        folder: tracking
        holder: {role: clerk, of: mailbox}
        limit: {days: 1, then: %}
        steps:

    """.replacing("\n\n", with: "\n")
  private static let transfer = "transfer: {to: arrived, needs: [mailbox, reason]}"

  private static func state(_ then: String, _ step: String) -> String {
    "      transfer: {to: moved, needs: [mailbox, reason]}\n      junk: {to: recycled, needs: [reason]}\n"
      + moved.replacing("%", with: then) + "      \(step)\n"
  }

  private static let sorted = "      \(transfer)\n      junk: {to: recycled, needs: [reason]}\n"

  static let all: [PlantedMistake] = [
    .init(
      "F01", "an unknown key", "    folder: recycle-bin", "    folder: recycle-bin\n    colour: red", at: "colour: red"),
    .init("F01", "a key given twice", "start: arrived", "start: arrived\nstart: triage", at: "start: arrived"),
    .init("F01", "a state given twice", "  triage:\n", "  arrived:\n", at: "  arrived:"),
    .init("F01", "a key missing", "title: {zh: 市长信箱来信, en: Letter to a mailbox}\n", "", at: "flow: letter"),
    .init("F01", "a step called no", "restore: {to", "no: {to", at: "no: {to"),
    .init("F01", "a step called on", "restore: {to", "on: {to", at: "on: {to: triage}"),
    .init("F01", "a step called yes", "restore: {to", "yes: {to", at: "yes: {to"),
    .init("F01", "a state called off", "start: arrived", "start: off", at: "start: off"),
    .init("F01", "a name with a capital", "restore: {to", "Restore: {to", at: "Restore"),
    .init("F01", "words in one language", "{zh: 批阅, en: before the leader}", "{zh: 批阅}", at: "{zh: 批阅}"),
    .init("F01", "words that are empty", "en: before the leader", "en: ''", at: "en: ''"),
    .init(
      "F01", "urge without whom", "limit: {days: 60, then: urge, to: \(leader)}", "limit: {days: 60, then: urge}",
      at: "{days: 60"),
    .init("F01", "two terms", "limit: {days: 60,", "limit: {days: 60, hours: 1,", at: "{days: 60"),
    .init("F01", "no term", "limit: {days: 60,", "limit: {", at: "limit: { then"),
    .init("F01", "a term of no days", "limit: {days: 60,", "limit: {days: 0,", at: "days: 0"),
    .init("F01", "an anchor", "folder: recycle-bin", "folder: &a recycle-bin", at: "&a"),
    .init(
      "F01", "a role that there is none of", "{role: leader, of: unit, not", "{role: boss, of: unit, not", at: "boss"),
    .init(
      "F01", "a kind that there is none of", "  complaint:  {days: 15}\n",
      "  complaint:  {days: 15}\n  praise: {days: 1}\n", at: "  question:"),
    .init("F02", "a step to no state", "restore: {to: triage}", "restore: {to: triaged}", at: "restore"),
    .init("F02", "a start that is none", "start: arrived", "start: arived", at: "start: arived"),
    .init(
      "F02", "a limit that takes no step", "limit: {days: 60, then: urge, to: \(leader)}",
      "limit: {days: 60, then: empty}", at: "then: empty"),
    .init(
      "F02", "a kind of branch that is none", "needs: [units, unit-due], may: [note], opens: unit",
      "needs: [units, unit-due], may: [note], opens: units", at: "add-unit:"),
    .init(
      "F02", "a condition on a kind of branch that is none", "{branch: unit, is", "{branch: units, is", at: "return:"),
    .init("F03", "a state that no step leads to", "junk: {to: recycled,", "junk: {to: discarded,", at: "  recycled:"),
    .init(
      "F04", "a state without steps", sorted,
      state("urge, to: \(leader)", "").replacing("    steps:\n      \n", with: ""),
      at: "  moved:"),
    .init("F04", "a start that is an end", "    start: unit-to-do", "    start: submitted", at: "start: submitted"),
    .init(
      "F05", "a loop without exit", sorted,
      state("urge, to: \(leader)", "transfer: {to: same, needs: [mailbox, reason]}"), at: "  moved:"),
    .init(
      "F06", "a role that may not", "      settle:\n", "      settle:\n        by: \(leader)\n", at: "      settle:"),
    .init(
      "F06", "a step that nobody takes", "add-unit: {to: same, by: {role: clerk, of: mailbox},",
      "add-unit: {to: same,", at: "add-unit:"),
    .init(
      "F06", "a person whom no step names", "holder: {person: handler,", "holder: {person: agent,",
      at: "      unit-handling:"),
    .init(
      "F07", "a wait without limit", "    limit: {days: 60, then: urge, to: \(leader)}\n", "",
      at: "  recycled:"),
    .init(
      "F07", "a clock's step that no limit takes", "restore: {to: triage}", "restore: {to: triage, by: clock}",
      at: "restore:"),
    .init(
      "F06", "a request of somebody who may not ask", "by: {person: handler, role: handler, of: unit}",
      "by: {role: clerk, of: unit}", at: "  extension:"),
    .init(
      "F06", "a request that somebody decides who may not", "grant: \(leader)", "grant: {role: clerk, of: mailbox}",
      at: "  extension:"),
    .init(
      "F07", "a request without a limit",
      "    limit: {working-days: 1, then: urge, to: {role: clerk, of: mailbox}}\n    before: due", "    before: due",
      at: "  extension:"),
    .init("F07", "a date that no step gives", "{field: unit-due,", "{field: due-date,", at: "due-date"),
    .init(
      "F08", "a last way with a condition", "- {state: answered}",
      "- {when: {field: outcome, is: answered}, state: answered}", at: "is: answered"),
    .init(
      "F08", "a way after one without condition",
      "- {when: {field: parent-in-branch, is: present}, state: unit-review, moves: parent-unit}",
      "- {state: unit-review, moves: parent-unit}", at: "- {state: unit-review"),
    .init(
      "F08", "a condition on what no step gives",
      "{when: {field: parent-in-branch, is: present}, state: unit-review",
      "{when: {field: parent-branch, is: present}, state: unit-review", at: "      pass-up:"),
    .init(
      "F08", "a condition on no outcome", "{branch: unit, is: present}", "{field: outcome, is: done}", at: "return:"),
    .init(
      "F08", "a way out that can be used up",
      "restore: {to: triage}\n      purge: {to: discarded, by",
      "restore: {to: triage, times: 1}\n      purge: {to: discarded, times: 1, by", at: "  recycled:"),
    .init(
      "F08", "a step of the clock with a condition",
      "limit: {days: 60, then: urge, to: \(leader)}\n    steps:\n      restore: {to: triage}",
      "limit: {days: 60, then: restore}\n    steps:\n      restore: {to: triage, by: clock, times: 2}", at: "restore: {"
    ),
    .init("F09", "ends that no rule covers", "{all: [submitted, recalled]}", "{all: [submitted]}", at: "  unit:\n"),
    .init("F09", "an end that is none", "{lead: recalled}", "{lead: recaled}", at: "recaled"),
    .init(
      "F09", "a rule that no step takes", "{lead: recalled}, take: contested", "{lead: recalled}, take: contest",
      at: "{lead: recalled}"),
    .init(
      "F09", "a step that no rule takes", "{all: [submitted, recalled]}, take: units-done",
      "{all: [submitted, recalled]}, take: contested", at: "units-done:"),
    .init(
      "F09", "a step that only a rule takes that never holds first",
      "      - {when: {lead: recalled}, take: contested}\n",
      "      - {when: {all: [submitted, recalled]}, take: contested}\n", at: "units-done:"),
    .init(
      "F09", "a step that only a rule takes before which another holds in time",
      "      - {when: {all: [submitted, recalled]}, take: units-done}\n",
      """
            - {when: {at-least: 2, of: submitted}, take: units-done}
            - {when: {any: submitted}, take: contested}
            - {when: {all: [submitted, recalled]}, take: contested}

      """, at: "units-done:"),
    .init(
      "F09", "a wait for branches that were never opened",
      "send-back: {to: dispatching, needs: [reason], sets: {outcome: none}}",
      "send-back: {to: handling, needs: [reason], sets: {outcome: none}}", at: "send-back: {to: handling"),
    .init(
      "F09", "a join that stays", "contested: {to: dispatching, by: join}", "contested: {to: same, by: join}",
      at: "contested:"),
    .init(
      "F09", "a join where nothing is waited for", "restore: {to: triage}", "restore: {to: triage, by: join}",
      at: "restore:"),
    .init("F09", "no closed-as", "    closed-as: recalled\n", "", at: "  unit:\n"),
    .init("F09", "a closed-as that is no end", "closed-as: recalled", "closed-as: disputed", at: "  unit:\n"),
    .init("F09", "a lead that is not named", "    lead: lead-unit\n", "", at: "{lead: recalled}"),
    .init(
      "F09", "a branch that opens branches", "reject: {to: unit-to-do, needs: [reason]}",
      "reject: {to: unit-to-do, needs: [reason], reopens: unit}", at: "reject:"),
    .init(
      "F10", "steps that nobody takes, in a circle", sorted,
      state("go", "go: {by: clock, to: [{when: {field: kind, is: question}, state: arrived}, {state: moved}]}"),
      at: "  moved:"),
    .init("F11", "who did no step that there is", "not-who-did: junk", "not-who-did: junked", at: "purge:"),
    .init(
      "F11", "who did a step of the item, for a branch", "not-who-did: submit", "not-who-did: settle",
      at: "      unit-review:"),
    .init(
      "F12", "two steps of one act", "reclassify: {to: same, needs: [kind]}",
      "reclassify: {to: same, needs: [kind]}\n      sort: {act: reclassify, to: same, needs: [kind]}", at: "sort:"),
    .init(
      "F12", "an act of a state and of all", "branches:\n",
      "anywhere:\n  sort: {act: reclassify, by: {role: clerk, of: mailbox}, needs: [kind]}\nbranches:\n",
      at: "reclassify: {to: same"),
    .init("F13", "other fields in English", "en: \"Passed to {lead-unit}\"", "en: Passed on", at: "      dispatch:"),
    .init(
      "F13", "other fields of a request in English", "promised by {due} now", "promised later", at: "  extension:"),
    .init(
      "F14", "a pause that nothing ends", "folder: recycle-bin", "folder: recycle-bin\n    clock: paused",
      at: "  recycled:"),
    .init(
      "F14", "a pause that only the clock's staying ends",
      "    limit: {days: 60, then: urge, to: \(leader)}\n    steps:\n",
      "    clock: paused\n    limit: {days: 60, then: stay}\n    steps:\n      stay: {to: recycled, by: clock}\n",
      at: "  recycled:"),
    .init(
      "F16", "a confidential field for the citizen", "instruct: {to: dispatching, needs: [instruction]}",
      "instruct: {to: dispatching, needs: [instruction], citizen: {zh: '{instruction}', en: '{instruction}'}}",
      at: "instruct:"),
    .init(
      "F16", "a field that the step has not", "zh: 信件已签收, en: Your letter was signed for",
      "zh: '{unit}已签收', en: 'Signed for by {unit}'", at: "sign-for:"),
    .init(
      "F16", "a field that a request has not", "{zh: \"办理期限延长至{due}\", en: \"The answer is promised by {due} now\"}",
      "{zh: '{opinion}', en: '{opinion}'}", at: "  extension:"),
    .init("F17", "a kind without a promise", "  complaint:  {days: 15}\n", "", at: "  question:"),
    .init("F18", "a state without folder", "    folder: recycle-bin\n", "", at: "  recycled:"),
    .init(
      "F18", "letters joined in a state that is no end of theirs", "      merge: {to: merged,",
      "      merge: {to: recycled,",
      at: "merge: {to: recycled"),
    .init("F18", "a folder that is none", "folder: recycle-bin", "folder: recycled", at: "  recycled:"),
    .init(
      "F18", "an outcome overwritten", "send-back: {to: dispatching, needs: [reason], sets: {outcome: none}}",
      "send-back: {to: dispatching, needs: [reason]}",
      at:
        "      propose-decline: {to: reviewing, needs: [leader, decline-reason, text], sets: {outcome: declined}}\n  handling:"
    ),
    .init(
      "F18", "an end with another outcome",
      "needs: [decline-reason, text], sets: {outcome: declined}}\n      send-back",
      "needs: [decline-reason, text]}\n      send-back", at: "  answered:"),
    .init("F19", "an act that is none", "restore: {to: triage}", "bring-back: {to: triage}", at: "bring-back:"),
    .init(
      "F19", "a field that the act has not", "junk: {to: recycled, needs: [reason]}",
      "junk: {to: recycled, needs: [reason, opinion]}", at: "junk: {to"),
    .init(
      "F19", "a field that the act cannot do without", "hand-back: {to: unit-passing, needs: [reason]}",
      "hand-back: {to: unit-passing}", at: "hand-back:"),
    .init(
      "F19", "fields of a step that nobody takes", "contested: {to: dispatching, by: join}",
      "contested: {to: dispatching, by: join, needs: [reason]}", at: "contested:"),
    .init(
      "F19", "an outcome that is none", "needs: [leader, proposal], sets: {outcome: none}",
      "needs: [leader, proposal], sets: {outcome: nothing}", at: "present:"),
    .init(
      "F19", "a mark that is none", "restore: {to: triage}", "restore: {to: triage, sets: {urgent: true}}",
      at: "restore:"),
    .init(
      "F19", "a question that nothing waits for", "        holder: citizen\n        clock: paused\n",
      "        holder: {role: clerk, of: unit}\n", at: "to: waiting"),
    .init(
      "F19", "an item that moves to a unit", "restore: {to: triage}", "restore: {to: triage, moves: parent-unit}",
      at: "restore:"),
  ]
}

@Suite struct AMistakeInAFlow {
  private let text: String

  init() throws { text = try DeliveredFlows.text("letter.yaml") }

  @Test(arguments: PlantedMistake.all)
  func `is found, with its code and line and nothing else`(mistake: PlantedMistake) throws {
    #expect(text.ranges(of: mistake.old).count == 1, "the place is not there once")
    let changed = text.replacing(mistake.old, with: mistake.new)
    let place = try #require(changed.range(of: mistake.at))
    let line = changed[..<place.lowerBound].count { $0 == "\n" } + 1
    let findings = FlowText(changed).findings
    #expect(
      findings.map { "\($0.code) line \($0.line)" } == ["\(mistake.code) line \(line)"], "\(findings.map(\.text))")
  }

  @Test func `is planted for every check that a file alone can fail`() {
    let codes = (1...19).map { $0 < 10 ? "F0\($0)" : "F\($0)" }
    // F15 is about a version that was published: AFlowsVersion has it.
    #expect(Set(PlantedMistake.all.map(\.code)) == Set(codes).subtracting(["F15"]))
  }

  @Test func `of size or depth is refused, whatever the file says`() {
    func only(_ text: String) -> String? {
      let findings = FlowText(text).findings
      return findings.count == 1 ? findings[0].text : "\(findings.map(\.text))"
    }
    #expect(
      only(String(repeating: "# a comment\n", count: 200_000))?.hasSuffix("the file is larger than 1 MiB") == true)
    #expect(only("flow: " + String(repeating: "[", count: 600))?.contains("more than 512 brackets") == true)
    #expect(only(String(repeating: "- ", count: 511) + "x\n")?.contains("not a group of keys") == true)
    #expect(only("") == "letter.yaml:1:1: the file is empty; see zones/ for a whole one")
    #expect(only("a: &a [1]\nb: *a\n")?.contains("anchors and aliases are not allowed") == true)
  }

  @Test func `of number is refused: 100 states, 50 steps of one, 200 characters of words`() throws {
    let head = try text.prefix(upTo: #require(text.range(of: "states:")).lowerBound)
    func file(states: Int, steps: Int, title: Int) -> String {
      let more = (0..<steps).map { "      s\($0):\n        to: same\n        act: junk\n" }.joined()
      return head + "states:\n  arrived:\n    title:\n      zh: \(String(repeating: "字", count: title))\n      en: x\n"
        + "    holder: citizen\n    steps:\n" + more
        + (1..<states).map { "  s\($0):\n    end: true\n    title:\n      zh: 一\n      en: x\n" }.joined()
    }
    #expect(FlowText(file(states: 100, steps: 50, title: 200)).flow != nil)
    let refused = [
      (200, 50, 200, "more than 100 keys"), (2, 51, 1, "more than 50 keys"), (2, 1, 201, "longer than 200"),
    ]
    for (states, steps, title, words) in refused {
      let findings = FlowText(file(states: states, steps: steps, title: title)).findings
      #expect(findings.count == 1 && findings[0].text.contains(words), "\(findings.map(\.text))")
    }
  }
}
