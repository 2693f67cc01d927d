public import Certificates
import Synchronization

/// The certificates that a link's peer is known by at the moment. They change while the link works: the peer announces new
/// ones, and retires old ones.
public final class PeerCertificates: Sendable {
  private struct State {
    var signing: Set<Certificate>
    var encryption: [Certificate]
    var former: [Certificate]
    var generation = 0
  }

  private let state: Mutex<State>

  /// - Parameters:
  ///   - signing: those that a packet of the peer may be signed under.
  ///   - encryption: whom packets for the peer are sealed for: the peer first, then escrow holders.
  ///   - former: those of the peer that nothing is sealed for any more, and that it still has the keys of.
  public init(signing: [Certificate], encryption: [Certificate] = [], former: [Certificate] = []) {
    state = Mutex(State(signing: Set(signing), encryption: encryption, former: former))
  }

  public var signing: Set<Certificate> { state.withLock { $0.signing } }
  public var encryption: [Certificate] { state.withLock { $0.encryption } }
  /// Those that the peer can open something with: the one in use, and former ones.
  public var openable: [Certificate] { state.withLock { $0.encryption.prefix(1) + $0.former } }
  /// Rises with every change: what was judged in an earlier generation may be wrong now.
  public var generation: Int { state.withLock { $0.generation } }

  /// From the next packet on, these count and no others.
  public func replace(signing: [Certificate], encryption: [Certificate], former: [Certificate] = []) {
    state.withLock { state in
      guard state.signing != Set(signing) || state.encryption != encryption || state.former != former else { return }
      state = State(
        signing: Set(signing), encryption: encryption, former: former, generation: state.generation + 1)
    }
  }
}
