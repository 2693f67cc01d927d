import Cryptography
import DocumentSeals
import Documents
import HTTPTypes
import Hummingbird
import Roles
import Web

/// From the request for a seal to its use: each hand on a page of its own, which shows what it decides about.
extension DeskSite {
  /// How a request ends without a seal.
  private enum Ending {
    case refuse
    case takeBack
    case giveBack

    var step: DocumentStep {
      switch self {
      case .refuse: .refuse
      case .takeBack: .takeBack
      case .giveBack: .giveBack
      }
    }

    var act: String {
      switch self {
      case .refuse: "document.seal-refused"
      case .takeBack: "document.seal-taken-back"
      case .giveBack: "document.seal-given-back"
      }
    }

    func path(_ document: String) -> String {
      switch self {
      case .refuse: "/documents/\(document)/refuse"
      case .takeBack: "/documents/\(document)/take-back"
      case .giveBack: "/sealing/\(document)/give-back"
      }
    }
  }

  private static let reasonMaxCharacters = 500

  func addSealingRoutes(to routes: inout RouteTable) {
    handle(.get, "/documents/{document}/request", .requestSeal, &routes) { [self] in
      try await requestPage($0, $1)
    }
    handle(.post, "/documents/{document}/request", .requestSeal, &routes) { [self] in try await ask($0, $1) }
    handle(.get, "/documents/{document}/grant", .grantSeal, &routes) { [self] in try await grantPage($0, $1) }
    handle(.post, "/documents/{document}/grant", .grantSeal, &routes) { [self] in try await grant($0, $1) }
    handle(.post, "/documents/{document}/refuse", .grantSeal, &routes) { [self] in try await end(.refuse, $0, $1) }
    handle(.get, "/documents/{document}/take-back", .requestSeal, &routes) { [self] in
      try await takeBackPage($0, $1)
    }
    handle(.post, "/documents/{document}/take-back", .requestSeal, &routes) { [self] in
      try await end(.takeBack, $0, $1)
    }
    handle(.get, "/sealing", .applySeal, &routes) { [self] request, presence in
      guard presence.official.may(.applySeal) else { throw WebFailure.notAllowed }
      let isSealed = request.query("state") == DocumentState.sealed.rawValue
      return try await listPage(
        isSealed ? .sealed : .granted, [.granted, .sealed], path: "/sealing", document: "/sealing",
        heading: "navSealing", request, presence)
    }
    handle(.get, "/sealing/{document}", .applySeal, &routes) { [self] in try await applyPage($0, $1) }
    handle(.post, "/sealing/{document}", .applySeal, &routes) { [self] in try await apply($0, $1) }
    handle(.post, "/sealing/{document}/give-back", .applySeal, &routes) { [self] in
      try await end(.giveBack, $0, $1)
    }
  }

  func problemText(_ problem: DocumentProblem, _ language: Language) -> String {
    renderer.strings.text("docProblem-\(problem.rawValue)", language)
  }

  // MARK: - Asking

  private func requestPage(
    _ request: WebRequest, _ presence: Presence, _ problem: FormProblem? = nil, chosen: String = "",
    reason: String = ""
  ) async throws -> Response {
    let document = try await document(for: .request, request, presence)
    let (identifier, language) = (document.summary.identifier, request.language)
    let seals = try await officeDocuments().usableSeals(for: presence.official)
    let keys = try await signingKeys(of: presence)
    let (fault, sheets) = try await sheetValues(document, request, presence)
    let path = "/documents/\(identifier)/request"
    let content = RequestPage(
      document: documentValues(document, language), path: path, hasSeals: !seals.isEmpty,
      seals: seals.enumerated().map { index, seal in
        let decision = document.decision(seal: seal.identifier).text
        return SealChoiceValues(
          id: "\(index + 1)", decision: decision,
          text: "\(seal.name)（\(seal.owner)，\(seal.widthMillimetres) mm）",
          chosen: decision == chosen || seals.count == 1)
      }, reasonTyped: reason,
      signing: keys.isEmpty ? nil : offer("document.seal-requested", "document \(identifier)", keys, presence),
      fault: fault, sheets: sheets)
    return page(
      content, titleKey: "requestTitle", request, presence, texts: problem.map { [$0] } ?? [], languagePath: path,
      form: seals.isEmpty ? nil : path, takesEnter: false, runsScript: !keys.isEmpty)
  }

