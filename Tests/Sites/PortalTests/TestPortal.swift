import Cryptography
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Letters
import Links
import Logging
import NIOCore
import Storage
import Synchronization
import Web
import ZoneHarness
import Zones

@testable import Portal

/// A portal that is asked without a network: the same routes, visits and domain.
final class TestPortal: Sendable {
  let zones: TestZones
  let zone: RunningZone
  let citizens: CitizenLetters
  let site: PortalSite
  let responder: SiteResponder
  let turns: LookupQueue

  /// - Parameters:
  ///   - turns: who may calculate when.
  ///   - hash: Argon2id where nil.
  ///   - database: the zone's own where nil.
  ///   - sendSMS: the gateway.
  init(
    turns: LookupQueue = LookupQueue(), hash: CostlyHash? = nil, database: ZoneDatabase? = nil,
    sealTrust: SealTrustFiles? = nil, sendSMS: @escaping PortalSite.SendSMS = { _, _ in }
  ) async throws {
    self.turns = turns
    zones = try TestZones()
    var configuration = zones.dmz
    configuration.sealTrust = sealTrust
    zone = try RunningZone(configuration, exchanging: false)
    let key = X25519PrivateKey.generate().publicKey
    citizens = CitizenLetters(
      database: database ?? zone.database, outbox: Outbox(links: zones.dmz.links), blobs: zone.blobs,
      link: zones.dmz.links[0],
      intranetKeys: { [key] }, limits: LetterLimits(), pepper: SecretBytes.random(32),
      turns: turns, hash: hash, logger: Self.silent)
    site = try PortalSite(
      configuration: zones.dmz, letters: citizens, documents: zone.documents, sendSMS: sendSMS, smsIsDemo: false,
      logger: Self.silent)
    responder = SiteResponder(renderer: site.renderer, routes: site.routes(), proxies: nil, logger: Self.silent)
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
    from address: String = "192.0.2.7"
  ) async -> Page {
    var head = HTTPRequest(method: method, scheme: "https", authority: "portal.example", path: path)
    if let cookie { head.headerFields[.cookie] = cookie }
    if form != nil { head.headerFields[.contentType] = "application/x-www-form-urlencoded" }
    let body = (form ?? [:]).map { "\($0)=\(Self.escaped($1))" }.joined(separator: "&")
    return await answer(head, ByteBuffer(string: body), address)
  }

  private func answer(_ head: HTTPRequest, _ body: ByteBuffer, _ address: String) async -> Page {
    let response = await responder.respond(
      to: Request(head: head, body: RequestBody(buffer: body)), from: CitizenConnection(remoteAddress: address))
    return await Page(response)
  }

  /// A form with a file, its parts in this order.
  func answer(
    _ path: String, parts: [(name: String, content: [UInt8])], cookie: String, from address: String
  ) async -> Page {
    var head = HTTPRequest(method: .post, scheme: "https", authority: "portal.example", path: path)
    head.headerFields[.cookie] = cookie
    head.headerFields[.contentType] = "multipart/form-data; boundary=zzz"
    var body = ByteBuffer()
    for part in parts {
      body.writeString("--zzz\r\nContent-Disposition: form-data; name=\"\(part.name)\"\r\n\r\n")
      body.writeBytes(part.content)
      body.writeString("\r\n")
    }
    body.writeString("--zzz--\r\n")
    return await answer(head, body, address)
  }

  func answerToNothing(_ path: String, cookie: String, from address: String) async -> Page {
    var head = HTTPRequest(method: .post, scheme: "https", authority: "portal.example", path: path)
    head.headerFields[.cookie] = cookie
    head.headerFields[.contentType] = "application/x-www-form-urlencoded"
    let (body, source) = RequestBody.makeStream()
    let response = await responder.respond(
      to: Request(head: head, body: body), from: CitizenConnection(remoteAddress: address))
    source.finish()
    return await Page(response)
  }

  private static func escaped(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
  }
}

/// Somebody at a browser, which keeps cookies as they come.
struct TestCitizen: Sendable {
  let portal: TestPortal
  var address = "192.0.2.7"
  private let jar = Jar()

  final class Jar: Sendable {
    let cookies = Mutex<[String: String]>([:])
  }

  init(at portal: TestPortal, from address: String = "192.0.2.7") async throws {
    self.portal = portal
    self.address = address
    _ = try required(await get("/lookup").token)
  }

  var visit: Visit? {
    jar.cookies.withLock { $0[PortalSite.cookieName] }.flatMap { portal.site.sessions.find($0) }
  }

  func get(_ path: String) async -> Page { await answer(.get, path, nil) }

  func lookUp(_ letter: LetterCredentials) async -> Page {
    await post("/lookup", ["code": letter.code.display, "password": letter.password])
  }

  /// Sends the form that stands on the page `formPath`, the same path where nil.
  func post(_ path: String, _ form: [String: String], on formPath: String? = nil) async -> Page {
    let token = await get(formPath ?? path).token ?? ""
    return await send(path, form.merging(["csrf": token]) { own, _ in own })
  }

  /// Begins a form whose body never comes, until the task is cancelled.
  func sendNothing(_ path: String) async -> Page {
    let cookies = jar.cookies.withLock { $0.map { "\($0)=\($1)" }.joined(separator: "; ") }
    return await portal.answerToNothing(path, cookie: cookies, from: address)
  }

  func send(_ path: String, _ form: [String: String]) async -> Page { await answer(.post, path, form) }

  /// Has a file checked; `token` is the form's own where nil.
  func check(_ file: [UInt8], token: String? = nil) async -> Page {
    let own = await get("/documents/check").token ?? ""
    let cookies = jar.cookies.withLock { $0.map { "\($0)=\($1)" }.joined(separator: "; ") }
    return await portal.answer(
      "/documents/check", parts: [("csrf", Array((token ?? own).utf8)), ("file", file)], cookie: cookies, from: address)
  }

  private func answer(_ method: HTTPRequest.Method, _ path: String, _ form: [String: String]?) async -> Page {
    let cookies = jar.cookies.withLock { $0.map { "\($0)=\($1)" }.joined(separator: "; ") }
    let page = await portal.answer(
      method, path, form: form, cookie: cookies.isEmpty ? nil : cookies, from: address)
    for header in page.headers[values: .setCookie] {
      let pair = header.split(separator: ";")[0].split(separator: "=", maxSplits: 1).map(String.init)
      jar.cookies.withLock { $0[pair[0]] = pair.count == 2 ? pair[1] : nil }
    }
    return page
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
