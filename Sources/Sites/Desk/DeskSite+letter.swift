import HTTPTypes
import Hummingbird
import HummingbirdCore
import Letters
import Roles
import Web
import Zones

/// One letter: reading it, signing for it, and the form that answers or declines it.
extension DeskSite {
  static let answerMaxCharacters = 10_000

  func addLetterRoutes(to routes: inout RouteTable) {
    handle(.get, "/letters/{number}", .readLetter, &routes) { [self] in try await letterPage($0, $1) }
    // Shows the form again with what was written, from the page that checks it or in another language.
    handle(.post, "/letters/{number}/edit", .readLetter, &routes) { [self] request, presence in
      try await letterPage(request, presence, written: WrittenOutcome(try await form(of: request, presence)))
    }
    handle(.post, "/letters/{number}/sign-for", .signForLetter, &routes) { [self] in try await signFor($0, $1) }
    handle(.post, "/letters/{number}/answer/check", .answerLetter, &routes) { [self] in
      try await check(.answer, $0, $1)
    }
    handle(.post, "/letters/{number}/answer", .answerLetter, &routes) { [self] in try await settle(.answer, $0, $1) }
    handle(.post, "/letters/{number}/decline/check", .declineLetter, &routes) { [self] in
      try await check(.decline, $0, $1)
    }
    handle(.post, "/letters/{number}/decline", .declineLetter, &routes) { [self] in try await settle(.decline, $0, $1) }
    handle(.post, "/letters/{number}/settle/check", .settleLetter, &routes) { [self] in
      try await check(.settle, $0, $1)
    }
    handle(.post, "/letters/{number}/settle", .settleLetter, &routes) { [self] in try await settle(.settle, $0, $1) }
    handle(.get, "/letters/{number}/attachments/{index}", .readLetter, &routes) { [self] in try await download($0, $1) }
  }

  func number(in request: WebRequest) throws -> String {
    let number = request.parameters["number"] ?? ""
    guard (1...32).contains(number.utf8.count), number.utf8.allSatisfy({ (0x2D...0x7A).contains($0) }) else {
      throw WebFailure.notFound
    }
    return number
  }

  private func signFor(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let number = try number(in: request)
    let form = try await form(of: request, presence)
    let official = try await signed("letter.signed-for", "letter \(number)", form, presence)
    do { try await letters.signFor(number: number, by: official) } catch {
      guard case .wrongStage = error else { throw error }
      return try await conflictPage(request, presence, nil)
    }
    return seeOther("/letters/\(number)")
  }

  /// - Parameters:
  ///   - step: the step whose form is shown; nil for the one that the address names.
  ///   - wrong: what is wrong with a field of it.
  func letterPage(
    _ request: WebRequest, _ presence: Presence, problems: [Problem] = [], written: WrittenOutcome = .init(),
    step: TypedStep? = nil, wrong: (LetterField, LetterFieldProblem)? = nil,
    status: HTTPResponse.Status? = nil
  ) async throws -> Response {
    let number = try number(in: request)
    let (strings, language) = (renderer.strings, request.language)
    let letter = try await letters.letter(number: number, for: presence.official)
    var values = letterValues(letter, language)
    if try await letters.contact().isOneWay, !letter.outcomeDelivered {
      values.outcome?.delivery = strings.text("deliveryOneWay", language)
    }
    if letter.outcome != nil, !letter.outcomeDelivered, letter.outcomeRefusal == nil {
      values.outcome?.outcomeLate = try await lateText("outcomeLate", "outcomeNever", language)
    }
    let canSignFor = letter.offer(.signFor) != nil
    let typed = step ?? chosenStep(request)
    let keys = canSignFor || typed != nil ? try await signingKeys(of: presence) : []
    let isDeclining = !written.reason.isEmpty || problems.contains { $0.field == "reason" }
    let settling = settlingValues(letter, written, isDeclining: isDeclining, language)
    let stepForm: StepFormValues? =
      if let typed { try await self.stepForm(typed, letter, wrong, request, presence, keys) } else { nil }
    let texts = wrong.map { field, problem in
      FormProblem(field: field.rawValue, text: problemText(field, problem, language))
    }
    let content = LetterPage(
      letter: values, late: try await lateText("linkLate", "linkNever", language), done: doneText(request),
      nextPath: request.query("done") == nil ? nil : "/queue/next?after=\(number)",
      canSignFor: canSignFor,
      signing: keys.isEmpty || !canSignFor ? nil : offer("letter.signed-for", "letter \(number)", keys, presence),
      stepLinks: stepLinks(letter, typed, language), step: stepForm, lanes: lanes(letter, language),
      settling: stepForm == nil ? settling : nil)
    let form: String? =
      if let typed, stepForm != nil { "/letters/\(number)/\(typed.act.rawValue)/edit" } else if settling != nil {
        "/letters/\(number)/edit"
      } else { nil }
    return page(
      content, titleKey: "letterHeading", title: "\(letter.number) \(letter.draft.title)", request, presence,
      problems: problems, texts: texts.map { [$0] } ?? [],
      languagePath: "/letters/\(number)", form: form, status: status, runsScript: !keys.isEmpty)
  }

  /// The step that an address names: `?act=dispatch`, `?act=assign&branch=2`.
  private func chosenStep(_ request: WebRequest) -> TypedStep? {
    guard let act = request.query("act").flatMap({ LetterAct(rawValue: $0) }), act != .signFor,
      !LetterAct.settling.contains(act)
    else { return nil }
    return TypedStep(act, branch: request.query("branch").flatMap { Int($0) })
  }

  private func doneText(_ request: WebRequest) -> String? {
    guard let act = request.query("done").flatMap({ LetterAct(rawValue: $0) }) else { return nil }
    return renderer.strings.text(
      "stepDone", request.language, renderer.strings.text("step-\(act.rawValue)", request.language))
  }
}
