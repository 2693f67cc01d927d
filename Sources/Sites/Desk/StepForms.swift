import Flows
import Foundation
import Letters
import People
import Roles
import Web
import Zones

/// What was typed into the form of a step, as it would be kept.
struct TypedStep: Sendable {
  private static let unitPrefix = "unit-"

  var act: LetterAct
  var branch: Int?
  var entry: Int?
  var fields: [LetterField: [String]]

  init(_ act: LetterAct, branch: Int?, entry: Int? = nil, fields: [LetterField: [String]] = [:]) {
    (self.act, self.branch, self.entry, self.fields) = (act, branch, entry, fields)
  }

  /// What a form sent, as far as it belongs to the act.
  init(_ act: LetterAct, _ form: URLEncodedForm) {
    (self.act, branch, entry) = (act, Int(form["branch"]).flatMap { $0 > 0 ? $0 : nil }, Int(form["entry"]))
    fields = [:]
    for field in act.fields {
      switch field {
      case .units:
        let units = form.values.filter { $0.key.hasPrefix(Self.unitPrefix) && $0.value == "on" }
        fields[field] = units.keys.map { String($0.dropFirst(Self.unitPrefix.count)) }.sorted()
      default:
        let text =
          field.isText
          ? WrittenText.lines(form[field.rawValue])
          : field == .otherLetter
            ? DeskSite.letterNumber(form[field.rawValue]) : String(form[field.rawValue].prefix(64))
        fields[field] = text.isEmpty ? [] : [text]
      }
    }
    fields = fields.filter { !$0.value.isEmpty }
  }

  func request(_ number: String) -> LetterStepRequest {
    LetterStepRequest(act, number: number, branch: branch, entry: entry, fields: fields)
  }

  /// What was written, where nothing came of it.
  var written: WrittenOutcome {
    var written = WrittenOutcome()
    written.text = LetterField.allCases.filter(\.isText).compactMap { fields[$0]?.first }.joined(separator: "\n\n")
    return written
  }
}

extension LetterField {
  /// Whether it is written, not chosen.
  var isText: Bool {
    switch self {
    case .reason, .proposal, .instruction, .text, .note, .opinion, .answer, .draftAnswer, .question: true
    default: false
    }
  }
}

extension LetterAct {
  /// Those with pages of their own.
  static let settling: Set<LetterAct> = [.answer, .decline, .settle]

  /// Those that decide on what was asked for.
  static let deciding: Set<LetterAct> = [.grantExtension, .refuseExtension]

  var isDanger: Bool {
    [.junk, .purge, .decline, .instructDecline, .recallUnit, .merge, .refuseExtension].contains(self)
  }
}

extension DeskSite {
  /// The form of a step that this person may take; nil where they may not take it now.
  func stepForm(
    _ typed: TypedStep, _ letter: DeskLetter, _ problem: (LetterField, LetterFieldProblem)?, _ request: WebRequest,
    _ presence: Presence, _ keys: [String]
  ) async throws -> StepFormValues? {
    guard let offer = letter.offer(typed.act, branch: typed.branch) else { return nil }
    let language = request.language
    let choices = try await letters.choices(number: letter.number, branch: typed.branch, for: presence.official)
    let fields = (offer.needs + offer.may).map { field in
      fieldValues(
        field, typed.fields[field] ?? defaults(field, letter, typed.act), choices, letter,
        problem.flatMap { $0.0 == field ? $0.1 : nil }, isNeeded: offer.needs.contains(field), language)
    }
    return StepFormValues(
      path: "/letters/\(letter.number)/\(typed.act.rawValue)", branch: "\(typed.branch ?? 0)",
      entry: "\(typed.entry ?? offer.entry)",
      heading: heading(
        typed.act, typed.branch.flatMap { number in letter.branches.first { $0.number == number } }, language),
      explanation: renderer.strings.text("stepText-\(typed.act.rawValue)", language), fields: fields,
      signing: keys.isEmpty ? nil : self.offer(typed.act.recordedName, "letter \(letter.number)", keys, presence),
      isDanger: typed.act.isDanger, verb: renderer.strings.text("step-\(typed.act.rawValue)", language))
  }

