import HTTPTypes
import Hummingbird
import Letters
import Logging
import Runtime
import Web
import Zones

/// The last look, the sending, and the letter code.
extension PortalSite {
  func addSendRoutes(to routes: inout RouteTable) {
    routes.on(.get, "/write/check", .everyone) { [self] request in
      guard let visit = existingVisit(of: request) else { return seeOther("/write/letter") }
      if visit.with({ $0.confirmation != nil }) { return seeOther("/write/done") }
      return checkPage(request, visit) ?? keep(visit, request, seeOther("/write/letter"))
    }
    routes.on(.post, "/write/send", .ownForm) { [self] in try await send($0) }
    routes.on(.get, "/write/done", .everyone) { [self] request in
      guard let visit = existingVisit(of: request) else { return seeOther("/write") }
      return donePage(request, visit) ?? keep(visit, request, seeOther("/write"))
    }
  }

  /// Nil where there is nothing to check yet.
  private func checkPage(
    _ request: WebRequest, _ visit: Visit, problem: String? = nil, status: HTTPResponse.Status? = nil
  ) -> Response? {
    guard let draft = visit.with({ $0.submission?.draft }) else { return nil }
    return page(
      CheckPage(
        letter: draftValues(draft, request.language), phone: PhoneNumber(typed: draft.phone)?.masked ?? "",
        mail: draft.mail),
      titleKey: "checkTitle", request, visit, problems: problem.map { [.init(field: "", textKey: $0)] } ?? [],
      status: status, path: "/write/check")
  }

  func draftValues(_ draft: LetterDraft, _ language: Language) -> DraftValues {
    DraftValues(
      mailbox: name(of: draft.mailbox, language),
      kind: renderer.strings.text("kind-\(draft.kind.rawValue)", language), letterTitle: draft.title, text: draft.text,
      publish: renderer.strings.text(draft.mayPublish ? "publishYes" : "publishNo", language),
      hasAttachments: !draft.attachments.isEmpty, attachments: attachmentValues(draft.attachments))
  }

  private func send(_ request: WebRequest) async throws -> Response {
    let (visit, _) = try await posted(request)
    let ready = visit.with { visit -> (PortalVisit.Submission, LetterDraft)? in
      guard visit.confirmation == nil, let submission = visit.submission, let draft = submission.draft else {
        return nil
      }
      visit.isSending = true
      return (submission, draft)
    }
    guard let (submission, draft) = ready else {
      return seeOther(visit.with { $0.confirmation == nil } ? "/write" : "/write/done")
    }
    do {
      // Two presses arrive here together; the letters' room takes the first of an id and answers both alike.
      let confirmation = try await request.aside {
        try await letters.submit(
          id: submission.id, draft: draft, credentials: submission.credentials, source: request.source)
      }
      visit.with { visit in
        if visit.confirmation == nil { visit.finish(confirmation) }
        unsent.note(&visit)
      }
      return seeOther("/write/done")
    } catch LetterError.linkIsFull {
      visit.with { $0.isSending = false }
      guard let page = checkPage(request, visit, problem: "fullKept", status: .serviceUnavailable) else {
        return seeOther("/write/done")
      }
      return retryLater(page)
    } catch LetterError.busy {
      visit.with { $0.isSending = false }
      guard let page = checkPage(request, visit, problem: "sendBusy", status: .serviceUnavailable) else {
        return seeOther("/write/done")
      }
      return retryShortly(page)
    } catch {
      visit.with { $0.isSending = false }
      if visit.with({ $0.confirmation != nil }) { return seeOther("/write/done") }
      logger.error("letter not taken", metadata: ["code": "\(faultCode(error))"])
      return checkPage(request, visit, problem: "sendFailed", status: .serviceUnavailable) ?? seeOther("/write/done")
    }
  }

  private func donePage(_ request: WebRequest, _ visit: Visit) -> Response? {
    let (confirmation, submission) = visit.with { ($0.confirmation, $0.submission) }
    guard let confirmation, let submission else { return nil }
    return page(
      DonePage(
        code: submission.credentials.code.display, password: submission.credentials.password,
        number: confirmation.number, acceptedAt: officeTime(confirmation.acceptedAt), lookupURL: address + "/lookup"),
      titleKey: "doneTitle", request, visit, path: "/write/done")
  }
}
