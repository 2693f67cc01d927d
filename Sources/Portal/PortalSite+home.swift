import HTTPTypes
import Hummingbird
import HummingbirdCore
import WebKitchen

/// The start page, the legal notice, and the way out.
extension PortalSite {
  func addHomeRoutes(to routes: inout RouteTable) {
    routes.on(.get, "/", .everyone) { [self] in
      kitchen.page("home", ["smsIsDemo": smsIsDemo], titleKey: "homeTitle", for: $0)
    }
    routes.on(.get, "/write", .everyone) { [self] request in
      try await demandRoom()
      return noticePage(request, try visit(of: request))
    }
    routes.on(.post, "/write/notice", .ownForm) { [self] in try await agree($0) }
    routes.on(.post, "/leave", .ownForm) { [self] in try await leave($0) }
  }

  private func noticePage(
    _ request: WebRequest, _ visit: Visit, problems: [LetterForm.Problem] = [], agrees: Bool = false
  ) -> Response {
    page(
      "notice", ["step1": true, "agrees": agrees], titleKey: "noticeTitle", request, visit, problems: problems,
      path: "/write", form: "/write/notice")
  }

  private func agree(_ request: WebRequest) async throws -> Response {
    let (visit, form) = try await posted(request)
    if request.switchesLanguage { return noticePage(request, visit, agrees: form["agree"] == "yes") }
    try await demandRoom()
    guard form["agree"] == "yes" else {
      return noticePage(request, visit, problems: [.init(field: "agree", textKey: "agreeMissing")])
    }
    visit.with { visit in
      if visit.confirmation != nil { visit.startAnew() }
      visit.hasAgreed = true
    }
    return seeOther("/write/phone")
  }

  private func leave(_ request: WebRequest) async throws -> Response {
    let (visit, form) = try await posted(request)
    if form["sure"] != "yes", let back = visit.with({ $0.pathOfWhatIsLost }) {
      return page("leave", ["back": back], titleKey: "leaveTitle", request, visit, path: back)
    }
    sessions.remove(visit)
    await forget([visit])
    var response = seeOther("/")
    response.headers[.setCookie] = "\(Self.cookieName)=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax"
    return response
  }
}
