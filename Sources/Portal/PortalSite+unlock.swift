import HTTPTypes
import Hummingbird
import Letters
import Logging
import WebKitchen

/// Lifting the lock on a letter by a message to its author's phone. Whether code and phone belong together, and whether
/// there is such a letter, shows in no answer.
extension PortalSite {
  func addUnlockRoutes(to routes: inout RouteTable) {
    routes.on(.get, "/unlock", .everyone) { [self] in unlockPage($0, try visit(of: $0)) }
    routes.on(.post, "/unlock", .ownForm) { [self] in try await askToUnlock($0) }
    routes.on(.get, "/unlock/code", .everyone) { [self] request in
      let visit = try visit(of: request)
      guard visit.with({ $0.unlock != nil }) else { return keep(visit, request, seeOther("/unlock")) }
      return unlockCodePage(request, visit)
    }
    routes.on(.post, "/unlock/code", .ownForm) { [self] in try await unlock($0) }
  }

  /// Throws `unavailable` where the database does not answer.
  func mayAskForCode(_ phone: String, _ request: WebRequest) async throws -> Bool {
    do { return try await letters.guesses.takeCode(phone: phone, source: request.source) } catch {
      throw WebFailure.unavailable
    }
  }

  private func giveBackCode(_ phone: String, _ request: WebRequest) async throws {
    do { try await letters.guesses.giveBackCode(phone: phone, source: request.source) } catch {
      throw WebFailure.unavailable
    }
  }

  private func unlockPage(
    _ request: WebRequest, _ visit: Visit, code: String = "", phone: String = "",
    problem: LetterForm.Problem? = nil, status: HTTPResponse.Status? = nil
  ) -> Response {
    page(
      "unlock", ["code": code, "phone": phone], titleKey: "unlockTitle", request, visit,
      problems: problem.map { [$0] } ?? [], status: status, path: "/unlock", form: "/unlock")
  }

  private func unlockCodePage(
    _ request: WebRequest, _ visit: Visit, typed: String = "", problem: String? = nil
  ) -> Response {
    page(
      "unlock-code", ["code": typed], titleKey: "unlockTitle", request, visit,
      problems: problem.map { [.init(field: "code", textKey: $0)] } ?? [], path: "/unlock/code", form: "/unlock/code")
  }

  private func askToUnlock(_ request: WebRequest) async throws -> Response {
    let (visit, form) = try await posted(request)
    let typed = String(WrittenText.line(form["code"]).prefix(60))
    let typedPhone = String(WrittenText.line(form["phone"]).prefix(30))
    if request.switchesLanguage { return unlockPage(request, visit, code: typed, phone: typedPhone) }
    guard let code = LetterCode(typed: typed) else {
      return unlockPage(
        request, visit, code: typed, phone: typedPhone, problem: .init(field: "code", textKey: "unlockCodeWrong"))
    }
    guard let phone = PhoneNumber(typed: typedPhone)?.digits else {
      return unlockPage(
        request, visit, code: typed, phone: typedPhone, problem: .init(field: "phone", textKey: "phoneWrong"))
    }
    guard try await mayAskForCode(phone, request) else {
      return unlockPage(
        request, visit, code: typed, phone: typedPhone, problem: .init(field: "phone", textKey: "tooManyCodes"),
        status: .tooManyRequests)
    }
    let belongs: Bool
    do {
      belongs = try await letters.phoneBelongs(phone, to: code, source: request.source)
    } catch LetterError.busy {
      try await giveBackCode(phone, request)
      return retryShortly(
        unlockPage(
          request, visit, code: typed, phone: typedPhone, problem: .init(field: "code", textKey: "unlockBusy"),
          status: .serviceUnavailable))
    } catch {
      throw WebFailure.unavailable
    }
    let secret = PendingCode.makeCode()
    visit.with {
      $0.unlock = .init(sent: PendingCode(code: secret, phone: phone, secret: codeSecret), letter: code)
    }
    // Nobody waits for the gateway, so that the time tells nothing.
    if belongs { send(smsUnlock(secret, request.language), to: phone) }
    return seeOther("/unlock/code")
  }

  private func smsUnlock(_ code: String, _ language: Language) -> String {
    kitchen.strings.text("smsUnlock", language, code, address)
  }

  private func send(_ text: String, to phone: String) {
    Task { [sendSMS, logger] in
      do { try await sendSMS(phone, text) } catch {
        logger.error("sms code not sent", metadata: ["error": "\(type(of: error))"])
      }
    }
  }

  private func unlock(_ request: WebRequest) async throws -> Response {
    let (visit, form) = try await posted(request)
    if request.switchesLanguage {
      return unlockCodePage(request, visit, typed: String(WrittenText.line(form["code"]).prefix(20)))
    }
    let (answer, letter) = visit.with { visit in
      (visit.unlock?.sent.check(typedDigits(form["code"]) ?? "", secret: codeSecret), visit.unlock?.letter)
    }
    switch answer {
    case .right:
      visit.with { $0.unlock = nil }
      guard let letter else { return seeOther("/unlock") }
      let isLifted: Bool
      do { isLifted = try await letters.guesses.unlock(letter) } catch { throw WebFailure.unavailable }
      guard isLifted else { throw WebFailure.tooMany }
      return page("unlocked", titleKey: "unlockTitle", request, visit, path: "/lookup")
    case .wrong: return unlockCodePage(request, visit, problem: "codeWrong")
    case .expired: return unlockCodePage(request, visit, problem: "codeExpired")
    case .noTriesLeft: return unlockCodePage(request, visit, problem: "codeNoTries")
    case nil: return seeOther("/unlock")
    }
  }
}
