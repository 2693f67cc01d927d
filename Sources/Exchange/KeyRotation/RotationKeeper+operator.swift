import Certificates
import Foundation
import JSON
import Links
public import OperatorRequests
import PacketFormat
import PacketSeal
import Storage
import Timestamps
import ZoneKeys
import Zones

extension RotationKeeper {
  /// What operators may request of the zone's keys: `rotate` (argument: the overlap in seconds) makes a pair, or names
  /// the one that waits; `rotate-ask` (a peer) sends its request there; `rotate-install` (two certificates, PEM)
  /// installs its certificates; `rotate-switch` uses it without waiting for the peers' confirmation; `rotate-request`
  /// (a peer) shows that peer's request; `rotate-issue` (a peer, a line break, two certificates) sends it its
  /// certificates.
  public var operatorHandlers: [String: OperatorRequests.Handler] {
    [
      "rotate": { [self] in try await begin(overlap: $0) },
      "rotate-ask": { [self] in try await ask($0) },
      "rotate-install": { [self] in try await install(pem: $0) },
      "rotate-switch": { [self] _ in try switchOver() },
      "rotate-request": { [self] in try await request(of: $0) },
      "rotate-issue": { [self] in try await issue($0) },
    ]
  }

  private func begin(overlap: String) async throws -> String {
    guard let seconds = Int(overlap), (0...31_536_000).contains(seconds) else { return "failed: the overlap" }
    if let waiting = try identity.rotated.members().last(where: { $0.stage < .inUse }) {
      guard waiting.stage == .requested else {
        try await forgetRefusals()
        return "certified \(waiting.number)\n"
      }
      return try text(of: waiting)
    }
    // Packets of the pair before this one may still have to be dropped again, and a peer keeps no third pair.
    if let last = try identity.rotated.members().last(where: { $0.name == identity.current.name }), last.stage == .inUse
    {
      try await forgetRefusals()
      return "failed: the last rotation is not over: the peers still know the pair before; see guandu zone keys"
    }
    let name = identity.current.signingCertificate.commonName
    return try text(of: try identity.rotated.make(named: name, overlapSeconds: seconds))
  }

  /// What a peer refused is sent again, because its operator may have fixed the cause.
  private func forgetRefusals() async throws {
    try await database.write { db in
      try db.run("DELETE FROM key_statement WHERE outcome IS NOT NULL AND outcome <> 'applied'")
    }
  }

  private func text(of member: RotatedKeys.Member) throws -> String {
    let request = try identity.rotated.request(member)
    let names = identity.current
    return """
      requested \(member.number)
      signing \(names.signingCertificate.commonName)
      encryption \(names.encryptionCertificate.commonName)
      \(request.signing.pem)\(request.encryption.pem)
      """
  }

  private func ask(_ peer: String) async throws -> String {
    guard let peer = ZoneName(peer), let member = try identity.rotated.members().last(where: { $0.stage == .requested })
    else { return "failed: no keys wait for certificates" }
    let request = try identity.rotated.request(member)
    try await send(
      KeyRequest.type, KeyRequest(signing: request.signing, encryption: request.encryption).body, to: peer)
    return "the request leaves for \(peer)"
  }

  private func install(pem: String) async throws -> String {
    let pair = try Self.pair(pem)
    try install(signing: pair.signing, encryption: pair.encryption)
    try await step()
    return "the certificates are in place and leave for the peers"
  }

  private func switchOver() throws -> String {
    guard let next = try identity.rotated.members().last(where: { $0.stage == .certified }) else {
      return "failed: no pair with certificates waits to be used"
    }
    try use(next, try identity.rotated.pair(next))
    return "pair \(next.number) signs from now on"
  }

  private func request(of peer: String) async throws -> String {
    guard let zone = ZoneName(peer), let request = try await newestRequest(of: zone) else {
      return "failed: “\(peer)” has asked for no certificates"
    }
    let known = identity.certificates(of: zone)
    guard let encryption = known.encryption.first, known.signing.map(\.commonName).contains(request.signing.commonName)
    else { return "failed: “\(peer)” asks for the name “\(request.signing.commonName)”, which it is not known by" }
    return """
      signing \(request.signing.commonName)
      encryption \(encryption.commonName)
      \(request.signing.pem)\(request.encryption.pem)
      """
  }

  private func issue(_ argument: String) async throws -> String {
    let parts = argument.split(separator: "\n", maxSplits: 1).map(String.init)
    guard parts.count == 2, let peer = ZoneName(parts[0]) else { return "failed: a peer, then certificates" }
    let pair = try Self.pair(parts[1])
    guard let request = try await newestRequest(of: peer) else {
      return "failed: “\(peer)” has asked for no certificates"
    }
    guard request.signing.publicKey.belongs(to: pair.signing), request.encryption.belongs(to: pair.encryption) else {
      return "failed: these are not certificates for the keys of “\(peer)”'s newest request"
    }
    try await send(IssuedPair.type, IssuedPair.body(pair), to: peer)
    return "the certificates leave for \(peer)"
  }

  private func newestRequest(of peer: ZoneName) async throws -> KeyRequest? {
    let kept = try await database.read { db -> (Data, Data)? in
      try db.one("SELECT signing, encryption FROM key_request WHERE peer = ?", peer.text).map {
        try ($0["signing"], $0["encryption"])
      }
    }
    return try kept.map { try KeyRequest(signing: [UInt8]($0.0), encryption: [UInt8]($0.1)) }
  }

  private func send(_ type: String, _ body: JSONValue, to peer: ZoneName) async throws {
    let (outbox, at) = (self.outbox, now())
    let id = newIdentifier(at: at)
    let message = Message(id: id, type: type, subject: id, after: [], at: timestamp(at), body: body)
    try await database.write { db in
      try outbox.enqueue(OutgoingMessage(message, classification: .public), to: peer, db)
    }
  }

  private static func pair(_ pem: String) throws(TrustError) -> KeyStatement.Pair {
    let certificates = try Certificate.parse(pem: Array(pem.utf8))
    guard certificates.count == 2, certificates[0].ed25519PublicKey != nil, certificates[1].x25519PublicKey != nil
    else {
      throw TrustError(
        .malformed, "a zone's certificates are two: the one for signing (Ed25519), then for encryption (X25519)")
    }
    return .init(signing: certificates[0], encryption: certificates[1])
  }
}
