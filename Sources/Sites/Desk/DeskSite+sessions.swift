import AuditConsole
import Cryptography
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Letters
import Logging
import People
import ReceivedDocuments
import Roles
import Runtime
import Web

import struct Foundation.Date

/// What the desk remembers of one visit, in memory only.
struct DeskVisit: Sendable {
  /// The certificate that the visit belongs to; with any other its cookie opens nothing.
  var fingerprint: String
  /// Nil until they have come in.
  var person: String?
  var lastLogin: Date?
  /// What this visit's pages offer to sign.
  var offers = SigningOffers()
  /// A table that was looked at and may be taken over.
  var table: Table?

  struct Table: Sendable {
    let kind: OfficeDirectory.ImportKind
    let bytes: [UInt8]
  }
}

/// Somebody with an enrolled certificate, come in or not.
struct Caller: Sendable {
  let official: Official
  let certificate: [UInt8]
  let certificateEnds: Date
}

/// Coming in, leaving, and whose a session is.
extension DeskSite {
  static let cookieName = "__Host-guandu-desk"

  func addSessionRoutes(to routes: inout RouteTable) {
    routes.on(.get, "/login", .anyCertificate) { [self] request in
      try await answering { try await loginPage(request, try await caller(of: request)) }
    }
    routes.on(.post, "/login", .anyCertificate) { [self] request in
      try await answering { try await comeIn(request, try await caller(of: request)) }
    }
    handle(.get, "/", .seeSelf, &routes) { [self] _, presence in
      if presence.official.may(.readLetter) { return seeOther("/folders/to-do") }
      return seeOther(documents != nil && presence.official.may(.applySeal) ? "/sealing" : "/me")
    }
    handle(.get, "/me", .seeSelf, &routes) { [self] in try await selfPage($0, $1) }
    handle(.post, "/logout", .endSessions, &routes) { [self] request, presence in
      _ = try await form(of: request, presence)
      sessions.remove(presence.session)
      return forgetCookie(seeOther("/login"))
    }
    handle(.post, "/logout-everywhere", .endSessions, &routes) { [self] request, presence in
      _ = try await form(of: request, presence)
      let person = presence.official.person
      try await office.endSessions(of: person, by: presence.official)
      sessions.remove { $0.person == person }
      return forgetCookie(seeOther("/login"))
    }
  }

  /// Who asks is found out anew each time: a resumed TLS session skips the handshake's check.
  func caller(of request: WebRequest) async throws -> Caller {
    guard let certificate = await request.peerCertificate() else {
      logger.notice("handler refused", metadata: ["reason": "no certificate"])
      await office.noteRefusal(.noCertificate)
      throw WebFailure.noCertificate
    }
    let known: HandlerCertificate
    do {
      known = try trust.verify(handlerCertificate: certificate)
    } catch {
      let digest = Digest.of(certificate).hex
      logger.notice("handler refused", metadata: ["reason": "not trusted", "certificate": "\(digest)"])
      sessions.remove { $0.fingerprint == digest }
      await office.noteRefusal(.untrusted, certificate: digest)
      throw WebFailure.untrustedCertificate
    }
    let fingerprint = known.fingerprint
    guard let official = try await office.official(certificate: fingerprint) else {
      logger.notice("handler refused", metadata: ["reason": "not enrolled", "certificate": "\(fingerprint)"])
      sessions.remove { $0.fingerprint == fingerprint }
      await office.noteRefusal(.notEnrolled, certificate: fingerprint)
      throw WebFailure.notEnrolled
    }
    return Caller(official: official, certificate: certificate, certificateEnds: known.ends)
  }

  /// Nil where they have not come in, or their session has ended.
  ///
  /// - Throws: `foreignSession` where the cookie was made for another certificate; that session ends.
  func presence(of caller: Caller, _ request: WebRequest) async throws -> Presence? {
    guard let session = request.cookie(Self.cookieName).flatMap({ sessions.find($0) }) else { return nil }
    let visit = session.with { $0 }
    guard visit.fingerprint == caller.official.certificateFingerprint else {
      sessions.remove(session)
      logger.error(
        "a session's cookie came with another certificate; the session was ended",
        metadata: ["certificate": "\(caller.official.certificateFingerprint)", "session": "\(visit.fingerprint)"])
      await office.noteRefusal(.foreignSession, certificate: caller.official.certificateFingerprint)
      throw WebFailure.foreignSession
    }
    guard visit.person == caller.official.person else { return nil }
    var presence = Presence(official: caller.official, session: session, certificateEnds: caller.certificateEnds)
    if caller.official.may(.readAudit, .office), let console {
      // A page is shown all the same where they cannot be counted.
      presence.openAlerts = (try? await console.openAlerts(for: caller.official)) ?? 0
    }
    if let received, caller.official.may(.readReceivedDocument) {
      presence.seesReceived = (try? await received.isOpen(to: caller.official)) ?? false
    }
    return presence
  }

  /// For a page: to the door and back. For a form: nothing is done, and what was written is handed back.
  func comeInFirst(_ request: WebRequest) async throws -> Response {
    guard request.request.method == .post else {
      let query = request.request.uri.query.map { "%3F" + queryEncoded($0) } ?? ""
      return seeOther(request.path == "/" ? "/login" : "/login?to=" + request.path + query)
    }
    guard request.comesFromOwnPage else { throw WebFailure.forgedForm }
    let form = try? await URLEncodedForm.read(request)
    let written = WrittenText.lines(
      form.map { form in
        LetterField.allCases.filter(\.isText).map { form[$0.rawValue] }.filter { !$0.isEmpty }.joined(separator: "\n\n")
      } ?? "")
    var response = renderer.page(
      EndedPage(text: written, hasText: !written.isEmpty, path: request.path), titleKey: "endedTitle",
      for: request, status: .forbidden, switching: written.isEmpty ? .link(nil) : .form(action: request.path))
    // A file that was on its way is not waited for.
    if form == nil { response.headers[.connection] = "close" }
    return response
  }

