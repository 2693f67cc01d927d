import COpenSSL
import COpenSSLShim
public import Cryptography

/// A person's certificate and key in one file that browsers import.
public enum PKCS12 {
  /// Encrypts key and certificates with AES-256-CBC under PBKDF2 (HMAC-SHA-256, 600,000 rounds), and a MAC with SHA-256.
  ///
  /// - Parameters:
  ///   - name: what the browser shows.
  ///   - chain: the authorities between the certificate and the root, without the root.
  ///   - password: needed to open the file; keep it elsewhere.
  /// - Returns: DER.
  public static func make(
    name: String, certificate: Certificate, key: PrivateKey, chain: [Certificate], password: SecretBytes
  ) throws(TrustError) -> [UInt8] {
    guard let stack = guandu_sk_X509_new_null() else { throw TrustError(.cannotIssue, "no memory left") }
    defer { guandu_sk_X509_pop_free(stack) }
    for authority in chain {
      authority.handle.withPointer {
        X509_up_ref($0)
        _ = guandu_sk_X509_push(stack, $0)
      }
    }
    forgetOpenSSLErrors()
    let made = key.withPointer { key in
      certificate.handle.withPointer { certificate in
        withCString(password) { password in
          PKCS12_create(
            password, name, key, certificate, stack, NID_aes_256_cbc, NID_aes_256_cbc, passphraseRounds, -1, 0)
        }
      }
    }
    guard let made else { throw TrustError(.cannotIssue, lastOpenSSLError()) }
    defer { PKCS12_free(made) }
    // PKCS12_create would choose the MAC's digest itself, so -1 tells it to make none.
    let sealed = withCString(password) { PKCS12_set_mac(made, $0, -1, nil, 0, passphraseRounds, EVP_sha256()) }
    guard sealed == 1 else { throw TrustError(.cannotIssue, lastOpenSSLError()) }
    return derBytes { i2d_PKCS12(made, $0) }
  }

  private static func withCString<R>(_ secret: SecretBytes, _ body: (UnsafePointer<CChar>) -> R) -> R {
    var copy = secret.copy() + [0]
    defer { wipe(&copy) }
    return copy.withUnsafeBytes { body($0.baseAddress!.assumingMemoryBound(to: CChar.self)) }
  }
}