  private func ask(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let identifier = try documentIdentifier(request)
    let form = try await form(of: request, presence)
    let (decision, reason) = (DocumentDecision(text: form["decision"]), WrittenText.lines(form["reason"]))
    func again(_ problem: FormProblem?) async throws -> Response {
      try await requestPage(request, presence, problem, chosen: decision.text, reason: reason)
    }
    if request.switchesLanguage { return try await again(nil) }
    let official = try await signed(
      "document.seal-requested", "document \(identifier)", content: decision.text, form, presence)
    do {
      try await officeDocuments().request(
        identifier, seal: decision.seal ?? "", reason: reason, decision: decision, by: official)
    } catch DocumentError.notation(let fault) {
      return try await again(FormProblem(field: "", text: faultText(fault, request.language)))
    } catch DocumentError.refused(let problem) {
      let field =
        switch problem {
        case .reason: "reason"
        case .noSuchSeal, .sealNotInUse, .sealExpired, .sealSignsNoPDF: "seal-1"
        default: ""
        }
      let isChosen = decision.seal != nil
      return try await again(
        FormProblem(
          field: isChosen ? field : "seal-1",
          text: isChosen
            ? problemText(problem, request.language) : renderer.strings.text("requestNoSeal", request.language)))
    }
    return seeOther("/documents/\(identifier)")
  }

  // MARK: - Granting

  private func grantPage(
    _ request: WebRequest, _ presence: Presence, _ problem: FormProblem? = nil, reason: String = ""
  ) async throws -> Response {
    let document = try await officeDocuments().document(try documentIdentifier(request), for: presence.official)
    let keys = try await signingKeys(of: presence)
    guard document.steps.contains(.grant) || document.steps.contains(.refuse), let use = document.use else {
      return try await refusal(of: .grant, document, presence)
    }
    let granting = document.steps.contains(.grant)
    return try await decisionPage(
      document, heading: granting ? "grantTitle" : "refuseTitle",
      granting: granting
        ? decisionForm(
          "/documents/\(document.summary.identifier)/grant", "document.seal-granted", document, use, keys, presence,
          request.language)
        : nil,
      ending: .refuse, keys, reason, problem, request, presence)
  }

  /// Why a step cannot be taken here: not by this person, or not in this state.
  private func refusal(
    of step: DocumentStep, _ document: OfficeDocument, _ presence: Presence
  ) async throws -> Response {
    let isAllowed = presence.official.may(step.action, .document(drafter: document.drafter, unit: document.unit))
    throw isAllowed ? WebFailure.wrongDocumentState : .notAllowed
  }

  private func grant(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let identifier = try documentIdentifier(request)
    let form = try await form(of: request, presence)
    let decision = DocumentDecision(text: form["decision"])
    let official = try await signed(
      "document.seal-granted", "document \(identifier)", content: decision.text, form, presence)
    do {
      try await officeDocuments().grant(identifier, decision: decision, by: official)
    } catch DocumentError.refused(let problem) {
      return try await grantPage(
        request, presence, FormProblem(field: "", text: problemText(problem, request.language)))
    }
    return seeOther("/documents/\(identifier)")
  }

  // MARK: - Applying

  private func applyPage(
    _ request: WebRequest, _ presence: Presence, _ problem: FormProblem? = nil, reason: String = ""
  ) async throws -> Response {
    guard presence.official.may(.applySeal) else { throw WebFailure.notAllowed }
    let document = try await officeDocuments().document(try documentIdentifier(request), for: presence.official)
    guard document.summary.state == .granted, let use = document.use else {
      return seeOther("/documents/\(document.summary.identifier)")
    }
    let keys = try await signingKeys(of: presence)
    return try await decisionPage(
      document, heading: "applyTitle",
      applying: document.steps.contains(.apply)
        ? decisionForm(
          "/sealing/\(document.summary.identifier)", "document.sealed", document, use, keys, presence,
          request.language) : nil,
      ending: .giveBack, keys, reason,
      problem
        ?? (document.steps.contains(.apply)
          ? nil : FormProblem(field: "", text: problemText(.grantedThemself, request.language))),
      request, presence)
  }

  private func apply(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let identifier = try documentIdentifier(request)
    let form = try await form(of: request, presence)
    let decision = DocumentDecision(text: form["decision"])
    let official = try await signed(
      "document.sealed", "document \(identifier)", content: decision.text, form, presence)
    do {
      try await officeDocuments().apply(
        identifier, decision: decision, pin: SecretBytes(Array(form["pin"].utf8)), by: official)
    } catch let error as DocumentError {
      let text: String
      switch error {
      case .refused(let problem): text = problemText(problem, request.language)
      case .seal(let steps):
        text = renderer.strings.text(
          "applySealSteps", request.language,
          steps.filter { $0.outcome == .fails || $0.outcome == .unknown }.map {
            request.language == .chinese ? $0.chinese : $0.english
          }.joined(separator: "，"))
      case .busy: text = renderer.strings.text("docBusy", request.language)
      default: throw error
      }
      let isPIN = error == .refused(.wrongPIN) || error == .refused(.pinLocked)
      return try await applyPage(request, presence, FormProblem(field: isPIN ? "pin" : "", text: text))
    }
    return seeOther("/documents/\(identifier)")
  }

