public import Certificates
package import Cryptography

/// Whom seals are believed from, as files of `zone.yaml` name it: read anew for each check, so that a file that was replaced
/// counts at once.
public struct CheckTrust: Sendable {
  /// In DER.
  let certificates: [[UInt8]]
  let lists: [[UInt8]]

  /// - Parameters:
  ///   - sealTrust: PEM files of makers' certificates and of authorities.
  ///   - revocationLists: PEM files.
  /// - Throws: where one cannot be read.
  public init(sealTrust: [String], revocationLists: [String]) throws(TrustError) {
    var (certificates, lists): ([[UInt8]], [[UInt8]]) = ([], [])
    for path in sealTrust { certificates += try Certificate.load(pemFile: path).map(\.der) }
    for path in revocationLists { lists += try RevocationList.load(pemFile: path).map(\.der) }
    self.init(certificates: certificates, lists: lists)
  }

  init(certificates: [[UInt8]], lists: [[UInt8]]) {
    self.certificates = certificates
    self.lists = lists
  }

  func sealTrust() throws(TrustError) -> SealTrust {
    var (known, revoked): ([Certificate], [RevocationList]) = ([], [])
    for der in certificates { known.append(try Certificate(der: der)) }
    for der in lists { revoked.append(try RevocationList(der: der)) }
    return SealTrust(certificates: known, revocationLists: revoked)
  }
}

extension CheckTrust {
  /// The same for the same certificates and lists in the same order.
  package var digest: Digest { Digest.of(CheckRequest(trust: self, document: []).encoded()) }
}
