import HTTPTypes
import Hummingbird
import Letters
import People
import Roles
import Web

/// What was written into a letter's form, as it would be kept.
struct WrittenOutcome: Sendable {
  var text = ""
  var visibility = ""
  var reason = ""

  init() {}

  init(_ form: URLEncodedForm) {
    text = WrittenText.lines(form["text"])
    visibility = form["visibility"] == "public" ? "public" : form["visibility"] == "private" ? "private" : ""
    reason = WrittenText.lines(form["reason"])
  }

  var isEmpty: Bool { text.isEmpty && reason.isEmpty }

  /// For templates.
  var values: WrittenValues {
    WrittenValues(
      answer: text, reason: reason, visibilityValue: visibility, isPublic: visibility == "public",
      hasAnswer: !text.isEmpty, hasReason: !reason.isEmpty, isWritten: !isEmpty)
  }
}

/// The ways in which a letter ends.
enum Settlement: String, Sendable {
  case answer
  case decline
  /// 办结: what was decided before ends it.
  case settle

  var step: LetterAct {
    switch self {
    case .answer: .answer
    case .decline: .decline
    case .settle: .settle
    }
  }

  /// How the letter ends.
  func stage(_ letter: DeskLetter) -> LetterStage {
    switch self {
    case .answer: .answered
    case .decline: .declined
    case .settle: letter.isDeclining ? .declined : .answered
    }
  }
}

/// How a letter ends: what was written is checked on a page that shows what others will see of it, and that page's form
/// does it. Whatever stands in the way, what was written stays.
extension DeskSite {
  /// The page before the step. Nothing is done.
  func check(_ settlement: Settlement, _ request: WebRequest, _ presence: Presence) async throws -> Response {
    let number = try number(in: request)
    let written = WrittenOutcome(try await form(of: request, presence))
    return try await keeping(written, request, presence) {
      let letter = try await letters.letter(number: number, for: presence.official)
      guard letter.offer(settlement.step) != nil else {
        guard presence.official.may(settlement.step.action, .mailbox(letter.mailbox)) else {
          throw LetterError.notAllowed
        }
        throw LetterError.wrongStage(letter.stage)
      }
      let problems = problems(settlement, written, letter)
      guard problems.isEmpty else {
        return try await letterPage(request, presence, problems: problems, written: written)
      }
      return try await checkPage(settlement, letter, written, request, presence)
    }
  }

  /// The step itself.
  func settle(_ settlement: Settlement, _ request: WebRequest, _ presence: Presence) async throws -> Response {
    let number = try number(in: request)
    let form = try await form(of: request, presence)
    let written = WrittenOutcome(form)
    return try await keeping(written, request, presence) {
      let problems = problems(settlement, written, nil)
      guard problems.isEmpty else {
        return try await letterPage(request, presence, problems: problems, written: written)
      }
      let content = settlement == .decline ? written.reason : written.text
      let official = try await signed(
        settlement.step.recordedName, "letter \(number)", content: content, form, presence)
      switch settlement {
      case .answer:
        try await letters.answer(
          number: number, text: content, isPublic: written.visibility == "public", by: official)
      case .decline: try await letters.decline(number: number, reason: content, by: official)
      case .settle:
        try await letters.take(
          LetterStepRequest(
            .settle, number: number, fields: [.answer: [content], .visibility: [written.visibility]]), by: official)
      }
      return seeOther("/letters/\(number)")
    }
  }

  /// Hands back what was written where a step was refused or failed.
  private func keeping(
    _ written: WrittenOutcome, _ request: WebRequest, _ presence: Presence, _ step: () async throws -> Response
  ) async throws -> Response {
    do { return try await step() } catch OfficeError.unavailable(let cause) {
      return keptPage(WebFailure.unavailable(cause), written, request, presence)
    } catch let error as LetterError {
      switch error {
      case .wrongStage: return try await conflictPage(request, presence, written)
      case .field(_, .namesWriter):
        return try await letterPage(
          request, presence, problems: [(written.text.isEmpty ? "reason" : "text", "namesWriterText")], written: written
        )
      case .mayNotPublish:
        return try await letterPage(
          request, presence, problems: [("visibility-private", "mayNotPublishText")], written: written)
      default: return keptPage(WebFailure(error), written, request, presence)
      }
    }
  }

