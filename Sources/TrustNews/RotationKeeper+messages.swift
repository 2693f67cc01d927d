import Cryptography
public import Exchange
import Foundation
import GRDB
import PacketFormat
import Trust
public import Zones

/// A zone's request for certificates: `{"signing": base64 of PKCS#10, "encryption": base64 of SubjectPublicKeyInfo}`.
struct KeyRequest {
  static let type = "trust.request"

  let signing: CertificateRequest
  let encryption: PublicKey

  var body: JSONValue {
    .object([
      "signing": .string(Base64.encode(signing.der)), "encryption": .string(Base64.encode(encryption.der)),
    ])
  }

  init(signing: CertificateRequest, encryption: PublicKey) {
    self.signing = signing
    self.encryption = encryption
  }

  init(_ body: JSONValue) throws(TrustError) {
    guard body.members?.count == 2, let signing = body["signing"]?.text.flatMap({ Base64.decode(Array($0.utf8)) }),
      let encryption = body["encryption"]?.text.flatMap({ Base64.decode(Array($0.utf8)) })
    else { throw TrustError(.malformed, "not a request for a pair of certificates") }
    try self.init(signing: signing, encryption: encryption)
  }

  init(signing: [UInt8], encryption: [UInt8]) throws(TrustError) {
    self.signing = try CertificateRequest(der: signing)
    self.encryption = try PublicKey(der: encryption)
    guard self.signing.publicKey.kind == .ed25519, self.encryption.kind == .x25519 else {
      throw TrustError(.weakKey, "a zone's keys are Ed25519 and X25519")
    }
  }
}

/// The certificates that were made for a peer's request.
enum IssuedPair {
  static let type = "trust.issued"

  static func body(_ pair: KeyStatement.Pair) -> JSONValue { KeyStatement(number: 1, pairs: [pair]).body }
  static func pair(_ body: JSONValue) throws(TrustError) -> KeyStatement.Pair { try KeyStatement(body).pairs[0] }
}

extension RotationKeeper {
  /// What this zone does with a peer's messages about keys.
  public func handlers(of peer: ZoneName) -> [String: MessageHandler] {
    [
      KeyStatement.type: handler { [self] body in
        // Before the commit, so that nothing signed with the new key can come too early. A repeat changes nothing.
        let statement = try KeyStatement(body)
        guard try identity.take(statement, of: peer, at: Date(unixMilliseconds: now())) else { return { _ in } }
        log.peerPairs(statement, of: peer)
        return { [audit] db in
          if let first = statement.pairs.first { try audit?.keysChanged(of: peer, first, db) }
        }
      },
      KeyRequest.type: handler { [self] body in
        let (request, at) = (try KeyRequest(body), now())
        return { [log] db in
          try db.execute(
            sql: "INSERT OR REPLACE INTO key_request (peer, signing, encryption, at) VALUES (?, ?, ?, ?)",
            arguments: [peer.text, Data(request.signing.der), Data(request.encryption.der), at])
          log.requestCame(from: peer)
        }
      },
      IssuedPair.type: handler { [self] body in
        let pair = try IssuedPair.pair(body)
        try install(signing: pair.signing, encryption: pair.encryption)
        return { _ in }
      },
    ]
  }

  private func handler(_ take: @escaping @Sendable (JSONValue) throws -> MessageHandler.Change) -> MessageHandler {
    MessageHandler { [log] message in
      do { return try take(message.body) } catch let error as TrustError {
        log.keysRefused(error)
        throw MessageRefusal(code: error.code.rawValue, reason: error.reason)
      }
    }
  }

  /// Puts certificates beside the keys that wait for them; they are announced then.
  ///
  /// - Throws: `TrustError` where no keys wait for these, or the peers would not take them.
  func install(signing: Certificate, encryption: Certificate) throws {
    let date = Date(unixMilliseconds: now())
    let current = identity.current
    let members = try identity.rotated.members()
    if members.contains(where: { $0.name == signing.fingerprint.hex && $0.stage > .certified }) { return }
    guard let member = members.last(where: { $0.stage <= .certified }) else {
      throw TrustError(.keyMismatch, "no keys wait for certificates; guandu zone rotate makes some")
    }
    guard signing.commonName == current.signingCertificate.commonName,
      encryption.commonName == current.encryptionCertificate.commonName
    else {
      throw TrustError(
        .untrusted,
        "the peers know this zone as “\(current.signingCertificate.commonName)” and "
          + "“\(current.encryptionCertificate.commonName)”, not as “\(signing.commonName)” and “\(encryption.commonName)”"
      )
    }
    try identity.trust.verify(signing, for: .zoneSigning, at: date)
    try identity.trust.verify(encryption, for: .zoneEncryption, at: date)
    let certified = try identity.rotated.install(signing: signing, encryption: encryption, in: member)
    // What the peers seal for it must be opened from the moment that they know of it.
    identity.keep(try identity.rotated.pair(certified))
  }
}
