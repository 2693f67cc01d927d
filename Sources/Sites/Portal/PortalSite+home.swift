import HTTPTypes
import Hummingbird
import HummingbirdCore
import Web

/// The start page, the legal notice, and the way out.
extension PortalSite {
  func addHomeRoutes(to routes: inout RouteTable) {
    routes.on(.get, "/", .everyone) { [self] in
      renderer.page(HomePage(smsIsDemo: smsIsDemo), titleKey: "homeTitle", for: $0)
    }
    routes.on(.get, "/write", .everyone) { [self] request in
      try await demandRoom()
      return noticePage(request)
    }
    routes.on(.post, "/write/notice", .ownForm) { [self] in try await agree($0) }
    routes.on(.post, "/leave", .ownForm) { [self] in try await leave($0) }
  }

  private func noticePage(
    _ request: WebRequest, problems: [LetterForm.Problem] = [], agrees: Bool = false
  ) -> Response {
    openPage(
      NoticePage(agrees: agrees), titleKey: "noticeTitle", request, .notice, problems: problems, path: "/write",
      form: "/write/notice")
  }

  private func agree(_ request: WebRequest) async throws -> Response {
    let form = try await postedOpenly(request, .notice)
    if request.switchesLanguage { return noticePage(request, agrees: form["agree"] == "yes") }
    try await demandRoom()
    guard form["agree"] == "yes" else {
      return noticePage(request, problems: [.init(field: "agree", textKey: "agreeMissing")])
    }
    existingVisit(of: request)?.with { visit in if visit.confirmation != nil { visit.startAnew() } }
    return set(Self.agreedCookieName, forms.token(.agreed, form.visitor), seeOther("/write/phone"))
  }

  /// Whether the notice was agreed to, as the browser remembers it for us.
  func hasAgreed(_ request: WebRequest) -> Bool {
    guard let token = request.cookie(Self.agreedCookieName) else { return false }
    return forms.form(token, .agreed, visitor(of: request)) != nil
  }

  private func leave(_ request: WebRequest) async throws -> Response {
    let (visit, form) = try await posted(request)
    if form["sure"] != "yes", let back = visit.with({ $0.pathOfWhatIsLost }) {
      return page(LeavePage(back: back), titleKey: "leaveTitle", request, visit, path: back)
    }
    sessions.remove(visit)
    await forget([visit])
    return [Self.cookieName, Self.agreedCookieName, Visitor.cookieName].reduce(seeOther("/")) { response, name in
      set(name, "", response, isForgotten: true)
    }
  }
}