  private func heading(_ act: LetterAct, _ branch: DeskBranch?, _ language: Language) -> String {
    let name = renderer.strings.text("step-\(act.rawValue)", language)
    guard let unit = branch?.unit else { return name }
    return "\(name) · \(unitName(unit, language))"
  }

  private func defaults(_ field: LetterField, _ letter: DeskLetter, _ act: LetterAct) -> [String] {
    switch field {
    case .kind: [letter.kind.rawValue]
    case .draftAnswer: []
    default: []
    }
  }

  private func fieldValues(
    _ field: LetterField, _ values: [String], _ choices: LetterChoices, _ letter: DeskLetter,
    _ problem: LetterFieldProblem?, isNeeded: Bool, _ language: Language
  ) -> StepFieldValues {
    let strings = renderer.strings
    let id = field == .units ? "units" : field.rawValue
    let label = strings.text("field-\(field.rawValue)", language)
    // What may be left out elsewhere is no such thing where it is all that is written.
    let hasHint = strings.has("fieldHint-\(field.rawValue)") && !(field == .note && isNeeded)
    let hint = hasHint ? strings.text("fieldHint-\(field.rawValue)", language) : nil
    let text = problem.map { problemText(field, $0, language) }
    let described = [hint.map { _ in "\(id)-hint" }, text.map { _ in "\(id)-error" }].compactMap { $0 }
    let options = options(field, values, choices, letter, language)
    let isMany = field == .units
    return StepFieldValues(
      id: id, label: label, hint: hint, problem: text,
      described: described.isEmpty ? nil : described.joined(separator: " "), isText: field.isText,
      isDate: field == .unitDue, isChoice: !field.isText && ![.unitDue, .otherLetter].contains(field) && !isMany,
      isNumber: field == .otherLetter, isMany: isMany,
      rows: [.text, .draftAnswer, .answer].contains(field) ? "10" : "4",
      value: values.first ?? "", options: options)
  }

  func problemText(_ field: LetterField, _ problem: LetterFieldProblem, _ language: Language) -> String {
    renderer.strings.text(
      "fieldProblem-\(problem.rawValue)", language, renderer.strings.text("field-\(field.rawValue)", language),
      "\(field.maxCharacters)")
  }

  private func options(
    _ field: LetterField, _ values: [String], _ choices: LetterChoices, _ letter: DeskLetter, _ language: Language
  ) -> [StepOptionValues] {
    func option(_ value: String, _ text: String) -> StepOptionValues {
      StepOptionValues(value: value, text: text, chosen: values.contains(value))
    }
    func indented(_ unit: OfficeUnit) -> String {
      String(repeating: "　", count: max(0, unit.level - 1)) + unitName(unit, language)
    }
    let strings = renderer.strings
    let none = [option("", strings.text("chooseOne", language))]
    switch field {
    case .kind: return LetterKind.allCases.map { option($0.rawValue, strings.text("kind-\($0.rawValue)", language)) }
    case .mailbox:
      return none
        + configuration.mailboxes.filter { $0.identifier != letter.mailbox }
        .map { option($0.identifier, name(of: $0.identifier, language)) }
    case .declineReason:
      return none
        + letters.declineReasons.map { reason in
          option(
            reason.id,
            language == .chinese
              ? "\(reason.title.chinese)（\(reason.way.chinese)）" : "\(reason.title.english) (\(reason.way.english))")
        }
    case .leader: return none + choices.leaders.map { option($0.identifier, $0.name) }
    case .handler: return none + choices.handlers.map { option($0.identifier, $0.name) }
    case .childUnit: return none + choices.childUnits.map { option($0.identifier, unitName($0, language)) }
    case .unit: return none + choices.openUnits.map { option($0.identifier, unitName($0, language)) }
    case .leadUnit, .proposedUnit: return none + choices.units.map { option($0.identifier, indented($0)) }
    case .complaintAbout:
      return none + [option("none", strings.text("noUnit", language))]
        + choices.units.map { option($0.identifier, indented($0)) }
    case .units:
      let units = letter.offer(.returnToUnits) == nil ? choices.units : choices.submittedUnits
      return units.map { option($0.identifier, indented($0)) }
    default: return []
    }
  }

