import ContainedChecks
import DocumentSeals
import PacketFormat
import PublishedDocuments
import Web

/// What a check found, in the reader's language. Green is what holds in every step, and nothing else.
struct DocumentWords {
  private enum Code: String {
    case good, withdrawn, other, refused, unchecked, same, unknown, number, missing

    var style: String {
      switch self {
      case .good, .number: "good"
      case .same, .unknown, .missing: "note"
      case .withdrawn, .other, .refused, .unchecked: "error"
      }
    }
  }

  private let renderer: SiteRenderer
  private let language: Language

  init(_ renderer: SiteRenderer, _ language: Language) {
    self.renderer = renderer
    self.language = language
  }

  private func text(_ key: String) -> String { renderer.strings.text(key, language) }

  /// Of a number, or of the address on a paper.
  func verdict(on found: [PublishedDocument]) -> VerdictValues {
    let isInForce = found.contains { $0.withdrawal == nil }
    let code: Code = found.isEmpty ? .missing : isInForce ? .number : .withdrawn
    var steps = [step("number", found.isEmpty ? .fails : .holds)]
    if !found.isEmpty { steps.append(step("force", isInForce ? .holds : .fails)) }
    return values(code, found, steps)
  }

  /// Of a file.
  func verdict(on checked: CheckedFile) -> VerdictValues {
    var steps = [step("published", checked.published == nil ? .fails : .holds)]
    if let published = checked.published {
      steps.append(step("force", published.withdrawal == nil ? .holds : .fails))
    }
    var seals: [CheckedSealValues] = []
    switch checked.report {
    case .failure: steps.append(step("checked", .unknown))
    case .success(let report):
      steps += report.steps.map(step)
      seals = report.signatures.map { signature in
        CheckedSealValues(name: clean(signature.name), steps: signature.steps.map(step))
      }
    }
    let documents = checked.published.map { [$0] } ?? checked.sameNumber
    return values(code(of: checked), documents, steps, seals, digest: checked.digest.text)
  }

  private func code(of checked: CheckedFile) -> Code {
    if let published = checked.published, published.withdrawal != nil { return .withdrawn }
    if checked.isGood { return .good }
    guard case .success(let report) = checked.report else { return .unchecked }
    if report.verdict == .refused { return checked.sameNumber.isEmpty ? .refused : .other }
    if checked.published != nil { return .same }
    return checked.sameNumber.isEmpty ? .unknown : .other
  }

  private func values(
    _ code: Code, _ found: [PublishedDocument], _ steps: [CheckStepValues], _ seals: [CheckedSealValues] = [],
    digest: String? = nil
  ) -> VerdictValues {
    VerdictValues(
      style: code.style, code: code.rawValue, heading: text("verdict-\(code.rawValue)"),
      text: text("verdictText-\(code.rawValue)"), hasDocuments: !found.isEmpty, documents: found.map(row),
      steps: steps, seals: seals, digest: digest)
  }

  func row(_ document: PublishedDocument) -> DocumentRow {
    let facts = document.facts
    return DocumentRow(
      id: facts.id, number: facts.number.text, documentTitle: facts.title, issuer: facts.issuer, date: facts.date,
      withdrawn: document.withdrawal == nil ? nil : text("documentWithdrawn"))
  }

  private func step(_ code: String, _ outcome: CheckStep.Outcome) -> CheckStepValues {
    step(code, outcome, text("\(code)-\(outcome.rawValue)"), detail: nil)
  }

  private func step(_ found: CheckStep) -> CheckStepValues {
    let words = language == .chinese ? found.chinese : found.english
    return step(found.code.rawValue, found.outcome, words, detail: found.detail.isEmpty ? nil : clean(found.detail))
  }

  private func step(
    _ code: String, _ outcome: CheckStep.Outcome, _ text: String, detail: String?
  ) -> CheckStepValues {
    CheckStepValues(
      code: code, outcome: outcome.rawValue, mark: mark(outcome), standing: self.text("step-\(outcome.rawValue)"),
      text: text, detail: detail)
  }

  private func mark(_ outcome: CheckStep.Outcome) -> String {
    switch outcome {
    case .holds: "✓"
    case .fails: "✗"
    case .unknown: "?"
    case .remark: "·"
    }
  }

  /// Text of strangers.
  private func clean(_ text: String) -> String { WrittenText.line(String(text.prefix(300))) }
}
