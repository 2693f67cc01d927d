public import Roles
import Storage
import Timestamps
import WorkCalendar

/// Which letters a list of what is due shows.
public enum LetterDueSpan: String, CaseIterable, Sendable {
  /// 超期
  case overdue
  /// 今日到期
  case today
}

extension DeskLetters {
  /// Counts of what is due are exact up to here.
  public static let dueCountMax = 1_000

  private static let openFolders = DeskFolder.allCases.filter(\.isOpen)

  /// The letters that are overdue or due today, the one due first before the others: those of this person's folders whose
  /// promised date, or their unit's own date, lies there.
  ///
  /// - Parameter limit: the most that are listed.
  public func due(
    _ span: LetterDueSpan, for official: Official, limit: Int
  ) async throws(LetterError) -> FolderPage {
    let viewers = official.letterViewers
    guard !viewers.isEmpty else { throw .notAllowed }
    let (range, flows) = (range(span), self.flows)
    do {
      return try await database.read { db in
        var rows: [(at: Int, number: String, letter: String, branch: Int, state: String)] = []
        for viewer in viewers {
          for folder in Self.openFolders {
            for row in try db.all(
              Self.dueSQL, values: [viewer, folder.rawValue, range.lowerBound, range.upperBound, limit], isKept: true)
            {
              try rows.append((row[0], row[1], row[2], row[3], row[4]))
            }
          }
        }
        rows.sort { ($0.at, $0.number, $0.branch) < ($1.at, $1.number, $1.branch) }
        return FolderPage(
          letters: try rows.prefix(limit).compactMap { row in
            try FolderScan.summary(of: row.letter, branch: row.branch, state: row.state, flows, db)
          })
      }
    } catch { throw .unavailable(error) }
  }

  /// How many letters are overdue, and due today; above `dueCountMax` only that they are more.
  public func dueCounts(for official: Official) async throws(LetterError) -> [LetterDueSpan: Int] {
    let viewers = official.letterViewers
    let spans = LetterDueSpan.allCases.map { ($0, range($0)) }
    do {
      return try await database.read { db in
        var counts: [LetterDueSpan: Int] = [:]
        for (span, range) in spans {
          var count = 0
          for viewer in viewers where count <= Self.dueCountMax {
            for folder in Self.openFolders {
              count +=
                try db.one(
                  Int.self, Self.dueCountSQL, viewer, folder.rawValue, range.lowerBound, range.upperBound,
                  Self.dueCountMax + 1) ?? 0
            }
          }
          counts[span] = count
        }
        return counts
      }
    } catch { throw .unavailable(error) }
  }

  static let dueSQL = """
    SELECT sort_at, number, letter, branch, state FROM letter_place
    WHERE viewer = ? AND folder = ? AND sort_at >= ? AND sort_at <= ? ORDER BY sort_at, number, branch LIMIT ?
    """
  static let dueCountSQL = """
    SELECT COUNT(*) FROM (SELECT 1 FROM letter_place WHERE viewer = ? AND folder = ? AND sort_at >= ? AND sort_at <= ?
    LIMIT ?) AS due
    """

  /// The moments at which what is meant is due: the end of a day is the first moment of the next.
  private func range(_ span: LetterDueSpan) -> ClosedRange<Int> {
    let now = self.now()
    switch span {
    case .overdue: return 0...max(0, now)
    case .today:
      let end = Day(inShanghaiAt: now)?.endInShanghai ?? now
      return min(now + 1, end)...end
    }
  }
}
