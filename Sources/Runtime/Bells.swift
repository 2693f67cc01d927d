import Synchronization

/// One bell for each of several listeners, rung together.
public final class Bells: Sendable {
  private let bells = Mutex<[Bell]>([])

  public init() {}

  /// A further bell, which rings from now on.
  public func add() -> Bell {
    let bell = Bell()
    bells.withLock { $0.append(bell) }
    return bell
  }

  public func ring() { for bell in bells.withLock({ $0 }) { bell.ring() } }
}
