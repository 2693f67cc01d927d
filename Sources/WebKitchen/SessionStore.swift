import Cryptography
import Synchronization

/// A visit, known by a random cookie. Lives in memory only.
public final class Session<Content: Sendable>: Sendable {
  /// 256 random bits, hex: what the cookie holds. A new one follows when the visitor proves who they are.
  fileprivate let identifier: Mutex<String>
  /// What forms of this session carry.
  public let formToken: String
  public let startedAt: ContinuousClock.Instant
  fileprivate let usedAt: Mutex<ContinuousClock.Instant>
  private let content: Mutex<Content>

  fileprivate init(_ content: sending Content, at now: ContinuousClock.Instant) {
    identifier = Mutex(newIdentifier())
    formToken = newIdentifier()
    startedAt = now
    usedAt = Mutex(now)
    self.content = Mutex(content)
  }

  /// Reads or changes the content, one caller at a time.
  public func with<R: Sendable>(_ body: (inout Content) throws -> R) rethrows -> R {
    try content.withLock { content in try body(&content) }
  }

  /// Whether `token` is this session's, in constant time.
  public func accepts(formToken token: String) -> Bool {
    constantTimeEqual(Array(token.utf8), Array(formToken.utf8))
  }

  public var cookieValue: String { identifier.withLock { $0 } }
}

private func newIdentifier() -> String { encodeHex(randomBytes(32)) }

/// All sessions of a site, with an end by idleness and by age, and a limit on their number.
///
/// Anonymous sessions make room for new ones; those that were promoted, because a phone was confirmed or a letter
/// opened, never do.
public final class SessionStore<Content: Sendable>: Sendable {
  private struct State {
    var anonymous: [Digest: Session<Content>] = [:]
    /// Oldest first; holds identifiers that have gone, until they come up.
    var order: [Digest] = []
    var orderStart = 0
    var promoted: [Digest: Session<Content>] = [:]
  }

  private let state = Mutex(State())
  private let idle: Duration
  private let age: Duration
  private let anonymousMax: Int
  private let promotedMax: Int

  public init(idleSeconds: Int = 1_800, ageSeconds: Int = 7_200, anonymousMax: Int = 20_000, promotedMax: Int = 10_000)
  {
    idle = .seconds(idleSeconds)
    age = .seconds(ageSeconds)
    self.anonymousMax = anonymousMax
    self.promotedMax = promotedMax
  }

  /// The living session of a cookie's value; being asked for keeps it from idling.
  public func find(_ cookieValue: String, at now: ContinuousClock.Instant = .now) -> Session<Content>? {
    let key = Digest.of(cookieValue.utf8)
    guard let session = state.withLock({ $0.promoted[key] ?? $0.anonymous[key] }), !hasEnded(session, now) else {
      return nil
    }
    session.usedAt.withLock { $0 = now }
    return session
  }

  /// A new anonymous session; the oldest anonymous one makes room for it.
  public func begin(_ content: sending Content, at now: ContinuousClock.Instant = .now) -> Session<Content> {
    let session = Session(content, at: now)
    let key = Digest.of(session.cookieValue.utf8)
    state.withLock { state in
      while state.anonymous.count >= anonymousMax, state.orderStart < state.order.count {
        state.anonymous[state.order[state.orderStart]] = nil
        state.orderStart += 1
      }
      if state.orderStart > 1_024, state.orderStart * 2 > state.order.count {
        state.order.removeFirst(state.orderStart)
        state.orderStart = 0
      }
      state.anonymous[key] = session
      state.order.append(key)
    }
    return session
  }

  /// Puts a session among those that a flood does not push out, under a new identifier.
  ///
  /// - Returns: false where no more can be kept; the session stays as it was.
  public func promote(_ session: Session<Content>) -> Bool {
    let newValue = newIdentifier()
    return state.withLock { state in
      let oldKey = Digest.of(session.cookieValue.utf8)
      guard state.promoted[oldKey] != nil || state.promoted.count < promotedMax else { return false }
      state.anonymous[oldKey] = nil
      state.promoted[oldKey] = nil
      session.identifier.withLock { $0 = newValue }
      state.promoted[Digest.of(newValue.utf8)] = session
      return true
    }
  }

  /// Ends one session, at its visitor's wish.
  public func remove(_ session: Session<Content>) {
    state.withLock { state in
      let key = Digest.of(session.cookieValue.utf8)
      state.anonymous[key] = nil
      state.promoted[key] = nil
    }
  }

  /// Ends every session whose content fits, at once.
  ///
  /// - Returns: how many there were.
  @discardableResult
  public func remove(where fits: @Sendable (Content) -> Bool) -> Int {
    state.withLock { state in
      let ended = (Array(state.anonymous) + Array(state.promoted)).filter { $0.value.with { fits($0) } }
      for (key, _) in ended {
        state.anonymous[key] = nil
        state.promoted[key] = nil
      }
      return ended.count
    }
  }

  /// Takes out the sessions that have ended.
  ///
  /// - Returns: them, so that what they hold can be cleared away.
  public func sweep(at now: ContinuousClock.Instant = .now) -> [Session<Content>] {
    state.withLock { state in
      let ended = (Array(state.anonymous) + Array(state.promoted)).filter { hasEnded($0.value, now) }
      for (key, _) in ended {
        state.anonymous[key] = nil
        state.promoted[key] = nil
      }
      return ended.map(\.value)
    }
  }

  /// Ends all, at the site's stop.
  public func removeAll() -> [Session<Content>] {
    state.withLock { state in
      let all = Array(state.anonymous.values) + Array(state.promoted.values)
      state = State()
      return all
    }
  }

  public var count: Int { state.withLock { $0.anonymous.count + $0.promoted.count } }

  private func hasEnded(_ session: Session<Content>, _ now: ContinuousClock.Instant) -> Bool {
    now - session.startedAt >= age || now - session.usedAt.withLock { $0 } >= idle
  }
}
