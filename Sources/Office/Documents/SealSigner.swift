public import Certificates
public import Cryptography
public import ExternalSigner
import Zones

/// A key that a signer holds.
public struct SealKey: Sendable {
  public let publicKey: PublicKey
  /// The key's own, where the signer knows it.
  public let certificate: Certificate?

  public init(publicKey: PublicKey, certificate: Certificate?) {
    (self.publicKey, self.certificate) = (publicKey, certificate)
  }
}

/// Why a signer gave no signature, as far as its user can do something about it.
public struct SigningFailure: Error, Sendable {
  public enum Code: Sendable {
    case wrongPIN
    case pinLocked
    case unknownKey
    /// Anything else: not reached, not trusted, not understood.
    case unavailable
  }

  public let code: Code
  /// For the operator; holds no secret.
  public let reason: String

  public init(_ code: Code, _ reason: String) { (self.code, self.reason) = (code, reason) }

  var problem: DocumentProblem {
    switch code {
    case .wrongPIN: .wrongPIN
    case .pinLocked: .pinLocked
    case .unknownKey: .unknownKey
    case .unavailable: .signerUnavailable
    }
  }
}

/// Whoever holds the keys of seals: the document's digest goes out, a signature comes back.
public struct SealSigner: Sendable {
  public typealias Signing =
    @Sendable (_ digest: [UInt8], _ key: String, _ certificate: Certificate, _ pin: SecretBytes) async throws ->
    [UInt8]

  /// As `zone.yaml` names it.
  public let name: String
  let key: @Sendable (_ name: String) async throws -> SealKey
  let sign: Signing

  /// - Parameters:
  ///   - key: finds a key by its name.
  ///   - sign: two numbers in DER, verified against the certificate. Both throw `SigningFailure`.
  public init(name: String, key: @escaping @Sendable (_ name: String) async throws -> SealKey, sign: @escaping Signing)
  {
    (self.name, self.key, self.sign) = (name, key, sign)
  }

  /// A signer that is reached over a socket or TLS.
  public init(_ external: ExternalSigner) {
    self.init(name: external.address.name) { name in
      do throws(SignerError) {
        let key = try await external.key(named: name)
        return SealKey(publicKey: key.publicKey, certificate: key.certificate)
      } catch { throw SigningFailure(error) }
    } sign: { digest, key, certificate, pin in
      do throws(SignerError) {
        return try await external.sign(digest, key: key, certificate: certificate, pin: pin)
      } catch { throw SigningFailure(error) }
    }
  }
}

extension SigningFailure {
  fileprivate init(_ error: SignerError) {
    let code: Code =
      switch error.code {
      case .wrongPIN: .wrongPIN
      case .pinLocked: .pinLocked
      case .unknownKey: .unknownKey
      case .unavailable, .untrusted, .badAnswer, .wrongSignature, .badRequest: .unavailable
      }
    self.init(code, error.description)
  }
}
