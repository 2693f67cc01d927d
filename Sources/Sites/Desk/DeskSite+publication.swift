import Documents
import HTTPTypes
import Hummingbird
import Roles
import Web

/// Publishing a sealed document on the portal, and withdrawing it: each on a page that shows what it decides about.
extension DeskSite {
  private static let reasonMaxCharacters = 500

  func addPublicationRoutes(to routes: inout RouteTable) {
    handle(.get, "/documents/{document}/publish", .publishDocument, &routes) { [self] in
      try await publicationPage(.publish, $0, $1)
    }
    handle(.post, "/documents/{document}/publish", .publishDocument, &routes) { [self] in
      try await decide(.publish, $0, $1)
    }
    handle(.get, "/documents/{document}/withdraw", .withdrawDocument, &routes) { [self] in
      try await publicationPage(.withdraw, $0, $1)
    }
    handle(.post, "/documents/{document}/withdraw", .withdrawDocument, &routes) { [self] in
      try await decide(.withdraw, $0, $1)
    }
  }

  private func documentPublications() throws(WebFailure) -> DocumentPublications {
    guard let publications else { throw .notFound }
    return publications
  }

  /// What a document's page shows of it: nil where it was never published; and the steps that this person may take.
  func publicationValues(
    _ document: OfficeDocument, _ request: WebRequest, _ presence: Presence
  ) async throws -> (values: PublicationValues?, steps: [DocumentStepValues]) {
    guard let publications else { return (nil, []) }
    let identifier = document.summary.identifier
    let found = try await publications.publication(of: identifier, for: presence.official)
    let steps = PublicationStep.allCases.filter { found.steps.contains($0) }.map { step in
      DocumentStepValues(
        id: step.rawValue, path: "/documents/\(identifier)/\(step.rawValue)",
        text: renderer.strings.text("docStep-\(step.rawValue)", request.language), isPlain: step == .withdraw)
    }
    return (found.publication.map { values($0, request.language) }, steps)
  }

  private func values(_ publication: DocumentPublication, _ language: Language) -> PublicationValues {
    let withdrawal = publication.withdrawal
    let prefix = withdrawal == nil ? "" : "withdrawal-"
    let (standing, code): (String, String?) =
      switch withdrawal?.standing ?? publication.standing {
      case .sent: (prefix + "sent", nil)
      case .delivered: (prefix + "delivered", nil)
      case .refused(let code): (prefix + "refused", code)
      }
    let strings = renderer.strings
    let text =
      code.map { code in
        strings.text(
          "publication-\(standing)", language, strings.text("refusedDocument-\(Self.kind(of: code))", language), code)
      } ?? strings.text("publication-\(standing)", language)
    return PublicationValues(
      standing: standing, standingText: text, published: "\(publication.name)，\(officeTime(publication.at))",
      withdrawn: withdrawal.map { "\($0.name)，\(officeTime($0.at))" }, reason: withdrawal?.reason)
  }

  private static func kind(of code: String) -> String {
    if code == "documents-off" { return "off" }
    for kind in ["policy", "duplicate", "check"] where code.hasPrefix(kind) { return kind }
    return "other"
  }

  private func publicationPage(
    _ step: PublicationStep, _ request: WebRequest, _ presence: Presence, _ problem: FormProblem? = nil,
    reason: String = ""
  ) async throws -> Response {
    let publications = try documentPublications()
    let identifier = try documentIdentifier(request)
    let document = try await officeDocuments().document(identifier, for: presence.official)
    let found = try await publications.publication(of: identifier, for: presence.official)
    guard found.steps.contains(step), let decision = found.decision else {
      let isAllowed = presence.official.may(step.action, .document(drafter: document.drafter, unit: document.unit))
      throw isAllowed ? WebFailure.wrongDocumentState : .notAllowed
    }
    let keys = try await signingKeys(of: presence)
    let (strings, language, path) = (renderer.strings, request.language, "/documents/\(identifier)/\(step.rawValue)")
    let content = PublicationPage(
      heading: strings.text("\(step.rawValue)Title", language), document: documentValues(document, language),
      path: path,
      decision: decision.text, text: strings.text("\(step.rawValue)Text", language),
      verb: strings.text("\(step.rawValue)Title", language), hasReason: step == .withdraw, reasonTyped: reason,
      signing: keys.isEmpty ? nil : offer(Self.act(of: step), "document \(identifier)", keys, presence))
    return page(
      content, titleKey: "\(step.rawValue)Title", request, presence, texts: problem.map { [$0] } ?? [], form: path,
      takesEnter: false, runsScript: !keys.isEmpty)
  }

  private static func act(of step: PublicationStep) -> String {
    switch step {
    case .publish: "document.published"
    case .withdraw: "document.withdrawn"
    }
  }

  private func decide(
    _ step: PublicationStep, _ request: WebRequest, _ presence: Presence
  ) async throws -> Response {
    let publications = try documentPublications()
    let identifier = try documentIdentifier(request)
    let form = try await form(of: request, presence)
    let (decision, reason) = (PublicationDecision(text: form["decision"]), WrittenText.lines(form["reason"]))
    let language = request.language
    func again(_ field: String, _ text: String) async throws -> Response {
      try await publicationPage(step, request, presence, FormProblem(field: field, text: text), reason: reason)
    }
    if request.switchesLanguage { return try await publicationPage(step, request, presence, reason: reason) }
    if step == .withdraw,
      reason.isEmpty || !WrittenText.fits(reason, Self.reasonMaxCharacters)
        || !DocumentPublications.isReason(reason)
    {
      return try await again("reason", problemText(.reason, language))
    }
    let official = try await signed(
      Self.act(of: step), "document \(identifier)", content: step == .publish ? decision.text : reason, form, presence)
    do {
      switch step {
      case .publish: try await publications.publish(identifier, decision: decision, by: official)
      case .withdraw:
        try await publications.withdraw(identifier, reason: reason, decision: decision, by: official)
      }
    } catch DocumentError.policy(let rule) {
      let missing = publications.missingNames
      let names =
        missing.isEmpty ? renderer.strings.text("publishPolicyOther", language) : missing.joined(separator: "; ")
      return try await again("", renderer.strings.text("publishPolicy", language, rule, names))
    } catch {
      throw error
    }
    return seeOther("/documents/\(identifier)")
  }
}
