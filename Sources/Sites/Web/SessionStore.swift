import Cryptography
public import FairQueues
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

/// All sessions of a site, with an end by idleness and by age, and limits on their number: of all, of one owner, and,
/// when all are taken, of one source.
///
/// Anonymous sessions make room for new ones, the oldest first. Those that were promoted, because a phone was confirmed
/// or a letter opened, make room for newer ones of the same owner, and where no more can be kept at all, for those of a
/// source that holds fewer.
public final class SessionStore<Content: Sendable>: Sendable {
  fileprivate struct Entry {
    let session: Session<Content>
    let number: Int
    let owner: Digest?
    let source: Source
    let isPromoted: Bool
  }

  fileprivate struct State {
    var entries: [Digest: Entry] = [:]
    var anonymous = 0
    var promoted = 0
    var last = 0
    /// Anonymous ones, oldest first; holds some that have gone, until they come up or are too many.
    var order: [Digest] = []
    var orderStart = 0
    /// Of each owner, oldest first.
    var owned: [Digest: [Digest]] = [:]
    /// Ended by others' coming; the next sweep hands them over.
    var pushedOut: [Session<Content>] = []
  }

  private let state = Mutex(State())
  private let idle: Duration
  private let age: Duration
  private let anonymousMax: Int
  private let promotedMax: Int
  private let ownedMax: Int

  /// - Parameter ownedMax: sessions of one owner; past them the oldest of that owner ends.
  public init(
    idleSeconds: Int = 1_800, ageSeconds: Int = 7_200, anonymousMax: Int = 20_000, promotedMax: Int = 10_000,
    ownedMax: Int = 8
  ) {
    idle = .seconds(idleSeconds)
    age = .seconds(ageSeconds)
    self.anonymousMax = anonymousMax
    self.promotedMax = promotedMax
    self.ownedMax = ownedMax
  }

  /// The living session of a cookie's value; being asked for keeps it from idling.
  public func find(_ cookieValue: String, at now: ContinuousClock.Instant = .now) -> Session<Content>? {
    let key = Digest.of(cookieValue.utf8)
    guard let session = state.withLock({ $0.entries[key]?.session }), !hasEnded(session, now) else { return nil }
    session.usedAt.withLock { $0 = now }
    return session
  }

  /// A new anonymous session; the oldest anonymous one makes room for it.
  ///
  /// - Parameter owner: whose it is; an owner has eight at most, their oldest makes room. Nil where nobody is known.
  public func begin(
    _ content: sending Content, of owner: String? = nil, at now: ContinuousClock.Instant = .now
  ) -> Session<Content> {
    let session = Session(content, at: now)
    let key = Digest.of(session.cookieValue.utf8)
    state.withLock { state in
      while state.anonymous >= anonymousMax, state.orderStart < state.order.count {
        let oldest = state.order[state.orderStart]
        state.orderStart += 1
        if state.entries[oldest]?.isPromoted == false { state.pushOut(oldest) }
      }
      state.add(session, key, owner.map { Digest.of($0.utf8) }, .unnamed, isPromoted: false, ownedMax)
    }
    return session
  }

  /// Puts a session among those that a flood does not push out, under a new identifier.
  ///
  /// - Parameters:
  ///   - owner: whose it is now, such as the letter that was opened: an owner has eight at most, their oldest makes room.
  ///   - source: who asks. Where no more can be kept, whoever holds most loses their oldest to a source with fewer.
  /// - Returns: false where no more can be kept; the session stays as it was.
  public func promote(_ session: Session<Content>, of owner: String? = nil, from source: Source = .unnamed) -> Bool {
    let newValue = newIdentifier()
    return state.withLock { state in
      let oldKey = Digest.of(session.cookieValue.utf8)
      if state.entries[oldKey]?.isPromoted != true, state.promoted >= promotedMax {
        let held = state.entries.filter(\.value.isPromoted).map { (source: $0.value.source, holding: $0) }
        guard let oldest = givingWay(held, to: source).min(by: { $0.value.number < $1.value.number }) else {
          return false
        }
        state.pushOut(oldest.key)
      }
      state.remove(oldKey)
      session.identifier.withLock { $0 = newValue }
      state.add(
        session, Digest.of(newValue.utf8), owner.map { Digest.of($0.utf8) }, source, isPromoted: true, ownedMax)
      return true
    }
  }

  /// Ends one session, at its visitor's wish.
  public func remove(_ session: Session<Content>) {
    state.withLock { $0.remove(Digest.of(session.cookieValue.utf8)) }
  }

  /// Ends every session whose content fits, at once.
  ///
  /// - Returns: how many there were.
  @discardableResult
  public func remove(where fits: @Sendable (Content) -> Bool) -> Int {
    state.withLock { state in
      let ended = state.entries.filter { $0.value.session.with { fits($0) } }
      for key in ended.keys { state.remove(key) }
      return ended.count
    }
  }

  /// Takes out the sessions that have ended.
  ///
  /// - Returns: them, and those that others pushed out since the last time, so that what they hold can be cleared away.
  public func sweep(at now: ContinuousClock.Instant = .now) -> [Session<Content>] {
    state.withLock { state in
      let ended = state.entries.filter { hasEnded($0.value.session, now) }
      for key in ended.keys { state.remove(key) }
      defer { state.pushedOut = [] }
      return ended.values.map(\.session) + state.pushedOut
    }
  }

  /// Ends all, at the site's stop.
  public func removeAll() -> [Session<Content>] {
    state.withLock { state in
      let all = state.entries.values.map(\.session) + state.pushedOut
      state = State()
      return all
    }
  }

  public var count: Int { state.withLock { $0.entries.count } }

  /// How long the list by age is, with those that have gone; a test holds that it does not grow.
  var listed: Int { state.withLock { $0.order.count } }

  private func hasEnded(_ session: Session<Content>, _ now: ContinuousClock.Instant) -> Bool {
    now - session.startedAt >= age || now - session.usedAt.withLock { $0 } >= idle
  }
}

extension SessionStore.State {
  mutating func add(
    _ session: Session<Content>, _ key: Digest, _ owner: Digest?, _ source: Source, isPromoted: Bool, _ ownedMax: Int
  ) {
    if let owner {
      // One that is only begun, by whoever knows a number, never pushes out one that its owner has come into.
      let held = owned[owner] ?? []
      let begun = held.first { entries[$0]?.isPromoted == false }
      if held.count >= ownedMax, let leaving = begun ?? (isPromoted ? held.first : nil) { pushOut(leaving) }
      owned[owner, default: []].append(key)
    }
    last += 1
    entries[key] = .init(session: session, number: last, owner: owner, source: source, isPromoted: isPromoted)
    if isPromoted {
      promoted += 1
    } else {
      anonymous += 1
      order.append(key)
    }
    forgetGone()
  }

  mutating func pushOut(_ key: Digest) {
    if let session = entries[key]?.session { pushedOut.append(session) }
    remove(key)
  }

  mutating func remove(_ key: Digest) {
    guard let entry = entries.removeValue(forKey: key) else { return }
    if entry.isPromoted { promoted -= 1 } else { anonymous -= 1 }
    guard let owner = entry.owner else { return }
    owned[owner]?.removeAll { $0 == key }
    if owned[owner]?.isEmpty == true { owned[owner] = nil }
  }

  /// Whenever more than half of the list has gone, it is written anew.
  private mutating func forgetGone() {
    guard order.count > 2 * anonymous + 1_024 else { return }
    order = order[orderStart...].filter { entries[$0]?.isPromoted == false }
    orderStart = 0
  }
}
