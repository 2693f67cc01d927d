import Foundation
import Testing
import WorkCalendar
import YAMLText

@Suite struct ACalendarFile {
  private static let whole = """
    year: 2027
    notice: 国办发明电〔2026〕1号
    off:
      - {from: 2027-01-01, to: 2027-01-03, name: 元旦}
      - {from: 2027-02-05, to: 2027-02-11, name: 春节}
    worked: [2027-01-30, "2027-02-14"]

    """

  private func problems(_ text: String) -> [String] {
    do {
      _ = try OfficialYear(yaml: Array(text.utf8), named: "2027.yaml")
      return []
    } catch { return error.problems.map(\.description) }
  }

  @Test func `is read`() throws {
    let year = try OfficialYear(yaml: Array(Self.whole.utf8), named: "2027.yaml")
    #expect(year.year == 2027 && year.notice == "国办发明电〔2026〕1号")
    #expect(year.holidays.map(\.name) == ["元旦", "春节"])
    #expect(try year.worked == [day("2027-01-30"), day("2027-02-14")])
    let other = try OfficialYear(yaml: Array((Self.whole + "# One more line.\n").utf8), named: "2027.yaml")
    #expect(other.version != year.version && other.holidays == year.holidays)
  }

  @Test(arguments: [
    ("2027-02-11", "2027-02-29", "5:28: off[1].to: '2027-02-29' is not valid; give a date that there is"),
    ("2027-02-11", "2027-13-01", "5:28: off[1].to: '2027-13-01' is not valid; give a date that there is"),
    ("2027-02-11", "7 Feb", "5:28: off[1].to: '7 Feb' is not valid; give a date that there is"),
    ("2027-02-11", "2028-02-11", "5:28: off[1].to: 2028-02-11 is not in 2027; move it to the calendar of 2028"),
    ("2027-02-11", "2027-02-04", "5:28: off[1].to: 2027-02-04 is before 2027-02-05, where the days off begin"),
    ("2027-02-05", "2027-01-03", "5:5: off[1]: overlaps 2027-01-01 to 2027-01-03; a day belongs to one of the two"),
    (
      "2027-01-30", "2027-02-06", "6:10: worked[0]: 2027-02-06 is among the days off too; remove it from one of the two"
    ),
    (
      "2027-01-30", "2027-02-08", "6:10: worked[0]: 2027-02-08 is among the days off too; remove it from one of the two"
    ),
    (
      "2027-01-30", "2027-01-29",
      "6:10: worked[0]: 2027-01-29 is a Friday and worked without being named; remove it"
    ),
    ("2027-01-30", "2027-02-14", "6:22: worked[1]: 2027-02-14 is given twice; remove one"),
    ("2027-01-30", "2026-01-31", "6:10: worked[0]: 2026-01-31 is not in 2027; move it to the calendar of 2026"),
    ("name: 春节", "name: 春节, days: 7", "unknown key; it may be from, to, name"),
    ("name: 春节", "name: ''", "off[1].name: the text is empty"),
    ("name: 春节", #"name: "春\n节""#, "off[1].name: write it on one line"),
    ("to: 2027-02-11, ", "", "5:5: off[1]: the key to is missing"),
    ("worked:", "work:", "6:1: work: unknown key; it may be year, notice, off, worked"),
    ("notice: 国办发明电〔2026〕1号\n", "", "1:1: the key notice is missing"),
    ("year: 2027", "year: 27", "1:7: year: 27 is out of range; give a whole number from 2000 to 2999"),
    ("year: 2027", "year: '2027'", "1:7: year: not a whole number; give one from 2000 to 2999"),
  ]) func `says what is wrong, and where`(old: String, new: String, problem: String) {
    let found = problems(Self.whole.replacingOccurrences(of: old, with: new))
    #expect(found.contains { $0.hasPrefix("2027.yaml:") && $0.contains(problem) }, "\(found)")
  }

  @Test func `says all of it at once`() {
    let text = Self.whole.replacing("2027-01-03", with: "2027-01-32").replacing("2027-01-30", with: "2027-01-29")
    #expect(problems(text).map { $0.prefix { $0 != " " } } == ["2027.yaml:4:28:", "2027.yaml:6:10:"])
  }

  @Test func `without a year has its other problems told too`() {
    let found = problems(Self.whole.replacing("year: 2027\n", with: "").replacing("02-11", with: "02-30"))
    #expect(found.count == 2, "\(found)")
  }

  @Test func `holds so many holidays and days worked, and no more`() {
    let days = (1...61).map { "  - {from: 2027-\($0 < 32 ? "05" : "07")-01, to: 2027-05-01, name: a}\n" }.joined()
    let many =
      "year: 2027\nnotice: a\noff:\n" + days + "worked: ["
      + Array(repeating: "2027-01-30", count: 61)
      .joined(separator: ",\n") + "]\n"
    let found = problems(many)
    #expect(found.contains { $0.hasSuffix("off: more than 60 elements") }, "\(found)")
    #expect(found.contains { $0.hasSuffix("worked: more than 60 elements") }, "\(found)")
    #expect(problems("year: 2027\nnotice: a\noff: []\nworked: []\n").contains { $0.contains("off: the list is empty") })
  }

  @Test func `cut off or changed anywhere is read or refused`() {
    let bytes = Array(Self.whole.utf8)
    for index in bytes.indices {
      for changed in [
        Array(bytes[..<index]), bytes.enumerated().map { $0.offset == index ? $0.element ^ 0x11 : $0.element },
      ] {
        do {
          let year = try OfficialYear(yaml: changed, named: "2027.yaml")
          #expect(year.days.count == 365 || year.days.count == 366)
        } catch { #expect(!error.problems.isEmpty) }
      }
    }
  }
}

@Suite final class AFolderOfCalendars {
  private let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "calendars-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private func write(_ name: String, year: Int) throws {
    let text = "year: \(year)\nnotice: a\noff:\n- {from: \(year)-01-01, to: \(year)-01-01, name: 元旦}\nworked: []\n"
    try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
  }

  private func problems() -> [String] {
    do {
      _ = try WorkCalendar(folder: folder)
      return []
    } catch { return error.problems.map { $0.description.replacingOccurrences(of: "\(folder)", with: "F") } }
  }

  @Test func `is read, but for what is no calendar`() throws {
    try write("2026.yaml", year: 2026)
    try write("2030.yaml", year: 2030)
    try write(".2031.yaml", year: 2031)
    try write("2032.yaml~", year: 2032)
    #expect(try WorkCalendar(folder: folder).years.map(\.year) == [2026, 2030])
    #expect(try WorkCalendar(folder: folder + "/").years.map(\.year) == [2026, 2030])
  }

  @Test func `has one file a year`() throws {
    try write("2026.yaml", year: 2026)
    try write("2027.yaml", year: 2026)
    #expect(problems() == ["F/2027.yaml:1:7: year: 2026.yaml is the calendar of 2026 already; remove one of the two"])
  }

  @Test func `has the problems of all its files`() throws {
    for year in [2026, 2027] { try Data("year: \(year)\n".utf8).write(to: URL(filePath: "\(folder)/\(year).yaml")) }
    #expect(problems().count == 6 && problems().count { $0.hasPrefix("F/2027.yaml:1:1: the key ") } == 3)
  }

  @Test func `is there, and holds a calendar`() throws {
    #expect(problems() == ["F:1:1: the folder has no calendar; add one, such as 2026.yaml"])
    try FileManager.default.removeItem(atPath: folder)
    #expect(problems() == ["F:1:1: there is no such folder"])
    try Data().write(to: URL(filePath: folder))
    #expect(problems() == ["F:1:1: there is no such folder"])
  }

  @Test(arguments: ["2026.yml", "2026.YAML"]) func `passes no calendar over for its name`(name: String) throws {
    try write(name, year: 2026)
    #expect(problems() == ["F:1:1: a calendar's name ends in .yaml; rename \(name)"])
  }

  @Test func `says that a calendar is no file`() throws {
    try FileManager.default.createDirectory(atPath: "\(folder)/2026.yaml", withIntermediateDirectories: false)
    #expect(problems() == ["F/2026.yaml:1:1: not a regular file"])
  }

  @Test func `holds a hundred calendars, and no more`() throws {
    for year in 2_000..<2_100 { try write("\(year).yaml", year: year) }
    #expect(try WorkCalendar(folder: folder).years.count == 100)
    try write("2100.yaml", year: 2_100)
    #expect(problems() == ["F:1:1: 101 calendars are more than 100; keep those that dates still fall into"])
  }
}
