import Drop
import DurableFiles
import Foundation
import PacketSeal

extension LinkReceiver {
  /// Where a list of revocations is overdue, the packet that brings the next one is judged by that.
  func learn(_ name: String, _ packet: UnverifiedPacket, at date: Date) -> Bool {
    guard context.verifier.mayBringLists(packet, at: date) else { return false }
    let manifest = packet.head.manifest
    guard
      let payload = try? context.drop.open(name).read(at: packet.head.byteCount, count: manifest.payload.bytes)
    else { return false }
    return context.verifier.learn(from: packet, payload: payload, with: context.identity.encryptionKeys)
  }
}
