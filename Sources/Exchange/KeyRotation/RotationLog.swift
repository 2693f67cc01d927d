import Certificates
import Logging
import ZoneKeys
import Zones

/// One function for each event that is worth a line.
struct RotationLog: Sendable {
  let logger: Logger

  func pairsStated(_ count: Int, to peer: ZoneName) {
    logger.notice(
      count > 1
        ? "this zone's new certificates leave for a peer" : "a peer is told to forget this zone's old certificates",
      metadata: ["peer": "\(peer)"])
  }

  func pairSigns(_ pair: ZonePair) {
    logger.notice("a new pair of keys signs from now on", metadata: ["certificate": "\(pair.signingCertificate)"])
  }

  func pairIsAlone(_ pair: ZonePair) {
    logger.notice(
      "the peers know no older pair of this zone any more", metadata: ["certificate": "\(pair.signingCertificate)"])
  }

  func statementRefused(_ code: String) {
    logger.error(
      "a peer refused this zone's new certificates; the old pair goes on signing",
      metadata: ["code": "\(code)", "hint": "remove the cause there, then run guandu zone rotate again"])
  }

  func peerPairs(_ statement: KeyStatement, of peer: ZoneName) {
    logger.notice(
      "a peer's certificates count from now on",
      metadata: [
        "peer": "\(peer)", "certificates": "\(statement.pairs.map { "\($0.signing)" }.joined(separator: ", "))",
      ])
  }

  func requestCame(from peer: ZoneName) {
    logger.notice(
      "a peer asks for new certificates", metadata: ["peer": "\(peer)", "hint": "guandu zone certify \(peer)"])
  }

  func keysRefused(_ error: TrustError) {
    logger.error("a peer's message about certificates was refused", metadata: ["reason": "\(error)"])
  }

  func rotationFailed(_ reason: String) {
    logger.error("the new pair of keys is not in use yet; it is tried again", metadata: ["reason": "\(reason)"])
  }
}
