import Certificates
import Cryptography
import JSON
import TransparencyLog

/// A log's checkpoint, for the peer to witness: `{"note": …, "proofs": [[size, base64…]…], "certificate": base64}`.
/// Each proof shows that it extends the log of `size` entries: the one shown last, and the one that the peer has
/// cosigned last, which differ if a message was lost.
struct CheckpointMessage {
  static let type = "audit.checkpoint"

  let note: SignedNote
  let proofs: [Int: [TreeHash]]
  let certificate: Certificate

  var body: JSONValue {
    .object([
      "note": .string(note.encoded),
      "proofs": .array(
        proofs.sorted { $0.key < $1.key }.map { size, hashes in
          .array([.integer(size)] + hashes.map { .string($0.base64) })
        }),
      "certificate": .string(Base64.encode(certificate.der)),
    ])
  }

  init(note: SignedNote, proofs: [Int: [TreeHash]], certificate: Certificate) {
    self.note = note
    self.proofs = proofs
    self.certificate = certificate
  }

  /// - Throws: `NoteError`, `TrustError`.
  init(_ body: JSONValue) throws {
    guard body.members?.count == 3, let text = body["note"]?.text, let list = body["proofs"]?.elements, list.count <= 2
    else { throw NoteError("not a checkpoint to be witnessed") }
    note = try SignedNote(Array(text.utf8))
    var proofs: [Int: [TreeHash]] = [:]
    for proof in list {
      guard let parts = proof.elements, let size = parts.first?.number, parts.count <= 2 * MerkleProof.maxHashes else {
        throw NoteError("not a proof of consistency")
      }
      proofs[size] = try parts.dropFirst().map { value throws(NoteError) in
        guard let bytes = value.text.flatMap({ Base64.decode($0.utf8) }), let hash = TreeHash(bytes: bytes) else {
          throw NoteError("a proof's hash is 32 bytes in base64")
        }
        return hash
      }
    }
    self.proofs = proofs
    certificate = try readCertificate(in: body)
  }
}

/// A witness's cosignature of a checkpoint: `{"origin": …, "size": …, "signature": a line of a note, "certificate":
/// base64, "mirrored": …, "held": note or null}`.
struct CosignatureMessage {
  static let type = "audit.cosigned"

  let origin: String
  let size: Int
  let signature: NoteSignature
  let certificate: Certificate
  /// How many entries of the log the witness has a copy of.
  let mirrored: Int
  /// The checkpoint itself, if it is not the one that was shown: the one shown does not extend it.
  let held: SignedNote?

  var body: JSONValue {
    .object([
      "origin": .string(origin), "size": .integer(size), "signature": .string(Base64.encode(signature.bytes)),
      "certificate": .string(Base64.encode(certificate.der)), "mirrored": .integer(mirrored),
      "held": held.map { .string($0.encoded) } ?? .null,
    ])
  }

  init(
    origin: String, size: Int, signature: NoteSignature, certificate: Certificate, mirrored: Int, held: SignedNote?
  ) {
    self.held = held
    self.mirrored = mirrored
    self.origin = origin
    self.size = size
    self.signature = signature
    self.certificate = certificate
  }

  /// - Parameter name: the witness's; the message does not decide it.
  init(_ body: JSONValue, by name: String) throws {
    guard body.members?.count == 6, let held = body["held"], let origin = body["origin"]?.text,
      let size = body["size"]?.number, size > 0,
      let mirrored = body["mirrored"]?.number, mirrored >= 0,
      let bytes = body["signature"]?.text.flatMap({ Base64.decode($0.utf8) }), bytes.count == 76
    else { throw NoteError("not a cosignature") }
    self.origin = origin
    self.size = size
    self.mirrored = mirrored
    self.held = try held == .null ? nil : SignedNote(Array((held.text ?? "").utf8))
    signature = NoteSignature(name: name, bytes: bytes)
    certificate = try readCertificate(in: body)
  }
}

private func readCertificate(in body: JSONValue) throws(TrustError) -> Certificate {
  guard let der = body["certificate"]?.text.flatMap({ Base64.decode($0.utf8) }) else {
    throw TrustError(.malformed, "the certificate is not base64")
  }
  return try Certificate(der: der)
}
