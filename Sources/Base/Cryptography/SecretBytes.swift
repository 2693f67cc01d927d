import CSodium

/// Bytes that are kept out of swap and core dumps, and are wiped when the last reference goes.
///
/// The memory comes from `sodium_malloc`: locked, between guard pages, made read-only once written. A passing secret, one
/// that lives for a single operation, shares its locked region with others.
public final class SecretBytes: @unchecked Sendable {
  // Sendable is safe: the memory is written in `init` only, and is read-only (by mprotect, or as nobody writes) from
  // then on.
  private let memory: UnsafeMutableRawPointer
  private let isPassing: Bool
  public let count: Int

  /// Fills `count` bytes of secret memory through `write`.
  ///
  /// - Parameter passing: for a secret of at most 64 bytes that is gone after the operation at hand: cheaper.
  public init(
    count: Int, passing: Bool = false, _ write: (UnsafeMutableRawBufferPointer) throws -> Void
  ) rethrows {
    Sodium.require()
    if passing, count <= PassingSecrets.cellBytes, let cell = PassingSecrets.shared.take() {
      (memory, isPassing, self.count) = (cell, true, count)
      try write(UnsafeMutableRawBufferPointer(start: cell, count: count))
      return
    }
    isPassing = false
    guard let memory = sodium_malloc(max(count, 1)) else {
      preconditionFailure("no memory left for a secret of \(count) bytes")
    }
    self.memory = memory
    self.count = count
    try write(UnsafeMutableRawBufferPointer(start: memory, count: count))
    sodium_mprotect_readonly(memory)
  }

  /// Copies `bytes`; the caller wipes the original.
  public convenience init(_ bytes: some Collection<UInt8>, passing: Bool = false) {
    self.init(count: bytes.count, passing: passing) { $0.copyBytes(from: bytes) }
  }

  public static func random(_ count: Int, passing: Bool = false) -> SecretBytes {
    SecretBytes(count: count, passing: passing) { randombytes_buf($0.octets, count) }
  }

  deinit {
    if isPassing { PassingSecrets.shared.giveBack(memory) } else { sodium_free(memory) }
  }

  public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try body(UnsafeRawBufferPointer(start: memory, count: count))
  }

  /// A plain copy, for the few callers that need an array; they wipe it.
  public func copy() -> [UInt8] { withUnsafeBytes { [UInt8]($0) } }
}

extension SecretBytes: CustomStringConvertible, CustomReflectable {
  public var description: String { "SecretBytes(\(count))" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
