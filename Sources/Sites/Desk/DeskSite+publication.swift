import Documents
import HTTPTypes
import Hummingbird
import Roles
import Web

/// Publishing a sealed document on the portal, delivering it to other offices, and withdrawing it: each on a page that shows what it decides about.
extension DeskSite {
  private static let reasonMaxCharacters = 500

  func addPublicationRoutes(to routes: inout RouteTable) {
    handle(.get, "/documents/{document}/publish", .publishDocument, &routes) { [self] in
      try await publicationPage(.publish, $0, $1)
    }
    handle(.post, "/documents/{document}/publish", .publishDocument, &routes) { [self] in
      try await decide(.publish, $0, $1)
    }
    handle(.get, "/documents/{document}/deliver", .deliverDocument, &routes) { [self] in
      try await publicationPage(.deliver, $0, $1)
    }
    handle(.post, "/documents/{document}/deliver", .deliverDocument, &routes) { [self] in
      try await decide(.deliver, $0, $1)
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
  ) async throws -> (values: PublicationValues?, deliveries: [DeliveryValues], steps: [DocumentStepValues]) {
    guard let publications else { return (nil, [], []) }
    let identifier = document.summary.identifier
    let found = try await publications.dispatch(of: identifier, for: presence.official)
    let steps = PublicationStep.allCases.filter { found.steps.contains($0) }.map { step in
      DocumentStepValues(
        id: step.rawValue, path: "/documents/\(identifier)/\(step.rawValue)",
        text: renderer.strings.text("docStep-\(step.rawValue)", request.language), isPlain: step == .withdraw)
    }
    return (
      found.publication.map { values($0, request.language) }, found.deliveries.map { values($0, request.language) },
      steps
    )
  }

  /// - Parameter table: what the keys of the texts begin with.
  private func standing(
    _ standing: DocumentPublication.Standing, _ withdrawal: DocumentPublication.Withdrawal?, table: String,
    _ language: Language
  ) -> (name: String, text: String) {
    let prefix = withdrawal == nil ? "" : "withdrawal-"
    let (name, code): (String, String?) =
      switch withdrawal?.standing ?? standing {
      case .sent: (prefix + "sent", nil)
      case .delivered: (prefix + "delivered", nil)
      case .refused(let code): (prefix + "refused", code)
      }
    let strings = renderer.strings
    let text =
      code.map { code in
        strings.text(
          "\(table)-\(name)", language,
          strings.text("refusedDocument-\(table == "delivery" ? "office-" : "")\(Self.kind(of: code))", language),
          code)
      } ?? strings.text("\(table)-\(name)", language)
    return (name, text)
  }

  private func values(_ delivery: DocumentDelivery, _ language: Language) -> DeliveryValues {
    let found = standing(delivery.standing, delivery.withdrawal, table: "delivery", language)
    return DeliveryValues(
      peer: delivery.peer, standing: found.name, standingText: found.text,
      delivered: delivery.name.isEmpty
        ? renderer.strings.text("deliveryLearned", language, officeTime(delivery.at))
        : "\(delivery.name)，\(officeTime(delivery.at))",
      signedFor: delivery.signedFor.map { signed in
        "\(signed.unit) \(signed.name)，"
          + renderer.strings.text("statedTime", language, officeTime(signed.statedAt))
          + (signed.receiptAt.map { renderer.strings.text("receiptTime", language, officeTime($0)) } ?? "")
      },
      withdrawn: delivery.withdrawal.map { "\($0.name)，\(officeTime($0.at))" }, reason: delivery.withdrawal?.reason)
  }

  private func values(_ publication: DocumentPublication, _ language: Language) -> PublicationValues {
    let withdrawal = publication.withdrawal
    let (standing, text) = standing(publication.standing, withdrawal, table: "publication", language)
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
    reason: String = "", chosen: [String] = []
  ) async throws -> Response {
    let publications = try documentPublications()
    let identifier = try documentIdentifier(request)
    let document = try await officeDocuments().document(identifier, for: presence.official)
    let found = try await publications.dispatch(of: identifier, for: presence.official)
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
      hasOffices: step == .deliver,
      offices: step == .deliver
        ? found.offices.map { OptionValues(id: $0, text: $0, chosen: chosen.contains($0) || found.offices.count == 1) }
        : [],
      signing: keys.isEmpty ? nil : offer(Self.act(of: step), "document \(identifier)", keys, presence))
    return page(
      content, titleKey: "\(step.rawValue)Title", request, presence, texts: problem.map { [$0] } ?? [], form: path,
      takesEnter: false, runsScript: !keys.isEmpty)
  }

  private static func act(of step: PublicationStep) -> String {
    switch step {
    case .publish: "document.published"
    case .deliver: "document.delivered"
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
    let (language, peers) = (request.language, Self.offices(in: form))
    func again(_ field: String, _ text: String) async throws -> Response {
      try await publicationPage(
        step, request, presence, FormProblem(field: field, text: text), reason: reason, chosen: peers)
    }
    if request.switchesLanguage {
      return try await publicationPage(step, request, presence, reason: reason, chosen: peers)
    }
    if step == .deliver, peers.isEmpty { return try await again("office-1", problemText(.noOffice, language)) }
    if step == .withdraw,
      reason.isEmpty || !WrittenText.fits(reason, Self.reasonMaxCharacters)
        || !DocumentPublications.isReason(reason)
    {
      return try await again("reason", problemText(.reason, language))
    }
    let official = try await signed(
      Self.act(of: step), "document \(identifier)", content: step == .withdraw ? reason : decision.text, form, presence)
    do {
      switch step {
      case .publish: try await publications.publish(identifier, decision: decision, by: official)
      case .deliver: try await publications.deliver(identifier, to: peers, decision: decision, by: official)
      case .withdraw:
        try await publications.withdraw(identifier, reason: reason, decision: decision, by: official)
      }
    } catch DocumentError.policy(let rule) {
      let missing =
        switch step {
        case .publish: publications.missingNames
        case .deliver: publications.missingNames(toward: peers)
        case .withdraw: publications.missingNames + publications.missingNamesOfOffices
        }
      let names =
        missing.isEmpty ? renderer.strings.text("publishPolicyOther", language) : missing.joined(separator: "; ")
      return try await again("", renderer.strings.text("publishPolicy", language, rule, names))
    } catch {
      throw error
    }
    return seeOther("/documents/\(identifier)")
  }

  /// The offices that are ticked.
  private static func offices(in form: URLEncodedForm) -> [String] {
    form.values.keys.filter { $0.hasPrefix("to-") && $0.utf8.count <= 40 }.map { String($0.dropFirst(3)) }.sorted()
  }
}
