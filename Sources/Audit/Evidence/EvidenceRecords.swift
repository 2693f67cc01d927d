import Certificates
import Cryptography
import Foundation
import PacketFormat
import Storage
import TransparencyLog

/// What a zone has signed for a packet.
struct PacketRecord: Sendable {
  let digest: String
  /// Line 2 of the packet, with its newline.
  let manifest: [UInt8]
  let signature: [UInt8]
  let signer: Certificate

  /// Lines 1 and 2: what was signed.
  var signed: [UInt8] { PacketHead.magic + manifest }

  /// - Throws: `EvidenceError` if the database's copy is not what was signed.
  func check() throws(EvidenceError) {
    guard Digest.of(manifest).hex == digest, let key = signer.ed25519PublicKey,
      verifyEd25519(signature: signature, message: signed, publicKey: key)
    else { throw EvidenceError("the manifest \(digest) in the database is not what was signed") }
  }
}

extension PacketRecord {
  /// Nil if none was kept.
  static func load(_ digest: String, _ db: Transaction) throws -> PacketRecord? {
    let row = try db.one(
      """
      SELECT manifest, signature, der FROM packet_manifest JOIN packet_signer ON signer = fingerprint
      WHERE digest = ?
      """, digest)
    guard let row else { return nil }
    let record = try PacketRecord(
      digest: digest, manifest: row["manifest"] as [UInt8], signature: row["signature"] as [UInt8],
      signer: try Certificate(der: row["der"] as [UInt8]))
    try record.check()
    return record
  }
}

/// The certificates of logs and witnesses: this zone's own, and those that its peers have shown.
struct AuditCertificates: Sendable {
  private static let (logSuffix, witnessSuffix) = (" audit log", " audit witness")

  let all: [Certificate]

  init(own: [Certificate], _ db: Transaction) throws {
    let shown = try db.all(Data.self, "SELECT der FROM audit_certificate ORDER BY name, fingerprint")
    all = try own + shown.map { try Certificate(der: [UInt8]($0)) }
  }

  /// The keys that a zone's logs may be signed with.
  func logs(of zone: String) -> [(key: [UInt8], certificate: Certificate)] {
    all.compactMap { certificate in
      guard certificate.commonName == zone + Self.logSuffix, let key = certificate.ed25519PublicKey else { return nil }
      return (key, certificate)
    }
  }

  /// The keys of other zones' witnesses.
  func witnesses(besides zone: String) -> [NoteVerifier] {
    all.compactMap { certificate in
      guard certificate.commonName.hasSuffix(Self.witnessSuffix), let key = certificate.ed25519PublicKey else {
        return nil
      }
      let witness = String(certificate.commonName.dropLast(Self.witnessSuffix.count))
      return witness == zone ? nil : NoteVerifier(name: "\(witness)/audit/witness", kind: .cosignature, publicKey: key)
    }
  }

  /// The certificate of a key.
  func certificate(of key: NoteVerifier) -> Certificate? { all.first { $0.ed25519PublicKey == key.publicKey } }
}
