import Synchronization

/// One bell for each of several listeners, rung together.
public final class WakeSignals: Sendable {
  private let signals = Mutex<[WakeSignal]>([])

  public init() {}

  /// A further bell, which rings from now on.
  public func add() -> WakeSignal {
    let signal = WakeSignal()
    signals.withLock { $0.append(signal) }
    return signal
  }

  public func ring() { for signal in signals.withLock({ $0 }) { signal.ring() } }
}
