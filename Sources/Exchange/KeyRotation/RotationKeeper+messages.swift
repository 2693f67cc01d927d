import Certificates
import Cryptography
import Foundation
import JSON
public import Links
import PacketFormat
import Runtime
import Storage
import Timestamps
import ZoneKeys
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
  /// The handlers of a peer's messages about keys.
  public func handlers(of peer: ZoneName) -> [String: MessageHandler] {
    [
      KeyStatement.type: handler { [self] body in
        let statement = try KeyStatement(body)
        // A repeat changes nothing.
        guard let word = try identity.judge(statement, of: peer, at: Date(unixMilliseconds: now())) else {
          return { _ in }
        }
        return { [self] db in try take(word, db) }
      },
      KeyRequest.type: handler { [self] body in
        let (request, at) = (try KeyRequest(body), now())
        return { [log] db in
          try db.run(
            """
            INSERT INTO key_request (peer, signing, encryption, at) VALUES (?, ?, ?, ?)
            ON CONFLICT (peer) DO UPDATE SET
              signing = excluded.signing, encryption = excluded.encryption, at = excluded.at
            """, peer.text, request.signing.der, request.encryption.der, at)
          db.afterCommit { log.requestCame(from: peer) }
        }
      },
      IssuedPair.type: handler { [self] body in
        let pair = try IssuedPair.pair(body)
        guard try memberThatWaits(for: pair) != nil else { return { _ in } }
        return { [signal] db in
          try db.run("INSERT INTO issued_pair (body) VALUES (?)", body.encoded())
          db.afterCommit { signal.ring() }
        }
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

  /// A peer's statement of its certificates counts from the commit on, so that nothing signed with the new key comes
  /// too early: the peer signs with it once it has this zone's receipt.
  private func take(_ word: ZoneIdentity.PeerWord, _ db: Transaction) throws {
    let (peer, statement) = (word.peer, word.statement)
    let pending = try db.one(Int.self, "SELECT number FROM peer_statement WHERE peer = ?", peer.text)
    if let pending, pending >= statement.number {
      guard pending > statement.number else { return }
      throw MessageRefusal(
        code: TrustError.Code.rolledBack.rawValue, reason: "“\(peer)” has said something newer of its certificates")
    }
    try db.run(
      """
      INSERT INTO peer_statement (peer, number, body) VALUES (?, ?, ?)
      ON CONFLICT (peer) DO UPDATE SET number = excluded.number, body = excluded.body
      """, peer.text, statement.number, statement.body.encoded())
    if let first = statement.pairs.first { try audit?.keysChanged(of: peer, first, db) }
    db.afterCommit { [identity, log, signal] in
      identity.accept(word)
      log.peerPairs(statement, of: peer)
      signal.ring()
    }
  }

  /// What was committed but is in no file yet: its files are written, after a crash again.
  func fileNews() async throws {
    let (statements, issued) = try await database.read { db in
      (
        try db.all("SELECT peer, number, body FROM peer_statement").map {
          try (peer: $0["peer"] as String, number: $0["number"] as Int, body: $0["body"] as [UInt8])
        },
        try db.all("SELECT id, body FROM issued_pair ORDER BY id").map {
          try (id: $0["id"] as Int64, body: $0["body"] as [UInt8])
        }
      )
    }
    for row in statements {
      if let peer = ZoneName(row.peer),
        let word = try identity.word(try KeyStatement(try JSONValue.parse(row.body)), of: peer)
      {
        identity.accept(word)
        try identity.remember(word)
      }
      try await database.write { db in
        try db.run("DELETE FROM peer_statement WHERE peer = ? AND number = ?", row.peer, row.number)
      }
    }
    for row in issued {
      do {
        let pair = try IssuedPair.pair(try JSONValue.parse(row.body))
        try install(signing: pair.signing, encryption: pair.encryption)
      } catch let error as TrustError { log.keysRefused(error) }
      try await database.write { db in
        try db.run("DELETE FROM issued_pair WHERE id = ?", row.id)
      }
    }
  }

  /// Stores certificates beside the keys that wait for them; they are announced then.
  ///
  /// - Throws: `TrustError` if no keys wait for these, or the peers would not accept them.
  func install(signing: Certificate, encryption: Certificate) throws {
    guard let member = try memberThatWaits(for: .init(signing: signing, encryption: encryption)) else { return }
    let certified = try identity.rotated.install(signing: signing, encryption: encryption, in: member)
    // What the peers seal for it must be readable from the moment that they know of it.
    identity.keep(try identity.rotated.pair(certified))
  }

  /// The keys that the certificates were made for; nil if these are in use already.
  ///
  /// - Throws: as `install`.
  private func memberThatWaits(for pair: KeyStatement.Pair) throws -> RotatedKeys.Member? {
    let (signing, encryption) = (pair.signing, pair.encryption)
    let date = Date(unixMilliseconds: now())
    let current = identity.current
    let members = try identity.rotated.members()
    if members.contains(where: { $0.name == signing.fingerprint.hex && $0.stage > .certified }) { return nil }
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
    let keys = try identity.rotated.request(member)
    guard keys.signing.publicKey.belongs(to: signing), keys.encryption.belongs(to: encryption) else {
      throw TrustError(.keyMismatch, "the certificates are not those of the keys that wait for them")
    }
    return member
  }
}
