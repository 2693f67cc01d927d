import Cryptography
import Exchange
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Letters
import Logging
import NIOCore
import Storage
import Synchronization
import WebKitchen
import ZoneHarness
import Zones

@testable import Portal

/// A portal that is asked without a network: the same routes, visits and domain.
final class TestPortal: Sendable {
  let zones: TestZones
  let zone: RunningZone
  let citizens: CitizenLetters
  let responder: SiteResponder
  let turns: Turns

  /// - Parameters:
  ///   - turns: who may calculate when.
  ///   - hash: Argon2id where nil.
  ///   - database: the zone's own where nil.
  init(turns: Turns = Turns(), hash: CostlyHash? = nil, database: ZoneDatabase? = nil) async throws {
    self.turns = turns
    zones = try TestZones()
    zone = try RunningZone(zones.dmz, exchanging: false)
    let key = X25519PrivateKey.generate().publicKey
    citizens = CitizenLetters(
      database: database ?? zone.database, outbox: Outbox(links: zones.dmz.links), blobs: zone.blobs,
      link: zones.dmz.links[0],
      intranetKeys: { [key] }, limits: LetterLimits(), pepper: SecretBytes.random(32),
      turns: turns, hash: hash, logger: Self.silent)
    let site = try PortalSite(
      configuration: zones.dmz, letters: citizens, sendSMS: { _, _ in }, smsIsDemo: false, logger: Self.silent)
    responder = SiteResponder(kitchen: site.kitchen, routes: site.routes(), proxies: nil, logger: Self.silent)
  }

  private static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  /// A letter that lies there, with its code and password.
  func letter() async throws -> LetterCredentials {
    let credentials = LetterCredentials.generate()
    _ = try await citizens.submit(id: UUID(), draft: draft(), credentials: credentials)
    return credentials
  }

  func answer(
    _ method: HTTPRequest.Method, _ path: String, form: [String: String]? = nil, cookie: String? = nil,
    from address: String
  ) async -> Page {
    var head = HTTPRequest(method: method, scheme: "https", authority: "portal.example", path: path)
    if let cookie { head.headerFields[.cookie] = "\(PortalSite.cookieName)=\(cookie)" }
    if form != nil { head.headerFields[.contentType] = "application/x-www-form-urlencoded" }
    let body = (form ?? [:]).map { "\($0)=\(Self.escaped($1))" }.joined(separator: "&")
    let response = await responder.respond(
      to: Request(head: head, body: RequestBody(buffer: ByteBuffer(string: body))),
      from: CitizenConnection(remoteAddress: address))
    return await Page(response)
  }

  private static func escaped(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
  }
}

/// Somebody at a browser.
struct TestCitizen: Sendable {
  let portal: TestPortal
  var address = "192.0.2.7"
  private var cookie = ""
  private var token = ""

  init(at portal: TestPortal, from address: String = "192.0.2.7") async throws {
    self.portal = portal
    self.address = address
    let page = await portal.answer(.get, "/lookup", from: address)
    (cookie, token) = (try required(page.cookie), try required(page.token))
  }

  func get(_ path: String) async -> Page { await portal.answer(.get, path, cookie: cookie, from: address) }

  /// Takes the new cookie and token of a visit that has risen.
  mutating func lookUp(_ letter: LetterCredentials) async -> Page {
    let page = await post("/lookup", ["code": letter.code.display, "password": letter.password])
    cookie = page.cookie ?? cookie
    return page
  }

  func post(_ path: String, _ form: [String: String]) async -> Page {
    await portal.answer(
      .post, path, form: form.merging(["csrf": token]) { own, _ in own }, cookie: cookie, from: address)
  }
}

/// What the portal answered, read to its end.
struct Page: Sendable {
  let status: Int
  let headers: HTTPFields
  let text: String

  init(_ response: Response) async {
    (status, headers) = (response.status.code, response.headers)
    let writer = Collector()
    try? await response.body.write(writer)
    text = writer.text
  }

  var retryAfter: String? { headers[.retryAfter] }
  var token: String? { text.firstMatch(of: /name="csrf" value="([0-9a-f]+)"/).map { String($0.output.1) } }
  var cookie: String? {
    headers[values: .setCookie].first { $0.hasPrefix(PortalSite.cookieName + "=") }
      .map { String($0.split(separator: ";")[0].dropFirst(PortalSite.cookieName.utf8.count + 1)) }
  }
}

private final class Collector: ResponseBodyWriter, Sendable {
  private let bytes = Mutex<[UInt8]>([])
  var text: String { String(decoding: bytes.withLock { $0 }, as: UTF8.self) }
  func write(_ buffer: ByteBuffer) async throws { bytes.withLock { $0.append(contentsOf: buffer.readableBytesView) } }
  func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

private struct CitizenConnection: WebConnection {
  let remoteAddress: String?
  func peerCertificate() async -> [UInt8]? { nil }
  func close(inSeconds: Int) {}
}

private func required<T>(_ value: T?) throws -> T {
  guard let value else { throw NothingShown() }
  return value
}

private struct NothingShown: Error {}
