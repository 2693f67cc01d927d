import COpenSSL
import COpenSSLShim
import Cryptography
import Foundation
import Synchronization
import Zones

/// What certificates are judged by at one moment: roots, authorities, revocation lists.
///
/// It never changes. `verify` may be called from any thread, many at a time: OpenSSL locks the store itself, each call has
/// a context of its own, and `store` and `intermediates` are only read after `init`. That is also why
/// `nonisolated(unsafe)` is safe for the two.
final class TrustSnapshot: Sendable {
  private nonisolated(unsafe) let store: OpaquePointer
  private nonisolated(unsafe) let intermediates: OpaquePointer
  private let age: RevocationListAge
  /// Until the first list is overdue; set only if overdue lists are refused.
  private let listsEnd: Date
  private let verified = VerifiedChains()

  init(
    roots: [Certificate], intermediates: [Certificate], lists: [RevocationList], age: RevocationListAge
  ) throws(TrustError) {
    guard let store = X509_STORE_new() else { throw TrustError(.cannotIssue, "no memory left for a trust store") }
    guard let stack = guandu_sk_X509_new_null() else {
      X509_STORE_free(store)
      throw TrustError(.cannotIssue, "no memory left for a trust store")
    }
    self.store = store
    self.intermediates = stack
    self.age = age
    listsEnd = age == .refuse ? lists.map(\.nextUpdate).min() ?? .distantPast : .distantFuture
    for root in roots { root.handle.withPointer { _ = X509_STORE_add_cert(store, $0) } }
    for certificate in intermediates {
      certificate.handle.withPointer {
        X509_up_ref($0)
        _ = guandu_sk_X509_push(stack, $0)
      }
    }
    forgetOpenSSLErrors()
    for list in lists {
      guard list.withPointer({ X509_STORE_add_crl(store, $0) }) == 1 else {
        throw TrustError(.malformed, lastOpenSSLError())
      }
    }
  }

  deinit {
    guandu_sk_X509_pop_free(intermediates)
    X509_STORE_free(store)
  }

  /// As `TrustStore.verify`.
  func verify(
    _ certificate: Certificate, for purpose: CertificatePurpose, at date: Date
  ) throws(TrustError) {
    if verified.cover(certificate.fingerprint, purpose, date) { return }
    try certificate.require(purpose)
    let dates = try verifyChain(certificate, purpose, date)
    verified.remember(certificate.fingerprint, purpose, dates)
  }

  /// - Returns: the time during which every certificate of the chain is valid.
  private func verifyChain(
    _ certificate: Certificate, _ purpose: CertificatePurpose, _ date: Date
  ) throws(TrustError) -> Range<Date> {
    guard let context = X509_STORE_CTX_new() else { throw TrustError(.untrusted, "no memory left for a check") }
    defer { X509_STORE_CTX_free(context) }
    forgetOpenSSLErrors()
    return try certificate.handle.withPointer { (leaf: OpaquePointer) throws(TrustError) in
      guard X509_STORE_CTX_init(context, store, leaf, intermediates) == 1 else {
        throw TrustError(.untrusted, lastOpenSSLError())
      }
      configure(context, purpose, date)
      guard X509_verify_cert(context) == 1 else { throw refusal(context, certificate) }
      return datesOfChain(context, certificate)
    }
  }

  private func configure(_ context: OpaquePointer, _ purpose: CertificatePurpose, _ date: Date) {
    let parameters = X509_STORE_CTX_get0_param(context)
    X509_VERIFY_PARAM_set_time(parameters, epochSeconds(date))
    X509_VERIFY_PARAM_set_auth_level(parameters, 2)
    X509_VERIFY_PARAM_set_depth(parameters, 5)
    X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL))
    if let number = purpose.opensslPurpose { X509_STORE_CTX_set_purpose(context, number) }
    if age == .refuse { return }
    X509_STORE_CTX_set_verify_cb(context) { accepted, context in
      switch X509_STORE_CTX_get_error(context) {
      case X509_V_ERR_UNABLE_TO_GET_CRL, X509_V_ERR_CRL_HAS_EXPIRED, X509_V_ERR_CRL_NOT_YET_VALID: 1
      default: accepted
      }
    }
  }

  private func refusal(_ context: OpaquePointer, _ certificate: Certificate) -> TrustError {
    let error = X509_STORE_CTX_get_error(context)
    let code: TrustError.Code =
      switch error {
      case X509_V_ERR_CERT_HAS_EXPIRED: .expired
      case X509_V_ERR_CERT_NOT_YET_VALID: .notYetValid
      case X509_V_ERR_CERT_REVOKED: .revoked
      case X509_V_ERR_INVALID_PURPOSE: .wrongPurpose
      case X509_V_ERR_UNABLE_TO_GET_CRL: .listMissing
      case X509_V_ERR_CRL_HAS_EXPIRED, X509_V_ERR_CRL_NOT_YET_VALID: .listOverdue
      default: .untrusted
      }
    let depth = X509_STORE_CTX_get_error_depth(context)
    let place = depth == 0 ? "" : " (authority \(depth) above it)"
    return TrustError(code, "\(certificate)\(place): \(String(cString: X509_verify_cert_error_string(Int(error))))")
  }

  private func datesOfChain(_ context: OpaquePointer, _ leaf: Certificate) -> Range<Date> {
    let chain = X509_STORE_CTX_get0_chain(context)
    var (from, to) = (leaf.notBefore, min(leaf.notAfter, listsEnd))
    for index in 0..<guandu_sk_X509_num(chain) {
      let member = guandu_sk_X509_value(chain, index)
      from = max(from, date(of: X509_get0_notBefore(member)) ?? .distantFuture)
      to = min(to, date(of: X509_get0_notAfter(member)) ?? .distantPast)
    }
    return from < to ? from..<to : from..<from
  }
}

/// Verified chains, with the time for which they are valid. Bounded; drops all when full.
private final class VerifiedChains: Sendable {
  private struct Key: Hashable {
    let fingerprint: Digest
    let purpose: CertificatePurpose
  }
  private static let maxEntries = 1_000
  private let dates = Mutex<[Key: Range<Date>]>([:])

  func cover(_ fingerprint: Digest, _ purpose: CertificatePurpose, _ date: Date) -> Bool {
    dates.withLock { $0[Key(fingerprint: fingerprint, purpose: purpose)]?.contains(date) ?? false }
  }

  func remember(_ fingerprint: Digest, _ purpose: CertificatePurpose, _ range: Range<Date>) {
    dates.withLock {
      if $0.count >= Self.maxEntries { $0.removeAll() }
      $0[Key(fingerprint: fingerprint, purpose: purpose)] = range
    }
  }
}
