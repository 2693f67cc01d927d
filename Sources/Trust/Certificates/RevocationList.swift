import COpenSSL
public import Cryptography
public import Foundation

/// A revocation list (CRL, RFC 5280), parsed once. Parsing does not show who made it.
///
/// Sendable is safe: the list is never changed after `init`, and OpenSSL counts references atomically.
public final class RevocationList: @unchecked Sendable {
  /// Lists are kept in memory, and cross links as messages.
  public static let maxBytes = 512 * 1024

  public let der: [UInt8]
  /// SHA-256 of `der`.
  public let fingerprint: Digest
  /// The common name of its stated issuer.
  public let issuerName: String
  public let number: Number
  public let thisUpdate: Date
  /// The latest time for the next list.
  public let nextUpdate: Date
  private let pointer: OpaquePointer

  /// A list's own number, which rises from list to list: a whole number of at most 20 bytes.
  public struct Number: Comparable, Hashable, Sendable, CustomStringConvertible {
    /// Lowercase hex digits without leading zeros; empty for 0.
    let digits: String

    public static func < (left: Number, right: Number) -> Bool {
      (left.digits.utf8.count, left.digits) < (right.digits.utf8.count, right.digits)
    }

    /// Decimal if it is small, as people write it; else hex.
    public var description: String {
      digits.isEmpty ? "0" : UInt64(digits, radix: 16).map(String.init) ?? "0x" + digits
    }
  }

  /// - Parameter der: one list, at most `maxBytes`, with nothing after it.
  /// - Throws: `malformed` also for a list without number or next update, and for a partial one (a delta, or one with a
  ///   critical extension): such a list would hide revocations.
  public init(der: [UInt8]) throws(TrustError) {
    guard der.count <= Self.maxBytes, let parsed = Self.parse(der) else {
      throw TrustError(.malformed, "not one list of revocations in DER")
    }
    pointer = parsed
    self.der = der
    fingerprint = Digest.of(der)
    issuerName = firstCommonName(X509_CRL_get_issuer(parsed))
    guard let from = date(of: X509_CRL_get0_lastUpdate(parsed)), let to = date(of: X509_CRL_get0_nextUpdate(parsed)),
      let number = Self.number(of: parsed)
    else {
      X509_CRL_free(parsed)
      throw TrustError(.malformed, "a list of revocations without number, date or next update")
    }
    guard !Self.hasCriticalExtension(parsed) else {
      X509_CRL_free(parsed)
      throw TrustError(.malformed, "a list of revocations with a critical extension: it may cover a part only")
    }
    (thisUpdate, nextUpdate, self.number) = (from, to, number)
  }

  deinit { X509_CRL_free(pointer) }

  public var pem: String { PEM.encode(der, label: "X509 CRL") }

  /// The lists of a PEM file, at least one, at most 1 MiB in all.
  public static func load(pemFile path: String) throws(TrustError) -> [RevocationList] {
    let content = try InputFile.read(path)
    do throws(TrustError) { return try parse(pem: content) } catch {
      throw TrustError(error.code, "\(path): \(error.reason)")
    }
  }

  /// The lists in PEM text, at least one.
  public static func parse(pem text: [UInt8]) throws(TrustError) -> [RevocationList] {
    var lists: [RevocationList] = []
    for der in try PEM.blocks(text, label: "X509 CRL") { lists.append(try RevocationList(der: der)) }
    return lists
  }

  /// Whether `authority` has signed it, and may do so.
  public func isSigned(by authority: Certificate) -> Bool {
    forgetOpenSSLErrors()
    defer { forgetOpenSSLErrors() }
    return authority.handle.withPointer {
      X509_NAME_cmp(X509_get_subject_name($0), X509_CRL_get_issuer(pointer)) == 0
        && X509_get_key_usage($0) & UInt32(KU_CRL_SIGN) != 0
        && (authority.sm2PublicKey.map { isSigned(by: $0) } ?? (X509_CRL_verify(pointer, X509_get0_pubkey($0)) == 1))
    }
  }

  /// The pointer is valid during the call.
  func withPointer<R, E: Error>(_ body: (OpaquePointer) throws(E) -> R) throws(E) -> R { try body(pointer) }

  private static func parse(_ der: [UInt8]) -> OpaquePointer? {
    forgetOpenSSLErrors()
    defer { forgetOpenSSLErrors() }
    let parsed: OpaquePointer? = der.withUnsafeBufferPointer { buffer in
      var cursor = buffer.baseAddress
      guard let list = d2i_X509_CRL(nil, &cursor, buffer.count) else { return nil }
      if let base = buffer.baseAddress, cursor == base + buffer.count { return list }
      X509_CRL_free(list)
      return nil
    }
    guard let parsed else { return nil }
    guard derBytes({ i2d_X509_CRL(parsed, $0) }) == der else {
      X509_CRL_free(parsed)
      return nil
    }
    return parsed
  }

  private static func number(of list: OpaquePointer) -> Number? {
    guard let value = X509_CRL_get_ext_d2i(list, NID_crl_number, nil, nil) else { return nil }
    let integer = OpaquePointer(value)
    let typed = UnsafeMutablePointer<ASN1_INTEGER>(integer)
    defer { ASN1_INTEGER_free(typed) }
    let digits = serialText(typed)
    guard !digits.hasPrefix("-"), digits.utf8.count <= 40 else { return nil }
    return Number(digits: String(digits.drop { $0 == "0" }))
  }

  private static func hasCriticalExtension(_ list: OpaquePointer) -> Bool {
    (0..<max(0, X509_CRL_get_ext_count(list))).contains { X509_EXTENSION_get_critical(X509_CRL_get_ext(list, $0)) != 0 }
  }
}
