import Flows
import Foundation
public import Logging
public import ServiceLifecycle
import Storage
import Timestamps

/// Looks every half minute which limits of letters have passed, and does what the flows say: whoever is to be urged finds the
/// letter at their desk, or the clock takes a step.
public struct LetterTimerKeeper: Service {
  /// How many are done in one transaction; the next follow at once.
  static let timersAtOnce = 500
  static let secondsBetween = 30

  let letters: DeskLetters
  let logger: Logger

  public init(letters: DeskLetters, logger: Logger) { (self.letters, self.logger) = (letters, logger) }

  public func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do { while try await letters.fireTimers() == Self.timersAtOnce {} } catch {
          logger.error("limits of letters could not be looked at", metadata: ["error": "\(error)"])
        }
        try? await Task.sleep(for: .seconds(Self.secondsBetween))
      }
    }
  }
}

extension DeskLetters {
  /// Does what is due: once for each limit, however long ago it passed.
  ///
  /// - Returns: how many had passed, at most `LetterTimerKeeper.timersAtOnce`.
  @discardableResult
  package func fireTimers() async throws -> Int {
    let (now, flows, times, logger) = (self.now(), self.flows, self.times, self.logger)
    let step = LetterStepTaking(self)
    return try await database.write { db in
      let due = try db.all(
        """
        SELECT letter, branch, entry FROM letter_timer WHERE fired_at IS NULL AND at <= ? ORDER BY at LIMIT ?
        """, now, LetterTimerKeeper.timersAtOnce)
      for row in due {
        let (id, branch, entry): (String, Int, Int) = try (row["letter"], row["branch"], row["entry"])
        try db.run(
          "UPDATE letter_timer SET fired_at = ? WHERE letter = ? AND branch = ? AND entry = ?", now, id, branch, entry)
        guard let stored = try db.one("SELECT * FROM desk_letter WHERE id = ?", id),
          var letter = try StoredDeskLetter(row: stored)
        else { continue }
        let flow = try letter.flow(flows)
        let number = branch == 0 ? nil : branch
        guard let wait = flow.waits(of: letter.item).first(where: { $0.branch == number && $0.entry == entry }) else {
          continue
        }
        switch wait.limit.then {
        case .urge: try step.noteLimit(letter, branch, db)
        case .step(let name):
          do { try step.takeByClock(name, number, &letter, flow, db) } catch let refusal as FlowRefusal {
            logger.error(
              "a step by the clock was refused", metadata: ["letter": "\(letter.number)", "error": "\(refusal)"])
          }
        }
        letter.changedAt = now
        try letter.savePlaces(flow, times, db)
      }
      return due.count
    }
  }
}
