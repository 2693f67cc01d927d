import CSodium
import Synchronization

/// Locked memory for secrets that live for one operation: small cells of one region, which has guard pages around it.
///
/// `sodium_malloc` costs some ten system calls a secret, and an age file needs five. A cell is wiped when it is given
/// back. Beside a region of its own it lacks guard pages between two secrets, and is not made read-only.
final class PassingSecrets: @unchecked Sendable {
  // Sendable is safe: the region's address never changes, and a cell belongs to who took its number out of `free`.
  static let shared = PassingSecrets()
  static let cellBytes = 64
  private static let cellCount = 256

  private let region: UnsafeMutableRawPointer?
  private let free: Mutex<[Int]>

  private init() {
    Sodium.require()
    region = sodium_malloc(Self.cellBytes * Self.cellCount)
    free = Mutex(region == nil ? [] : Array(0..<Self.cellCount))
  }

  /// Nil where none is left; the secret then gets a region of its own.
  func take() -> UnsafeMutableRawPointer? {
    free.withLock { $0.popLast() }.flatMap { region?.advanced(by: $0 * Self.cellBytes) }
  }

  /// - Parameter cell: one that `take` gave.
  func giveBack(_ cell: UnsafeMutableRawPointer) {
    guard let region else { return }
    sodium_memzero(cell, Self.cellBytes)
    let number = (cell - region) / Self.cellBytes
    free.withLock { $0.append(number) }
  }
}
