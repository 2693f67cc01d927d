import PacketFormat
import Timestamps

/// A link's message rate in one direction, by its policy. A minute's worth may pass at once; the rest waits, and
/// nothing is refused.
struct MessageRate {
  private static let millisecondsPerMinute = 60_000

  /// Nil if the policy sets none.
  private let perMinute: Int?
  /// In sixty-thousandths of a message, so that a millisecond's share is a whole number. Below zero after a packet with
  /// more messages than were due.
  private var credit: Int
  private var last: UnixMilliseconds?

  init(perMinute: Int?) {
    self.perMinute = perMinute
    credit = (perMinute ?? 0) * Self.millisecondsPerMinute
  }

  /// How many messages may pass now.
  mutating func room(at now: UnixMilliseconds) -> Int {
    guard let perMinute else { return .max }
    let full = perMinute * Self.millisecondsPerMinute
    // A clock that was set back adds nothing, and takes nothing.
    let passed = min(max(0, now - (last ?? now)), Self.millisecondsPerMinute)
    last = now
    credit = min(full, credit + passed * perMinute)
    return max(0, credit / Self.millisecondsPerMinute)
  }

  /// Whether a packet of `count` messages may pass now. One with more than a minute's worth needs a whole minute's.
  mutating func admits(_ count: Int, at now: UnixMilliseconds) -> Bool {
    guard let perMinute else { return true }
    return room(at: now) >= min(count, perMinute)
  }

  mutating func take(_ count: Int) {
    if perMinute != nil { credit -= count * Self.millisecondsPerMinute }
  }

  /// Milliseconds until the next message may pass: 1 to a minute.
  var wait: Int {
    guard let perMinute else { return 1 }
    let missing = Self.millisecondsPerMinute - credit
    return min(max(1, (missing + perMinute - 1) / perMinute), Self.millisecondsPerMinute)
  }
}

extension Manifest {
  var messageCount: Int { messages.values.reduce(0, +) }
}
