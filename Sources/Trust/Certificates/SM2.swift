import COpenSSL
public import Cryptography

/// Gives a certificate that is signed with SM2 the standard identifier, under which OpenSSL then verifies it.
func setSM2Identifier(of certificate: OpaquePointer) {
  guard X509_get_signature_nid(certificate) == NID_SM2_with_SM3, let identifier = ASN1_OCTET_STRING_new() else {
    return
  }
  let bytes = sm2StandardIdentifier
  guard ASN1_OCTET_STRING_set(identifier, bytes, Int32(bytes.count)) == 1 else {
    return ASN1_OCTET_STRING_free(identifier)
  }
  // The certificate owns it from now on.
  X509_set0_distinguishing_id(certificate, identifier)
}

extension PrivateKey {
  /// Runs one of OpenSSL's functions that sign, with a context for SM2, SM3 and the standard identifier.
  ///
  /// - Returns: 0 where there is no such context.
  func withSM2Context(_ body: (OpaquePointer) -> Int32) -> Int32 {
    forgetOpenSSLErrors()
    guard kind == .sm2, let context = EVP_MD_CTX_new() else { return 0 }
    defer { EVP_MD_CTX_free(context) }
    return withPointer { key in
      var inner: OpaquePointer?
      let identifier = sm2StandardIdentifier
      // The inner context belongs to the outer one.
      guard EVP_DigestSignInit(context, &inner, EVP_sm3(), nil, key) == 1,
        EVP_PKEY_CTX_set1_id(inner, identifier, Int32(identifier.count)) == 1
      else { return 0 }
      return body(context)
    }
  }

  /// Signs with SM2 and SM3 under the standard identifier (GM/T 0009).
  ///
  /// - Returns: the signature's two numbers in DER.
  /// - Throws: `weakKey` for a key of another kind.
  public func signSM2(_ message: [UInt8]) throws(TrustError) -> [UInt8] {
    guard kind == .sm2 else { throw TrustError(.weakKey, "an SM2 key is needed, not a \(kind.rawValue) one") }
    var signature = [UInt8](repeating: 0, count: 128)
    var count = signature.count
    guard withSM2Context({ EVP_DigestSign($0, &signature, &count, message, message.count) }) == 1 else {
      throw TrustError(.cannotIssue, lastOpenSSLError())
    }
    return Array(signature.prefix(count))
  }
}

extension Certificate {
  /// Nil for a key of another kind.
  public var sm2PublicKey: SM2PublicKey? {
    guard keyKind == .sm2 else { return nil }
    return SM2PublicKey(
      spki: handle.withPointer { certificate in derBytes { i2d_PUBKEY(X509_get0_pubkey(certificate), $0) } })
  }
}

extension RevocationList {
  /// OpenSSL 3.0 verifies lists of revocations under an empty identifier alone; here it is the standard one.
  func isSigned(by key: SM2PublicKey) -> Bool {
    withPointer { list in
      var value: UnsafePointer<ASN1_BIT_STRING>?
      X509_CRL_get0_signature(list, &value, nil)
      guard X509_CRL_get_signature_nid(list) == NID_SM2_with_SM3, let value, let signed = signedPart else {
        return false
      }
      let signature = Array(
        UnsafeBufferPointer(start: ASN1_STRING_get0_data(value), count: Int(ASN1_STRING_length(value))))
      return key.verifies(signature: signature, of: signed)
    }
  }

  /// What the signature is over: the first value within the list, with its header.
  private var signedPart: [UInt8]? {
    der.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return nil }
      var cursor: UnsafePointer<UInt8>? = base
      var (length, tag, kind) = (0, Int32(0), Int32(0))
      guard ASN1_get_object(&cursor, &length, &tag, &kind, buffer.count) & 0x80 == 0, let start = cursor else {
        return nil
      }
      guard ASN1_get_object(&cursor, &length, &tag, &kind, buffer.count - (start - base)) & 0x80 == 0,
        let inner = cursor,
        length >= 0, length <= buffer.count - (inner - base)
      else { return nil }
      return Array(UnsafeBufferPointer(start: start, count: inner - start + length))
    }
  }
}
