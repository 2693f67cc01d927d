import Yams

/// A node of a configuration file, with its place in it. What is asked of it and does not hold is noted as a problem,
/// and answered with nil.
package struct YAMLValue {
  let node: Node
  /// The way to it from the root, such as `links[0].limits.poll_seconds`; empty for the root.
  package let key: String
  /// The file as messages call it.
  package let file: String
  package let problems: ProblemCollector

  /// From 1.
  package var line: Int { node.mark?.line ?? 1 }
  /// From 1, in characters.
  package var column: Int { node.mark?.column ?? 1 }

  package enum Kind: Sendable {
    case scalar, sequence, mapping
  }

  package var kind: Kind {
    switch node {
    case .mapping: .mapping
    case .sequence: .sequence
    // An alias needs an anchor, and a file with anchors is refused as a whole.
    case .scalar, .alias: .scalar
    }
  }

  package var isScalar: Bool { kind == .scalar }

  /// What YAML takes a scalar for.
  package enum ScalarType: Sendable {
    case text, boolean, number, null, date
    /// `<<` and `=`, or a tag of the file's own.
    case other
  }

  /// Nil for a list or a group of keys. Scalars in quotes are texts. Without quotes `yes`, `no`, `on` and `off` are
  /// booleans, as are `true` and `false`: a name that would be one of them has to be refused, or quoted.
  package var scalarType: ScalarType? {
    guard case .scalar(let scalar) = node else { return nil }
    guard scalar.style == .plain else { return .text }
    switch Resolver.default.resolveTag(of: node) {
    case .str: return .text
    case .bool: return .boolean
    case .int, .float: return .number
    case .null: return .null
    case .timestamp: return .date
    default: return .other
    }
  }

  package func refuse(_ reason: String) {
    problems.add(.init(file: file, line: line, column: column, key: key, reason: reason))
  }

  /// A text, not empty, without control characters other than line breaks and tabs.
  package func text(maxCharacters: Int = 4_096) -> String? {
    guard let text = string() else { return nil }
    guard !text.isEmpty else { return refused("the text is empty; fill it in or remove the key") }
    guard text.count <= maxCharacters else { return refused("longer than \(maxCharacters) characters") }
    let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F || $0 == "\n" || $0 == "\t" }
    guard isPlain else { return refused("control characters are not allowed") }
    return text
  }

  /// A whole number within `range`.
  package func integer(_ range: ClosedRange<Int>) -> Int? {
    guard case .scalar(let scalar) = node, scalar.style == .plain, let number = Int(scalar.string) else {
      return refused("not a whole number; give one from \(range.lowerBound) to \(range.upperBound)")
    }
    guard range.contains(number) else {
      return refused("\(number) is out of range; give a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// `true` or `false`; what else YAML takes for a boolean, such as `no`, is refused, since not everybody does.
  package func boolean() -> Bool? {
    guard case .scalar(let scalar) = node, scalar.style == .plain, ["true", "false"].contains(scalar.string) else {
      return refused("neither true nor false; give one of the two")
    }
    return scalar.string == "true"
  }

  /// A scalar that `parse` understands, whatever YAML takes it for; for what is clear without quotes, such as a date.
  /// - Parameter expected: what to write, for the operator.
  package func written<T>(_ expected: String, _ parse: (String) -> T?) -> T? {
    guard case .scalar(let scalar) = node, scalarType != .null else { return refused("missing; give \(expected)") }
    guard let value = parse(scalar.string) else {
      return refused("\(scalar.string.quoted) is not valid; give \(expected)")
    }
    return value
  }

  /// A text that `parse` understands.
  /// - Parameter expected: what to write, for the operator.
  package func parsed<T>(_ expected: String, _ parse: (String) -> T?) -> T? {
    guard let text = string() else { return nil }
    guard let value = parse(text) else { return refused("\(text.quoted) is not valid; give \(expected)") }
    return value
  }

  package func choice<T: RawRepresentable & CaseIterable>(_ type: T.Type) -> T? where T.RawValue == String {
    parsed("one of " + T.allCases.map(\.rawValue).joined(separator: ", ")) { T(rawValue: $0) }
  }

  /// The elements, each with its index in its key.
  package func list(atLeast minimum: Int = 0, atMost maximum: Int = 1_000) -> [YAMLValue]? {
    guard case .sequence(let sequence) = node else {
      return refused("not a list; write each element on a line of its own after a dash")
    }
    guard sequence.count >= minimum else { return refused("the list is empty; give at least \(minimum)") }
    guard sequence.count <= maximum else { return refused("more than \(maximum) elements") }
    return sequence.enumerated().map { with($0.element, key: "\(key)[\($0.offset)]") }
  }

  /// The keys and their values; every key that is not in `keys` is a problem.
  package func mapping(_ keys: [String]) -> YAMLMapping? {
    guard case .mapping(let mapping) = node else { return refused("not a group of keys; it may hold \(keys.listed)") }
    var values: [String: YAMLValue] = [:]
    for (keyNode, value) in mapping {
      let keyValue = with(keyNode, key: key)
      guard case .scalar(let scalar) = keyNode else {
        keyValue.refuse("a key must be a word; it may be \(keys.listed)")
        continue
      }
      let name = below(scalar.string)
      if keys.contains(scalar.string) {
        values[scalar.string] = with(value, key: name)
      } else {
        with(keyNode, key: name).refuse("unknown key; it may be \(keys.listed)")
      }
    }
    return YAMLMapping(own: self, values: values)
  }

  /// The pairs of a group whose keys are free, in the order of the file. A key's `text()` or `parsed(…)` refuses one that
  /// YAML takes for something other than a text, such as `no`.
  package func pairs(atMost maximum: Int) -> [(name: YAMLValue, value: YAMLValue)]? {
    guard case .mapping(let mapping) = node else { return refused("not a group of keys") }
    guard mapping.count <= maximum else { return refused("more than \(maximum) keys") }
    return mapping.map { (with($0.key, key: key), with($0.value, key: below($0.key.scalar?.string ?? "?"))) }
  }

  /// Notes every anchor; an alias needs one, so a tree without anchors is as large as its file.
  func refusesAnchors() -> Bool {
    guard node.anchor == nil else {
      refuse("anchors and aliases are not allowed; write the value out")
      return true
    }
    switch node {
    case .mapping(let mapping):
      return mapping.contains {
        with($0.key, key: key).refusesAnchors()
          || with($0.value, key: below($0.key.scalar?.string ?? "?")).refusesAnchors()
      }
    case .sequence(let sequence):
      return sequence.enumerated().contains { with($0.element, key: "\(key)[\($0.offset)]").refusesAnchors() }
    default: return false
    }
  }

  package func refused<T>(_ reason: String) -> T? {
    refuse(reason)
    return nil
  }

  private func string() -> String? {
    guard case .scalar(let scalar) = node else { return refused("not a text") }
    guard scalarType != .null else { return refused("the value is missing; fill it in") }
    guard scalarType == .text else {
      return refused("\(scalar.string.quoted) is not a text in YAML; put it in quotes")
    }
    return scalar.string
  }

  private func below(_ name: String) -> String { key.isEmpty ? name : "\(key).\(name)" }

  private func with(_ node: Node, key: String) -> YAMLValue {
    YAMLValue(node: node, key: key, file: file, problems: problems)
  }
}

/// A group of keys, all of them known.
package struct YAMLMapping {
  package let own: YAMLValue
  fileprivate let values: [String: YAMLValue]

  package func optional(_ name: String) -> YAMLValue? { values[name] }

  package func required(_ name: String) -> YAMLValue? {
    if let value = values[name] { return value }
    return own.refused("the key \(name) is missing")
  }

  /// Sets `number` where the key is given.
  package func integer(_ name: String, _ range: ClosedRange<Int>, into number: inout Int) {
    if let value = values[name]?.integer(range) { number = value }
  }
}

extension String {
  /// In quotes, cut to a length that fits a line, its control characters made visible.
  package var quoted: String {
    let head = prefix(60).unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "\u{FFFD}" : String($0) }
    return "'" + head.joined() + (count > 60 ? "…" : "") + "'"
  }
}

extension [String] {
  fileprivate var listed: String { joined(separator: ", ") }
}
