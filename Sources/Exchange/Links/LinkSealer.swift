import Certificates
import Foundation
import PacketSeal
import Synchronization
import ZoneKeys
import Zones

/// Seals packets for a link's peer with the key pair and the certificates in force.
final class LinkSealer: Sendable {
  /// How long a verdict is cached, unless something changes; an expiry takes effect after it.
  private static let seconds = 1.0

  private struct Ready {
    let sealer: PacketSealer
    let generations: [Int]
    let at: Date
  }

  private let zone: ZoneName
  private let peer: ZoneName
  private let identity: ZoneIdentity
  private let certificates: PeerCertificates
  private let ready = Mutex<Ready?>(nil)

  init(zone: ZoneName, peer: ZoneName, identity: ZoneIdentity) {
    self.zone = zone
    self.peer = peer
    self.identity = identity
    certificates = identity.certificates(of: peer)
  }

  /// - Throws: `TrustError` if a recipient's certificate has expired or was revoked: nothing is sealed for it then.
  func sealer(at date: Date) throws -> PacketSealer {
    let generations = [identity.generation, identity.trust.generation, certificates.generation]
    if let ready = ready.withLock({ $0 }), ready.generations == generations,
      abs(date.timeIntervalSince(ready.at)) < Self.seconds
    {
      return ready.sealer
    }
    let (pair, recipients) = (identity.current, certificates.encryption)
    for recipient in recipients { try identity.trust.verifyDespiteLists(recipient, for: .zoneEncryption, at: date) }
    let sealer = try PacketSealer(
      from: zone, to: peer, signingKey: pair.signingKey, signingCertificate: pair.signingCertificate,
      recipients: recipients)
    ready.withLock { $0 = Ready(sealer: sealer, generations: generations, at: date) }
    return sealer
  }

  /// See `ZoneIdentity.counts`.
  func counts(signer: String?, recipient: String?, at date: Date) -> Bool {
    identity.counts(signer: signer, recipient: recipient, for: peer, at: date)
  }
}
