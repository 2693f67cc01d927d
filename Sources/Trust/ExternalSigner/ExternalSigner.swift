public import Certificates
public import Cryptography
import JSON
import Runtime
public import Zones

/// Asks a signer for signatures (docs/signer.md): a digest goes out, a signature comes back and is verified.
public struct ExternalSigner: Sendable {
  /// Requests block a thread each, and a person who types a PIN waits for one alone.
  private static let pool = BlockingPool("signers", width: 4)

  public let address: SignerAddress
  private let timeLimitSeconds: Int

  /// - Parameter timeLimitSeconds: for each request, connecting included.
  public init(_ address: SignerAddress, timeLimitSeconds: Int = 30) {
    self.address = address
    self.timeLimitSeconds = max(1, timeLimitSeconds)
  }

  /// What the signer offers: SM2 and P-256 keys; others are left out.
  public func keys() async throws(SignerError) -> [SignerKey] {
    let answer = try await ask("GET", "/v1/keys", nil)
    guard let elements = answer["keys"]?.elements, elements.count <= SignerLimits.keysAtMost else {
      throw badAnswer("its list of keys is none, or longer than \(SignerLimits.keysAtMost)")
    }
    var keys: [SignerKey] = []
    for element in elements { if let key = try key(element) { keys.append(key) } }
    guard Set(keys.map(\.name)).count == keys.count else { throw badAnswer("it lists two keys of one name") }
    return keys
  }

  /// The key of that name.
  ///
  /// - Throws: `unknownKey`, with the names that there are.
  public func key(named name: String) async throws(SignerError) -> SignerKey {
    let keys = try await keys()
    if let key = keys.first(where: { $0.name == name }) { return key }
    let names = keys.map(\.name).joined(separator: ", ")
    throw error(
      .unknownKey, "it has no key \(name) for SM2 or P-256; " + (names.isEmpty ? "it has none" : "it has \(names)"))
  }

  /// Has a digest signed.
  ///
  /// - Parameters:
  ///   - key: the key's name.
  ///   - digest: 32 bytes; for SM2 e = SM3(Z ‖ M).
  ///   - certificate: of the key; what it does not verify is not given back.
  ///   - pin: 1 to 64 bytes of UTF-8 without control characters. It is not kept.
  /// - Returns: two numbers in DER.
  public func sign(
    _ digest: [UInt8], key name: String, certificate: Certificate, pin: SecretBytes
  ) async throws(SignerError) -> [UInt8] {
    guard let algorithm = certificate.signingAlgorithm else {
      throw error(.badRequest, "the certificate \(certificate) holds neither an SM2 nor a P-256 key")
    }
    guard digest.count == SigningAlgorithm.digestByteCount else {
      throw error(.badRequest, "a digest of \(digest.count) bytes where one of 32 is signed")
    }
    let body = try request(name, algorithm, digest, pin)
    let answer = try await ask("POST", "/v1/sign", body)
    guard let text = answer["signature"]?.text, let signature = Base64.decode(text),
      (1...SignerLimits.signatureMaxBytes).contains(signature.count)
    else { throw badAnswer("its answer has no signature in base64") }
    guard certificate.verifies(signature: signature, ofDigest: digest) else {
      throw error(
        .wrongSignature,
        "what it answered is not a signature of \(certificate) over this digest, and is not used; see whether its key "
          + "\(name) is that certificate's")
    }
    return signature
  }

  /// A closure that `DocumentSealer` and others sign with.
  public func signing(key name: String, certificate: Certificate, pin: SecretBytes) -> DigestSigning {
    { digest, algorithm in
      guard certificate.signingAlgorithm == algorithm else {
        throw error(.badRequest, "the certificate \(certificate) signs nothing by \(algorithm.rawValue)")
      }
      return try await sign(digest, key: name, certificate: certificate, pin: pin)
    }
  }

