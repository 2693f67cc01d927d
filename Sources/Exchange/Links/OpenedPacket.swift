import AuditLog
import PacketFormat
import PacketSeal
import Storage
import Zones

/// A message whose handler has done its part outside the transaction.
struct PreparedMessage: Sendable {
  let message: Message
  let bytes: [UInt8]
  let change: Result<MessageHandler.Change, MessageRefusal>
}

/// A verified packet with what is to be done about it. Either way it uses up its sequence.
struct OpenedPacket: Sendable {
  enum Outcome: Sendable {
    case apply([PreparedMessage], blobs: [IncomingBlobRow])
    case refuse(PacketRejection)
  }

  /// Messages that are refused alone, each by its id, while their neighbours are applied.
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
  /// Blobs that policy does not let in: what needs one is refused.
  var barredBlobs: [String] = []
}

extension OpenedPacket {
  var auditName: AuditTrail.Packet {
    AuditTrail.Packet(
      peer: manifest.from, stream: manifest.stream.description, sequence: manifest.sequence, digest: digest.text,
      signed: proof.evidence)
  }
}
