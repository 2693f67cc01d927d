import CCurl
import CCurlHeaders
public import Certificates
import Runtime

/// Why no time stamp came.
public struct TimeStampError: Error, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable {
    /// The address is none that is used here.
    case address
    /// It was not reached, or did not answer in time. Later it may.
    case unreachable
    /// It answered, but not with the stamp that was asked for.
    case answer
  }

  public let code: Code
  /// Lowercase, no full stop.
  public let reason: String

  public var description: String { reason }
}

/// An authority of time stamps that is reached over HTTP (RFC 3161, section 3.4).
///
/// The connection needs no trust: the stamp is signed, and is checked against what was sent. Redirects are not followed, and
/// proxies from the environment are not used.
public struct TimeStampService: Sendable {
  static let secondsMost = 20

  private static let isReady = guandu_curl_global_init() == CURLE_OK

  private let url: String
  private let policy: String?

  /// - Parameters:
  ///   - url: `http://` or `https://`, without a name and a password.
  ///   - policy: the authority's, in dots; nil for any.
  /// - Throws: `address`.
  public init(url: String, policy: String? = nil) throws(TimeStampError) {
    let rest = url.hasPrefix("https://") ? url.dropFirst(8) : url.hasPrefix("http://") ? url.dropFirst(7) : ""
    guard !rest.isEmpty, url.utf8.count <= 2_000, url.utf8.allSatisfy({ (0x21..<0x7F).contains($0) }),
      !rest.prefix(while: { $0 != "/" }).contains("@")
    else {
      throw TimeStampError(code: .address, reason: "\(url): not http://HOST… or https://HOST…, without a password")
    }
    (self.url, self.policy) = (url, policy)
  }

  /// Asks for a stamp, on a thread for blocking work.
  ///
  /// - Parameter bytes: what it is to be over; they stay here, and their digest is sent.
  /// - Throws: `TimeStampError`, `TrustError`.
  public func stamp(_ bytes: [UInt8]) async throws -> TimeStamp {
    try await BlockingPool.shared.run { () throws(any Error) in
      let request = try TimeStampRequest(over: bytes, policy: policy)
      let answer = try post(request.der)
      do throws(TrustError) { return try request.stamp(fromAnswer: answer) } catch {
        throw TimeStampError(code: .answer, reason: "\(url): \(error.reason)")
      }
    }
  }

  private final class Answer {
    var bytes: [UInt8] = []

    /// - Returns: false where it is longer than any stamp's.
    func append(_ more: UnsafeRawBufferPointer) -> Bool {
      guard bytes.count + more.count <= TimeStampRequest.answerMaxBytes else { return false }
      bytes.append(contentsOf: more)
      return true
    }
  }

  private func post(_ request: [UInt8]) throws(TimeStampError) -> [UInt8] {
    guard Self.isReady, let handle = curl_easy_init() else {
      throw TimeStampError(code: .unreachable, reason: "libcurl cannot start")
    }
    defer { curl_easy_cleanup(handle) }
    var headers: UnsafeMutablePointer<curl_slist>?
    for line in ["Content-Type: application/timestamp-query", "Accept: application/timestamp-reply", "Expect:"] {
      headers = curl_slist_append(headers, line)
    }
    defer { curl_slist_free_all(headers) }
    let answer = Answer()
    let code = request.withUnsafeBytes { body in
      withExtendedLifetime(answer) {
        let codes = Self.options(handle, url, headers, body, answer)
        return codes.first { $0 != CURLE_OK } ?? curl_easy_perform(handle)
      }
    }
    guard code == CURLE_OK else {
      if code == CURLE_WRITE_ERROR { throw TimeStampError(code: .answer, reason: "\(url): the answer is too long") }
      throw TimeStampError(code: .unreachable, reason: "\(url): \(String(cString: curl_easy_strerror(code)))")
    }
    var status = 0
    guandu_curl_response_code(handle, &status)
    guard status == 200 else { throw TimeStampError(code: .answer, reason: "\(url): the answer is status \(status)") }
    return answer.bytes
  }

  private static func options(
    _ handle: UnsafeMutableRawPointer, _ url: String, _ headers: UnsafeMutablePointer<curl_slist>?,
    _ body: UnsafeRawBufferPointer, _ answer: Answer
  ) -> [CURLcode] {
    [
      guandu_curl_set_string(handle, CURLOPT_URL, url),
      guandu_curl_set_string(handle, CURLOPT_PROTOCOLS_STR, "http,https"),
      guandu_curl_set_string(handle, CURLOPT_PROXY, ""),
      guandu_curl_set_pointer(handle, CURLOPT_HTTPHEADER, headers),
      guandu_curl_set_long(handle, CURLOPT_NOSIGNAL, 1),
      guandu_curl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0),
      guandu_curl_set_long(handle, CURLOPT_CONNECTTIMEOUT, secondsMost / 2),
      guandu_curl_set_long(handle, CURLOPT_TIMEOUT, secondsMost),
      guandu_curl_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)),
      // The handle borrows the bytes for the duration of the call.
      guandu_curl_set_pointer(handle, CURLOPT_POSTFIELDS, UnsafeMutableRawPointer(mutating: body.baseAddress)),
      guandu_curl_set_long(handle, CURLOPT_POST, 1),
      guandu_curl_set_pointer(handle, CURLOPT_WRITEDATA, Unmanaged.passUnretained(answer).toOpaque()),
      guandu_curl_set_callback(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        let answer = Unmanaged<Answer>.fromOpaque(context).takeUnretainedValue()
        return answer.append(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
      },
    ]
  }
}
