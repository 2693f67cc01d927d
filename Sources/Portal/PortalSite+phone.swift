import HTTPTypes
import Hummingbird
import Logging
import WebKitchen

/// The mobile number and its code.
extension PortalSite {
  func addPhoneRoutes(to routes: inout RouteTable) {
    routes.on(.get, "/write/phone", .everyone) { [self] request in
      let visit = try visit(of: request)
      guard visit.with({ $0.hasAgreed }) else { return keep(visit, request, seeOther("/write")) }
      return phonePage(request, visit)
    }
    routes.on(.post, "/write/phone", .ownForm) { [self] in try await askForCode($0) }
    routes.on(.get, "/write/code", .everyone) { [self] request in
      let visit = try visit(of: request)
      if visit.with({ $0.pendingCode == nil }) {
        return keep(visit, request, seeOther(visit.with { $0.phone == nil } ? "/write/phone" : "/write/letter"))
      }
      return codePage(request, visit)
    }
    routes.on(.post, "/write/code", .ownForm) { [self] in try await enterCode($0) }
  }

  private func phonePage(
    _ request: WebRequest, _ visit: Visit, typed: String = "", problem: String? = nil,
    status: HTTPResponse.Status? = nil
  ) -> Response {
    page(
      "phone", ["step2": true, "phone": typed], titleKey: "phoneTitle", request, visit,
      problems: problem.map { [.init(field: "phone", textKey: $0)] } ?? [], status: status, path: "/write/phone",
      form: "/write/phone")
  }

  private func codePage(
    _ request: WebRequest, _ visit: Visit, typed: String = "", problem: String? = nil
  ) -> Response {
    let (phone, isConfirmed) = visit.with { ($0.pendingCode?.phone, $0.phone != nil) }
    return page(
      "code",
      [
        "step2": true, "isConfirmed": isConfirmed, "code": typed,
        "sentTo": phone.flatMap { PhoneNumber(typed: $0) }?.masked as Any? ?? false,
      ],
      titleKey: "codeTitle", request, visit, problems: problem.map { [.init(field: "code", textKey: $0)] } ?? [],
      path: "/write/code", form: "/write/code")
  }

  private func askForCode(_ request: WebRequest) async throws -> Response {
    let (visit, form) = try await posted(request)
    guard visit.with({ $0.hasAgreed }) else { return seeOther("/write") }
    let typed = String(WrittenText.line(form["phone"]).prefix(40))
    if request.switchesLanguage { return phonePage(request, visit, typed: typed) }
    try await demandRoom()
    guard let phone = PhoneNumber(typed: form["phone"]) else {
      return phonePage(request, visit, typed: typed, problem: "phoneWrong")
    }
    guard try await mayAskForCode(phone.digits, request) else {
      return phonePage(request, visit, typed: typed, problem: "tooManyCodes", status: .tooManyRequests)
    }
    let code = PendingCode.makeCode()
    visit.with { $0.pendingCode = PendingCode(code: code, phone: phone.digits, secret: codeSecret) }
    do {
      try await sendSMS(
        phone.digits, kitchen.strings.text("smsText", request.language, code, address))
    } catch {
      visit.with { $0.pendingCode = nil }
      // Neither the number nor the gateway's words, which may repeat it.
      logger.error("sms code not sent", metadata: ["error": "\(type(of: error))"])
      return phonePage(request, visit, typed: typed, problem: "smsFailed", status: .serviceUnavailable)
    }
    return seeOther("/write/code")
  }

  private func enterCode(_ request: WebRequest) async throws -> Response {
    let (visit, form) = try await posted(request)
    if request.switchesLanguage {
      return codePage(request, visit, typed: String(WrittenText.line(form["code"]).prefix(20)))
    }
    let answer = visit.with { visit in
      let answer = visit.pendingCode?.check(typedDigits(form["code"]) ?? "", secret: codeSecret)
      if case .right(let phone) = answer {
        visit.phone = phone
        visit.pendingCode = nil
      }
      return answer
    }
    switch answer {
    case .right:
      guard sessions.promote(visit) else { throw WebFailure.unavailable }
      return keep(visit, request, seeOther("/write/letter"))
    case .wrong:
      let typed = String(WrittenText.line(form["code"]).prefix(20))
      return codePage(request, visit, typed: typed, problem: "codeWrong")
    case .expired: return codePage(request, visit, problem: "codeExpired")
    case .noTriesLeft: return codePage(request, visit, problem: "codeNoTries")
    case nil: return codePage(request, visit, problem: "codeUsed")
    }
  }
}
