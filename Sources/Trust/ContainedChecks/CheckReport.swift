public import DocumentSeals
public import JSON

/// What a check of a document found. It is the word of a process that read a stranger's file: whoever broke into that process
/// says what he likes, so nothing else may hang on it.
public struct CheckReport: Equatable, Sendable {
  public enum Kind: String, Sendable {
    case ofd
    case pdf
    case other
  }

  public struct Signature: Equatable, Sendable {
    /// The seal's name, or that of the certificate; may hold text of strangers.
    public let name: String
    public let sealer: String
    public let steps: [CheckStep]

    init(name: String, sealer: String, steps: [CheckStep]) {
      (self.name, self.sealer, self.steps) = (name, sealer, steps)
    }
  }

  public let kind: Kind
  /// Of the document as a whole.
  public let steps: [CheckStep]
  public let signatures: [Signature]
  /// What looks like a document number on its first page, as it stands there; at most eight.
  public let numbers: [String]

  public var verdict: CheckVerdict { CheckVerdict(steps + signatures.flatMap(\.steps)) }

  init(kind: Kind, steps: [CheckStep], signatures: [Signature], numbers: [String]) {
    (self.kind, self.steps, self.signatures, self.numbers) = (kind, steps, signatures, numbers)
  }
}

extension CheckReport {
  /// As the process answers, and as it is kept.
  public var json: JSONValue {
    .object([
      "kind": .string(kind.rawValue), "steps": Self.json(steps),
      "signatures": .array(
        signatures.map {
          .object(["name": Self.text($0.name), "sealer": Self.text($0.sealer), "steps": Self.json($0.steps)])
        }), "numbers": .array(numbers.prefix(CheckLimits.numbersMost).map { Self.text($0) }),
    ])
  }

  private static func text(_ text: String) -> JSONValue {
    .string(String(text.unicodeScalars.prefix(CheckLimits.detailMaxCharacters).map(Character.init)))
  }

  private static func json(_ steps: [CheckStep]) -> JSONValue {
    .array(
      steps.map { .array([.string($0.code.rawValue), .string($0.outcome.rawValue), text($0.detail)]) })
  }

  /// - Returns: nil for anything but what `json` makes, within the limits.
  public init?(json: JSONValue) {
    var left = CheckLimits.stepsMost
    guard let kind = json["kind"]?.text.flatMap(Kind.init(rawValue:)), let steps = Self.steps(json["steps"], &left),
      let listed = json["signatures"]?.elements, let numbers = json["numbers"]?.elements,
      numbers.count <= CheckLimits.numbersMost
    else { return nil }
    var signatures: [Signature] = []
    for element in listed {
      guard let name = Self.text(element["name"]), let sealer = Self.text(element["sealer"]),
        let steps = Self.steps(element["steps"], &left), !steps.isEmpty
      else { return nil }
      signatures.append(Signature(name: name, sealer: sealer, steps: steps))
    }
    guard !steps.isEmpty else { return nil }
    self.init(kind: kind, steps: steps, signatures: signatures, numbers: numbers.compactMap { Self.text($0) })
  }

  private static func text(_ value: JSONValue?) -> String? {
    guard let text = value?.text, text.unicodeScalars.count <= CheckLimits.detailMaxCharacters else { return nil }
    return text
  }

  private static func steps(_ value: JSONValue?, _ left: inout Int) -> [CheckStep]? {
    guard let elements = value?.elements, elements.count <= left else { return nil }
    left -= elements.count
    var steps: [CheckStep] = []
    for element in elements {
      guard let parts = element.elements, parts.count == 3, let code = parts[0].text.flatMap(CheckStep.Code.init),
        let outcome = parts[1].text.flatMap(CheckStep.Outcome.init), let detail = text(parts[2])
      else { return nil }
      steps.append(CheckStep(code, outcome, detail))
    }
    return steps
  }
}
