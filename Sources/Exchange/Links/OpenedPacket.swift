import AuditLog
import PacketFormat
import PacketSeal
import Storage
import Zones

/// A message whose handler has done its work outside the transaction.
struct PreparedMessage: Sendable {
  let message: Message
  let bytes: [UInt8]
  let change: Result<MessageHandler.Change, MessageRefusal>
}

/// A verified packet and what to do with it. In each case its sequence is used.
struct OpenedPacket: Sendable {
  enum Outcome: Sendable {
    case apply([PreparedMessage], blobs: [IncomingBlobRow])
    case refuse(PacketRejection)
  }

  /// Messages that are refused alone, each by its id, while the others are applied.
  struct BadMessage: Sendable {
    let id: String
    let code: String
  }

  let name: String
  let manifest: Manifest
  let digest: HexDigest
  let proof: SignatureProof
  var outcome: Outcome
  var badMessages: [BadMessage] = []
  /// Blobs that policy does not allow: what needs one is refused.
  var barredBlobs: [String] = []
}

extension OpenedPacket {
  var auditName: AuditTrail.Packet {
    AuditTrail.Packet(
      peer: manifest.from, stream: manifest.stream.description, sequence: manifest.sequence, digest: digest.text,
      signed: proof.evidence)
  }
}
