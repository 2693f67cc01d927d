import Roles
import Web

public import struct Foundation.Date

/// Something about the zone's certificates or lists of revocations that needs a hand, as the desk tells of it.
public enum DeskConcern: Sendable, Equatable {
  /// - Parameters:
  ///   - key: where `zone.yaml` names it.
  ///   - days: whole days that are left; below 0 once it has ended.
  case certificateEnds(key: String, name: String, days: Int, at: Date)
  /// Where it `refuses`, nothing under the authority is accepted.
  case listOverdue(authority: String, since: Date, refuses: Bool)
  case listMissing(authority: String, refuses: Bool)
}

/// What stands above every page of those whom it concerns.
extension DeskSite {
  /// How long before their certificate's end its owner is told.
  static let ownCertificateDays = 30
  static let urgentDays = 7

  func notices(for presence: Presence, _ language: Language) -> [SiteRenderer.Notice] {
    var own = ownNotice(presence.certificateEnds, language)
    if presence.openAlerts > 0 {
      own.append(
        .init(renderer.strings.text("noticeOpenAlerts", language, "\(presence.openAlerts)"), isUrgent: false))
    }
    guard presence.official.may(.readTrust, .office) else { return own }
    return own + concerns().map { notice($0, language) }
  }

  private func ownNotice(_ ends: Date, _ language: Language) -> [SiteRenderer.Notice] {
    let days = Self.wholeDays(until: ends)
    guard days <= Self.ownCertificateDays else { return [] }
    let text = renderer.strings.text("noticeOwnCertificate", language, "\(days)", officeTime(ends))
    return [.init(text, isUrgent: days <= Self.urgentDays)]
  }

  private func notice(_ concern: DeskConcern, _ language: Language) -> SiteRenderer.Notice {
    let strings = renderer.strings
    switch concern {
    case .certificateEnds(let key, let name, let days, let at):
      let text = days < 0 ? "noticeCertificateEnded" : "noticeCertificateEnds"
      return .init(
        strings.text(text, language, name, key, officeTime(at), "\(days)"), isUrgent: days <= Self.urgentDays)
    case .listOverdue(let authority, let since, let refuses):
      let consequence = strings.text(refuses ? "noticeListRefuses" : "noticeListOverdueAlert", language)
      return .init(
        strings.text("noticeListOverdue", language, authority, officeTime(since), consequence), isUrgent: true)
    case .listMissing(let authority, let refuses):
      let consequence = strings.text(refuses ? "noticeListRefuses" : "noticeListMissingAlert", language)
      return .init(strings.text("noticeListMissing", language, authority, consequence), isUrgent: refuses)
    }
  }

  private static func wholeDays(until date: Date) -> Int {
    Int((min(date.timeIntervalSinceNow, 1e11) / 86_400).rounded(.down))
  }
}
