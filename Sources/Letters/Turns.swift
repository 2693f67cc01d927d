import Synchronization

/// Who may calculate now, and who waits: a few at a time, the sources by turns, and no more waiting than can soon be
/// served.
///
/// When every place to wait is taken, whoever has the most waiting loses their newest to one who has less. So a flood
/// from one source fills what is free and never what others need: a look of another source gets a place, and is served
/// after at most one look of the flood for each source that waits.
package final class Turns: Sendable {
  /// What looks come to at 300 a second, which two cores make: more would wait for longer than people do.
  package static let waitingMost = 512
  /// More than are calculated at a time, so that the database of one and the calculation of another overlap.
  package static let atOnce = 6

  fileprivate typealias Place = CheckedContinuation<Bool, Never>

  fileprivate struct State {
    var free: Int
    var waiting = 0
    var arrived = 0
    var places: [String: [Place]] = [:]
    /// The sources that have somebody waiting; the first is next.
    var order: [String] = []
  }

  private let waitingMost: Int
  private let state: Mutex<State>

  package init(atOnce: Int = Turns.atOnce, waitingMost: Int = Turns.waitingMost) {
    self.waitingMost = max(0, waitingMost)
    state = Mutex(State(free: max(1, atOnce)))
  }

  /// How many wait at this moment.
  package var waiting: Int { state.withLock { $0.waiting } }
  /// How many ever came, served or not.
  package var arrived: Int { state.withLock { $0.arrived } }

  /// Runs `body` once it is the turn of `source`.
  ///
  /// - Throws: `busy` where too many wait; nothing was run then. Else what `body` throws.
  package func run<T: Sendable>(
    for source: String, _ body: () async throws(LetterError) -> T
  ) async throws(LetterError) -> T {
    guard await enter(source) else { throw .busy }
    defer { leave() }
    return try await body()
  }

  private func enter(_ source: String) async -> Bool {
    await withCheckedContinuation { (place: Place) in
      let answered = state.withLock { state -> (Place, Bool)? in
        state.arrived += 1
        if state.free > 0 {
          state.free -= 1
          return (place, true)
        }
        let displaced = state.waiting < waitingMost ? nil : state.displace(for: source)
        if state.waiting >= waitingMost { return (place, false) }
        state.append(place, of: source)
        return displaced.map { ($0, false) }
      }
      answered?.0.resume(returning: answered?.1 ?? false)
    }
  }

  private func leave() {
    let next = state.withLock { state in
      let next = state.takeNext()
      if next == nil { state.free += 1 }
      return next
    }
    next?.resume(returning: true)
  }
}

extension Turns.State {
  fileprivate mutating func append(_ place: Turns.Place, of source: String) {
    if places[source] == nil { order.append(source) }
    places[source, default: []].append(place)
    waiting += 1
  }

  /// The newest of the source with the most, where that is more than `source` would have.
  fileprivate mutating func displace(for source: String) -> Turns.Place? {
    guard let (longest, theirs) = places.max(by: { $0.value.count < $1.value.count }),
      theirs.count > (places[source]?.count ?? 0) + 1
    else { return nil }
    waiting -= 1
    return places[longest]?.removeLast()
  }

  fileprivate mutating func takeNext() -> Turns.Place? {
    guard !order.isEmpty else { return nil }
    let source = order.removeFirst()
    guard var theirs = places.removeValue(forKey: source), !theirs.isEmpty else { return nil }
    let next = theirs.removeFirst()
    if !theirs.isEmpty {
      places[source] = theirs
      order.append(source)
    }
    waiting -= 1
    return next
  }
}
