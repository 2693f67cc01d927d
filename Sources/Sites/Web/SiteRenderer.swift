import Cryptography
public import HTTPTypes
public import Hummingbird
import HummingbirdCore
import NIOCore

/// Turns templates and texts into a site's pages, in the site's one layout.
public struct SiteRenderer: Sendable {
  /// A link of the layout's head.
  public struct Link: Sendable {
    let path: String
    let textKey: String

    public init(_ path: String, _ textKey: String) {
      self.path = path
      self.textKey = textKey
    }
  }

  /// Something that stands below a page's heading, whatever the page is about.
  public struct Notice: Sendable {
    let text: String
    let isUrgent: Bool

    public init(_ text: String, isUrgent: Bool) {
      self.text = text
      self.isUrgent = isUrgent
    }
  }

  public let strings: StringTable
  let stylesheetPath: String
  /// The site's only script, where it has one, and where it lies.
  let script: String?
  let scriptPath: String?
  private let templates: PageTemplates
  private let links: [Link]
  private let siteNameKey: String
  private let footerKey: String

  /// - Parameter script: what pages may run, and only those that ask for it.
  /// - Throws: mustache's own error where a template cannot be read.
  public init(
    strings: StringTable, templates: [String: String], links: [Link], siteNameKey: String, footerKey: String = "footer",
    script: String? = nil
  ) throws {
    self.footerKey = footerKey
    self.script = script
    scriptPath = script.map { "/script-\(Digest.of($0.utf8).hex.prefix(12)).js" }
    self.strings = strings + sharedStrings
    self.templates = try PageTemplates(templates.merging(sharedTemplates) { own, _ in own })
    self.links = links
    self.siteNameKey = siteNameKey
    stylesheetPath = "/style-\(Digest.of(stylesheet.utf8).hex.prefix(12)).css"
  }

  /// How a page is shown in the other language.
  public enum LanguageSwitch: Sendable {
    /// By a link to this path; where nil, to the request's own.
    case link(String?)
    /// By a button that posts the form with the id `typed` to this path, which shows it again and does nothing else. Enter
    /// sends the form to its own path, or does nothing where it serves several purposes.
    case form(action: String, takesEnter: Bool = true)
    /// By a button of the form with the id `typed`, which is a search.
    case search
  }

  /// A whole page. Its notices stand between its heading, which its template begins with, and the rest.
  ///
  /// - Parameters:
  ///   - frame: the values that all pages of the site have.
  ///   - problems: what is wrong with the page's form.
  ///   - links: those of the layout's head, where they are not the site's usual ones.
  ///   - notices: what stands above the page.
  ///   - runsScript: whether the page runs the site's script.
  public func page(
    _ content: some Page, in frame: (any PageValues)? = nil, problems: [FormProblem] = [], titleKey: String,
    title: String? = nil,
    for request: WebRequest, status: HTTPResponse.Status = .ok, switching: LanguageSwitch = .link(nil),
    links: [Link]? = nil, notices: [Notice] = [], runsScript: Bool = false
  ) -> Response {
    let texts = strings.texts(request.language)
    let whole = render(content, in: frame, SharedValues(texts: texts, problems: problems))
    // Written text is escaped, so that the first end of a heading is a template's.
    let end = whole.utf8.firstRange(of: "</h1>".utf8)?.upperBound ?? whole.startIndex
    let layout = LayoutValues(
      t: texts, language: request.language.tag, title: title ?? strings.text(titleKey, request.language),
      site: strings.text(siteNameKey, request.language), footer: strings.text(footerKey, request.language),
      stylesheet: stylesheetPath, script: runsScript ? scriptPath : nil, failed: status.code >= 400,
      hasNotices: !notices.isEmpty,
      notices: notices.map { NoticeValues(text: $0.text, style: $0.isUrgent ? "error" : "note") },
      links: (links ?? self.links).map { link in
        LinkValues(
          path: link.path, text: strings.text(link.textKey, request.language), current: link.path == request.path)
      },
      heading: String(whole[..<end]), main: String(whole[end...]),
      switching: switchValues(switching, request, status))
    let html = templates.render("layout", PageProperties(layout))
    var headers: HTTPFields = [.contentType: "text/html; charset=utf-8"]
    if runsScript { headers[.contentSecurityPolicy] = contentSecurityPolicy(allowingScripts: true) }
    return Response(
      status: status, headers: headers,
      body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
  }

  private func render(_ content: some Page, in frame: (any PageValues)?, _ own: SharedValues) -> String {
    let template = type(of: content).template
    guard let frame else { return templates.render(template, PageProperties(content, own)) }
    return templates.render(template, PageProperties(content, frame, own))
  }

  private func switchValues(
    _ switching: LanguageSwitch, _ request: WebRequest, _ status: HTTPResponse.Status
  ) -> SwitchValues {
    let other: Language = request.language == .chinese ? .english : .chinese
    var values = SwitchValues(otherLanguage: other.rawValue, otherLanguageTag: other.tag)
    switch switching {
    case .form(let action, let takesEnter):
      values.switchAction = action
      values.isIdle = !takesEnter
    case .search: break
    case .link(let path):
      // A path that no route knows could lead anywhere, as `//host` does.
      let own = request.request.method == .post || status.code >= 400 ? "/" : request.path
      let target = path ?? own
      let kept = target == request.path ? request.queryWithoutLanguage : ""
      values.languageTarget = "\(target)?\(kept.isEmpty ? "" : kept + "&")lang=\(other.rawValue)"
    }
    return values
  }

  /// A page that says what went wrong and what to do.
  func errorPage(_ failure: WebFailure, for request: WebRequest) -> Response {
    var response = page(
      ErrorPage(
        heading: strings.text(failure.titleKey, request.language),
        text: strings.text(failure.textKey, request.language)),
      titleKey: failure.titleKey, for: request, status: failure.status)
    if let seconds = failure.retryAfterSeconds { response.headers[.retryAfter] = "\(seconds)" }
    return response
  }
}

/// 303: the browser fetches `path` by GET.
public func seeOther(_ path: String) -> Response {
  Response(status: .seeOther, headers: [.location: path])
}