  func unitName(_ unit: OfficeUnit, _ language: Language) -> String {
    language == .chinese || unit.english.isEmpty ? unit.name : unit.english
  }

  // MARK: What else the letter's page shows of its flow

  func stepLinks(_ letter: DeskLetter, _ current: TypedStep?, _ language: Language) -> StepLinksValues? {
    let offers = letter.offers.filter { $0.act != .signFor && $0.act != .answer && $0.act != .decline }
    func link(_ offer: DeskOffer) -> StepLinkValues {
      let branch = offer.branch.flatMap { number in letter.branches.first { $0.number == number } }
      let query = "?act=\(offer.act.rawValue)" + (offer.branch.map { "&branch=\($0)" } ?? "")
      return StepLinkValues(
        id: offer.act.rawValue + (offer.branch.map { "-\($0)" } ?? ""), path: "/letters/\(letter.number)\(query)#step",
        text: renderer.strings.text("step-\(offer.act.rawValue)", language),
        unit: branch?.unit.map { unitName($0, language) }, isPlain: offer.act.isDanger,
        current: current?.act == offer.act && current?.branch == offer.branch)
    }
    // What somebody waits for stands with the steps.
    let isStep = { (offer: DeskOffer) in !offer.act.isBeside || LetterAct.deciding.contains(offer.act) }
    let (steps, besides) = (offers.filter(isStep).map(link), offers.filter { !isStep($0) }.map(link))
    guard !offers.isEmpty else { return nil }
    return StepLinksValues(
      hasSteps: !steps.isEmpty, steps: steps, hasBesides: !besides.isEmpty, besides: besides)
  }

  func lanes(_ letter: DeskLetter, _ language: Language) -> LanesValues? {
    guard !letter.branches.isEmpty else { return nil }
    let strings = renderer.strings
    return LanesValues(
      lanes: letter.branches.map { branch in
        LaneValues(
          unit: branch.named.map { unitName($0, language) } ?? strings.text("none", language),
          under: branch.unit.flatMap { unit in
            unit == branch.named ? nil : strings.text("laneNow", language) + unitName(unit, language)
          },
          part: strings.text(branch.isLead ? "laneLead" : "laneAssist", language),
          stage: branch.isRecalled ? "cancelled" : branch.isEnded ? "answered" : "signed-for",
          stateText: language == .chinese ? branch.state.chinese : branch.state.english, person: branch.handler,
          due: branch.due)
      },
      results: letter.branches.compactMap { branch in
        guard let text = branch.draftAnswer, let unit = branch.named else { return nil }
        return LaneResultValues(unit: unitName(unit, language), text: text)
      })
  }

  /// What was done with a letter, in order.
  func flowEvents(_ letter: DeskLetter, _ language: Language) -> [EventValues] {
    let strings = renderer.strings
    return letter.history.map { entry in
      EventValues(
        text: strings.text(
          entry.act.map { "step-\($0.rawValue)" } ?? entry.citizen.map { "citizen-\($0.rawValue)" }
            ?? "history-\((entry.event ?? .limitPassed).rawValue)", language),
        unit: entry.unit, at: officeTime(entry.at),
        who: !entry.handler.isEmpty
          ? entry.handler : strings.text(entry.citizen == nil ? "nobody" : "theCitizen", language),
        proof: entry.proof.isEmpty ? nil : strings.text("proof-\(entry.proof)", language),
        hasFields: !entry.fields.isEmpty,
        fields: entry.fields.map { field, text in
          let shown =
            switch field {
            case .visibility: strings.text(text == "public" ? "visibilityPublic" : "visibilityPrivate", language)
            case .kind: strings.text("kind-\(text)", language)
            case .complaintAbout where text == "none": strings.text("noUnit", language)
            default: text
            }
          let label = strings.text(entry.citizen == nil ? "field-\(field.rawValue)" : "citizenText", language)
          return FlowFieldValues(label: label, text: shown)
        })
    }
  }
}
