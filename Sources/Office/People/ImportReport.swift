/// What an import did, or would do.
public struct ImportReport: Sendable {
  public var added = 0
  public var changed = 0
  public var unchanged = 0
  /// Empty where all is well. With any error nothing was changed.
  public var errors: [ImportError] = []
  public var isDryRun: Bool

  init(isDryRun: Bool) { self.isDryRun = isDryRun }
}

/// What is wrong on one line of an imported file.
public struct ImportError: Error, Sendable, Equatable {
  /// So many are told at once.
  public static let shownMax = 200

  /// From 1, as editors and spreadsheets count.
  public var line: Int
  public var problem: ImportProblem
  /// The word that is wrong, or what is expected.
  public var detail: String

  init(line: Int, problem: ImportProblem, detail: String = "") {
    self.line = line
    self.problem = problem
    self.detail = detail
  }
}

public enum ImportProblem: Sendable, Equatable {
  case notUTF8
  case tooLarge
  /// The first line must name the columns; the detail lists those that there are.
  case columns
  /// The detail is how many are expected.
  case fieldCount
  case quotes
  /// The same identifier stood on an earlier line.
  case twice
  /// As at the desk.
  case office(OfficeProblem)

  /// A key of the desk's texts, and what the command prints.
  public var key: String {
    switch self {
    case .notUTF8: "import-not-utf8"
    case .tooLarge: "import-too-large"
    case .columns: "import-columns"
    case .fieldCount: "import-field-count"
    case .quotes: "import-quotes"
    case .twice: "import-twice"
    case .office(let problem): problem.rawValue
    }
  }

  /// All keys.
  public static let keys =
    ([.notUTF8, .tooLarge, .columns, .fieldCount, .quotes, .twice] as [ImportProblem]).map(\.key)
    + OfficeProblem.allCases.map(\.rawValue)
}
