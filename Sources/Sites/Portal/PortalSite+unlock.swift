import HTTPTypes
import Hummingbird
import Letters
import Runtime
import Web

/// Lifting the lock on a letter by a message to its author's phone. Whether code and phone belong together, and whether
/// there is such a letter, shows in no answer.
extension PortalSite {
  func addUnlockRoutes(to routes: inout RouteTable) {
    routes.on(.get, "/unlock", .everyone) { [self] in unlockPage($0) }
    routes.on(.post, "/unlock", .ownForm) { [self] in try await askToUnlock($0) }
    routes.on(.get, "/unlock/code", .everyone) { [self] request in
      guard let visit = existingVisit(of: request), visit.with({ $0.unlock != nil }) else {
        return seeOther("/unlock")
      }
      return unlockCodePage(request, visit)
    }
    routes.on(.post, "/unlock/code", .ownForm) { [self] in try await unlock($0) }
  }

  /// Throws `unavailable` where the database does not answer.
  func mayAskForCode(_ phone: String, _ visitor: Visitor, _ request: WebRequest) async throws -> Bool {
    do {
      return try await letters.attempts.takeCode(phone: phone, source: request.source, visit: visitor.name)
    } catch { throw WebFailure.unavailable(error) }
  }

  func giveBackCode(_ phone: String, _ visitor: Visitor, _ request: WebRequest) async throws {
    do {
      try await letters.attempts.giveBackCode(phone: phone, source: request.source, visit: visitor.name)
    } catch { throw WebFailure.unavailable(error) }
  }

  private func unlockPage(
    _ request: WebRequest, code: String = "", phone: String = "", problem: LetterForm.Problem? = nil,
    status: HTTPResponse.Status? = nil
  ) -> Response {
    openPage(
      UnlockPage(code: code, phone: phone), titleKey: "unlockTitle", request, .unlock,
      problems: problem.map { [$0] } ?? [], status: status, path: "/unlock", form: "/unlock")
  }

  private func unlockCodePage(
    _ request: WebRequest, _ visit: Visit, typed: String = "", problem: String? = nil
  ) -> Response {
    page(
      UnlockCodePage(code: typed), titleKey: "unlockTitle", request, visit,
      problems: problem.map { [.init(field: "code", textKey: $0)] } ?? [], path: "/unlock/code", form: "/unlock/code")
  }

  private func askToUnlock(_ request: WebRequest) async throws -> Response {
    let form = try await postedOpenly(request, .unlock)
    let typed = String(WrittenText.line(form["code"]).prefix(60))
    let typedPhone = String(WrittenText.line(form["phone"]).prefix(30))
    if request.switchesLanguage { return unlockPage(request, code: typed, phone: typedPhone) }
    func again(
      _ field: String, _ problem: String, _ status: HTTPResponse.Status = .unprocessableContent
    ) -> Response {
      unlockPage(
        request, code: typed, phone: typedPhone, problem: .init(field: field, textKey: problem), status: status)
    }
    guard let code = LetterCode(typed: typed) else { return again("code", "unlockCodeWrong") }
    guard let phone = PhoneNumber(typed: typedPhone)?.digits else { return again("phone", "phoneWrong") }
    if forms.wasUsed(form.form) { return seeOther("/unlock/code") }
    guard try await mayAskForCode(phone, form.visitor, request) else {
      return again("phone", "tooManyCodes", .tooManyRequests)
    }
    guard forms.use(form.form) else {
      try await giveBackCode(phone, form.visitor, request)
      if forms.wasUsed(form.form) { return seeOther("/unlock/code") }
      throw WebFailure.unavailable(Shortage("forms"))
    }
    let belongs: Bool
    do {
      belongs = try await request.aside { () async throws(LetterError) in
        try await letters.phoneBelongs(phone, to: code, source: request.source)
      }
    } catch LetterError.busy {
      try await giveBackCode(phone, form.visitor, request)
      return retryShortly(again("code", "unlockBusy", .serviceUnavailable))
    } catch {
      throw WebFailure.unavailable(error)
    }
    let secret = PendingCode.makeCode()
    // The same work, whether it belongs or not, and the gateway is asked once the page is answered.
    let text = renderer.strings.text("smsUnlock", request.language, secret, address)
    guard codes.enqueue(.init(phone: belongs ? phone : nil, text: text, source: request.source)) else {
      try await giveBackCode(phone, form.visitor, request)
      return retryShortly(again("code", "unlockBusy", .serviceUnavailable))
    }
    let visit = beginVisit(of: request, owner: "phone \(phone)")
    visit.with {
      $0.unlock = .init(
        sent: PendingCode(code: secret, phone: phone, secret: codeSecret), letter: code, belongs: belongs)
    }
    return keep(visit, request, seeOther("/unlock/code"))
  }

  private func unlock(_ request: WebRequest) async throws -> Response {
    let (visit, form) = try await posted(request)
    if request.switchesLanguage {
      return unlockCodePage(request, visit, typed: String(WrittenText.line(form["code"]).prefix(20)))
    }
    let (answer, unlock) = visit.with { visit in
      (visit.unlock?.sent.check(typedDigits(form["code"]) ?? "", secret: codeSecret), visit.unlock)
    }
    switch answer {
    case .right:
      guard let unlock else { return seeOther("/unlock") }
      // No message went out with this code: whoever typed it has guessed it.
      guard unlock.belongs else { return unlockCodePage(request, visit, problem: "codeWrong") }
      let letter = unlock.letter
      visit.with { $0.unlock = nil }
      let isLifted: Bool
      do { isLifted = try await letters.attempts.unlock(letter) } catch { throw WebFailure.unavailable(error) }
      guard isLifted else { throw WebFailure.tooMany }
      return page(UnlockedPage(), titleKey: "unlockTitle", request, visit, path: "/lookup")
    case .wrong: return unlockCodePage(request, visit, problem: "codeWrong")
    case .expired: return unlockCodePage(request, visit, problem: "codeExpired")
    case .noTriesLeft: return unlockCodePage(request, visit, problem: "codeNoTries")
    case nil: return seeOther("/unlock")
    }
  }
}
