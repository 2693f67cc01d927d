import Synchronization
public import Trust

/// The certificates that a link's peer is known by at the moment. They change while the link works: the peer announces new
/// ones, and retires old ones.
public final class PeerCertificates: Sendable {
  private struct State {
    var signing: Set<Certificate>
    var encryption: [Certificate]
    var generation = 0
  }

  private let state: Mutex<State>

  /// - Parameters:
  ///   - signing: those that a packet of the peer may be signed under.
  ///   - encryption: whom packets for the peer are sealed for: the peer first, then escrow holders.
  public init(signing: [Certificate], encryption: [Certificate] = []) {
    state = Mutex(State(signing: Set(signing), encryption: encryption))
  }

  public var signing: Set<Certificate> { state.withLock { $0.signing } }
  public var encryption: [Certificate] { state.withLock { $0.encryption } }
  /// Rises with every change: what was judged in an earlier generation may be wrong now.
  public var generation: Int { state.withLock { $0.generation } }

  /// From the next packet on, these count and no others.
  public func replace(signing: [Certificate], encryption: [Certificate]) {
    state.withLock { state in
      guard state.signing != Set(signing) || state.encryption != encryption else { return }
      state = State(signing: Set(signing), encryption: encryption, generation: state.generation + 1)
    }
  }
}
