import FairQueues
import NIOCore
import Synchronization

/// The connections of a site that are open, and what each is at. When nearly as many are open as can be, whoever holds
/// the most loses their idle ones; no source has a fixed number, since carriers put thousands behind one address.
final class OpenConnections: Sendable {
  enum Stage: Int, Sendable {
    /// Nothing whole has come yet: the handshake, or a request's head.
    case beginning
    /// Between two requests.
    case idle
    /// A request's body is coming in.
    case receiving
    /// A request is being answered: such a connection is never shed.
    case answering
  }

  /// Room begins to be made once this part of all is free: an eighth.
  static let reservePart = 8
  /// How many connections at a time make room, as a part of all: a sixteenth.
  static let shedPart = 16

  private struct Entry {
    let source: Source
    let close: @Sendable () -> Void
    var stage: Stage
    var number: Int
  }

  private struct State {
    var entries: [ObjectIdentifier: Entry] = [:]
    var last = 0
  }

  /// How many can be open.
  let most: Int
  private let state = Mutex(State())

  init(most: Int) { self.most = max(16, most) }

  var count: Int { state.withLock { $0.entries.count } }

  /// Takes a connection in, and makes room for the next where there is little.
  ///
  /// - Parameter close: closes it at once, from any thread.
  func open(_ identity: ObjectIdentifier, from source: Source, close: @escaping @Sendable () -> Void) {
    let shed = state.withLock { state -> [@Sendable () -> Void] in
      state.last += 1
      state.entries[identity] = Entry(source: source, close: close, stage: .beginning, number: state.last)
      guard state.entries.count > most - most / Self.reservePart else { return [] }
      let idle = state.entries.filter { $0.value.stage != .answering && $0.key != identity }
        .sorted { ($0.value.stage.rawValue, $0.value.number) < ($1.value.stage.rawValue, $1.value.number) }
      let gone = trimmed(idle.map { (source: $0.value.source, holding: $0.key) }, by: max(1, most / Self.shedPart))
      return gone.compactMap { state.entries.removeValue(forKey: $0)?.close }
    }
    for close in shed { close() }
  }

  func move(_ identity: ObjectIdentifier, to stage: Stage) {
    state.withLock { state in
      guard state.entries[identity] != nil else { return }
      state.last += 1
      state.entries[identity]?.stage = stage
      state.entries[identity]?.number = state.last
    }
  }

  func close(_ identity: ObjectIdentifier) { state.withLock { $0.entries[identity] = nil } }
}
