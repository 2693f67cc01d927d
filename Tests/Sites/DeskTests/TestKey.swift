import COpenSSL
import Certificates
import Cryptography
import Foundation

/// A key as a browser would hold it, for what the desk's script does.
final class TestKey: Sendable {
  private let key: PrivateKey

  init() throws { key = try PrivateKey(generating: .p256) }

  private func withKey<R>(_ body: (OpaquePointer) -> R?) throws -> R {
    var pem = try key.pem().withUnsafeBytes { Array($0) }
    defer { pem.resetBytes(in: 0..<pem.count) }
    guard let memory = BIO_new_mem_buf(pem, Int32(pem.count)) else { throw Broken() }
    defer { BIO_free(memory) }
    guard let read = PEM_read_bio_PrivateKey(memory, nil, nil, nil) else { throw Broken() }
    defer { EVP_PKEY_free(read) }
    guard let result = body(read) else { throw Broken() }
    return result
  }

  /// SubjectPublicKeyInfo, DER.
  var spki: [UInt8] {
    get throws {
      try withKey { key in
        var bytes: UnsafeMutablePointer<UInt8>?
        let count = i2d_PUBKEY(key, &bytes)
        guard count > 0, let bytes else { return nil }
        defer { CRYPTO_free(bytes, nil, 0) }
        return Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
      }
    }
  }

  var fingerprint: String { get throws { Digest.of(try spki).hex } }

  /// The two numbers of an ECDSA signature with SHA-256, 32 bytes each, as WebCrypto gives them.
  func sign(_ text: String) throws -> [UInt8] {
    let message = Array(text.utf8)
    let der = try withKey { key -> [UInt8]? in
      guard let context = EVP_MD_CTX_new() else { return nil }
      defer { EVP_MD_CTX_free(context) }
      var count = 80
      var output = [UInt8](repeating: 0, count: count)
      guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1,
        EVP_DigestSign(context, &output, &count, message, message.count) == 1
      else { return nil }
      return Array(output.prefix(count))
    }
    let first = Array(der[4..<(4 + Int(der[3]))])
    let second = Array(der[(6 + first.count)...])
    return [first, second].flatMap { number in
      let digits = number.drop { $0 == 0 }
      return [UInt8](repeating: 0, count: 32 - digits.count) + digits
    }
  }

  /// What the script adds to a form: `head` and `nonce` are the page's.
  func signed(_ fields: [String: String], head: String, nonce: String) throws -> [String: String] {
    let text =
      head
      + fields.sorted { $0.key < $1.key }.map { name, value in
        "field \(name) \(Digest.of(value.replacingOccurrences(of: "\r\n", with: "\n").utf8).hex)\n"
      }.joined()
    return fields.merging([
      "nonce": nonce, "signing-key": try fingerprint, "signature": Base64.encode(try sign(text)),
    ]) { own, _ in own }
  }

  /// The form that enrols this key, as the page of `visit` offers it.
  func enrolment(in visit: TestVisit, name: String = "办公室电脑") async throws -> [String: String] {
    let offer = try await Offer(on: "/me/keys", action: "/me/keys", in: visit)
    return try signed(["key": Base64.encode(try spki), "name": name], head: offer.head, nonce: offer.nonce)
  }

  private struct Broken: Error {}
}

/// What a page offers to sign with one of its forms.
struct Offer: Sendable {
  let head: String
  let nonce: String
  let keys: [String]

  /// Throws where the page has no such form.
  ///
  /// - Parameter fields: posted to get the page, where it is one that checks a form.
  init(on path: String, action: String, in visit: TestVisit, posting fields: [String: String]? = nil) async throws {
    let answer = if let fields { await visit.post(path, fields) } else { await visit.get(path) }
    let pieces = answer.text.components(separatedBy: "action=\"\(action)\"")
    guard pieces.count == 2, let form = pieces[1].components(separatedBy: "</form>").first,
      let head = form.firstMatch(of: /data-statement="([^"]*)"/)?.output.1,
      let nonce = form.firstMatch(of: /name="nonce" value="([0-9a-f]{64})"/)?.output.1
    else { throw Refused(status: answer.status) }
    self.head = String(head)
    self.nonce = String(nonce)
    keys = form.firstMatch(of: /data-keys="([^"]*)"/).map { $0.output.1.split(separator: " ").map(String.init) } ?? []
  }
}
