import Cryptography
import Synchronization

/// Counts per key in fixed windows. Keys are kept as HMACs under a key that lives in memory only.
public final class RateLimiter: Sendable {
  private struct Window {
    var endsAt: ContinuousClock.Instant
    var count: Int
  }

  private let limit: Int
  private let length: Duration
  private let capacity: Int
  private let secret = SecretBytes.random(32)
  private let windows = Mutex<[[UInt8]: Window]>([:])

  /// - Parameters:
  ///   - limit: how many a window holds.
  ///   - capacity: how many keys are told apart; past that, new keys share 256 windows.
  public init(limit: Int, seconds: Int, capacity: Int = 50_000) {
    self.limit = limit
    length = .seconds(seconds)
    self.capacity = capacity
  }

  /// Counts one more under `key`.
  ///
  /// - Returns: false where the window was full.
  public func take(_ key: String, at now: ContinuousClock.Instant = .now) -> Bool {
    let tag = tag(of: key)
    return windows.withLock { windows in
      let slot = slot(for: tag, in: &windows, now)
      var window = windows[slot] ?? Window(endsAt: now + length, count: 0)
      if window.endsAt <= now { window = Window(endsAt: now + length, count: 0) }
      guard window.count < limit else { return false }
      window.count += 1
      windows[slot] = window
      return true
    }
  }

  /// Takes one back that turned out to be no guess.
  public func giveBack(_ key: String) {
    let tag = tag(of: key)
    windows.withLock { windows in
      let slot = windows[tag] == nil ? [tag[0]] : tag
      if let window = windows[slot] { windows[slot]?.count = max(0, window.count - 1) }
    }
  }

  private func tag(of key: String) -> [UInt8] { Array(hmacSHA256(key: secret, Array(key.utf8)).prefix(16)) }

  private func slot(
    for tag: [UInt8], in windows: inout [[UInt8]: Window], _ now: ContinuousClock.Instant
  ) -> [UInt8] {
    if windows[tag] != nil || windows.count < capacity { return tag }
    windows = windows.filter { $0.value.endsAt > now }
    return windows.count < capacity ? tag : [tag[0]]
  }
}
