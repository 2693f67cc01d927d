import Synchronization

/// Who may work now, and who waits: a few at a time, the sources by turns, and no more waiting than can soon be served.
///
/// When every place to wait is taken, whoever has the most waiting loses their newest to one who has less. So a flood
/// from one source fills what is free and never what others need.
///
/// Those who come `later` have a queue of their own, with every second turn while others wait, and give way to them where
/// they hold more than half of the places. So a thousand sources that have been wrong lately do not make one wait that has
/// not.
public final class FairSemaphore: Sendable {
  private typealias Place = CheckedContinuation<Bool, Never>

  private struct State {
    var free: Int
    var arrived = 0
    var queue = FairQueue<Place>()
    /// Of those who come later.
    var later = FairQueue<Place>()
    var isTurnOfLater = false

    var waiting: Int { queue.count + later.count }

    mutating func takeNext() -> Place? {
      isTurnOfLater.toggle()
      if isTurnOfLater, let next = later.takeNext() { return next }
      return queue.takeNext() ?? later.takeNext()
    }
  }

  private let waitingMost: Int
  private let ofOneSource: Int
  private let state: Mutex<State>

  /// - Parameters:
  ///   - atOnce: how many work at the same time.
  ///   - waitingMost: how many wait.
  ///   - ofOneSource: how many of them from one source's narrowest tier.
  public init(atOnce: Int, waitingMost: Int, ofOneSource: Int) {
    self.waitingMost = max(0, waitingMost)
    self.ofOneSource = ofOneSource
    state = Mutex(State(free: max(1, atOnce)))
  }

  /// How many wait at this moment.
  public var waiting: Int { state.withLock { $0.waiting } }
  /// How many ever came, served or not.
  public var arrived: Int { state.withLock { $0.arrived } }

  /// Waits for the turn of `source`.
  ///
  /// - Parameter isLater: whether others go first, but for every second turn.
  /// - Returns: whether it came; then `leave()` must follow. False at once where too many wait, or later where the place
  ///   was given to a source with fewer.
  public func enter(_ source: Source, isLater: Bool = false) async -> Bool {
    await withCheckedContinuation { (place: Place) in
      let answered = state.withLock { state -> (Place, Bool)? in
        state.arrived += 1
        if state.free > 0 {
          state.free -= 1
          return (place, true)
        }
        let own = isLater ? \State.later : \State.queue
        guard state.queue.count(of: source) + state.later.count(of: source) < ofOneSource else {
          return (place, false)
        }
        // Work that goes on (`enterAgain`) may have made the queue longer than that: one goes for each that comes.
        guard state.waiting >= waitingMost else {
          state[keyPath: own].append(place, of: source)
          return nil
        }
        // Half of the places are theirs: a flood of fresh sources does not drive out those behind an address that many
        // share.
        let isTheirsTooMuch = !isLater && state.later.count > waitingMost / 2
        let displaced = isTheirsTooMuch ? state.later.takeNewest() : state[keyPath: own].giveWay(to: source)
        guard let displaced else { return (place, false) }
        state[keyPath: own].append(place, of: source)
        return (displaced, false)
      }
      answered?.0.resume(returning: answered?.1 ?? false)
    }
  }

  /// Waits for a turn again after `leave()`, for the rest of work that has begun: it is never refused. One whose place is
  /// given to another source goes on at once, beside those who have a turn.
  public func enterAgain(_ source: Source) async {
    let isMine = await withCheckedContinuation { (place: Place) in
      let isFree = state.withLock { state in
        guard state.free > 0 else {
          state.queue.append(place, of: source)
          return false
        }
        state.free -= 1
        return true
      }
      if isFree { place.resume(returning: true) }
    }
    // Displaced: the work has begun, so it goes on all the same, beside those who have a turn.
    if !isMine { state.withLock { $0.free -= 1 } }
  }

  /// Lets the next one work.
  public func leave() {
    let next = state.withLock { state -> Place? in
      guard state.free >= 0 else {
        state.free += 1
        return nil
      }
      let next = state.takeNext()
      if next == nil { state.free += 1 }
      return next
    }
    next?.resume(returning: true)
  }
}