  private func loginPage(_ request: WebRequest, _ caller: Caller, status: HTTPResponse.Status = .ok) async throws
    -> Response
  {
    let target = Self.target(request.query("to") ?? "")
    if try await presence(of: caller, request) != nil { return seeOther(target) }
    let session =
      request.cookie(Self.cookieName).flatMap { sessions.find($0) }
      ?? sessions.begin(
        DeskVisit(fingerprint: caller.official.certificateFingerprint), of: caller.official.certificateFingerprint)
    let official = caller.official
    return setCookie(
      session,
      renderer.page(
        LoginPage(
          name: official.name, unit: try await unitText(official, request.language),
          fingerprint: String(official.certificateFingerprint.prefix(16)), csrf: session.formToken, to: target),
        titleKey: "loginTitle", for: request, status: status, switching: .link("/login")))
  }

  /// The session gets a new name as its owner comes in: who knew the old one knows nothing.
  private func comeIn(_ request: WebRequest, _ caller: Caller) async throws -> Response {
    guard request.comesFromOwnPage, let session = request.cookie(Self.cookieName).flatMap({ sessions.find($0) }),
      session.with({ $0.fingerprint }) == caller.official.certificateFingerprint
    else { throw WebFailure.forgedForm }
    let form = try await URLEncodedForm.read(request)
    guard session.accepts(formToken: form["csrf"]) else { throw WebFailure.forgedForm }
    let last = try await office.noteLogin(caller.official, certificate: caller.certificate)
    guard sessions.promote(session, of: caller.official.person) else {
      throw WebFailure.unavailable(Shortage("sessions"))
    }
    session.with { visit in
      visit.person = caller.official.person
      visit.lastLogin = last
    }
    return setCookie(session, seeOther(Self.target(form["to"])))
  }

  private func selfPage(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let (official, language) = (presence.official, request.language)
    let lastLogin = presence.session.with { $0.lastLogin }
    let names = official.mailboxes.sorted().map { name(of: $0, language) }
    return page(
      MePage(
        name: official.name, person: official.person, unit: try await unitText(official, language),
        roles: shown(roleNames(official.roles, language)), mailboxes: shown(joined(names, language)),
        standsIn: shown(joined(official.standsInFor.map(\.name), language)),
        lastLogin: lastLogin.map { officeTime($0) }, fingerprint: official.certificateFingerprint,
        canDelegate: Permissions.scope(of: .delegate, for: official.roles) == .own),
      titleKey: "meTitle", request, presence)
  }

  /// The units from the top down, as one line.
  func unitText(_ official: Official, _ language: Language) async throws -> String? {
    guard let path = official.unit else { return nil }
    var names: [String] = []
    for level in path.identifiers.indices {
      let unit = UnitPath(Array(path.identifiers.prefix(level + 1)))
      guard let name = try await office.unitName(unit) else { continue }
      names.append(language == .chinese || name.english.isEmpty ? name.chinese : name.english)
    }
    return names.joined(separator: " / ")
  }

  /// For templates, in which an empty text counts as one.
  func shown(_ text: String) -> String? { text.isEmpty ? nil : text }

  func joined(_ names: [String], _ language: Language) -> String {
    names.joined(separator: language == .chinese ? "、" : ", ")
  }

  func roleNames(_ roles: Set<Role>, _ language: Language) -> String {
    joined(
      Role.allCases.filter(roles.contains).map { renderer.strings.text("role-\($0.rawValue)", language) }, language)
  }

  /// The longest path, with its query, that coming in leads back to.
  static let targetMaxBytes = 400

  /// A path of this site, with what was looked for there, or the start where it is none: `/` and segments of ASCII
  /// letters, digits, dots, hyphens and underscores, no empty one among them; then perhaps `?` and a query of the same
  /// characters and `=&%+`.
  static func target(_ text: String) -> String {
    let bytes = Array(text.utf8.prefix(targetMaxBytes + 1))
    guard bytes.count <= targetMaxBytes, bytes.first == UInt8(ascii: "/") else { return "/" }
    let path = bytes.prefix { $0 != UInt8(ascii: "?") }
    var previous: UInt8?
    for byte in path {
      if byte == UInt8(ascii: "/") {
        guard previous != byte else { return "/" }
      } else if !isTargetByte(byte) {
        return "/"
      }
      previous = byte
    }
    let query = bytes.dropFirst(path.count + 1)
    guard query.allSatisfy({ isTargetByte($0) || "=&%+".utf8.contains($0) }) else { return "/" }
    return path.elementsEqual("/login".utf8) ? "/" : text
  }

  private static func isTargetByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  private func setCookie(_ session: Session<DeskVisit>, _ response: Response) -> Response {
    cookie("\(session.cookieValue); Path=/", response)
  }

  private func forgetCookie(_ response: Response) -> Response { cookie("; Path=/; Max-Age=0", response) }

  private func cookie(_ value: String, _ response: Response) -> Response {
    var response = response
    response.headers.append(
      HTTPField(name: .setCookie, value: "\(Self.cookieName)=\(value); Secure; HttpOnly; SameSite=Lax"))
    return response
  }
}
