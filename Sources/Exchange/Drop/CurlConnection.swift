import CCurl
import CCurlHeaders
import DurableFiles
import Zones

/// A connection to a drop on a server, kept from request to request. Use from one thread at a time.
///
/// The server is always checked, redirects are not followed, and proxies from the environment are not used.
final class CurlConnection {
  private static let isReady = guandu_curl_global_init() == CURLE_OK

  private let drop: RemoteDrop
  private let handle: UnsafeMutableRawPointer
  private let password: String?

  /// Does not connect yet.
  init(drop: RemoteDrop, files: Files) throws(DropError) {
    guard Self.isReady, let handle = curl_easy_init() else {
      throw DropError(.local, drop.url, "libcurl cannot start")
    }
    self.drop = drop
    self.handle = handle
    password = try Self.readPassword(drop, files)
  }

  deinit { curl_easy_cleanup(handle) }

  private static func readPassword(_ drop: RemoteDrop, _ files: Files) throws(DropError) -> String? {
    guard let path = drop.passwordFile else { return nil }
    do {
      let bytes = try files.read(path, maxBytes: 4_096)
      return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }, as: UTF8.self)
    } catch {
      throw DropError(.local, drop.url, "\(error)")
    }
  }

  /// Blocks until the response is there, the server was silent for too long, or the task was cancelled.
  ///
  /// - Throws: for HTTP only if no response came; the caller judges the status.
  func perform(_ request: CurlRequest) throws(DropError) -> CurlAnswer {
    let transfer = CurlTransfer(upload: request.upload, timeoutSeconds: drop.timeoutSeconds)
    let lists = [request.headers, request.before, request.after].map { lines in
      lines.reduce(nil as UnsafeMutablePointer<curl_slist>?) { curl_slist_append($0, $1) }
    }
    defer { for list in lists { curl_slist_free_all(list) } }
    var detail = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
    let code = detail.withUnsafeMutableBytes { detail in
      request.body.withUnsafeBytes { body -> CURLcode in
        // The handle borrows the transfer, the lists and both buffers for the duration of the call.
        withExtendedLifetime(transfer) {
          curl_easy_reset(handle)
          var options = CurlOptions(handle)
          options.set(CURLOPT_ERRORBUFFER, pointer: detail.baseAddress)
          set(&options, request, lists)
          setCallbacks(&options, transfer)
          if !request.body.isEmpty {
            options.set(CURLOPT_POSTFIELDSIZE_LARGE, offset: request.body.count)
            options.set(CURLOPT_POSTFIELDS, pointer: UnsafeMutableRawPointer(mutating: body.baseAddress))
          }
          return options.failure ?? curl_easy_perform(handle)
        }
      }
    }
    // Nothing of this call may stay in the handle.
    defer { curl_easy_reset(handle) }
    guard code == CURLE_OK else { throw failure(code, transfer, String(nulTerminated: detail)) }
    var status = 0
    if drop.kind != .sftp { guandu_curl_response_code(handle, &status) }
    return CurlAnswer(status: status, body: transfer.body)
  }

  private func set(
    _ options: inout CurlOptions, _ request: CurlRequest, _ lists: [UnsafeMutablePointer<curl_slist>?]
  ) {
    options.set(CURLOPT_URL, request.url)
    options.set(CURLOPT_PROTOCOLS_STR, drop.kind == .sftp ? "sftp" : "https")
    options.set(CURLOPT_PROXY, "")
    options.set(CURLOPT_NOSIGNAL, 1)
    options.set(CURLOPT_FOLLOWLOCATION, 0)
    options.set(CURLOPT_CONNECTTIMEOUT, drop.timeoutSeconds)
    options.set(CURLOPT_LOW_SPEED_LIMIT, 256)
    options.set(CURLOPT_LOW_SPEED_TIME, drop.timeoutSeconds)
    options.set(CURLOPT_UPLOAD_BUFFERSIZE, 512 * 1024)
    if let username = drop.username { options.set(CURLOPT_USERNAME, username) }
    if let password { options.set(CURLOPT_PASSWORD, password) }
    if drop.kind == .sftp { setSSH(&options, lists) } else { setTLS(&options, lists) }
    if let method = request.method { options.set(CURLOPT_CUSTOMREQUEST, method) }
    if let upload = request.upload {
      options.set(CURLOPT_UPLOAD, 1)
      options.set(CURLOPT_INFILESIZE_LARGE, offset: upload.byteCount)
    }
    if request.hasNoTransfer { options.set(CURLOPT_NOBODY, 1) }
  }

  /// The host key must be the one in the file for this server, else nothing is sent; agents and default keys are not
  /// used.
  private func setSSH(_ options: inout CurlOptions, _ lists: [UnsafeMutablePointer<curl_slist>?]) {
    options.set(CURLOPT_SSH_KNOWNHOSTS, drop.knownBy)
    if let key = drop.privateKeyFile {
      options.set(CURLOPT_SSH_AUTH_TYPES, Int(CURLSSH_AUTH_PUBLICKEY))
      options.set(CURLOPT_SSH_PRIVATE_KEYFILE, key)
      // The public key is computed from the private one.
      options.set(CURLOPT_SSH_PUBLIC_KEYFILE, "")
    } else {
      options.set(CURLOPT_SSH_AUTH_TYPES, Int(CURLSSH_AUTH_PASSWORD | CURLSSH_AUTH_KEYBOARD))
    }
    options.set(CURLOPT_NEW_FILE_PERMS, 0o440)
    options.set(CURLOPT_NEW_DIRECTORY_PERMS, 0o770)
    options.set(CURLOPT_QUOTE, pointer: lists[1])
    options.set(CURLOPT_POSTQUOTE, pointer: lists[2])
  }

  private func setTLS(_ options: inout CurlOptions, _ lists: [UnsafeMutablePointer<curl_slist>?]) {
    options.set(CURLOPT_SSL_VERIFYPEER, 1)
    options.set(CURLOPT_SSL_VERIFYHOST, 2)
    options.set(CURLOPT_CAINFO, drop.knownBy)
    // Otherwise the system's authorities would count too.
    options.set(CURLOPT_CAPATH, nil)
    options.set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
    options.set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
    options.set(CURLOPT_HTTPHEADER, pointer: lists[0])
    // Sent at once, to a server that is authenticated.
    if drop.username != nil { options.set(CURLOPT_HTTPAUTH, 1) }
    if let certificate = drop.clientCertificateFile { options.set(CURLOPT_SSLCERT, certificate) }
    if let key = drop.clientKeyFile { options.set(CURLOPT_SSLKEY, key) }
  }

  private func setCallbacks(_ options: inout CurlOptions, _ transfer: CurlTransfer) {
    let context = Unmanaged.passUnretained(transfer).toOpaque()
    for option in [CURLOPT_READDATA, CURLOPT_WRITEDATA, CURLOPT_SEEKDATA, CURLOPT_XFERINFODATA] {
      options.set(option, pointer: context)
    }
    options.set(CURLOPT_NOPROGRESS, 0)
    options.note(
      guandu_curl_set_callback(handle, CURLOPT_READFUNCTION) { bytes, size, count, context in
        let buffer = UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
        return CurlTransfer.from(context)?.read(into: buffer) ?? Int(CURL_READFUNC_ABORT)
      })
    options.note(
      guandu_curl_set_callback(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
        let taken = CurlTransfer.from(context)?.take(UnsafeRawBufferPointer(start: bytes, count: size * count))
        return taken == true ? size * count : 0
      })
    options.note(
      guandu_curl_set_seek(handle) { context, offset, origin in
        origin == SEEK_SET && CurlTransfer.from(context)?.seek(to: Int(offset)) == true
          ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL
      })
    options.note(
      guandu_curl_set_progress(handle) { context, _, down, _, up in
        CurlTransfer.from(context)?.goesOn(down: Int(down), up: Int(up)) == true ? 0 : 1
      })
  }

  /// libcurl's reason, in words that help an operator.
  private func failure(_ code: CURLcode, _ transfer: CurlTransfer, _ detail: String) -> DropError {
    let said = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
    let reason = said.printable
    func error(_ code: DropError.Code, _ text: String) -> DropError { DropError(code, drop.url, text) }
    if let failure = transfer.failure { return error(.local, "\(failure)") }
    if transfer.isCancelled { return error(.unreachable, "the daemon is stopping") }
    if transfer.isStalled { return error(.unreachable, "the server was silent for \(drop.timeoutSeconds) seconds") }
    switch code {
    case CURLE_PEER_FAILED_VERIFICATION where drop.kind == .sftp:
      return error(.identity, "the server's host key is not the one in \(drop.knownBy); nothing was sent (\(reason))")
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR:
      return error(
        .identity, "the server's certificate is not vouched for by \(drop.knownBy); nothing was sent (\(reason))")
    case CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM: return error(.local, reason)
    case CURLE_LOGIN_DENIED, CURLE_REMOTE_ACCESS_DENIED:
      return error(.entry, "the server does not let us in: \(reason)")
    case CURLE_REMOTE_DISK_FULL: return error(.full, "the server has no room: \(reason)")
    case CURLE_QUOTE_ERROR, CURLE_WRITE_ERROR, CURLE_REMOTE_FILE_NOT_FOUND, CURLE_SSH: return error(.answer, reason)
    default: return error(.unreachable, reason)
    }
  }
}

