import COpenSSL

extension TrustStore {
  /// Adds a list of revocations whose signature one of `authorities` has made; refuses any other.
  static func add(
    revocationList der: [UInt8], to store: OpaquePointer, signedByOneOf authorities: [Certificate]
  ) throws(TrustError) {
    forgetOpenSSLErrors()
    let parsed: OpaquePointer? = der.withUnsafeBufferPointer { buffer in
      var cursor = buffer.baseAddress
      guard let list = d2i_X509_CRL(nil, &cursor, buffer.count) else { return nil }
      if let base = buffer.baseAddress, cursor == base + buffer.count { return list }
      X509_CRL_free(list)
      return nil
    }
    guard let list = parsed else { throw TrustError(.malformed, "not one list of revocations in DER") }
    defer { X509_CRL_free(list) }
    guard authorities.contains(where: { $0.hasSigned(revocationList: list) }) else {
      throw TrustError(.untrusted, "a list of revocations that none of the trusted authorities has signed")
    }
    guard X509_STORE_add_crl(store, list) == 1 else { throw TrustError(.malformed, lastOpenSSLError()) }
  }
}

extension Certificate {
  fileprivate func hasSigned(revocationList list: OpaquePointer) -> Bool {
    handle.withPointer {
      X509_NAME_cmp(X509_get_subject_name($0), X509_CRL_get_issuer(list)) == 0
        && X509_CRL_verify(list, X509_get0_pubkey($0)) == 1
    }
  }
}
