import COpenSSL
import Foundation

/// Owns one OpenSSL certificate; one that is signed with SM2 is verified under the standard identifier.
///
/// Sendable is safe: the certificate is never changed after `init`, which also fills OpenSSL's cache of its extensions,
/// and OpenSSL counts references atomically.
final class X509Handle: @unchecked Sendable {
  private let pointer: OpaquePointer

  /// Takes ownership of `pointer`.
  init(owning pointer: OpaquePointer) {
    self.pointer = pointer
    setSM2Identifier(of: pointer)
    X509_check_purpose(pointer, -1, -1)
  }

  /// Nil unless `der` is exactly one certificate in DER.
  convenience init?(der: [UInt8]) {
    guard let pointer = Self.parse(der) else { return nil }
    self.init(owning: pointer)
  }

  deinit { X509_free(pointer) }

  /// The pointer is valid during the call.
  func withPointer<R, E: Error>(_ body: (OpaquePointer) throws(E) -> R) throws(E) -> R { try body(pointer) }

  private static func parse(_ der: [UInt8]) -> OpaquePointer? {
    forgetOpenSSLErrors()
    let parsed: OpaquePointer? = der.withUnsafeBufferPointer { buffer in
      var cursor = buffer.baseAddress
      guard let certificate = d2i_X509(nil, &cursor, buffer.count) else { return nil }
      guard let base = buffer.baseAddress, cursor == base + buffer.count else {
        X509_free(certificate)
        return nil
      }
      return certificate
    }
    guard let parsed else { return nil }
    // BER that is not DER would give one certificate two fingerprints.
    guard encode(parsed) == der else {
      X509_free(parsed)
      return nil
    }
    return parsed
  }

  static func encode(_ certificate: OpaquePointer) -> [UInt8] {
    derBytes { i2d_X509(certificate, $0) }
  }
}

/// Runs one of OpenSSL's `i2d` functions twice, for the length and for the bytes; empty when it fails.
func derBytes(_ encode: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32) -> [UInt8] {
  let count = Int(encode(nil))
  guard count > 0 else { return [] }
  return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
    var cursor = buffer.baseAddress
    initialized = encode(&cursor) == count ? count : 0
  }
}

/// Nil for a time that OpenSSL cannot read.
func date(of time: UnsafePointer<ASN1_TIME>?) -> Date? {
  var parts = tm()
  guard let time, ASN1_TIME_to_tm(time, &parts) == 1 else { return nil }
  return Date(timeIntervalSince1970: TimeInterval(timegm(&parts)))
}

/// Whole seconds since 1970, kept within the years that X.509 can write.
func epochSeconds(_ date: Date) -> time_t {
  time_t(min(max(date.timeIntervalSince1970, 0), 253_402_300_799))
}
