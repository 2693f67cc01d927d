import CSodium
import Synchronization

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers for the same seed, everywhere.
struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
}

/// Gives libsodium's callers numbers from a seed too, so that keys, identifiers and nonces repeat with a schedule.
enum SeededSodium {
  private static let random = Mutex(SeededRandom(seed: 0))

  static func seed(_ seed: UInt64) { random.withLock { $0 = SeededRandom(seed: seed) } }

  /// Once, before anything else of libsodium is used.
  static func install() {
    // libsodium keeps the pointer: it lives as long as the process.
    let implementation = UnsafeMutablePointer<randombytes_implementation>.allocate(capacity: 1)
    implementation.initialize(to: randombytes_implementation())
    implementation.pointee.implementation_name = { UnsafePointer(SeededSodium.name) }
    implementation.pointee.random = { UInt32(truncatingIfNeeded: SeededSodium.random.withLock { $0.next() }) }
    implementation.pointee.buf = { buffer, count in
      guard let buffer else { return }
      SeededSodium.random.withLock { random in
        for index in 0..<count {
          buffer.storeBytes(of: UInt8(truncatingIfNeeded: random.next()), toByteOffset: index, as: UInt8.self)
        }
      }
    }
    randombytes_set_implementation(implementation)
  }

  nonisolated(unsafe) private static let name: UnsafeMutablePointer<CChar> = {
    // Written once, before anybody reads it.
    let name = UnsafeMutablePointer<CChar>.allocate(capacity: 7)
    for (index, byte) in "seeded\0".utf8.enumerated() { name[index] = CChar(bitPattern: byte) }
    return name
  }()
}
