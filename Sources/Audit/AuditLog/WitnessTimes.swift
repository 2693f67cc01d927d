import TransparencyLog

/// Compares entries' times with the time at which a witness cosigned the log's first `size` entries. A witness has a
/// clock of its own, and a checkpoint takes time to reach it.
struct WitnessTimes: Sendable {
  struct Found: Equatable, Sendable {
    var count: Int
    let first: Int
    /// Of the one that is farthest off.
    var at: Int
  }

  let size: Int
  let cosignedAt: Int
  let carriedMilliseconds: Int?
  /// Not cosigned, although dated before the cosignature.
  private(set) var earlier: Found?
  /// As `earlier`, by more than a checkpoint may take.
  private(set) var backDated: Found?
  /// Cosigned, although dated after the cosignature.
  private(set) var later: Found?

  /// - Parameters:
  ///   - seconds: since 1970.
  ///   - carriedMilliseconds: how long a checkpoint takes at most; nil if unknown.
  init(size: Int, seconds: Int, carriedMilliseconds: Int?) {
    (self.size, cosignedAt, self.carriedMilliseconds) = (size, seconds * 1_000, carriedMilliseconds)
  }

  mutating func take(_ index: Int, at: Int) {
    if index >= size, at < cosignedAt - TimeCheck.toleranceMilliseconds {
      Self.add(index, at, to: &earlier) { min($0, at) }
      if let carriedMilliseconds, at < cosignedAt - carriedMilliseconds - TimeCheck.toleranceMilliseconds {
        Self.add(index, at, to: &backDated) { min($0, at) }
      }
    } else if index < size, at > cosignedAt + TimeCheck.toleranceMilliseconds {
      Self.add(index, at, to: &later) { max($0, at) }
    }
  }

  private static func add(_ index: Int, _ at: Int, to found: inout Found?, _ farther: (Int) -> Int) {
    guard var known = found else {
      found = Found(count: 1, first: index, at: at)
      return
    }
    known.count += 1
    known.at = farther(known.at)
    found = known
  }
}
