import COpenSSL

extension Certificate {
  /// The serial number, lowercase hex digits, two a byte.
  public var serialNumber: String {
    handle.withPointer { serialText(X509_get0_serialNumber($0)) }
  }

  /// The first organization of the subject; empty when there is none.
  public var organization: String {
    handle.withPointer { firstEntry(X509_get_subject_name($0), NID_organizationName) }
  }

  /// Whether `authority` is named as its issuer and has signed it. Dates and revocation are not checked.
  public func isSigned(by authority: Certificate) -> Bool {
    forgetOpenSSLErrors()
    defer { forgetOpenSSLErrors() }
    return handle.withPointer { own in
      authority.handle.withPointer {
        X509_NAME_cmp(X509_get_issuer_name(own), X509_get_subject_name($0)) == 0
          && X509_verify(own, X509_get0_pubkey($0)) == 1
      }
    }
  }

  /// Whether it may sign others.
  public var isAuthority: Bool { handle.withPointer { X509_get_extension_flags($0) & UInt32(EXFLAG_CA) != 0 } }
}

func serialText(_ number: UnsafePointer<ASN1_INTEGER>?) -> String {
  guard let big = ASN1_INTEGER_to_BN(number, nil) else { return "" }
  defer { BN_free(big) }
  guard let text = BN_bn2hex(big) else { return "" }
  defer { CRYPTO_free(text, nil, 0) }
  return String(cString: text).lowercased()
}

func firstCommonName(_ name: OpaquePointer?) -> String { firstEntry(name, NID_commonName) }

private func firstEntry(_ name: OpaquePointer?, _ identifier: Int32) -> String {
  let index = X509_NAME_get_index_by_NID(name, identifier, -1)
  guard index >= 0, let value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)) else { return "" }
  var bytes: UnsafeMutablePointer<UInt8>?
  let count = ASN1_STRING_to_UTF8(&bytes, value)
  guard count >= 0, let bytes else { return "" }
  defer { CRYPTO_free(bytes, nil, 0) }
  return String(decoding: UnsafeBufferPointer(start: bytes, count: Int(count)), as: UTF8.self)
}
