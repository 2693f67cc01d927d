import COpenSSL
import COpenSSLShim
public import Foundation

/// Whom electronic seals are believed from: makers, each by their own certificate, and the authorities under which sealers'
/// certificates lie.
///
/// A maker is named, not its authority: else whoever has a sealer's certificate of that authority could make seals with it.
public struct SealTrust: Sendable {
  /// What lists of revocations say of a certificate and those above it.
  public enum Revocation: Equatable, Sendable {
    case good
    /// - Parameter since: the earlier one of the date of revocation and that from which on the key is suspected.
    case revoked(String, since: Date)
    /// Nobody can say: no list, or none that is in force.
    case unknown(String)
  }

  private let certificates: [Certificate]
  private let authorities: [Certificate]
  private let lists: [RevocationList]

  /// - Parameters:
  ///   - certificates: of makers and of authorities.
  ///   - revocationLists: of these authorities; others are not looked at.
  public init(certificates: [Certificate], revocationLists: [RevocationList] = []) {
    self.certificates = certificates
    authorities = certificates.filter(\.isAuthority)
    lists = revocationLists
  }

  public var isEmpty: Bool { certificates.isEmpty }
  public var hasLists: Bool { !lists.isEmpty }

  /// Whether this very certificate is among those given.
  public func names(maker certificate: Certificate) -> Bool { certificates.contains(certificate) }

  /// Checks a sealer's certificate: an SM2 key for signatures, not an authority, and a chain to one of the authorities in
  /// which every certificate is in date at `date`.
  ///
  /// - Returns: the chain, the sealer's own certificate first.
  /// - Throws: `wrongPurpose`, `untrusted`, `expired`, `notYetValid`.
  @discardableResult public func verify(sealer certificate: Certificate, at date: Date) throws(TrustError)
    -> [Certificate]
  {
    try certificate.requireForSeals()
    return try chain(of: certificate, through: [], at: date)
  }

  /// As `verify(sealer:)`, for a P-256 certificate for the signing of documents.
  ///
  /// - Parameter intermediates: authorities that the chain may go through, from the document.
  @discardableResult public func verify(
    signer certificate: Certificate, through intermediates: [Certificate], at date: Date
  ) throws(TrustError) -> [Certificate] {
    try certificate.requireForDocuments()
    return try chain(of: certificate, through: intermediates, at: date)
  }

  /// Checks that a time stamp's authority leads to one of those that are trusted, and was for time stamps alone and in date at the
  /// time that it states.
  ///
  /// - Throws: `untrusted`, `wrongPurpose`, `expired`, `notYetValid`.
  public func verify(_ stamp: TimeStamp) throws(TrustError) { try stamp.verify(under: authorities) }