  private func problems(_ settlement: Settlement, _ written: WrittenOutcome, _ letter: DeskLetter?) -> [Problem] {
    func check(_ text: String, _ field: String, _ missing: String) -> [Problem] {
      if text.isEmpty { return [(field, missing)] }
      return WrittenText.fits(text, Self.answerMaxCharacters) ? [] : [(field, "answerTooLong")]
    }
    guard settlement != .decline else { return check(written.reason, "reason", "reasonMissing") }
    var problems = check(written.text, "text", "answerMissing")
    if written.visibility.isEmpty { problems.append(("visibility-private", "visibilityMissing")) }
    if written.visibility == "public", letter?.draft.mayPublish == false {
      problems.append(("visibility-private", "mayNotPublishText"))
    }
    return problems
  }

  private func checkPage(
    _ settlement: Settlement, _ letter: DeskLetter, _ written: WrittenOutcome, _ request: WebRequest,
    _ presence: Presence
  ) async throws -> Response {
    let path = "/letters/\(letter.number)/\(settlement.rawValue)"
    let (strings, language) = (renderer.strings, request.language)
    let keys = try await signingKeys(of: presence)
    let isAnswer = settlement != .decline
    let stage = settlement.stage(letter)
    let values = OutcomeCheckPage(
      letter: letterValues(letter, language), written: written.values, path: path, isAnswer: isAnswer,
      isPublished: isAnswer && written.visibility == "public", shownText: isAnswer ? written.text : written.reason,
      shownHeading: strings.text(stage == .answered ? "answerHeading" : "declineHeading", language),
      alsoJoined: letter.joined.isEmpty ? nil : strings.text("alsoJoined", language, "\(letter.joined.count)"),
      shownStage: stage.rawValue,
      shownStageText: strings.text("stage-\(stage.rawValue)", language),
      message: NoticeText.addressed(
        NoticeText.outcome(stage, number: letter.number), portal: strings.text("portalAddress", language)),
      signing: keys.isEmpty ? nil : offer(settlement.step.recordedName, "letter \(letter.number)", keys, presence))
    return page(
      values, titleKey: isAnswer ? "checkAnswerTitle" : "checkDeclineTitle", request, presence,
      languagePath: "/letters/\(letter.number)", form: path + "/check", runsScript: !keys.isEmpty)
  }

  /// Somebody else has handled the letter: who, when and with what; and what was written here, for whoever wrote it.
  ///
  /// - Parameter isStep: whether it was written into the form of a step, which has no check page.
  func conflictPage(
    _ request: WebRequest, _ presence: Presence, _ written: WrittenOutcome?, isStep: Bool = false
  ) async throws -> Response {
    let number = try number(in: request)
    let letter: DeskLetter
    do { letter = try await letters.letter(number: number, for: presence.official) } catch {
      return keptPage(WebFailure(error), written ?? .init(), request, presence)
    }
    let (strings, language) = (renderer.strings, request.language)
    var explanation = strings.text("wrongStageText", language)
    if let last = letter.history.last(where: { $0.act != nil }), let act = last.act {
      explanation = strings.text(
        "conflictText", language, last.handler, officeTime(last.at), strings.text("step-\(act.rawValue)", language))
    } else if let last = letter.events.last {
      let who = last.handler.isEmpty ? strings.text("nobody", language) : last.handler
      explanation = strings.text(
        "conflictText", language, who, officeTime(last.at), strings.text("event-\(last.stage.rawValue)", language))
    }
    let again =
      isStep
      ? nil
      : written.map {
        "/letters/\(number)/\($0.text.isEmpty && !$0.reason.isEmpty ? "decline" : "answer")/check"
      }
    return page(
      ConflictPage(
        letter: letterValues(letter, language), explanation: explanation, written: (written ?? .init()).values),
      titleKey: "wrongStageTitle", request, presence, languagePath: "/letters/\(number)",
      form: again, status: .conflict)
  }

  /// Why a step on a letter was not taken, with what was written.
  func keptPage(
    _ failure: WebFailure, _ written: WrittenOutcome, _ request: WebRequest, _ presence: Presence
  ) -> Response {
    let number = (try? number(in: request)) ?? ""
    let values = KeptPage(
      heading: renderer.strings.text(failure.titleKey, request.language),
      text: renderer.strings.text(failure.textKey, request.language), number: shown(number), written: written.values)
    return page(
      values, titleKey: failure.titleKey, request, presence,
      form: number.isEmpty || written.isEmpty ? nil : "/letters/\(number)/edit", status: failure.status)
  }
}
