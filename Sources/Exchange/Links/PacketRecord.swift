import AuditLog
import Cryptography
import PacketFormat
import PacketSeal
import Storage
import Timestamps
import Zones

/// What the database records of a packet.
struct PacketRecord: Sendable {
  let stream: StreamName
  let sequence: Int
  let file: String
  let digest: HexDigest
  let byteCount: Int
  /// SHA-256 of the certificate that it is signed under, in hex.
  let signer: String
  /// SHA-256 of the peer's certificate that it is sealed for, in hex.
  let recipient: String?
  let proof: SignatureProof

  /// Advances the stream and records the packet, in the caller's transaction.
  ///
  /// - Parameters:
  ///   - expected: the sequence that the stream must still have.
  ///   - rows: the first and last row that it carries.
  func save(
    peer: ZoneName, expected: Int, rows: (first: Int64, last: Int64), sentAt: UnixMilliseconds,
    nextDrop: UnixMilliseconds, _ db: Transaction
  ) throws {
    let packed = stream.lane == .messages && rows.last > 0 ? rows.last : nil
    try OutgoingStream.advance(peer, stream, from: expected, past: sequence, digest: digest, packed: packed, db)
    try db.run(
      """
      INSERT INTO sent_packet
        (peer, lane, sequence, file, digest, bytes, first_row, last_row, confirmed, attempts, sent_at, next_drop, signer,
          recipient)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, ?, ?)
      """, peer.text, stream.lane.rawValue, sequence, file, digest.text, byteCount, rows.first, rows.last, sentAt,
      nextDrop, signer, recipient)
  }
}

extension PacketRecord {
  func auditName(_ peer: ZoneName) -> AuditTrail.Packet {
    AuditTrail.Packet(
      peer: peer, stream: stream.description, sequence: sequence, digest: digest.text, signed: proof.evidence)
  }
}

extension SignatureProof {
  var evidence: AuditTrail.SignedManifest {
    AuditTrail.SignedManifest(line: manifestLine, signature: signature, certificate: certificate)
  }
}

extension SealedPacket {
  var record: PacketRecord {
    PacketRecord(
      stream: manifest.stream, sequence: manifest.sequence, file: fileName,
      digest: HexDigest(manifestDigest.hex) ?? .zero, byteCount: byteCount,
      signer: signer.hex, recipient: manifest.recipients.first?.text, proof: proof)
  }
}
