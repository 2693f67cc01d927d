import JSON

/// Finds entries with earlier times than entries before them: a log grows in the order of its commits, so that happens
/// only if a clock was set back, which is recorded, or if somebody back-dates.
struct TimeCheck: Sendable {
  /// Clocks are adjusted in small steps, and a move of more than half of this is recorded. Less than this passes
  /// between a move and its entry.
  static let toleranceMilliseconds = 10_000
  /// Ten thousand years.
  private static let movedMax: UInt = 315_576_000_000_000

  /// Entries in a row with earlier times than the one before them.
  struct Run: Equatable, Sendable {
    let first: Int
    var last: Int
    /// Of the first.
    let at: Int
    /// Of the latest entry before it.
    let after: Int
  }

  struct Jump: Equatable, Sendable {
    let index: Int
    let at: Int
    let milliseconds: Int
  }

  private(set) var runs: [Run] = []
  private(set) var jumps: [Jump] = []
  private var newest: Int?
  /// An entry that the clock was set back may still follow.
  private var pending: Run?

  /// - Parameter value: of `clock.jumped`, its members.
  mutating func take(_ index: Int, _ facts: EntryScan.Facts, jump value: JSONValue?) {
    // Entries that waited for a new log are older than the entry that begins it.
    if index == 0, facts.kind == .logOpened { return }
    if let value, explains(index, facts.at, value) { return }
    guard let newest, facts.at < newest - Self.toleranceMilliseconds else {
      finish()
      newest = max(newest ?? facts.at, facts.at)
      return
    }
    if pending == nil { pending = Run(first: index, last: index, at: facts.at, after: newest) }
    pending?.last = index
  }

  mutating func finish() {
    if let pending { runs.append(pending) }
    pending = nil
  }

  private mutating func explains(_ index: Int, _ at: Int, _ value: JSONValue) -> Bool {
    guard let text = value["before"]?.text, let before = entryTime(Array(text.utf8)),
      let moved = value["milliseconds"]?.number, moved.magnitude < Self.movedMax,
      abs(before + moved - at) <= Self.toleranceMilliseconds, before >= (newest ?? before) - Self.toleranceMilliseconds
    else { return false }
    if let run = pending, at - run.at > Self.toleranceMilliseconds || at < run.at - Self.toleranceMilliseconds {
      runs.append(run)
    }
    pending = nil
    jumps.append(Jump(index: index, at: at, milliseconds: moved))
    newest = at
    return true
  }
}
