package import FairQueues

/// Who may calculate now, and who waits: `FairSemaphore` for looks and letters.
package final class LookupQueue: Sendable {
  /// What looks come to at 300 a second, which two cores make: more would wait for longer than people do.
  package static let waitingMost = 512
  /// Of them, those of one source, so that a few sources never fill all places.
  package static let waitingMostOfOneSource = 128
  /// More than are calculated at a time, so that the database of one and the calculation of another overlap.
  package static let atOnce = 6

  private let turns: FairSemaphore

  package init(atOnce: Int = LookupQueue.atOnce, waitingMost: Int = LookupQueue.waitingMost) {
    turns = FairSemaphore(atOnce: atOnce, waitingMost: waitingMost, ofOneSource: Self.waitingMostOfOneSource)
  }

  /// How many wait at this moment.
  package var waiting: Int { turns.waiting }
  /// How many ever came, served or not.
  package var arrived: Int { turns.arrived }

  /// Runs `body` once it is the turn of `source`.
  ///
  /// - Parameter isLater: whether sources that have not been wrong lately go first, but for every second turn.
  /// - Throws: `busy` where too many wait; nothing was run then. Else what `body` throws.
  package func run<T: Sendable>(
    for source: Source, isLater: Bool = false, _ body: () async throws(LetterError) -> T
  ) async throws(LetterError) -> T {
    guard await turns.enter(source, isLater: isLater) else { throw .busy }
    defer { turns.leave() }
    return try await body()
  }
}
