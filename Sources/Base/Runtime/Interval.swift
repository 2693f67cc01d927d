import Synchronization

/// How long ago something was done, by a clock that only runs forward: setting the zone's clock neither hastens nor delays
/// what is due every so often.
public final class Interval: Sendable {
  private let every: Duration
  private let elapsed: @Sendable () -> Duration
  private let last: Mutex<Duration?>

  /// - Parameters:
  ///   - isDue: whether the first time is now, and not an interval from now.
  ///   - elapsed: the time since a fixed moment, which never goes back.
  public init(
    _ every: Duration, isDue: Bool = true,
    elapsed: @escaping @Sendable () -> Duration = { Interval.sinceStart() }
  ) {
    self.every = every
    self.elapsed = elapsed
    last = Mutex(isDue ? nil : elapsed())
  }

  /// True where it is due, and then not again before the interval has passed.
  public func takeIfDue() -> Bool {
    let now = elapsed()
    return last.withLock { last in
      if let last, now - last < every { return false }
      last = now
      return true
    }
  }

  private static let start = ContinuousClock.now

  /// Includes the time for which the machine slept.
  public static func sinceStart() -> Duration { ContinuousClock.now - start }
}

/// Whether something of `then` is due again after `wait`, both in milliseconds since 1970. A time that lies in the future
/// was written under a clock that was wrong, and says nothing: what it holds up is due.
public func isDue(at now: Int, since then: Int, wait: Int) -> Bool {
  let (passed, overflow) = now.subtractingReportingOverflow(then)
  return overflow || passed < 0 || passed >= wait
}
