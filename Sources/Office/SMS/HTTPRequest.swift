import CCurl
import CCurlHeaders

/// One request through libcurl: TLS verified, no redirects, no proxies from the environment, the answer limited.
struct HTTPRequest: Sendable {
  let url: String
  let method: String
  /// Whole lines, `Name: value`.
  let headers: [String]
  let body: [UInt8]
  let timeoutSeconds: Int
  let allowsPlainHTTP: Bool

  private static let isReady = guandu_curl_global_init() == CURLE_OK

  /// Blocks until the answer is there or the time is up.
  func perform() -> Result<HTTPResponse, NoticeError> {
    guard Self.isReady, let handle = curl_easy_init() else {
      return .failure(NoticeError(.temporary, "libcurl cannot start"))
    }
    defer { curl_easy_cleanup(handle) }
    let received = ReceivedBytes()
    let list = headers.reduce(nil) { curl_slist_append($0, $1) }
    defer { curl_slist_free_all(list) }
    let code = body.withUnsafeBytes { body in
      guard configure(handle, list, body, received) else { return CURLE_OUT_OF_MEMORY }
      // The handle borrows `received` for the length of the call.
      return withExtendedLifetime(received) { curl_easy_perform(handle) }
    }
    guard code == CURLE_OK else { return .failure(Self.failure(code)) }
    var status = 0
    guard guandu_curl_response_code(handle, &status) == CURLE_OK else {
      return .failure(NoticeError(.temporary, "the gateway's answer has no status"))
    }
    return .success(HTTPResponse(status: status, body: received.bytes))
  }

  private func configure(
    _ handle: UnsafeMutableRawPointer, _ list: UnsafeMutablePointer<curl_slist>?, _ body: UnsafeRawBufferPointer,
    _ received: ReceivedBytes
  ) -> Bool {
    var codes = [
      guandu_curl_set_string(handle, CURLOPT_URL, url),
      guandu_curl_set_string(handle, CURLOPT_PROTOCOLS_STR, allowsPlainHTTP ? "https,http" : "https"),
      guandu_curl_set_string(handle, CURLOPT_CUSTOMREQUEST, method),
      guandu_curl_set_string(handle, CURLOPT_PROXY, ""),
      guandu_curl_set_pointer(handle, CURLOPT_HTTPHEADER, list),
      guandu_curl_set_long(handle, CURLOPT_NOSIGNAL, 1),
      guandu_curl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0),
      guandu_curl_set_long(handle, CURLOPT_SSL_VERIFYPEER, 1),
      guandu_curl_set_long(handle, CURLOPT_SSL_VERIFYHOST, 2),
      guandu_curl_set_long(handle, CURLOPT_TIMEOUT, timeoutSeconds),
      guandu_curl_set_long(handle, CURLOPT_CONNECTTIMEOUT, timeoutSeconds),
      guandu_curl_set_pointer(handle, CURLOPT_WRITEDATA, Unmanaged.passUnretained(received).toOpaque()),
      guandu_curl_set_callback(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        let received = Unmanaged<ReceivedBytes>.fromOpaque(context).takeUnretainedValue()
        return received.append(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
      },
    ]
    if method != "GET" {
      codes.append(guandu_curl_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
      codes.append(
        guandu_curl_set_pointer(
          handle, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: body.baseAddress ?? Self.nothing)))
    }
    return codes.allSatisfy { $0 == CURLE_OK }
  }

  /// The address of no bytes: libcurl would read its body from standard input for a null one.
  private static nonisolated(unsafe) let nothing = UnsafeRawPointer(
    UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1))

  /// A wrong address or an unknown certificate will not mend itself; anything else on the way may.
  private static func failure(_ code: CURLcode) -> NoticeError {
    let reason = String(cString: curl_easy_strerror(code)).lowercased()
    switch code {
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE:
      return NoticeError(.permanent, "the gateway cannot be asked: \(reason)")
    case CURLE_WRITE_ERROR:
      return NoticeError(.permanent, "the gateway's answer is longer than \(ReceivedBytes.maxBytes) bytes")
    default: return NoticeError(.temporary, "the gateway was not reached: \(reason)")
    }
  }
}

struct HTTPResponse: Sendable {
  let status: Int
  let body: [UInt8]
}

/// What has come in of an answer, up to a limit. Used by one request, in one thread.
private final class ReceivedBytes {
  static let maxBytes = 64 * 1024
  private(set) var bytes: [UInt8] = []

  /// - Returns: false where there is no room left.
  func append(_ more: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count + more.count <= Self.maxBytes else { return false }
    bytes.append(contentsOf: more)
    return true
  }
}
