import Cryptography
import Foundation
import JSON
import PacketFormat
import PacketSeal
import Timestamps
import ZoneHarness
import Zones

/// Somebody who holds a zone's signing key and writes to the drop beside the true zone. He can hold things up, and must not
/// undo the promise: all that he sends is quarantined, or outlived.
struct MaliciousPeer {
  /// His victim's peer: what he signs as.
  let forge: PacketForge
  let zone: ZoneName
  let victim: ZoneName

  /// - Parameter role: the zone that he signs as.
  init(zones: TestZones, as role: ZoneRole) {
    let (own, other) = role == .dmz ? (zones.dmz, zones.intranet) : (zones.intranet, zones.dmz)
    (zone, victim) = (own.name, other.name)
    forge = PacketForge(
      zones: zones, signer: "\(own.name)-signing", from: own.name.text, to: other.name.text,
      recipient: "\(other.name)-encryption")
  }

  /// One lie, and what it is called.
  func lie(_ random: inout SeededRandom, at now: UnixMilliseconds) throws -> (packet: SealedPacket, what: String) {
    let id = newIdentifier(at: now)
    let type = zone.text == "dmz" ? "letter.submitted" : "letter.answered"
    func message(after: [String] = [], type: String = type) -> (type: String, bytes: [UInt8]) {
      let message = Message(
        id: id, type: type, subject: id, after: after, at: timestamp(now), body: .object(["kind": .string("forged")]))
      return (type, message.encoded())
    }
    func stream(_ epoch: Int, _ lane: Lane, node: String = "a") -> String {
      "\(zone)/\(node)/\(epoch)/\(lane.rawValue)"
    }
    let soon = random.number(2...60)
    switch random.number(0...7) {
    case 0:
      let told = Receipt(
        stream: StreamName(zone: victim, node: .firstNode, epoch: StreamName.maxEpoch, lane: .messages), applied: 7,
        digest: .zero, effective: 7, secured: 7, refused: [])
      let packet = try forge.packet(sequence: now, stream: stream(1, .control), receipts: [told], stamp: now)
      return (packet, "tells of an epoch that never was")
    case 1:
      let late = 281_000_000_000_000
      return (try forge.packet(sequence: late, stream: stream(1, .control), stamp: late), "dates a packet far ahead")
    case 2:
      let packet = try forge.packet(stream: stream(soon, .messages, node: "b"), messages: [message()], stamp: now)
      return (packet, "sends under a node that is not named")
    case 3:
      let packet = try forge.packet(stream: stream(StreamName.maxEpoch, .messages), messages: [message()], stamp: now)
      return (packet, "opens the last epoch")
    case 4: return (try forge.packet(stream: stream(soon, .messages), stamp: now), "opens epoch \(soon)")
    case 5:
      let packet = try forge.packet(
        stream: stream(soon, .messages), messages: [message(after: [newIdentifier(at: now)])], stamp: now)
      return (packet, "opens epoch \(soon) with a message that waits for ever")
    case 6: return (try forge.packet(stream: stream(1, .messages), stamp: now), "takes the first place of the stream")
    default:
      let digest = HexDigest(Digest.of(randomBytes(8)).hex) ?? .zero
      let part = Manifest.BlobPart(sha256: digest, offset: 0, bytes: 3, total: 9)
      let packet = try forge.packet(stream: stream(soon, .blobs), blobs: [(part, [1, 2, 3])], stamp: now)
      return (packet, "begins a blob and never ends it")
    }
  }
}