  // MARK: - Ending

  private func takeBackPage(
    _ request: WebRequest, _ presence: Presence, _ problem: FormProblem? = nil, reason: String = ""
  ) async throws -> Response {
    let document = try await document(for: .takeBack, request, presence)
    return try await decisionPage(
      document, heading: "takeBackTitle", ending: .takeBack, try await signingKeys(of: presence), reason, problem,
      request, presence)
  }

  private func end(_ ending: Ending, _ request: WebRequest, _ presence: Presence) async throws -> Response {
    let identifier = try documentIdentifier(request)
    let form = try await form(of: request, presence)
    let (decision, reason) = (DocumentDecision(text: form["decision"]), WrittenText.lines(form["reason"]))
    func again(_ problem: FormProblem?) async throws -> Response {
      switch ending {
      case .refuse: try await grantPage(request, presence, problem, reason: reason)
      case .takeBack: try await takeBackPage(request, presence, problem, reason: reason)
      case .giveBack: try await applyPage(request, presence, problem, reason: reason)
      }
    }
    if request.switchesLanguage { return try await again(nil) }
    guard !reason.isEmpty, WrittenText.fits(reason, Self.reasonMaxCharacters) else {
      return try await again(FormProblem(field: "reason", text: problemText(.reason, request.language)))
    }
    let official = try await signed(ending.act, "document \(identifier)", content: reason, form, presence)
    do {
      switch ending {
      case .refuse: try await officeDocuments().refuse(identifier, reason: reason, decision: decision, by: official)
      case .takeBack:
        try await officeDocuments().takeBack(identifier, reason: reason, decision: decision, by: official)
      case .giveBack:
        try await officeDocuments().giveBack(identifier, reason: reason, decision: decision, by: official)
      }
    } catch DocumentError.refused(let problem) {
      return try await again(FormProblem(field: "", text: problemText(problem, request.language)))
    }
    return seeOther(ending.step == .giveBack ? "/sealing" : "/documents/\(identifier)")
  }

  // MARK: - The page of a decision

  private func decisionForm(
    _ path: String, _ act: String, _ document: OfficeDocument, _ use: SealUse, _ keys: [String], _ presence: Presence,
    _ language: Language
  ) -> DecisionForm {
    DecisionForm(
      path: path, decision: document.decision(seal: use.seal).text,
      grantText: renderer.strings.text(document.paper == nil ? "grantText" : "paperGrant", language),
      signing: keys.isEmpty ? nil : offer(act, "document \(document.summary.identifier)", keys, presence))
  }

  private func decisionPage(
    _ document: OfficeDocument, heading: String, granting: DecisionForm? = nil, applying: DecisionForm? = nil,
    ending: Ending, _ keys: [String], _ reason: String, _ problem: FormProblem?, _ request: WebRequest,
    _ presence: Presence
  ) async throws -> Response {
    let (identifier, language, strings) = (document.summary.identifier, request.language, renderer.strings)
    let (fault, sheets) = try await sheetValues(document, request, presence)
    let verb = ending.step.rawValue
    let path = ending.path(identifier)
    let isVoiding = document.summary.state == .granted
    let content = GrantPage(
      heading: strings.text(heading, language), document: documentValues(document, language), granting: granting,
      applying: applying,
      ending: EndingForm(
        path: path, decision: document.use.map { document.decision(seal: $0.seal).text } ?? "",
        endHeading: strings.text("endHeading-\(verb)", language),
        endText: strings.text(
          document.paper != nil ? "endPaper" : isVoiding ? "endVoids" : "endToDraft", language),
        endVerb: strings.text("endHeading-\(verb)", language), reasonTyped: reason,
        signing: keys.isEmpty ? nil : offer(ending.act, "document \(identifier)", keys, presence)),
      fault: fault, sheets: sheets)
    return page(
      content, titleKey: heading, request, presence, texts: problem.map { [$0] } ?? [], form: path, takesEnter: false,
      runsScript: !keys.isEmpty)
  }
}
