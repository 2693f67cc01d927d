import Certificates
import Cryptography
import Foundation
import Logging
import Runtime
import Synchronization
import Zones

/// The keys that this program signs with. None is kept open: each request opens its key with the PIN that it brings.
struct ServedKeys: Sendable {
  enum Refusal: Error, Equatable {
    case wrongPIN(remaining: Int)
    case pinLocked
    case unknownKey
    /// With the reason, for the log.
    case unavailable(String)
  }

  struct Key: Sendable {
    let name: String
    let certificate: Certificate
    let publicKey: PublicKey
    let algorithm: SigningAlgorithm
    fileprivate let place: Place
  }

  fileprivate enum Place: Sendable {
    case file(String)
    case token(TokenKey)
  }

  let keys: [Key]
  private let attempts: PINAttempts
  /// One at a time: guesses cannot overtake their count, and a PKCS#11 module need not be asked by two threads.
  private let pool = BlockingPool("signing", width: 1)

  /// - Throws: `TrustError` for what cannot be read, for a certificate of another kind of key, and for a key in a file
  ///   without a passphrase.
  init(_ configuration: SignerConfiguration, logger: Logger) throws(TrustError) {
    var keys: [Key] = []
    for key in configuration.keys { keys.append(try Key(key)) }
    self.keys = keys
    attempts = PINAttempts(most: configuration.pinAttempts, logger: logger)
  }

  /// - Returns: two numbers in DER, which the key's certificate verifies.
  func sign(
    _ digest: [UInt8], key name: String, algorithm: SigningAlgorithm, pin: SecretBytes
  ) async throws(Refusal) -> [UInt8] {
    guard let key = keys.first(where: { $0.name == name && $0.algorithm == algorithm }) else { throw .unknownKey }
    let attempts = attempts
    return try await pool.run { () throws(Refusal) in
      guard attempts.left(name) > 0 else { throw .pinLocked }
      let signature: [UInt8]
      do throws(TrustError) { signature = try key.sign(digest, pin) } catch {
        guard error.code == .wrongPassphrase else { throw .unavailable(error.description) }
        let remaining = attempts.countWrong(name)
        guard remaining > 0 else { throw .pinLocked }
        throw .wrongPIN(remaining: remaining)
      }
      attempts.forget(name)
      guard key.certificate.verifies(signature: signature, ofDigest: digest) else {
        throw .unavailable("the key is not that of its certificate")
      }
      return signature
    }
  }
}

extension ServedKeys.Key {
  fileprivate init(_ key: SignerConfiguration.Key) throws(TrustError) {
    name = key.name
    certificate = try Certificate.load(pemFile: key.certificate)[0]
    guard let algorithm = certificate.signingAlgorithm else {
      throw TrustError(.wrongPurpose, "\(key.certificate): neither of an SM2 nor of a P-256 key")
    }
    self.algorithm = algorithm
    publicKey = try certificate.publicKey()
    switch key.place {
    case .file(let path):
      place = .file(path)
      do { _ = try PrivateKey(pemFile: path) } catch {
        // An encrypted one asks for its passphrase.
        guard error.code == .wrongPassphrase else { throw error }
        return
      }
      throw TrustError(
        .keyTooOpen,
        "\(path): the key is not encrypted, so that it would need no PIN; encrypt it (openssl pkcs8 -topk8), the PIN "
          + "its passphrase")
    case .token(let module, let uri):
      guard algorithm == .p256 else {
        throw TrustError(.wrongPurpose, "\(name): keys of a token are reached for P-256 alone")
      }
      place = .token(try TokenKey(module: module, uri: uri))
    }
  }

  fileprivate func sign(_ digest: [UInt8], _ pin: SecretBytes) throws(TrustError) -> [UInt8] {
    switch place {
    case .file(let path): try PrivateKey(pemFile: path, passphrase: pin).sign(digest: digest)
    case .token(let token): try TokenProcess.sign(digest, token, pin)
    }
  }
}

/// Wrong PINs in a row, for each key, until the program ends.
private final class PINAttempts: Sendable {
  private let most: Int
  private let wrong = Mutex<[String: Int]>([:])
  private let logger: Logger

  init(most: Int, logger: Logger) { (self.most, self.logger) = (most, logger) }

  func left(_ key: String) -> Int { wrong.withLock { most - $0[key, default: 0] } }

  /// - Returns: how many are left.
  func countWrong(_ key: String) -> Int {
    let left = wrong.withLock { wrong in
      wrong[key, default: 0] += 1
      return most - wrong[key, default: 0]
    }
    if left == 0 {
      logger.error(
        "a key is locked after wrong PINs in a row", metadata: ["key": "\(key)", "attempts": "\(most)"])
    }
    return left
  }

  func forget(_ key: String) { wrong.withLock { $0[key] = nil } }
}