/// Sets options, and remembers the first that was refused.
private struct CurlOptions {
  private let handle: UnsafeMutableRawPointer
  private(set) var failure: CURLcode?

  init(_ handle: UnsafeMutableRawPointer) { self.handle = handle }

  mutating func note(_ code: CURLcode) { if code != CURLE_OK && failure == nil { failure = code } }
  mutating func set(_ option: CURLoption, _ value: String?) { note(guandu_curl_set_string(handle, option, value)) }
  mutating func set(_ option: CURLoption, _ value: Int) { note(guandu_curl_set_long(handle, option, value)) }
  mutating func set(_ option: CURLoption, offset: Int) {
    note(guandu_curl_set_offset(handle, option, curl_off_t(offset)))
  }
  mutating func set(_ option: CURLoption, pointer: UnsafeMutableRawPointer?) {
    note(guandu_curl_set_pointer(handle, option, pointer))
  }
}

extension CurlTransfer {
  fileprivate static func from(_ context: UnsafeMutableRawPointer?) -> CurlTransfer? {
    context.map { Unmanaged<CurlTransfer>.fromOpaque($0).takeUnretainedValue() }
  }
}

extension String {
  fileprivate init(nulTerminated bytes: [CChar]) {
    self.init(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// On one line, short, without control characters: part of it may come from the server.
  fileprivate var printable: String {
    String(String.UnicodeScalarView(prefix(200).unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
  }
}
