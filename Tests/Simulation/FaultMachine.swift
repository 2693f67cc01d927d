import DurableFiles
import Glibc
import Storage
import Synchronization

/// The zone's process was killed: nothing that it does from now on has any effect.
struct Killed: Error {}

/// Breaks chosen steps of one zone: its disk's and its database's.
final class FaultMachine: FaultPlan, CommitFaults {
  enum Kind: CaseIterable, Sendable {
    /// The step is not done, and says so.
    case failsUndone
    /// The step is done, and says that it is not.
    case failsDone
    case killedBefore
    case killedAfter
  }

  private struct State {
    /// What breaks, after so many steps of that place.
    var armed: [String: (countdown: Int, kind: Kind)] = [:]
    var isDead = false
  }

  private let state = Mutex(State())

  /// The places at which steps are counted: each is touched by one thread at a time, so that a schedule repeats exactly.
  static let places = [
    "data/sent", "data/blobs", "data/incoming", "data/spool", "data/quarantine", "data/incarnation", "out/new",
    "in/new",
    "commit",
  ]

  func arm(_ place: String, countdown: Int, _ kind: Kind) { state.withLock { $0.armed[place] = (countdown, kind) } }
  func disarm() { state.withLock { $0.armed = [:] } }
  func revive() { state.withLock { $0 = State() } }
  var isDead: Bool { state.withLock { $0.isDead } }

  private static func place(of path: String) -> String {
    places.first { path.hasPrefix("/" + $0) } ?? "data"
  }

  /// The fault that strikes at this side of this step; counts the step down before it.
  private func strike(_ place: String, isBefore: Bool) -> Kind? {
    state.withLock { state in
      if state.isDead { return .killedBefore }
      guard var armed = state.armed[place] else { return nil }
      if isBefore {
        armed.countdown -= 1
        state.armed[place] = armed
      }
      guard armed.countdown < 0 else { return nil }
      let strikesBefore = armed.kind == .failsUndone || armed.kind == .killedBefore
      guard strikesBefore == isBefore else { return nil }
      state.armed[place] = nil
      if armed.kind == .killedBefore || armed.kind == .killedAfter { state.isDead = true }
      return armed.kind
    }
  }

  func before(_ operation: FileOperation, path: String) throws(FileError) {
    guard let kind = strike(Self.place(of: path), isBefore: true) else { return }
    throw FileError(operation, path, number: kind == .failsUndone ? ENOSPC : EOWNERDEAD)
  }

  func after(_ operation: FileOperation, path: String) throws(FileError) {
    guard let kind = strike(Self.place(of: path), isBefore: false) else { return }
    throw FileError(operation, path, number: kind == .failsDone ? EIO : EOWNERDEAD)
  }

  func beforeCommit() throws {
    if let kind = strike("commit", isBefore: true) {
      throw kind == .failsUndone ? CommitFailed() as any Error : Killed()
    }
  }

  func afterCommit() throws {
    if let kind = strike("commit", isBefore: false) {
      throw kind == .failsDone ? CommitFailed() as any Error : Killed()
    }
  }
}

struct CommitFailed: Error {}
