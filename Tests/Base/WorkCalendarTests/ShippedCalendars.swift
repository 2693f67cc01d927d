import Foundation
import Testing
import WorkCalendar

/// The calendars that the repository holds.
enum Shipped {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "zones/calendars").path

  static func calendar() throws -> WorkCalendar { try WorkCalendar(folder: folder) }
}

func day(_ text: String) throws -> Day { try #require(Day(text), "\(text)") }

func count(_ number: Int) throws -> DayCount { try #require(DayCount(number), "\(number)") }
