import Certificates
import Cryptography
import Foundation
import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore
import NIOSSL

/// A request's connection, for its other end's certificate.
struct SignerContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    channel = source.channel
  }

  /// Who asks, for the log: SHA-256 of the certificate that TLS has checked; over a socket nobody shows one.
  func peer() async -> String {
    guard let certificate = try? await channel.nioSSL_peerCertificate().get(), let der = try? certificate.toDERBytes()
    else { return "socket" }
    return Digest.of(der).hex
  }
}

/// The protocol of docs/signer.md.
struct SignerResponder: HTTPResponder {
  static let requestMaxBytes = 4_096
  private static let pinMaxBytes = 64

  let keys: ServedKeys
  let logger: Logger

  func respond(to request: Request, context: SignerContext) async throws -> Response {
    switch (request.method, request.uri.path) {
    case (.get, "/v1/keys"): return Self.answer(.ok, keys.listed)
    case (.post, "/v1/sign"): return await sign(request, context)
    default: return Self.answer(.notFound, Self.error("bad-request"))
    }
  }

  private struct Order {
    let key: String
    let algorithm: SigningAlgorithm
    let digest: [UInt8]
    let pin: SecretBytes
  }

  private func sign(_ request: Request, _ context: SignerContext) async -> Response {
    let peer = await context.peer()
    guard let body = try? await request.body.collect(upTo: Self.requestMaxBytes) else {
      logger.warning("a request to sign is too long", metadata: ["peer": "\(peer)"])
      return Self.answer(.contentTooLarge, Self.error("bad-request"))
    }
    guard let order = Self.order(body) else {
      logger.warning("a request to sign cannot be understood", metadata: ["peer": "\(peer)"])
      return Self.answer(.badRequest, Self.error("bad-request"))
    }
    let told: Logger.Metadata = [
      "key": "\(order.key)", "algorithm": "\(order.algorithm.rawValue)", "digest": "\(encodeHex(order.digest))",
      "peer": "\(peer)",
    ]
    do {
      let signature = try await keys.sign(
        order.digest, key: order.key, algorithm: order.algorithm, pin: order.pin)
      logger.info("a signature was made", metadata: told)
      return Self.answer(.ok, .object(["signature": .string(Base64.encode(signature))]))
    } catch {
      let (status, code, reason) = Self.refusal(error)
      var told = told
      told["code"] = "\(code)"
      if let reason { told["reason"] = "\(reason)" }
      logger.warning("a signature was refused", metadata: told)
      guard case .wrongPIN(let remaining) = error else { return Self.answer(status, Self.error(code)) }
      return Self.answer(status, .object(["error": .string(code), "remaining": .integer(remaining)]))
    }
  }

  private static func refusal(_ refusal: ServedKeys.Refusal) -> (HTTPResponse.Status, code: String, reason: String?) {
    switch refusal {
    case .wrongPIN(let remaining): (.forbidden, "wrong-pin", "attempts left: \(remaining)")
    case .pinLocked: (.locked, "pin-locked", nil)
    case .unknownKey: (.notFound, "unknown-key", nil)
    case .unavailable(let reason): (.serviceUnavailable, "unavailable", reason)
    }
  }

  /// Nil for what is no request of the protocol. The copies of the PIN that are ours are wiped.
  private static func order(_ body: ByteBuffer) -> Order? {
    var bytes = Array(body.readableBytesView)
    defer { wipe(&bytes) }
    guard let value = try? JSONValue.parse(bytes), let members = value.members,
      Set(members.map(\.key)) == ["key", "algorithm", "digest", "pin"], let key = value["key"]?.text,
      let word = value["algorithm"]?.text, let algorithm = SigningAlgorithm(rawValue: word),
      let digest = value["digest"]?.text.flatMap({ Base64.decode($0) }),
      digest.count == SigningAlgorithm.digestByteCount, let text = value["pin"]?.text,
      (1...64).contains(key.utf8.count), key.unicodeScalars.allSatisfy({ (0x21...0x7E).contains($0.value) }),
      (1...pinMaxBytes).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
    else { return nil }
    return Order(key: key, algorithm: algorithm, digest: digest, pin: SecretBytes(text.utf8))
  }

  private static func error(_ code: String) -> JSONValue { .object(["error": .string(code)]) }

  private static func answer(_ status: HTTPResponse.Status, _ value: JSONValue) -> Response {
    let bytes = value.encoded()
    let body = ByteBuffer(bytes: bytes)
    return Response(
      status: status,
      headers: [.contentType: "application/json", .cacheControl: "no-store", .contentLength: "\(bytes.count)"],
      body: .init(byteBuffer: body))
  }
}

extension HTTPResponse.Status {
  /// RFC 4918, section 11.3.
  fileprivate static var locked: Self { .init(code: 423, reasonPhrase: "Locked") }
}

extension ServedKeys {
  /// As `GET /v1/keys` answers.
  var listed: JSONValue {
    .object([
      "keys": .array(
        keys.map { key in
          .object([
            "name": .string(key.name), "algorithm": .string(key.algorithm.rawValue),
            "publicKey": .string(Base64.encode(key.publicKey.der)),
            "certificate": .string(Base64.encode(key.certificate.der)),
          ])
        })
    ])
  }
}
