import CSodium

/// libsodium must be initialised once before its first use; reading `ready` does it, from any thread.
enum Sodium {
  static let ready: Bool = sodium_init() >= 0

  /// Stops the process when libsodium cannot work here: no entropy source, so no key could be trusted.
  static func require() {
    precondition(ready, "libsodium found no source of randomness on this machine")
  }
}

/// `count` bytes from the operating system's random generator.
public func randomBytes(_ count: Int) -> [UInt8] {
  Sodium.require()
  return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
    randombytes_buf(UnsafeMutableRawBufferPointer(buffer).octets, count)
    initialized = count
  }
}

/// A uniform random number in `0..<bound`, without modulo bias.
public func randomNumber(below bound: UInt32) -> UInt32 {
  Sodium.require()
  return randombytes_uniform(bound)
}

/// Compares in a time that depends on the lengths alone.
public func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  left.count == right.count && sodium_memcmp(left, right, left.count) == 0
}

/// Overwrites the array's bytes. Only the storage that this reference holds alone is wiped, so keep secrets in
/// `SecretBytes` where they live longer than a call.
public func wipe(_ bytes: inout [UInt8]) {
  bytes.withUnsafeMutableBytes { sodium_memzero($0.octets, $0.count) }
}
