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

extension Sequence<FormProblem> {
  /// What the template `problems` and the markup of `fieldMarks` and `fieldMessage` take.
  public var templateValues: [String: Any] {
    let all = Array(self)
    let wrong = Dictionary(all.filter { !$0.field.isEmpty }.map { ($0.field, $0.text) }) { "\($0) \($1)" }
    return [
      "hasProblems": !all.isEmpty, "wrong": wrong,
      "problems": all.map { ["field": $0.field.isEmpty ? false : $0.field as Any, "text": $0.text] },
    ]
  }
}

/// The attributes that tie a field to its hint, and to its message where it is wrong; for templates.
///
/// - Parameters:
///   - field: its `id`.
///   - hint: whether there is a hint, with the id `field-hint`.
public func fieldMarks(_ field: String, hint: Bool = false) -> String {
  let message = "{{#wrong.\(field)}} aria-invalid=\"true\""
  guard hint else { return message + " aria-describedby=\"\(field)-error\"{{/wrong.\(field)}}" }
  return " aria-describedby=\"\(field)-hint{{#wrong.\(field)}} \(field)-error{{/wrong.\(field)}}\"" + message
    + "{{/wrong.\(field)}}"
}

/// The message that stands at a field that is wrong; for templates, before the field itself.
public func fieldMessage(_ field: String) -> String {
  "{{#wrong.\(field)}}<p class=\"wrong\" id=\"\(field)-error\">{{.}}</p>{{/wrong.\(field)}}"
}