  private func chain(
    of certificate: Certificate, through intermediates: [Certificate], at date: Date
  ) throws(TrustError) -> [Certificate] {
    guard let between = guandu_sk_X509_new_null() else { throw TrustError(.untrusted, "no memory left for a check") }
    defer { guandu_sk_X509_pop_free(between) }
    for intermediate in intermediates {
      intermediate.handle.withPointer {
        X509_up_ref($0)
        _ = guandu_sk_X509_push(between, $0)
      }
    }
    guard let store = X509_STORE_new(), let context = X509_STORE_CTX_new() else {
      throw TrustError(.untrusted, "no memory left for a check")
    }
    defer {
      X509_STORE_CTX_free(context)
      X509_STORE_free(store)
    }
    forgetOpenSSLErrors()
    defer { forgetOpenSSLErrors() }
    for authority in authorities { authority.handle.withPointer { _ = X509_STORE_add_cert(store, $0) } }
    return try certificate.handle.withPointer { (leaf: OpaquePointer) throws(TrustError) in
      guard X509_STORE_CTX_init(context, store, leaf, between) == 1 else {
        throw TrustError(.untrusted, lastOpenSSLError())
      }
      let parameters = X509_STORE_CTX_get0_param(context)
      X509_VERIFY_PARAM_set_time(parameters, epochSeconds(date))
      X509_VERIFY_PARAM_set_auth_level(parameters, 2)
      X509_VERIFY_PARAM_set_depth(parameters, 5)
      X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_PARTIAL_CHAIN))
      guard X509_verify_cert(context) == 1 else { throw Self.refusal(context, certificate) }
      return try Self.chain(context)
    }
  }

  private static func refusal(_ context: OpaquePointer, _ certificate: Certificate) -> TrustError {
    let error = X509_STORE_CTX_get_error(context)
    let code: TrustError.Code =
      switch error {
      case X509_V_ERR_CERT_HAS_EXPIRED: .expired
      case X509_V_ERR_CERT_NOT_YET_VALID: .notYetValid
      default: .untrusted
      }
    return TrustError(code, "\(certificate): \(String(cString: X509_verify_cert_error_string(Int(error))))")
  }

  private static func chain(_ context: OpaquePointer) throws(TrustError) -> [Certificate] {
    let stack = X509_STORE_CTX_get0_chain(context)
    var chain: [Certificate] = []
    for index in 0..<guandu_sk_X509_num(stack) {
      guard let member = guandu_sk_X509_value(stack, index) else { continue }
      chain.append(try Certificate(der: X509Handle.encode(member)))
    }
    return chain
  }

  /// Looks a certificate, and those above it, up in the lists. One that signed itself cannot be revoked by a list.
  ///
  /// - Parameters:
  ///   - intermediates: authorities beside those that are trusted, from the document; whether a chain goes through them is not
  ///     asked here.
  ///   - now: lists are to be in force then.
  public func revocation(
    of certificate: Certificate, through intermediates: [Certificate] = [], at now: Date
  ) -> Revocation {
    let authorities = authorities + intermediates.filter(\.isAuthority)
    var member = certificate
    var verdict: Revocation = .good
    // No chain is longer than that.
    for _ in 0..<6 where !member.isSigned(by: member) {
      guard let issuer = authorities.first(where: { member.isSigned(by: $0) }) else {
        return member == certificate ? .unknown("the authority of \(member) is not among those given") : verdict
      }
      switch look(up: member, issuer, now) {
      case .good: break
      case .revoked(let text, let since): return .revoked(text, since: since)
      case .unknown(let text): verdict = .unknown(text)
      }
      member = issuer
    }
    return verdict
  }

  private func look(up certificate: Certificate, _ issuer: Certificate, _ now: Date) -> Revocation {
    let own = lists.filter { $0.isSigned(by: issuer) }
    guard let list = own.max(by: { $0.number < $1.number }) else {
      return .unknown("no list of revocations by \(issuer)")
    }
    var entry: OpaquePointer?
    let found = list.withPointer { list in
      certificate.handle.withPointer { X509_CRL_get0_by_cert(list, &entry, $0) }
    }
    if found == 1 {
      let since = Self.start(of: entry)
      let text = since == .distantPast ? "an unknown time" : since.formatted(.iso8601)
      return .revoked("\(certificate) is revoked since \(text)", since: since)
    }
    guard list.thisUpdate <= now.addingTimeInterval(300), now <= list.nextUpdate else {
      return .unknown("list \(list.number) of \(issuer) is overdue, or not yet in force")
    }
    return .good
  }

  /// The date of a revocation, or the earlier one from which on the key is suspected (RFC 5280, section 5.3.2).
  private static func start(of entry: OpaquePointer?) -> Date {
    let stated = date(of: X509_REVOKED_get0_revocationDate(entry)) ?? .distantPast
    guard let found = X509_REVOKED_get_ext_d2i(entry, NID_invalidity_date, nil, nil) else { return stated }
    let time = found.assumingMemoryBound(to: ASN1_GENERALIZEDTIME.self)
    defer { ASN1_GENERALIZEDTIME_free(time) }
    return min(stated, date(of: time) ?? .distantPast)
  }
}

extension Certificate {
  /// Checks that it may stand in a seal: SM2, for signatures, and not an authority's.
  public func requireForSeals() throws(TrustError) {
    guard keyKind == .sm2 else { throw TrustError(.wrongPurpose, "\(self) holds no SM2 key") }
    let (flags, usage) = handle.withPointer { (X509_get_extension_flags($0), X509_get_key_usage($0)) }
    guard flags & UInt32(EXFLAG_INVALID) == 0 else {
      throw TrustError(.malformed, "\(self) has extensions that cannot be read")
    }
    guard !isAuthority, flags & UInt32(EXFLAG_KUSAGE) != 0, usage & UInt32(KU_KEY_CERT_SIGN) == 0,
      usage & UInt32(KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION) != 0
    else { throw TrustError(.wrongPurpose, "\(self) is not for signatures, or is an authority's") }
  }

  /// Whether its extended key usage (RFC 5280, section 4.2.1.12) names the signing of documents (RFC 9336).
  public var isForDocuments: Bool {
    handle.withPointer { certificate in
      let place = X509_get_ext_by_NID(certificate, NID_ext_key_usage, -1)
      guard place >= 0, let data = X509_EXTENSION_get_data(X509_get_ext(certificate, place)),
        let start = ASN1_STRING_get0_data(data)
      else { return false }
      let value = Array(UnsafeBufferPointer(start: start, count: Int(ASN1_STRING_length(data))))
      return value.firstRange(of: Self.documentSigningOID) != nil
    }
  }

  /// 1.3.6.1.5.5.7.3.36 in DER.
  private static let documentSigningOID: [UInt8] = [0x06, 0x08, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x24]

  /// Whether it is in date at `date`.
  public func isInDate(at date: Date) -> Bool { (notBefore...max(notBefore, notAfter)).contains(date) }
}