  private func key(_ element: JSONValue) throws(SignerError) -> SignerKey? {
    guard let name = element["name"]?.text, let word = element["algorithm"]?.text,
      Self.isName(name), let der = element["publicKey"]?.text.flatMap({ Base64.decode($0) })
    else { throw badAnswer("a key in its list has no name, no algorithm or no public key") }
    guard let algorithm = SigningAlgorithm(rawValue: word) else { return nil }
    guard let publicKey = try? PublicKey(der: der), publicKey.signingAlgorithm == algorithm else {
      throw badAnswer("the public key of \(name) cannot be read, or is not one for \(word)")
    }
    var certificate: Certificate?
    if let text = element["certificate"]?.text {
      guard let der = Base64.decode(text), let own = try? Certificate(der: der), publicKey.belongs(to: own) else {
        throw badAnswer("the certificate of \(name) cannot be read, or is another key's")
      }
      certificate = own
    }
    return SignerKey(name: name, algorithm: algorithm, publicKey: publicKey, certificate: certificate)
  }

  /// The names of keys, on both sides.
  static func isName(_ name: String) -> Bool {
    let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.".utf8)
    return (1...SignerLimits.keyNameMaxBytes).contains(name.utf8.count) && name.utf8.allSatisfy(allowed.contains)
  }

  /// The request's text, which holds the PIN, in memory that is wiped.
  private func request(
    _ name: String, _ algorithm: SigningAlgorithm, _ digest: [UInt8], _ pin: SecretBytes
  ) throws(SignerError) -> SecretBytes {
    guard Self.isName(name) else {
      throw error(.badRequest, "a key's name is 1 to \(SignerLimits.keyNameMaxBytes) letters, digits, -, _ and .")
    }
    let isPlain = pin.withUnsafeBytes { bytes in bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }
    guard (1...SignerLimits.pinMaxBytes).contains(pin.count), isPlain else {
      throw error(
        .badRequest, "a PIN has 1 to \(SignerLimits.pinMaxBytes) bytes, and no control characters; it was not sent")
    }
    let open = JSONValue.object([
      "key": .string(name), "algorithm": .string(algorithm.rawValue), "digest": .string(Base64.encode(digest)),
    ]).encoded().dropLast()
    let (head, tail) = (Array(open) + Array(",\"pin\":\"".utf8), Array("\"}".utf8))
    return pin.withUnsafeBytes { pin in
      let escapes = pin.count { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
      return SecretBytes(count: head.count + pin.count + escapes + tail.count) { buffer in
        var place = 0
        func put(_ byte: UInt8) {
          buffer[place] = byte
          place += 1
        }
        head.forEach(put)
        for byte in pin {
          if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { put(UInt8(ascii: "\\")) }
          put(byte)
        }
        tail.forEach(put)
      }
    }
  }

  private func ask(_ method: String, _ path: String, _ body: SecretBytes?) async throws(SignerError) -> JSONValue {
    let request = SignerRequest(
      address: address, method: method, path: path, body: body, timeLimitSeconds: timeLimitSeconds)
    let answer = try await Self.pool.run { () throws(SignerError) in try request.perform() }
    guard let value = try? JSONValue.parse(answer.body), value.members != nil else {
      throw badAnswer("its answer, of status \(answer.status), is not one JSON object")
    }
    guard answer.status == 200 else { throw refusal(answer.status, value) }
    return value
  }

  /// The signer's own text is not repeated: it may hold anything.
  private func refusal(_ status: Int, _ value: JSONValue) -> SignerError {
    switch value["error"]?.text {
    case "wrong-pin":
      let left = value["remaining"]?.number.flatMap { (0...1_000).contains($0) ? $0 : nil }
      return error(.wrongPIN, "the PIN is wrong" + (left.map { "; attempts left: \($0)" } ?? ""))
    case "pin-locked":
      return error(.pinLocked, "the key is locked after too many wrong PINs; whoever runs the signer unlocks it")
    case "unknown-key": return error(.unknownKey, "it has no such key for this algorithm")
    case "unavailable": return error(.unavailable, "it cannot sign now; look at its log, and try again")
    case "bad-request":
      return error(.badRequest, "it does not take the request (status \(status)); see whether it speaks this protocol")
    default: return badAnswer("it answered with status \(status) and no known error")
    }
  }

  private func error(_ code: SignerError.Code, _ reason: String) -> SignerError {
    SignerError(code, address.name, reason)
  }

  private func badAnswer(_ reason: String) -> SignerError {
    error(.badAnswer, "\(reason); see whether what listens there is a signer (docs/signer.md)")
  }
}
