import CCurl
import CCurlHeaders
import Cryptography
import Zones

/// One request to a signer through libcurl: over the socket, or over TLS in which both ends show a certificate; no
/// redirects, no proxies, time and answer limited.
struct SignerRequest: Sendable {
  let address: SignerAddress
  let method: String
  let path: String
  let body: SecretBytes?
  let timeLimitSeconds: Int

  struct Answer: Sendable {
    let status: Int
    let body: [UInt8]
  }

  private static let isReady = guandu_curl_global_init() == CURLE_OK
  private static let connectMaxSeconds = 5

  /// Blocks until the answer is there or the time is up.
  func perform() throws(SignerError) -> Answer {
    guard Self.isReady, let handle = curl_easy_init() else {
      throw SignerError(.unavailable, address.name, "libcurl cannot start")
    }
    defer { curl_easy_cleanup(handle) }
    let received = ReceivedAnswer()
    // An empty Expect keeps libcurl from waiting for leave to send the body.
    let headers = ["Content-Type: application/json", "Accept: application/json", "Expect:"]
    let list = headers.reduce(nil) { curl_slist_append($0, $1) }
    defer { curl_slist_free_all(list) }
    let code =
      body.map { $0.withUnsafeBytes { run(handle, list, $0, received) } } ?? run(handle, list, nil, received)
    if received.isTooLong {
      throw SignerError(
        .badAnswer, address.name,
        "its answer is longer than \(SignerLimits.answerMaxBytes) bytes; see whether what listens there is a signer")
    }
    guard code == CURLE_OK else { throw failure(code) }
    var status = 0
    guard guandu_curl_response_code(handle, &status) == CURLE_OK else {
      throw SignerError(.badAnswer, address.name, "its answer has no status")
    }
    return Answer(status: status, body: received.bytes)
  }

  private func run(
    _ handle: UnsafeMutableRawPointer, _ list: UnsafeMutablePointer<curl_slist>?, _ body: UnsafeRawBufferPointer?,
    _ received: ReceivedAnswer
  ) -> CURLcode {
    guard (common(handle, list, body, received) + place(handle)).allSatisfy({ $0 == CURLE_OK }) else {
      return CURLE_BAD_FUNCTION_ARGUMENT
    }
    // The handle borrows `received` for the length of the call.
    return withExtendedLifetime(received) { curl_easy_perform(handle) }
  }

  private func common(
    _ handle: UnsafeMutableRawPointer, _ list: UnsafeMutablePointer<curl_slist>?, _ body: UnsafeRawBufferPointer?,
    _ received: ReceivedAnswer
  ) -> [CURLcode] {
    var codes = [
      guandu_curl_set_string(handle, CURLOPT_PROXY, ""),
      guandu_curl_set_pointer(handle, CURLOPT_HTTPHEADER, list),
      guandu_curl_set_long(handle, CURLOPT_NOSIGNAL, 1),
      guandu_curl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0),
      guandu_curl_set_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1)),
      guandu_curl_set_long(handle, CURLOPT_TIMEOUT, timeLimitSeconds),
      guandu_curl_set_long(handle, CURLOPT_CONNECTTIMEOUT, min(Self.connectMaxSeconds, timeLimitSeconds)),
      guandu_curl_set_pointer(handle, CURLOPT_WRITEDATA, Unmanaged.passUnretained(received).toOpaque()),
      guandu_curl_set_callback(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        let received = Unmanaged<ReceivedAnswer>.fromOpaque(context).takeUnretainedValue()
        return received.append(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
      },
    ]
    guard let body else { return codes }
    // libcurl reads the body from where it lies, which is secret memory; it copies no more than it is about to send.
    codes += [
      guandu_curl_set_long(handle, CURLOPT_POST, 1),
      guandu_curl_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)),
      guandu_curl_set_pointer(handle, CURLOPT_POSTFIELDS, UnsafeMutableRawPointer(mutating: body.baseAddress)),
    ]
    return codes
  }

  private func place(_ handle: UnsafeMutableRawPointer) -> [CURLcode] {
    switch address.place {
    case .socket(let socket):
      [
        guandu_curl_set_string(handle, CURLOPT_PROTOCOLS_STR, "http"),
        guandu_curl_set_string(handle, CURLOPT_URL, "http://signer\(path)"),
        guandu_curl_set_string(handle, CURLOPT_UNIX_SOCKET_PATH, socket),
      ]
    case .https(let site):
      [
        guandu_curl_set_string(handle, CURLOPT_PROTOCOLS_STR, "https"),
        guandu_curl_set_string(handle, CURLOPT_URL, site.url + path),
        guandu_curl_set_long(handle, CURLOPT_SSL_VERIFYPEER, 1),
        guandu_curl_set_long(handle, CURLOPT_SSL_VERIFYHOST, 2),
        guandu_curl_set_long(handle, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
        // The authorities of the file alone, and not those of the machine.
        guandu_curl_set_string(handle, CURLOPT_CAINFO, site.trust),
        guandu_curl_set_string(handle, CURLOPT_CAPATH, nil),
        guandu_curl_set_string(handle, CURLOPT_SSLCERT, site.certificate),
        guandu_curl_set_string(handle, CURLOPT_SSLKEY, site.key),
        // Else OpenSSL would ask at the terminal for the passphrase of a key that is encrypted.
        guandu_curl_set_string(handle, CURLOPT_KEYPASSWD, ""),
      ]
    }
  }

  private func failure(_ code: CURLcode) -> SignerError {
    func error(_ kind: SignerError.Code, _ reason: String) -> SignerError { SignerError(kind, address.name, reason) }
    let reason = String(cString: curl_easy_strerror(code)).lowercased()
    switch code {
    case CURLE_OPERATION_TIMEDOUT:
      return error(
        .unavailable, "it did not answer within \(timeLimitSeconds) seconds; see whether it runs, and try again")
    case CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST:
      return error(.unavailable, "nothing answers at \(placeText) (\(reason)); start the signer, or mend the address")
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR:
      return error(.untrusted, "its certificate is not one of the authorities given, or of another name (\(reason))")
    case CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM:
      return error(
        .untrusted,
        "a file for TLS cannot be used (\(reason)); see that trust, certificate and key are PEM files "
          + "that this program may read, and that certificate and key belong together")
    case CURLE_SSL_CONNECT_ERROR:
      return error(.untrusted, "TLS was not agreed (\(reason)); see whether the signer takes this end's certificate")
    case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_SEND_ERROR:
      // In TLS 1.3 a signer that does not take this end's certificate says so only after the handshake.
      let hint = if case .https = address.place { ", see whether it takes this end's certificate" } else { "" }
      return error(.unavailable, "it broke off without an answer (\(reason)); look at its log\(hint), and try again")
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY:
      return error(.badAnswer, "what listens at \(placeText) speaks no HTTP (\(reason))")
    default: return error(.unavailable, "it was not reached at \(placeText) (\(reason))")
    }
  }

  private var placeText: String {
    switch address.place {
    case .socket(let path): path
    case .https(let site): site.url
    }
  }
}

/// What has come in of an answer, up to a limit. Used by one request, in one thread.
private final class ReceivedAnswer {
  private(set) var bytes: [UInt8] = []
  private(set) var isTooLong = false

  /// - Returns: false where there is no room left.
  func append(_ more: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count + more.count <= SignerLimits.answerMaxBytes else {
      isTooLong = true
      return false
    }
    bytes.append(contentsOf: more)
    return true
  }
}
