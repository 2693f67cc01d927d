import Yams

/// A node of a configuration file, with its place in it. What is asked of it and does not hold is noted as a problem,
/// and answered with nil.
struct YAMLValue {
  let node: Node
  let key: String
  let file: String
  let problems: ProblemCollector

  func refuse(_ reason: String) {
    problems.add(
      .init(file: file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1, key: key, reason: reason))
  }

  /// A text, not empty, without control characters other than line breaks and tabs.
  func text(maxCharacters: Int = 4_096) -> String? {
    guard let text = string() else { return nil }
    guard !text.isEmpty else { return refused("the text is empty; fill it in or remove the key") }
    guard text.count <= maxCharacters else { return refused("longer than \(maxCharacters) characters") }
    let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F || $0 == "\n" || $0 == "\t" }
    guard isPlain else { return refused("control characters are not allowed") }
    return text
  }

  /// A whole number within `range`.
  func integer(_ range: ClosedRange<Int>) -> Int? {
    guard case .scalar(let scalar) = node, scalar.style == .plain, let number = Int(scalar.string) else {
      return refused("not a whole number; give one from \(range.lowerBound) to \(range.upperBound)")
    }
    guard range.contains(number) else {
      return refused("\(number) is out of range; give a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// A text that `parse` understands.
  /// - Parameter expected: what to write, for the operator.
  func parsed<T>(_ expected: String, _ parse: (String) -> T?) -> T? {
    guard let text = string() else { return nil }
    guard let value = parse(text) else { return refused("\(text.quoted) is not valid; give \(expected)") }
    return value
  }

  func choice<T: RawRepresentable & CaseIterable>(_ type: T.Type) -> T? where T.RawValue == String {
    parsed("one of " + T.allCases.map(\.rawValue).joined(separator: ", ")) { T(rawValue: $0) }
  }

  /// The elements, each with its index in its key.
  func list(atLeast minimum: Int = 0, atMost maximum: Int = 1_000) -> [YAMLValue]? {
    guard case .sequence(let sequence) = node else {
      return refused("not a list; write each element on a line of its own after a dash")
    }
    guard sequence.count >= minimum else { return refused("the list is empty; give at least \(minimum)") }
    guard sequence.count <= maximum else { return refused("more than \(maximum) elements") }
    return sequence.enumerated().map { with($0.element, key: "\(key)[\($0.offset)]") }
  }

  /// The keys and their values; every key that is not in `keys` is a problem.
  func mapping(_ keys: [String]) -> YAMLMapping? {
    guard case .mapping(let mapping) = node else { return refused("not a group of keys; it may hold \(keys.listed)") }
    var values: [String: YAMLValue] = [:]
    for (keyNode, value) in mapping {
      let keyValue = with(keyNode, key: key)
      guard case .scalar(let scalar) = keyNode else {
        keyValue.refuse("a key must be a word; it may be \(keys.listed)")
        continue
      }
      let name = key.isEmpty ? scalar.string : "\(key).\(scalar.string)"
      if keys.contains(scalar.string) {
        values[scalar.string] = with(value, key: name)
      } else {
        with(keyNode, key: name).refuse("unknown key; it may be \(keys.listed)")
      }
    }
    return YAMLMapping(own: self, values: values)
  }

  /// The pairs of a group whose keys are free.
  func pairs(atMost maximum: Int) -> [(name: YAMLValue, value: YAMLValue)]? {
    guard case .mapping(let mapping) = node else { return refused("not a group of keys") }
    guard mapping.count <= maximum else { return refused("more than \(maximum) keys") }
    return mapping.map {
      (with($0.key, key: key), with($0.value, key: "\(key).\($0.key.scalar?.string ?? "?")"))
    }
  }

  var isScalar: Bool { node.scalar != nil }

  /// Notes every anchor; an alias needs one, so a tree without anchors is as large as its file.
  func refusesAnchors() -> Bool {
    guard node.anchor == nil else {
      refuse("anchors and aliases are not allowed; write the value out")
      return true
    }
    switch node {
    case .mapping(let mapping):
      return mapping.contains {
        let name = key.isEmpty ? "" : "\(key)."
        return with($0.key, key: key).refusesAnchors()
          || with($0.value, key: name + ($0.key.scalar?.string ?? "?")).refusesAnchors()
      }
    case .sequence(let sequence):
      return sequence.enumerated().contains { with($0.element, key: "\(key)[\($0.offset)]").refusesAnchors() }
    default: return false
    }
  }

  func refused<T>(_ reason: String) -> T? {
    refuse(reason)
    return nil
  }

  private func string() -> String? {
    guard case .scalar(let scalar) = node else { return refused("not a text") }
    let tag = scalar.style == .plain ? Resolver.default.resolveTag(of: node) : .str
    guard tag != .null else { return refused("the value is missing; fill it in") }
    guard tag == .str else {
      return refused("\(scalar.string.quoted) is not a text in YAML; put it in quotes")
    }
    return scalar.string
  }

  private func with(_ node: Node, key: String) -> YAMLValue {
    YAMLValue(node: node, key: key, file: file, problems: problems)
  }
}

/// A group of keys, all of them known.
struct YAMLMapping {
  let own: YAMLValue
  fileprivate let values: [String: YAMLValue]

  func optional(_ name: String) -> YAMLValue? { values[name] }

  func required(_ name: String) -> YAMLValue? {
    if let value = values[name] { return value }
    return own.refused("the key \(name) is missing")
  }

  /// Sets `number` where the key is given.
  func integer(_ name: String, _ range: ClosedRange<Int>, into number: inout Int) {
    if let value = values[name]?.integer(range) { number = value }
  }
}

extension String {
  /// In quotes, cut to a length that fits a line, its control characters made visible.
  var quoted: String {
    let head = prefix(60).unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "\u{FFFD}" : String($0) }
    return "'" + head.joined() + (count > 60 ? "…" : "") + "'"
  }
}

extension [String] {
  fileprivate var listed: String { joined(separator: ", ") }
}
