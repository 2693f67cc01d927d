public import Cryptography
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import People
import Roles
import Web

/// Issues certificates to handlers, where the zone holds an authority's key for that.
public protocol HandlerCertificateIssuing: Sendable {
  /// How long a link can be used.
  var linkHours: Int { get }

  /// Makes a key and a certificate.
  ///
  /// - Returns: both as a PKCS#12 file under `password`, and the certificate's SHA-256.
  func issue(to name: String, password: SecretBytes) throws -> (file: [UInt8], fingerprint: Digest)
}

extension RouteRule {
  /// For whoever has a one-time link; no certificate is asked for.
  static let oneTimeLink = RouteRule("one-time-link")
}

/// How somebody without a certificate gets one: an administrator's link, which works once.
extension DeskSite {
  private static let passwordMinCharacters = 12

  func addEnrolmentRoutes(to routes: inout RouteTable) {
    routes.on(.get, "/enrol/{token}", .oneTimeLink) { [self] request in
      try await answering { try await enrolmentPage(request) }
    }
    routes.on(.post, "/enrol/{token}", .oneTimeLink) { [self] request in
      try await answering { try await fetchCertificate(request) }
    }
    handle(.post, "/people/{person}/enrolment", .changePeople, &routes) { [self] request, presence in
      _ = try await form(of: request, presence)
      let person = identifier("person", request)
      let token = try await office.makeEnrolment(
        for: person, hours: issuer?.linkHours ?? 0, by: presence.official)
      guard let issuer else { throw WebFailure.notFound }
      return page(
        EnrolmentLinkPage(
          host: request.request.head.authority ?? "", path: "/enrol/\(token)",
          hours: renderer.strings.text("enrolHours", request.language, "\(issuer.linkHours)"), id: person),
        titleKey: "enrolLinkTitle", request, presence, languagePath: "/people/\(person)")
    }
  }

  private func enrolmentPage(_ request: WebRequest, problem: String? = nil) async throws -> Response {
    let found = try await office.enrolment(identifier("token", request))
    let problems =
      problem.map { [FormProblem(field: "password", text: renderer.strings.text($0, request.language))] } ?? []
    return renderer.page(
      EnrolPage(name: found.name, path: request.path), problems: problems, titleKey: "enrolTitle", for: request,
      status: problem == nil ? .ok : .unprocessableContent,
      switching: .link(request.path))
  }

  private func fetchCertificate(_ request: WebRequest) async throws -> Response {
    guard request.comesFromOwnPage else { throw WebFailure.forgedForm }
    let form = try await URLEncodedForm.read(request)
    let token = identifier("token", request)
    let found = try await office.enrolment(token)
    guard let issuer else { throw WebFailure.notFound }
    let password = form["password"]
    if password.count < Self.passwordMinCharacters || password.utf8.count > 200 {
      return try await enrolmentPage(request, problem: "enrolPasswordShort")
    }
    guard password == form["again"] else { return try await enrolmentPage(request, problem: "enrolPasswordDiffers") }
    let issued = try issuer.issue(to: found.name, password: SecretBytes(Array(password.utf8)))
    // The link is used up before the file leaves: two who press at once get one certificate that is enrolled.
    try await office.enrol(issued.fingerprint, with: token)
    return Response(
      status: .ok,
      headers: [
        .contentType: "application/x-pkcs12", .contentLength: "\(issued.file.count)",
        .contentDisposition: contentDisposition(fileName: "\(found.person).p12"),
      ], body: ResponseBody(byteBuffer: ByteBuffer(bytes: issued.file)))
  }
}
