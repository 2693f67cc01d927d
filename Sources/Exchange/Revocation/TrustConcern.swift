import Certificates
public import Foundation
import Timestamps

/// Something about the zone's trust that needs an operator.
public enum TrustConcern: Sendable, Equatable {
  /// A certificate that `zone.yaml` names has 60 days or fewer left.
  ///
  /// - Parameters:
  ///   - key: the configuration's, such as `keys.tls_certificate`.
  ///   - days: whole days that are left; below 0 after its expiry.
  case certificateEnds(key: String, name: String, days: Int, at: Date)
  /// An authority's revocation list is past its next update. If it `refuses`, nothing under the authority is accepted.
  case listOverdue(authority: String, since: Date, refuses: Bool)
  case listMissing(authority: String, refuses: Bool)
}

extension RevocationKeeper {
  /// All current concerns, certificates first. Reads their files again.
  public func concerns() -> [TrustConcern] {
    let date = Date(unixMilliseconds: now())
    return certificates.ending(at: date).map { ending in
      .certificateEnds(
        key: ending.key, name: ending.certificate.commonName, days: ending.days, at: ending.certificate.notAfter)
    } + concernsOfLists(at: date)
  }

  private func concernsOfLists(at date: Date) -> [TrustConcern] {
    authoritiesWithLists().compactMap { authority, list in
      guard let list else { return .listMissing(authority: authority.commonName, refuses: refusesWithoutLists) }
      guard list.nextUpdate < date else { return nil }
      return .listOverdue(authority: authority.commonName, since: list.nextUpdate, refuses: refusesWithoutLists)
    }
  }
}
