import Cryptography

/// A hash of a Merkle tree: 32 bytes, kept without an allocation.
///
/// Not as `SIMD4<UInt64>`: that asks for addresses that are multiples of 32, which the frames of async functions do not keep
/// (Swift 6.3 writes past their end).
public struct TreeHash: Hashable, Sendable {
  public static let byteCount = 32
  private var first: UInt64
  private var second: UInt64
  private var third: UInt64
  private var fourth: UInt64

  fileprivate static let zero = TreeHash()

  private init() { (first, second, third, fourth) = (0, 0, 0, 0) }

  /// Nil unless `bytes` are 32.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    self.init()
    withUnsafeMutableBytes(of: &self) { $0.copyBytes(from: bytes) }
  }

  public var bytes: [UInt8] { withUnsafeBytes(of: self) { [UInt8]($0) } }
  public var base64: String { Base64.encode(bytes) }
  public var hex: String { encodeHex(bytes) }

  package func append(to output: inout [UInt8]) { withUnsafeBytes(of: self) { output.append(contentsOf: $0) } }
}

extension TreeHash: CustomStringConvertible {
  public var description: String { base64 }
}

/// The hashes of RFC 6962, section 2.1 (RFC 9162, section 2.1.1): SHA-256 with a byte before it that tells leaves from nodes.
/// Use from one task at a time.
public final class TreeHasher {
  private let hasher = SHA256Hasher()

  public init() {}

  /// SHA-256(0x00 ‖ entry).
  public func leaf(_ entry: some Collection<UInt8>) -> TreeHash {
    entry.withContiguousStorageIfAvailable { leaf(UnsafeRawBufferPointer($0)) } ?? leaf(Array(entry))
  }

  public func leaf(_ entry: UnsafeRawBufferPointer) -> TreeHash {
    update(0)
    hasher.update(entry)
    return finish()
  }

  /// SHA-256(0x01 ‖ left ‖ right).
  public func node(_ left: TreeHash, _ right: TreeHash) -> TreeHash {
    update(1)
    withUnsafeBytes(of: left) { hasher.update($0) }
    withUnsafeBytes(of: right) { hasher.update($0) }
    return finish()
  }

  /// The root of a tree without entries: SHA-256 of nothing.
  public var empty: TreeHash { finish() }

  private func update(_ prefix: UInt8) { withUnsafeBytes(of: prefix) { hasher.update($0) } }

  private func finish() -> TreeHash {
    var hash = TreeHash.zero
    withUnsafeMutableBytes(of: &hash) { hasher.finish(into: $0) }
    return hash
  }
}
