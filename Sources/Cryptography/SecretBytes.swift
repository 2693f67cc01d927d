import CSodium

/// Bytes that are kept out of swap and core dumps, and are wiped when the last reference goes.
///
/// The memory comes from `sodium_malloc`: locked, between guard pages, made read-only once written.
public final class SecretBytes: @unchecked Sendable {
  // Sendable is safe: the memory is written in `init` only, and is read-only (by mprotect) from then on.
  private let memory: UnsafeMutableRawPointer
  public let count: Int

  /// Fills `count` bytes of secret memory through `write`.
  public init(count: Int, _ write: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
    Sodium.require()
    guard let memory = sodium_malloc(max(count, 1)) else {
      preconditionFailure("no memory left for a secret of \(count) bytes")
    }
    self.memory = memory
    self.count = count
    try write(UnsafeMutableRawBufferPointer(start: memory, count: count))
    sodium_mprotect_readonly(memory)
  }

  /// Copies `bytes`; the caller wipes the original.
  public convenience init(_ bytes: some Collection<UInt8>) {
    self.init(count: bytes.count) { $0.copyBytes(from: bytes) }
  }

  public static func random(_ count: Int) -> SecretBytes {
    SecretBytes(count: count) { randombytes_buf($0.octets, count) }
  }

  deinit { sodium_free(memory) }

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
