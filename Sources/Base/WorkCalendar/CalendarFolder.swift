import Cryptography
import Foundation
public import YAMLText

extension OfficialYear {
  /// Reads a year's calendar from the bytes of its file.
  ///
  /// - Parameters:
  ///   - yaml: at most 1 MiB of YAML in UTF-8 (docs/calendars.md).
  ///   - file: what problems call it.
  /// - Throws: every problem at once, each with line, column, what is wrong and how to mend it.
  public init(yaml: [UInt8], named file: String) throws(ConfigurationError) {
    let problems = ProblemCollector()
    let year = CalendarFolder.year(yaml, named: file, problems) { _ in nil }
    try problems.throwIfAny()
    guard let year else {
      throw ConfigurationError(
        problems: [.init(file: file, line: 1, column: 1, key: "", reason: "the file cannot be understood")])
    }
    self = year
  }
}

extension WorkCalendar {
  /// Reads a folder of calendars, one file a year: every file whose name ends in `.yaml`.
  ///
  /// - Throws: every problem of every file at once, among them two files of one year and a folder without any.
  public init(folder: String) throws(ConfigurationError) {
    let problems = ProblemCollector()
    let years = CalendarFolder.years(folder, problems)
    try problems.throwIfAny()
    self.init(years)
  }
}

/// The one place where calendars are read from a disk.
enum CalendarFolder {
  static let filesAtMost = 100

  /// What can be read; what cannot has been noted.
  static func years(_ folder: String, _ problems: ProblemCollector) -> [OfficialYear] {
    let place = URL(filePath: folder, directoryHint: .isDirectory)
    var files: [Int: String] = [:]
    var years: [OfficialYear] = []
    for name in names(folder, problems) {
      let file = place.appending(path: name).relativePath
      guard let bytes = YAMLFile.bytes(file, problems),
        let year = year(bytes, named: file, problems, taken: { files[$0] })
      else { continue }
      files[year.year] = name
      years.append(year)
    }
    return years
  }

  static func year(
    _ yaml: [UInt8], named file: String, _ problems: ProblemCollector, taken: (Int) -> String?
  ) -> OfficialYear? {
    let version = Digest.of(yaml).hex
    return YAMLFile.parse(yaml, named: file, problems) { CalendarReader.year($0, version: version, taken: taken) }
  }

  /// The files' names, in order.
  private static func names(_ folder: String, _ problems: ProblemCollector) -> [String] {
    func refuse(_ reason: String) -> [String] {
      problems.add(.init(file: folder, line: 1, column: 1, key: "", reason: reason))
      return []
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
      return refuse("there is no such folder")
    }
    guard let all = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      return refuse("the folder cannot be read; check its owner and mode")
    }
    let visible = all.filter { !$0.hasPrefix(".") }
    if let other = visible.filter({ isYAML($0) && !$0.hasSuffix(".yaml") }).min() {
      return refuse("a calendar's name ends in .yaml; rename \(other)")
    }
    let names = visible.filter { $0.hasSuffix(".yaml") }.sorted()
    guard !names.isEmpty else { return refuse("the folder has no calendar; add one, such as 2026.yaml") }
    guard names.count <= filesAtMost else {
      return refuse("\(names.count) calendars are more than \(filesAtMost); keep those that dates still fall into")
    }
    return names
  }

  /// Whatever the case of its letters, so that no calendar is passed over for its name.
  private static func isYAML(_ name: String) -> Bool {
    [".yaml", ".yml"].contains { name.lowercased().hasSuffix($0) }
  }
}
