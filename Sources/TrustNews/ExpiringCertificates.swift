import Foundation
import Logging
import Trust
import Zones

/// The certificates that a zone's configuration names, by their last days.
struct ExpiringCertificates: Sendable {
  struct Ending: Sendable {
    /// The configuration's key.
    let key: String
    let certificate: Certificate
    /// Whole days that are left; below 0 once it has ended.
    let days: Int

    /// Louder the nearer the end is: 60, 30, 7 days.
    var level: Logger.Level { days <= 7 ? .error : days <= 30 ? .warning : .notice }
  }

  static let firstDays = 60

  private let files: [(key: String, path: String)]

  init(_ zone: ZoneConfiguration) {
    var files = [
      ("keys.signing_certificate", zone.keys.signingCertificate),
      ("keys.encryption_certificate", zone.keys.encryptionCertificate),
      ("keys.tls_certificate", zone.keys.tlsCertificate), ("trust.root", zone.trust.root),
    ]
    files += zone.trust.intermediates.map { ("trust.intermediates", $0) }
    for link in zone.links {
      files += link.peerSigningCertificates.map { ("links.\(link.peer).peer_signing_certificates", $0) }
      files.append(("links.\(link.peer).peer_encryption_certificate", link.peerEncryptionCertificate))
      files += link.escrowCertificates.map { ("links.\(link.peer).escrow_certificates", $0) }
    }
    self.files = files
  }

  /// Those with 60 days or fewer to go. The files are read anew; what cannot be read is for others to say.
  func ending(at date: Date) -> [Ending] {
    files.flatMap { file in
      ((try? Certificate.load(pemFile: file.path)) ?? []).compactMap { certificate in
        let days = Int((certificate.notAfter.timeIntervalSince(date) / 86_400).rounded(.down))
        return days <= Self.firstDays ? Ending(key: file.key, certificate: certificate, days: days) : nil
      }
    }
  }
}
