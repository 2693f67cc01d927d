import FairQueues
import Synchronization

/// Who may have a file checked now: a few at a time, sources by turns, and so many in a quarter of an hour.
final class CheckQueue: Sendable {
  static let atOnce = 2
  /// Files that wait for a check, in memory.
  static let waitingMost = 16
  static let waitingMostOfOneSource = 4
  static let windowSeconds = 900
  /// In a window, of a source's narrowest tier; the wider ones have twice and four times as many.
  static let ofOneSource = 30
  static let overall = 2_000

  private struct Window {
    var began: ContinuousClock.Instant
    var total = 0
    var taken: [Source.Tier: Int] = [:]
  }

  let turns = FairSemaphore(atOnce: atOnce, waitingMost: waitingMost, ofOneSource: waitingMostOfOneSource)
  private let window: Mutex<Window>

  init(at now: ContinuousClock.Instant = .now) { window = Mutex(Window(began: now)) }

  /// Counts one more check of a source.
  ///
  /// - Returns: false, and counts nothing, where it has had its share.
  func allows(_ source: Source, at now: ContinuousClock.Instant = .now) -> Bool {
    window.withLock { window in
      if now - window.began >= .seconds(Self.windowSeconds) { window = Window(began: now) }
      let tiers = source.tiers.enumerated()
      guard tiers.allSatisfy({ (window.taken[$0.element] ?? 0) < Self.ofOneSource << $0.offset }),
        FairShare.allows(taken: window.taken[source.widest] ?? 0, total: window.total, most: Self.overall)
      else { return false }
      window.total += 1
      for (_, tier) in tiers { window.taken[tier, default: 0] += 1 }
      return true
    }
  }
}
