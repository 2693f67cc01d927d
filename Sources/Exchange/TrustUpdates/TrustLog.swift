import Certificates
import Logging
import Timestamps
import ZoneKeys
import Zones

/// One function for each event of trust that deserves a line.
struct TrustLog: Sendable {
  let logger: Logger

  func taken(_ list: RevocationList, from source: String) {
    logger.notice(
      "a list of revocations counts from now on",
      metadata: [
        "authority": "\(list.issuerName)", "number": "\(list.number)", "source": "\(source)",
        "next_update": "\(timestamp(list.nextUpdate.unixMilliseconds))",
      ])
  }

  func refused(_ error: any Error, from source: String) {
    logger.error(
      "a list of revocations was refused", metadata: ["source": "\(source)", "reason": "\(error)"])
  }

  func overdue(_ list: RevocationList, refuses: Bool) {
    logger.error(
      "a list of revocations is overdue",
      metadata: [
        "authority": "\(list.issuerName)", "number": "\(list.number)",
        "next_update": "\(timestamp(list.nextUpdate.unixMilliseconds))",
        "consequence": refuses ? "its authority's certificates are refused" : "later revocations are not known here",
      ])
  }

  func missing(_ authority: Certificate, refuses: Bool) {
    logger.warning(
      "there is no list of revocations of an authority",
      metadata: [
        "authority": "\(authority.commonName)",
        "consequence": refuses ? "its certificates are refused" : "it cannot revoke here",
      ])
  }

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

  func ends(_ ending: ExpiringCertificates.Ending) {
    logger.log(
      level: ending.level, "a certificate ends soon",
      metadata: [
        "key": "\(ending.key)", "certificate": "\(ending.certificate)", "days": "\(ending.days)",
        "ends": "\(timestamp(ending.certificate.notAfter.unixMilliseconds))",
      ])
  }
}
