import Certificates
import Logging
import Timestamps

/// One function for each event that is worth a line.
struct RevocationLog: Sendable {
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

  func ends(_ ending: ExpiringCertificates.Ending) {
    logger.log(
      level: ending.level, "a certificate ends soon",
      metadata: [
        "key": "\(ending.key)", "certificate": "\(ending.certificate)", "days": "\(ending.days)",
        "ends": "\(timestamp(ending.certificate.notAfter.unixMilliseconds))",
      ])
  }
}
