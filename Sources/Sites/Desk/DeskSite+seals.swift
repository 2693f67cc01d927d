import DocumentSeals
import Documents
import HTTPTypes
import Hummingbird
import Roles
import SealObjects
import Web

/// The register of seals.
extension DeskSite {
  func addSealRoutes(to routes: inout RouteTable) {
    handle(.get, "/seals", .keepSeals, &routes) { [self] request, presence in
      let seals = try await officeDocuments().seals(for: presence.official)
      let language = request.language
      return page(
        SealsPage(
          isEmpty: seals.isEmpty, hasSeals: !seals.isEmpty,
          seals: seals.map { seal in
            SealRow(
              id: seal.identifier, name: seal.name, owner: seal.owner, state: seal.state.rawValue,
              stateText: renderer.strings.text("sealState-\(seal.state.rawValue)", language), valid: valid(seal))
          }), titleKey: "navSeals", request, presence)
    }
    handle(.get, "/seals/new", .keepSeals, &routes) { [self] request, presence in
      guard presence.official.may(.keepSeals) else { throw WebFailure.notAllowed }
      return try sealImportPage(request, presence)
    }
    handle(.post, "/seals", .keepSeals, &routes) { [self] in try await importSeal($0, $1) }
    handle(.get, "/seals/{seal}", .keepSeals, &routes) { [self] in try await sealPage($0, $1) }
    handle(.post, "/seals/{seal}/state", .keepSeals, &routes) { [self] in try await changeSeal($0, $1) }
    handle(.get, "/seals/{seal}/picture", .keepSeals, &routes) { [self] request, presence in
      Self.picture(
        try await officeDocuments().picture(ofSeal: identifier("seal", request), for: presence.official))
    }
  }

  private func valid(_ seal: RegisteredSeal) -> String {
    "\(officeTime(seal.validFrom)) – \(officeTime(seal.validUntil))"
  }

  // MARK: - One seal

  private func sealPage(
    _ request: WebRequest, _ presence: Presence, _ problem: FormProblem? = nil, chosen: String = "",
    reason: String = ""
  ) async throws -> Response {
    let (language, strings) = (request.language, renderer.strings)
    let (seal, changes, uses) = try await officeDocuments().seal(identifier("seal", request), for: presence.official)
    let next = seal.state.next
    let content = SealPage(
      seal: SealValues(
        id: seal.identifier, name: seal.name, owner: seal.owner, ownIdentifier: seal.ownIdentifier,
        size: "\(seal.widthMillimetres) × \(seal.heightMillimetres) mm", state: seal.state.rawValue,
        stateText: strings.text("sealState-\(seal.state.rawValue)", language), valid: valid(seal), signer: seal.signer,
        keyName: seal.keyName, pdfKeyName: shown(seal.pdfKeyName), digest: seal.digest),
      canChange: !next.isEmpty,
      choices: next.map { state in
        OptionValues(
          id: state.rawValue, text: strings.text("sealVerb-\(state.rawValue)", language),
          chosen: state.rawValue == chosen)
      }, reasonTyped: reason,
      changes: changes.map { change in
        DocumentEventValues(
          text: strings.text("sealState-\(change.state.rawValue)", language), who: change.name,
          at: officeTime(change.at), detail: shown(change.reason))
      }, hasUses: !uses.isEmpty, uses: uses.map { useValues($0, language) })
    let path = "/seals/\(seal.identifier)"
    return page(
      content, titleKey: "sealTitle", request, presence, texts: problem.map { [$0] } ?? [], languagePath: path,
      form: next.isEmpty ? nil : path + "/state", takesEnter: false)
  }

  private func changeSeal(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let form = try await form(of: request, presence)
    let wanted = identifier("seal", request)
    let (state, reason) = (form["state"], WrittenText.lines(form["reason"]))
    func again(_ problem: FormProblem?) async throws -> Response {
      try await sealPage(request, presence, problem, chosen: state, reason: reason)
    }
    if request.switchesLanguage { return try await again(nil) }
    guard let next = SealState(rawValue: state) else {
      return try await again(FormProblem(field: "state", text: problemText(.sealState, request.language)))
    }
    do {
      try await officeDocuments().changeSeal(wanted, to: next, reason: reason, by: presence.official)
    } catch DocumentError.refused(let problem) {
      return try await again(
        FormProblem(field: problem == .reason ? "reason" : "state", text: problemText(problem, request.language)))
    }
    return seeOther("/seals/\(wanted)")
  }

  // MARK: - Taking one in

  private func sealImportPage(
    _ request: WebRequest, _ presence: Presence, _ problem: FormProblem? = nil, steps: [CheckStep] = [],
    _ form: UploadedForm? = nil
  ) throws -> Response {
    let names = try officeDocuments().signerNames
    let content = SealImportPage(
      hasSteps: !steps.isEmpty,
      steps: steps.map { step in
        CheckStepValues(
          sign: Self.sign(step.outcome), text: request.language == .chinese ? step.chinese : step.english,
          detail: shown(WrittenText.line(String(step.detail.prefix(300)))))
      }, hasSigners: !names.isEmpty,
      signers: names.map { OptionValues(id: $0, text: $0, chosen: $0 == form?["signer"]) },
      owner: form.map { $0["owner"] } ?? "", keyName: form.map { $0["key"] } ?? "",
      pdfKeyName: form.map { $0["pdf-key"] } ?? "")
    return page(
      content, titleKey: "sealImport", request, presence, texts: problem.map { [$0] } ?? [],
      languagePath: "/seals/new", form: names.isEmpty ? nil : "/seals", takesEnter: false)
  }

  static func sign(_ outcome: CheckStep.Outcome) -> String {
    switch outcome {
    case .holds: "✓"
    case .fails: "✗"
    case .unknown: "?"
    case .remark: "·"
    }
  }

  private func importSeal(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    guard request.comesFromOwnPage else { throw WebFailure.forgedForm }
    let form = try await UploadedForm.read(request, limits: ["file": SealLimits.sealMaxBytes]) {
      presence.session.accepts(formToken: $0)
    }
    guard presence.official.may(.keepSeals) else { throw WebFailure.notAllowed }
    if request.switchesLanguage { return try sealImportPage(request, presence, nil, form) }
    let offer = SealOffer(
      bytes: form.bytes("file"), owner: WrittenText.line(form["owner"]), signer: form["signer"],
      keyName: WrittenText.line(form["key"]), pdfKeyName: WrittenText.line(form["pdf-key"]))
    do {
      return seeOther("/seals/\(try await officeDocuments().importSeal(offer, by: presence.official))")
    } catch DocumentError.seal(let steps) {
      let text = renderer.strings.text("sealNotTaken", request.language)
      return try sealImportPage(request, presence, FormProblem(field: "file", text: text), steps: steps, form)
    } catch DocumentError.refused(let problem) {
      return try sealImportPage(
        request, presence, FormProblem(field: Self.field(of: problem), text: problemText(problem, request.language)),
        form)
    }
  }

  /// Of the form that takes a seal in.
  private static func field(of problem: DocumentProblem) -> String {
    switch problem {
    case .owner: return "owner"
    case .noSuchSigner, .signerUnavailable: return "signer"
    case .unknownKey, .keyNotOfSeal: return "key"
    case .pdfKey: return "pdf-key"
    default: return "file"
    }
  }
}
