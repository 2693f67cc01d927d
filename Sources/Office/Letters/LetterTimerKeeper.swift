import Flows
import Foundation
public import Logging
import People
public import ServiceLifecycle
import Storage
import Timestamps

/// Looks every half minute which limits of letters have passed, and does what the flows say: whoever is to be urged finds the
/// letter at their desk, or the clock takes a step.
public struct LetterTimerKeeper: Service {
  /// How many are done in one transaction; the next follow at once.
  static let timersAtOnce = 500
  static let secondsBetween = 30
  /// Of 200 letters each, between two looks.
  private static let batchesIndexed = 100

  let letters: DeskLetters
  let logger: Logger

  public init(letters: DeskLetters, logger: Logger) { (self.letters, self.logger) = (letters, logger) }

  public func run() async throws {
    await cancelWhenGracefulShutdown {
      do {
        try await letters.beginTimers()
        try await letters.beginRequests()
      } catch {
        logger.error("limits of letters could not be looked at", metadata: ["error": "\(error)"])
      }
      while !Task.isCancelled {
        do {
          while try await letters.fireTimers() == Self.timersAtOnce {}
          while try await letters.fireRequests() == Self.timersAtOnce {}
          while try await letters.fireCalls() == Self.timersAtOnce {}
          try await letters.followPeople()
        } catch { logger.error("limits of letters could not be looked at", metadata: ["error": "\(error)"]) }
        // Letters of before searching, some at a time, so that no limit waits for a million of them.
        do { try await letters.indexLetters(batches: Self.batchesIndexed) } catch is CancellationError { return } catch
        {
          logger.error("letters could not be indexed for searching", metadata: ["error": "\(error)"])
        }
        try? await Task.sleep(for: .seconds(Self.secondsBetween))
      }
    }
  }
}

extension DeskLetters {
  /// Gives limits to open letters of before flows, and ends to those waits that no calendar said; once, at the start.
  package func beginTimers() async throws {
    let (now, times) = (self.now(), self.times)
    let (old, waiting) = try await database.read { db in
      (
        try db.all(
          String.self, "SELECT id FROM desk_letter WHERE item IS NULL AND stage IN ('sent', 'delivered', 'signed-for')"),
        try db.all(
          String.self,
          """
          SELECT letter FROM letter_timer WHERE at IS NULL AND fired_at IS NULL
          UNION SELECT id FROM desk_letter WHERE item IS NOT NULL AND promise IS NULL AND settled_at IS NULL
            AND stage IN ('sent', 'delivered', 'signed-for')
          """)
      )
    }
    try await eachLetter(old) { letter, flow, db in
      letter.changedAt = now
      letter.promise = letter.newPromise(flow, times)
      try letter.save(flow, times, db)
    }
    try await eachLetter(waiting) { letter, flow, db in
      if letter.promise == nil, letter.settledAt == nil {
        letter.promise = letter.newPromise(flow, times)
        try letter.save(flow, times, db)
      }
      try LetterTimers.complete(letter, flow, times, db)
    }
    let open = try await database.read { db in
      try db.one(Int.self, "SELECT COUNT(*) FROM letter_timer WHERE at IS NULL AND fired_at IS NULL") ?? 0
    }
    if open > 0 {
      logger.error("limits of letters wait for a calendar of working days", metadata: ["limits": "\(open)"])
    }
  }

  /// Puts the letters of people who have moved, changed their roles or left at other desks.
  ///
  /// That somebody was followed is written down when all their letters lie elsewhere: whatever ends it before, the next
  /// round does all of it again.
  package func followPeople() async throws {
    let times = self.times
    let changed = try await database.read { db in
      try db.all(
        String.self,
        "SELECT viewer FROM letter_place_count WHERE folder = ? AND viewer LIKE 'person %' AND letters > 0",
        LetterPlace.queue
      ).compactMap { viewer -> (viewer: String, standing: String)? in
        let standing = try OfficeLookup.standing(of: String(viewer.dropFirst("person ".count)), db)
        let known = try db.one(String.self, "SELECT standing FROM letter_desk WHERE viewer = ?", viewer)
        return known == standing ? nil : (viewer, standing)
      }
    }
    for (viewer, standing) in changed {
      let ids = try await database.read { db in
        try db.all(
          String.self, "SELECT DISTINCT letter FROM letter_place WHERE viewer = ? AND folder = ?", viewer,
          LetterPlace.queue)
      }
      try await eachLetter(ids) { letter, flow, db in try letter.savePlaces(flow, times, db) }
      try await database.write { db in
        try db.run(
          """
          INSERT INTO letter_desk (viewer, standing) VALUES (?, ?)
          ON CONFLICT (viewer) DO UPDATE SET standing = excluded.standing
          """, viewer, standing)
      }
    }
  }

  /// Does what is due: once for each limit, however long ago it passed.
  ///
  /// - Returns: how many had passed, at most `LetterTimerKeeper.timersAtOnce`.
  @discardableResult
  package func fireTimers() async throws -> Int {
    let (now, times, logger) = (self.now(), self.times, self.logger)
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
        // One letter that cannot be read keeps no other from its limit.
        guard let (stored, flow) = try self.readable(id, db) else { continue }
        var letter = stored
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
