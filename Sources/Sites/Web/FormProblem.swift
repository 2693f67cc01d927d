/// What is wrong with a form, as its page shows it: in the summary above the form, and at the field.
public struct FormProblem: Sendable {
  /// The `id` of the field; empty for what concerns the whole form.
  public let field: String
  /// In the reader's language.
  public let text: String

  public init(field: String, text: String) {
    self.field = field
    self.text = text
  }
}

/// What `SiteRenderer` adds to every page: the texts, and what is wrong with its form.
struct SharedValues: PageValues {
  let t: [String: String]
  let hasProblems: Bool
  let problems: [ProblemValues]
  /// The message at each field that is wrong, by the field's `id`.
  let wrong: [String: String]

  init(texts: [String: String], problems: [FormProblem]) {
    t = texts
    hasProblems = !problems.isEmpty
    self.problems = problems.map { ProblemValues(field: $0.field.isEmpty ? nil : $0.field, text: $0.text) }
    wrong = Dictionary(problems.filter { !$0.field.isEmpty }.map { ($0.field, $0.text) }) { "\($0) \($1)" }
  }
}

struct ProblemValues: PageValues {
  let field: String?
  let text: String
}
