import Certificates
import Cryptography
import ExternalSigner
import Foundation
import JSON
import Testing
import Zones

/// An authority and a sealer's pair of one kind.
private struct Sealer {
  let key: PrivateKey
  let certificate: Certificate

  init(_ kind: KeyKind) throws {
    let day = Date(timeIntervalSince1970: 1_796_000_000)
    let authority = try CertificateAuthority.makeRoot(
      commonName: "Test root", key: try PrivateKey(generating: kind), at: day)
    (certificate, key) = try authority.issue(kind == .sm2 ? .sm2Seal : .handler, to: "Sealer", at: day)
  }

  func signature(_ digest: [UInt8]) throws -> String { Base64.encode(try key.sign(digest: digest)) }
}

private let digest = [UInt8](1...32)
private let pin = SecretBytes(Array("pin \"1\\2".utf8))

/// What the request's JSON says.
private func order(_ request: String) throws -> JSONValue {
  try JSONValue.parse(Array(request.components(separatedBy: "\r\n\r\n").dropFirst().joined().utf8))
}

private func signer(_ fake: FakeSigner, seconds: Int = 20) -> ExternalSigner {
  ExternalSigner(SignerAddress(name: "fake", place: .socket(fake.path)), timeLimitSeconds: seconds)
}

@Suite struct ASigner {
  @Test(arguments: [KeyKind.sm2, .p256]) func `is sent a digest and a PIN, and its signature comes back`(
    kind: KeyKind
  ) async throws {
    let sealer = try Sealer(kind)
    let fake = try FakeSigner { request in
      guard let digest = (try? order(request))?["digest"]?.text.flatMap({ Base64.decode($0) }),
        let text = try? sealer.signature(digest)
      else { return .json(400, #"{"error":"bad-request"}"#) }
      return .json(200, #"{"signature":"\#(text)"}"#)
    }
    let signature = try await signer(fake).sign(digest, key: "seal-1", certificate: sealer.certificate, pin: pin)
    #expect(sealer.certificate.verifies(signature: signature, ofDigest: digest))
    let request = try #require(fake.requests.first)
    #expect(request.hasPrefix("POST /v1/sign HTTP/1.1\r\n"))
    let sent = try order(request)
    #expect(
      sent["key"]?.text == "seal-1" && sent["algorithm"]?.text == (kind == .sm2 ? "sm2-sm3" : "ecdsa-p256-sha256"))
    #expect(sent["pin"]?.text == "pin \"1\\2" && sent.members?.count == 4)
  }

  @Test func `lists keys, those of other algorithms left out`() async throws {
    let sealer = try Sealer(.sm2)
    let publicKey = Base64.encode(try sealer.key.publicKey().der)
    let certificate = Base64.encode(sealer.certificate.der)
    let fake = try FakeSigner { _ in
      .json(
        200,
        #"{"keys":[{"name":"a","algorithm":"rsa-sha256","publicKey":"AAAA"},"#
          + #"{"name":"b","algorithm":"sm2-sm3","publicKey":"\#(publicKey)","certificate":"\#(certificate)","more":1}]}"#
      )
    }
    let keys = try await signer(fake).keys()
    #expect(keys.map(\.name) == ["b"] && keys[0].certificate == sealer.certificate)
    #expect(keys[0].publicKey.belongs(to: sealer.certificate))
    await #expect(throws: SignerError.self) { try await signer(fake).key(named: "a") }
  }

  @Test func `is not believed where its signature is another key's, another digest's, or none`() async throws {
    let (sealer, other) = (try Sealer(.sm2), try Sealer(.sm2))
    let wrong = [
      try other.signature(digest), try sealer.signature(digest.reversed()), Base64.encode([0x30, 0x00]),
      Base64.encode([UInt8](repeating: 0x30, count: 80)),
    ]
    for text in wrong {
      let fake = try FakeSigner { _ in .json(200, #"{"signature":"\#(text)"}"#) }
      let error = await failure(fake, sealer)
      #expect(error?.code == .wrongSignature && error?.description.contains("fake") == true)
    }
  }

  @Test(arguments: [
    #"{}"#, #"{"signature":""}"#, #"{"signature":"!"}"#, #"{"signature":7}"#, "", "[]", "null", "no JSON",
    #"{"signature":"\#(String(repeating: "AAAA", count: 30))"}"#,
  ]) func `is not understood where its answer is malformed`(body: String) async throws {
    let fake = try FakeSigner { _ in .json(200, body) }
    #expect(await failure(fake, try Sealer(.sm2))?.code == .badAnswer)
  }

  @Test(arguments: [
    (403, #"{"error":"wrong-pin","remaining":4}"#, SignerError.Code.wrongPIN),
    (423, #"{"error":"pin-locked"}"#, .pinLocked), (404, #"{"error":"unknown-key"}"#, .unknownKey),
    (503, #"{"error":"unavailable"}"#, .unavailable), (400, #"{"error":"bad-request"}"#, .badRequest),
    (500, #"{"error":"other"}"#, .badAnswer), (302, "{}", .badAnswer), (200, #"{"error":"wrong-pin"}"#, .badAnswer),
  ]) func `says why it refuses`(status: Int, body: String, code: SignerError.Code) async throws {
    let fake = try FakeSigner { _ in .json(status, body) }
    let error = await failure(fake, try Sealer(.p256))
    #expect(error?.code == code)
    if code == .wrongPIN { #expect(error?.description.contains("attempts left: 4") == true) }
    #expect(error?.description.contains("pin \"1") == false)
  }

  @Test func `is given up where it says nothing, too much, or no HTTP`() async throws {
    let sealer = try Sealer(.sm2)
    #expect(await failure(try FakeSigner { _ in .silence }, sealer, seconds: 1)?.code == .unavailable)
    #expect(await failure(try FakeSigner { _ in .bytes([]) }, sealer)?.code == .unavailable)
    let head = Array("HTTP/1.1 200 OK\r\n\r\n".utf8)
    #expect(
      await failure(try FakeSigner { _ in .flood(head + [UInt8](repeating: 0x20, count: 10_000)) }, sealer)?.code
        == .badAnswer)
    #expect(await failure(try FakeSigner { _ in .bytes(Array("SSH-2.0-x\r\n".utf8)) }, sealer)?.code == .badAnswer)
    let half = Array("HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{".utf8)
    #expect(await failure(try FakeSigner { _ in .bytes(half) }, sealer)?.code == .unavailable)
    let absent = ExternalSigner(SignerAddress(name: "absent", place: .socket("/nowhere/s")))
    await #expect { try await absent.keys() } throws: { ($0 as? SignerError)?.code == .unavailable }
  }

  @Test func `is not asked for what it could not do`() async throws {
    let sealer = try Sealer(.sm2)
    let fake = try FakeSigner { _ in .silence }
    for (name, digest, pin) in [
      ("a b", digest, pin), ("", digest, pin), (String(repeating: "a", count: 65), digest, pin),
      ("a", Array(digest.dropLast()), pin), ("a", digest, SecretBytes([])),
      ("a", digest, SecretBytes(Array("1\n2".utf8))), ("a", digest, SecretBytes([UInt8](repeating: 0x31, count: 65))),
    ] {
      await #expect {
        try await signer(fake).sign(digest, key: name, certificate: sealer.certificate, pin: pin)
      } throws: { ($0 as? SignerError)?.code == .badRequest }
    }
    #expect(fake.requests.isEmpty)
  }

  @Test func `is refused where its list lies`() async throws {
    let (sealer, other) = (try Sealer(.sm2), try Sealer(.sm2))
    let own = Base64.encode(try sealer.key.publicKey().der)
    let foreign = Base64.encode(other.certificate.der)
    let many = (0...256).map { #"{"name":"\#($0)","algorithm":"sm2-sm3","publicKey":"\#(own)"}"# }
    for list in [
      "[\(many.joined(separator: ","))]",
      #"[{"name":"a","algorithm":"sm2-sm3","publicKey":"\#(own)","certificate":"\#(foreign)"}]"#,
      #"[{"name":"a","algorithm":"ecdsa-p256-sha256","publicKey":"\#(own)"}]"#,
      #"[{"name":"a","algorithm":"sm2-sm3","publicKey":"AAAA"}]"#, #"[{"name":"a"}]"#, "7",
      #"[{"name":"a","algorithm":"sm2-sm3","publicKey":"\#(own)"},{"name":"a","algorithm":"sm2-sm3","publicKey":"\#(own)"}]"#,
    ] {
      let fake = try FakeSigner { _ in .json(200, #"{"keys":\#(list)}"#) }
      await #expect { try await signer(fake).keys() } throws: { ($0 as? SignerError)?.code == .badAnswer }
    }
  }

  private func failure(_ fake: FakeSigner, _ sealer: Sealer, seconds: Int = 20) async -> SignerError? {
    do throws(SignerError) {
      _ = try await signer(fake, seconds: seconds).sign(digest, key: "a", certificate: sealer.certificate, pin: pin)
      return nil
    } catch { return error }
  }
}

@Suite struct ADigest {
  /// GB/T 32918.2 has no example under the standard identifier on this curve; OpenSSL's own digest is what counts.
  @Test func `of SM2 is the one that the message's signature is over`() throws {
    let sealer = try Sealer(.sm2)
    let message = Array("公文".utf8)
    let digest = try #require(sealer.certificate.digestToSign(message))
    #expect(sealer.certificate.verifies(signature: try sealer.key.signSM2(message), ofDigest: digest))
    let signature = try sealer.key.sign(digest: digest)
    #expect(try #require(sealer.certificate.sm2PublicKey).verifies(signature: signature, of: message))
  }

  @Test func `is signed by no other key`() throws {
    #expect(throws: TrustError.self) { try PrivateKey(generating: .ed25519).sign(digest: digest) }
    #expect(throws: TrustError.self) { try PrivateKey(generating: .p256).sign(digest: [1]) }
  }
}
