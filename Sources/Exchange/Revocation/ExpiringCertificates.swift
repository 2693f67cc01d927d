import Certificates
import Foundation
import Logging
import ZoneKeys
import Zones

/// The certificates that a zone's work hangs on, by their last days.
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

  private let zone: ZoneConfiguration

  init(_ zone: ZoneConfiguration) { self.zone = zone }

  /// Those with 60 days or fewer to go. The files are read anew; what cannot be read is for others to say.
  func ending(at date: Date) -> [Ending] {
    certificatesInUse(zone).compactMap { inUse in
      let days = Int((inUse.certificate.notAfter.timeIntervalSince(date) / 86_400).rounded(.down))
      return days <= Self.firstDays ? Ending(key: inUse.key, certificate: inUse.certificate, days: days) : nil
    }
  }
}
