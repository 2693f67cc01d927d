import COpenSSL
import CSodium

/// HMAC-SHA-256 (RFC 2104) with a key of any length.
public func hmacSHA256(key: SecretBytes, _ message: [UInt8]) -> [UInt8] {
  key.withUnsafeBytes { hmacSHA256(key: $0, message) }
}

/// For keys that need no hiding, since they lie in a file or database as they are.
public func hmacSHA256(openKey: [UInt8], _ message: [UInt8]) -> [UInt8] {
  openKey.withUnsafeBytes { hmacSHA256(key: $0, message) }
}

func hmacSHA256(key: UnsafeRawBufferPointer, _ message: [UInt8]) -> [UInt8] {
  Sodium.require()
  var state = crypto_auth_hmacsha256_state()
  var output = [UInt8](repeating: 0, count: 32)
  crypto_auth_hmacsha256_init(&state, key.octets, key.count)
  crypto_auth_hmacsha256_update(&state, message, UInt64(message.count))
  crypto_auth_hmacsha256_final(&state, &output)
  withUnsafeMutableBytes(of: &state) { sodium_memzero($0.octets, $0.count) }
  return output
}

/// HKDF-SHA-256 (RFC 5869) for one block of output, 32 bytes.
///
/// The output is a passing secret. An empty salt means 32 zero bytes, as section 2.2 has it.
public func hkdfSHA256(secret: SecretBytes, salt: [UInt8], info: String) -> SecretBytes {
  let effectiveSalt = salt.isEmpty ? [UInt8](repeating: 0, count: 32) : salt
  var secretCopy = secret.copy()
  var extracted = effectiveSalt.withUnsafeBytes { hmacSHA256(key: $0, secretCopy) }
  var expanded = extracted.withUnsafeBytes { hmacSHA256(key: $0, Array(info.utf8) + [1]) }
  defer {
    wipe(&secretCopy)
    wipe(&extracted)
    wipe(&expanded)
  }
  return SecretBytes(expanded, passing: true)
}

/// Argon2id (RFC 9106), one lane.
///
/// - Parameters:
///   - salt: exactly 16 bytes.
///   - passes: the time cost, at least 1.
///   - memoryKiB: the memory cost, at least 8.
///   - outputBytes: 16 or more.
/// - Returns: nil where the memory is not to be had.
public func argon2id(
  password: [UInt8], salt: [UInt8], passes: UInt64, memoryKiB: Int, outputBytes: Int
) -> SecretBytes? {
  Sodium.require()
  precondition(salt.count == 16 && passes >= 1 && memoryKiB >= 8 && outputBytes >= 16)
  var worked = false
  let output = SecretBytes(count: outputBytes) { buffer in
    worked = password.withUnsafeBytes { password in
      crypto_pwhash(
        buffer.octets, UInt64(outputBytes),
        UnsafeRawPointer(password.octets).assumingMemoryBound(to: CChar.self), UInt64(password.count), salt, passes,
        memoryKiB * 1024, crypto_pwhash_ALG_ARGON2ID13) == 0
    }
  }
  return worked ? output : nil
}
