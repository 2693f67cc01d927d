public import Certificates
import DurableFiles
public import Foundation

extension AuthorityFolder {
  /// Everything that was issued, the oldest first.
  ///
  /// - Throws: `AuthorityError` with `damaged` for a file that is not an entry, or is another authority's.
  public func entries() throws -> [IndexEntry] {
    let names = try reportingWrites { try files.list(path + "/issued") }
    return try names.filter { $0.hasSuffix(".pem") }.map { try entry(serialNumber: String($0.dropLast(4))) }
      .sorted { ($0.certificate.notBefore, $0.serialNumber) < ($1.certificate.notBefore, $1.serialNumber) }
  }

  /// The entry that `text` names: a serial number, or its beginning (at least eight digits), or a certificate's file.
  ///
  /// - Throws: `AuthorityError` with `refused` if it names no certificate of this authority, or several.
  public func find(_ text: String) throws -> IndexEntry {
    if text.contains("/") || text.hasSuffix(".pem") || files.exists(text) {
      let certificate = try Certificate.load(pemFile: text)[0]
      guard certificate.isSigned(by: authority.certificate),
        files.exists("\(path)/issued/\(certificate.serialNumber).pem")
      else { throw AuthorityError(.refused, "\(text): \(certificate) is not of this authority") }
      return try entry(serialNumber: certificate.serialNumber)
    }
    let digits = text.lowercased().filter { $0 != ":" }
    guard digits.count >= 8, digits.allSatisfy(\.isHexDigit) else {
      throw AuthorityError(
        .refused, "“\(text)”: neither a certificate's file nor eight or more digits of a serial number")
    }
    let names = try reportingWrites { try files.list(path + "/issued") }
    let found = names.filter { $0.hasPrefix(digits) && $0.hasSuffix(".pem") }
    guard found.count == 1 else {
      throw AuthorityError(
        .refused, found.isEmpty ? "no certificate with the serial number \(digits)" : "\(digits): several begin so")
    }
    return try entry(serialNumber: String(found[0].dropLast(4)))
  }

  private func entry(serialNumber: String) throws -> IndexEntry {
    let file = "\(path)/issued/\(serialNumber).pem"
    let text = try IndexText(path: file)
    guard text.certificate.serialNumber == serialNumber, text.certificate.isSigned(by: authority.certificate) else {
      throw AuthorityError(.damaged, "\(file): not what this authority issued under this number")
    }
    return IndexEntry(
      certificate: text.certificate, profile: text.profile,
      revocation: try revocation(of: text.certificate, serialNumber))
  }

  private func revocation(of certificate: Certificate, _ serialNumber: String) throws -> Revocation? {
    let file = "\(path)/revoked/\(serialNumber)"
    guard files.exists(file) else { return nil }
    let text = try RevocationText(path: file)
    return Revocation(certificate, at: text.date, reason: text.reason)
  }

  /// Makes a new key and its certificate; the certificate is in the index before it is handed out.
  public func issue(
    _ profile: CertificateProfile, to commonName: String, days: Int? = nil, date: Date
  ) throws -> (certificate: Certificate, key: PrivateKey) {
    try requireIssuable(profile)
    let issued = try authority.issue(profile, to: commonName, days: days, at: date)
    try record(issued.certificate, profile)
    return issued
  }

  /// Makes a certificate for somebody else's key.
  public func certify(
    _ key: PublicKey, _ profile: CertificateProfile, to commonName: String, days: Int? = nil, date: Date
  ) throws -> Certificate {
    try requireIssuable(profile)
    let certificate = try authority.certify(key, profile, to: commonName, days: days, at: date)
    try record(certificate, profile)
    return certificate
  }

  private func requireIssuable(_ profile: CertificateProfile) throws {
    guard profile != .root, profile != .issuing else {
      throw AuthorityError(.refused, "authorities are made by guandu ca init")
    }
  }

  func record(_ certificate: Certificate, _ profile: CertificateProfile) throws {
    let text = IndexText(profile: profile, certificate: certificate)
    try put(text.bytes, at: "issued/\(certificate.serialNumber).pem", mode: 0o644)
  }

  /// Records that a certificate no longer counts, and publishes a list that says so.
  ///
  /// - Returns: the list's number.
  /// - Throws: `refused` if it was revoked already. If that command was killed before the list, `publishList` makes it.
  @discardableResult public func revoke(
    _ entry: IndexEntry, reason: Revocation.Reason, date: Date, listDays: Int = 30
  ) throws -> Int {
    guard entry.revocation == nil else {
      throw AuthorityError(.refused, "\(entry.certificate) is revoked already")
    }
    let text = RevocationText(date: date, reason: reason)
    try put(text.bytes, at: "revoked/\(entry.serialNumber)", mode: 0o644)
    return try publishList(at: date, days: listDays)
  }

  /// Makes the next revocation list and puts it at `crl.pem`.
  ///
  /// - Parameter days: until the next list is due: 1 to 3,650.
  /// - Returns: its number, one more than the last one's.
  @discardableResult public func publishList(at date: Date, days: Int = 30) throws -> Int {
    let last = try reportingWrites { try files.list(path + "/lists") }.compactMap { Int($0.prefix(10)) }.max() ?? 0
    let der = try authority.revocationList(
      of: try entries().compactMap(\.revocation), number: last + 1, at: date, validDays: min(max(days, 1), 3_650))
    let bytes = Array(CertificateAuthority.pem(revocationList: der).utf8)
    let name = String(repeating: "0", count: max(0, 10 - "\(last + 1)".count)) + "\(last + 1).pem"
    try put(bytes, at: "lists/\(name)", mode: 0o644)
    try put(bytes, at: "crl.pem", mode: 0o644, replacing: true)
    return last + 1
  }

  private func put(_ bytes: [UInt8], at name: String, mode: UInt32, replacing: Bool = false) throws {
    try reportingWrites {
      let (fresh, target) = ("\(path)/tmp/\(UUID().uuidString)", "\(path)/\(name)")
      try files.writeNew(fresh, [bytes], mode: mode)
      do {
        if replacing { try files.rename(fresh, to: target) } else { try files.renameExclusively(fresh, to: target) }
      } catch {
        try? files.remove(fresh)
        throw error
      }
      try files.syncFolder(URL(filePath: target).deletingLastPathComponent().path)
    }
  }
}
