import CCurl
import CCurlHeaders
import Foundation

/// A browser as far as the portal needs one: HTTPS, cookies, forms. Use from one task at a time.
final class PortalClient {
  /// One field of a form.
  enum Field {
    case text(String)
    case file(path: String)
  }

  private let base: String
  private let handle: UnsafeMutableRawPointer
  private var received = PageBytes()
  private let headers: UnsafeMutablePointer<curl_slist>?

  /// A certificate that is shown, as a PKCS#12 file.
  struct Identity {
    let file: String
    let password: String
  }

  /// - Parameters:
  ///   - base: the site's address, `https://host[:port]`.
  ///   - authorities: a PEM file with the roots to trust; nil for the system's.
  ///   - identity: whose certificate is shown; nil for nobody's.
  ///   - source: the address of this machine that requests come from; nil for any.
  init(
    base: String, authorities: String?, identity: Identity? = nil, source: String? = nil
  ) throws(CommandFailure) {
    let trimmed = base.hasSuffix("/") ? String(base.dropLast()) : base
    guard trimmed.hasPrefix("https://"), !trimmed.dropFirst(8).contains("/") else {
      throw CommandFailure(.refused, "\(base) is no address of a portal; give https://host or https://host:port")
    }
    guard guandu_curl_global_init() == CURLE_OK, let handle = curl_easy_init() else {
      throw CommandFailure(.failed, "libcurl cannot start")
    }
    self.base = trimmed
    self.handle = handle
    // The portal's complaints come in the operator's language.
    let language = ProcessInfo.processInfo.environment["LANG"]?.hasPrefix("zh") == true ? "zh-CN" : "en"
    headers = curl_slist_append(nil, "Accept-Language: \(language)")
    let codes = [
      guandu_curl_set_string(handle, CURLOPT_PROTOCOLS_STR, "https"),
      // The empty name turns the cookie engine on without a file.
      guandu_curl_set_string(handle, CURLOPT_COOKIEFILE, ""),
      guandu_curl_set_pointer(handle, CURLOPT_HTTPHEADER, headers),
      guandu_curl_set_long(handle, CURLOPT_NOSIGNAL, 1),
      guandu_curl_set_long(handle, CURLOPT_CONNECTTIMEOUT, 10),
      guandu_curl_set_long(handle, CURLOPT_TIMEOUT, 600),
      authorities.map { guandu_curl_set_string(handle, CURLOPT_CAINFO, $0) } ?? CURLE_OK,
      source.map { guandu_curl_set_string(handle, CURLOPT_INTERFACE, "host!\($0)") } ?? CURLE_OK,
      identity.map { _ in guandu_curl_set_string(handle, CURLOPT_SSLCERTTYPE, "P12") } ?? CURLE_OK,
      identity.map { guandu_curl_set_string(handle, CURLOPT_SSLCERT, $0.file) } ?? CURLE_OK,
      identity.map { guandu_curl_set_string(handle, CURLOPT_KEYPASSWD, $0.password) } ?? CURLE_OK,
      guandu_curl_set_callback(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        let page = Unmanaged<PageBytes>.fromOpaque(context).takeUnretainedValue()
        return page.append(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
      },
    ]
    guard codes.allSatisfy({ $0 == CURLE_OK }) else { throw CommandFailure(.failed, "libcurl lacks what is needed") }
  }

  deinit {
    curl_easy_cleanup(handle)
    curl_slist_free_all(headers)
  }

  /// - Throws: `temporary` where the portal is not reached or asks to come later.
  func get(_ path: String) throws(CommandFailure) -> PortalPage {
    guard guandu_curl_set_long(handle, CURLOPT_HTTPGET, 1) == CURLE_OK else { throw Self.outOfMemory }
    return try perform(path)
  }

  func post(_ path: String, _ fields: [(String, String)]) throws(CommandFailure) -> PortalPage {
    var parts: [String] = []
    for (name, value) in fields { parts.append("\(name)=\(Self.encode(value))") }
    let body = parts.joined(separator: "&")
    guard guandu_curl_set_long(handle, CURLOPT_POSTFIELDSIZE, body.utf8.count) == CURLE_OK,
      guandu_curl_set_string(handle, CURLOPT_COPYPOSTFIELDS, body) == CURLE_OK
    else { throw Self.outOfMemory }
    return try perform(path)
  }

  /// Posts `multipart/form-data`; files are read as they are sent.
  func postParts(_ path: String, _ fields: [(String, Field)]) throws(CommandFailure) -> PortalPage {
    guard let form = curl_mime_init(handle) else { throw Self.outOfMemory }
    defer { curl_mime_free(form) }
    for (name, field) in fields {
      guard let part = curl_mime_addpart(form), curl_mime_name(part, name) == CURLE_OK else { throw Self.outOfMemory }
      switch field {
      case .text(let value):
        guard curl_mime_data(part, value, value.utf8.count) == CURLE_OK else { throw Self.outOfMemory }
      case .file(let path):
        guard curl_mime_filedata(part, path) == CURLE_OK else {
          throw CommandFailure(.refused, "\(path) cannot be read")
        }
      }
    }
    guard guandu_curl_set_pointer(handle, CURLOPT_MIMEPOST, UnsafeMutableRawPointer(form)) == CURLE_OK else {
      throw Self.outOfMemory
    }
    return try perform(path)
  }

  private func perform(_ path: String) throws(CommandFailure) -> PortalPage {
    received = PageBytes()
    let isSet =
      guandu_curl_set_string(handle, CURLOPT_URL, base + path) == CURLE_OK
      && guandu_curl_set_pointer(handle, CURLOPT_WRITEDATA, Unmanaged.passUnretained(received).toOpaque()) == CURLE_OK
    guard isSet else { throw Self.outOfMemory }
    let code = curl_easy_perform(handle)
    guard code == CURLE_OK else {
      // Waiting mends no certificate.
      let isDistrusted = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE
      throw CommandFailure(
        isDistrusted ? .failed : .temporary,
        "\(base) was not reached: \(String(cString: curl_easy_strerror(code)))\(isDistrusted ? "; name its root with --ca" : "")"
      )
    }
    var status = 0
    var target: UnsafeMutablePointer<CChar>?
    guandu_curl_response_code(handle, &status)
    guandu_curl_redirect_url(handle, &target)
    let html = String(decoding: received.bytes, as: UTF8.self)
    let redirect = target.map { String(cString: $0) }
    let path = redirect.flatMap { $0.hasPrefix(base + "/") ? String($0.dropFirst(base.count)) : nil }
    return PortalPage(status: status, html: html, redirectPath: path)
  }

  private static let outOfMemory = CommandFailure(.failed, "libcurl has no memory left")

  /// `application/x-www-form-urlencoded`, with every byte but the unreserved ones encoded.
  private static func encode(_ value: String) -> String {
    let unreserved = CharacterSet(
      charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
    return value.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
  }
}

/// What has come in of a page, up to a limit.
private final class PageBytes {
  private(set) var bytes: [UInt8] = []

  /// - Returns: false where the page is longer than 8 MiB.
  func append(_ more: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count + more.count <= 8 * 1024 * 1024 else { return false }
    bytes.append(contentsOf: more)
    return true
  }
}
