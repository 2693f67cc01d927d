import Certificates
import Foundation
import Logging
import ZoneKeys
import Zones

/// The certificates that a zone needs, by their expiry.
struct ExpiringCertificates: Sendable {
  struct Ending: Sendable {
    /// The configuration's key.
    let key: String
    let certificate: Certificate
    /// Whole days that are left; below 0 after its expiry.
    let days: Int

    /// The nearer the expiry, the louder: 60, 30, 7 days.
    var level: Logger.Level { days <= 7 ? .error : days <= 30 ? .warning : .notice }
  }

  static let firstDays = 60

  private let zone: ZoneConfiguration

  init(_ zone: ZoneConfiguration) { self.zone = zone }

  /// Those with 60 days or fewer left. The files are read again; others report what cannot be read.
  func ending(at date: Date) -> [Ending] {
    certificatesInUse(zone).compactMap { inUse in
      let days = Int((inUse.certificate.notAfter.timeIntervalSince(date) / 86_400).rounded(.down))
      return days <= Self.firstDays ? Ending(key: inUse.key, certificate: inUse.certificate, days: days) : nil
    }
  }
}
