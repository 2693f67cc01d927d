public import Certificates
import Synchronization

/// The present certificates of a link's peer. They change while the link runs: the peer announces new ones, and retires
/// old ones.
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
  ///   - encryption: those that packets for the peer are sealed for: the peer's first, then escrow holders'.
  ///   - former: those of the peer that nothing is sealed for any more, but whose keys it still has.
  public init(signing: [Certificate], encryption: [Certificate] = [], former: [Certificate] = []) {
    state = Mutex(State(signing: Set(signing), encryption: encryption, former: former))
  }

  public var signing: Set<Certificate> { state.withLock { $0.signing } }
  public var encryption: [Certificate] { state.withLock { $0.encryption } }
  /// Those that the peer can open packets with: the one in use, and former ones.
  public var openable: [Certificate] { state.withLock { $0.encryption.prefix(1) + $0.former } }
  /// Rises with every change: a verdict of an earlier generation may be wrong now.
  public var generation: Int { state.withLock { $0.generation } }

  /// From the next packet on, only these count.
  public func replace(signing: [Certificate], encryption: [Certificate], former: [Certificate] = []) {
    state.withLock { state in
      guard state.signing != Set(signing) || state.encryption != encryption || state.former != former else { return }
      state = State(
        signing: Set(signing), encryption: encryption, former: former, generation: state.generation + 1)
    }
  }
}
