import HTTPTypes
import Hummingbird
import Runtime
import Web

/// The mobile number and its code.
extension PortalSite {
  func addPhoneRoutes(to routes: inout RouteTable) {
    routes.on(.get, "/write/phone", .everyone) { [self] request in
      hasAgreed(request) ? phonePage(request) : seeOther("/write")
    }
    routes.on(.post, "/write/phone", .ownForm) { [self] in try await askForCode($0) }
    routes.on(.get, "/write/code", .everyone) { [self] request in
      guard let visit = existingVisit(of: request) else { return seeOther("/write/phone") }
      if visit.with({ $0.pendingCode == nil }) {
        return keep(visit, request, seeOther(visit.with { $0.phone == nil } ? "/write/phone" : "/write/letter"))
      }
      return codePage(request, visit)
    }
    routes.on(.post, "/write/code", .ownForm) { [self] in try await enterCode($0) }
  }

  private func phonePage(
    _ request: WebRequest, typed: String = "", problem: String? = nil, status: HTTPResponse.Status? = nil
  ) -> Response {
    openPage(
      PhonePage(phone: typed), titleKey: "phoneTitle", request, .phone,
      problems: problem.map { [.init(field: "phone", textKey: $0)] } ?? [], status: status, path: "/write/phone",
      form: "/write/phone")
  }

  private func codePage(
    _ request: WebRequest, _ visit: Visit, typed: String = "", problem: String? = nil
  ) -> Response {
    let (phone, isConfirmed) = visit.with { ($0.pendingCode?.phone, $0.phone != nil) }
    return page(
      CodePage(isConfirmed: isConfirmed, code: typed, sentTo: phone.flatMap { PhoneNumber(typed: $0) }?.masked),
      titleKey: "codeTitle", request, visit, problems: problem.map { [.init(field: "code", textKey: $0)] } ?? [],
      path: "/write/code", form: "/write/code")
  }

  private func askForCode(_ request: WebRequest) async throws -> Response {
    let form = try await postedOpenly(request, .phone)
    guard hasAgreed(request) else { return seeOther("/write") }
    let typed = String(WrittenText.line(form["phone"]).prefix(40))
    if request.switchesLanguage { return phonePage(request, typed: typed) }
    try await demandRoom()
    guard let phone = PhoneNumber(typed: form["phone"])?.digits else {
      return phonePage(request, typed: typed, problem: "phoneWrong")
    }
    // A form that was sent twice has had its message.
    if forms.wasUsed(form.form) { return seeOther("/write/code") }
    guard try await mayAskForCode(phone, form.visitor, request) else {
      return phonePage(request, typed: typed, problem: "tooManyCodes", status: .tooManyRequests)
    }
    guard forms.use(form.form) else {
      try await giveBackCode(phone, form.visitor, request)
      if forms.wasUsed(form.form) { return seeOther("/write/code") }
      throw WebFailure.unavailable(Shortage("forms"))
    }
    let code = PendingCode.makeCode()
    do {
      let text = renderer.strings.text("smsText", request.language, code, address)
      try await request.aside { try await sendSMS(phone, text) }
    } catch {
      await codes.note(error, phone: phone, source: request.source)
      return phonePage(request, typed: typed, problem: "smsFailed", status: .serviceUnavailable)
    }
    let visit = beginVisit(of: request, owner: "phone \(phone)")
    visit.with { $0.pendingCode = PendingCode(code: code, phone: phone, secret: codeSecret) }
    return keep(visit, request, seeOther("/write/code"))
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
    case .right(let phone):
      guard sessions.promote(visit, of: "phone \(phone)", from: request.source) else {
        throw WebFailure.unavailable(Shortage("visits"))
      }
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
