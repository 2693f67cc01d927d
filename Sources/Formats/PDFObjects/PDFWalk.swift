/// Follows a document from its trailer to every object, each of one kind.
struct PDFWalk {
  /// What a document may hold so far.
  enum Stage: Int, Comparable {
    case plain
    case sealed
    case kept

    static func < (left: Stage, right: Stage) -> Bool { left.rawValue < right.rawValue }
  }

  private struct Step {
    let value: PDFValue
    let shape: PDFShape
    /// Where it stands, for messages.
    let place: String
    let depth: Int
  }

  /// Of which kind each object is.
  private(set) var kinds: [Int: PDFKind] = [:]
  /// Whole numbers that stand in objects of their own.
  private var numbers: Set<Int> = []
  private let objects: [Int: PDFObject]
  private let stage: Stage
  private var steps: [Step] = []

  /// - Throws: `malformed` for what a sealed document must not hold, for objects that nothing leads to, and for those that are
  ///   used as two things; `unsupported` for all that is not known here.
  init(_ objects: [Int: PDFObject], trailer: PDFDictionary, stage: Stage) throws(PDFFormatError) {
    self.objects = objects
    self.stage = stage
    guard let root = trailer["Root"] else { throw PDFFormatError(.malformed, "a trailer without root") }
    steps = [Step(value: root, shape: .one(.catalog), place: "the catalogue", depth: 0)]
    if let information = trailer["Info"] {
      steps.append(Step(value: information, shape: .one(.information), place: "/Info", depth: 0))
    }
    while let step = steps.popLast() { try take(step) }
    let lost = objects.keys.filter { kinds[$0] == nil && !numbers.contains($0) }.min()
    if let lost { throw PDFFormatError(.malformed, "object \(lost) belongs to nothing in the document") }
  }

  private mutating func take(_ step: Step) throws(PDFFormatError) {
    switch step.shape {
    case .plain:
      guard Self.isPlain(step.value) else {
        throw PDFFormatError(.unsupported, "\(step.place) is \(step.value.kindName), which is not supported")
      }
    case .name(let names):
      guard let name = step.value.name, names.contains(name) else {
        throw PDFFormatError(.unsupported, "\(step.place) is \(step.value.kindName), which is not supported")
      }
    case .integer: try integer(step)
    case .one(let kind): try object(step, kind)
    case .plainOr(let kind): if !Self.isPlain(step.value) { try object(step, kind) }
    case .list(let kind):
      guard let items = step.value.array else { throw PDFFormatError(.unsupported, "\(step.place) is no array") }
      for item in items { push(item, .one(kind), step.place, step.depth) }
    case .map(let kind):
      for entry in try entries(step) { push(entry.value, .one(kind), "\(step.place)/\(entry.key)", step.depth) }
    }
  }

  /// Of a dictionary from names, which may be an object of its own.
  private mutating func entries(_ step: Step) throws(PDFFormatError) -> [PDFDictionary.Entry] {
    if let dictionary = step.value.dictionary { return dictionary.entries }
    guard let number = step.value.reference, let object = objects[number], object.stream == nil,
      let dictionary = object.value.dictionary, !numbers.contains(number), kinds[number] == nil
    else { throw PDFFormatError(.unsupported, "\(step.place) is no dictionary, or one that is used twice") }
    kinds[number] = .names
    return dictionary.entries
  }

  private mutating func push(_ value: PDFValue, _ shape: PDFShape, _ place: String, _ depth: Int) {
    steps.append(Step(value: value, shape: shape, place: place, depth: depth))
  }

  private static func isPlain(_ value: PDFValue) -> Bool {
    switch value {
    case .dictionary, .reference: false
    // As deep as the parser went.
    case .array(let items): items.allSatisfy(isPlain)
    default: true
    }
  }

  private mutating func integer(_ step: Step) throws(PDFFormatError) {
    if case .integer = step.value { return }
    guard let number = step.value.reference, let object = objects[number], object.value.integer != nil,
      object.stream == nil, kinds[number] == nil
    else { throw PDFFormatError(.malformed, "\(step.place) is no whole number") }
    numbers.insert(number)
  }

  private mutating func object(_ step: Step, _ kind: PDFKind) throws(PDFFormatError) {
    guard let number = step.value.reference else {
      guard let dictionary = step.value.dictionary, !kind.isStream, kind != .page, kind != .pages, kind != .catalog
      else {
        throw PDFFormatError(.unsupported, "\(step.place) is \(step.value.kindName), which is not supported")
      }
      return try keys(dictionary, kind, step.place, step.depth)
    }
    if let known = kinds[number] {
      guard known == kind else {
        throw PDFFormatError(
          .malformed, "object \(number) is used as two things: \(known.rawValue) and \(kind.rawValue)")
      }
      return
    }
    guard let object = objects[number], !numbers.contains(number) else {
      throw PDFFormatError(.malformed, "\(step.place) leads to object \(number), which is not there, or is a number")
    }
    guard let dictionary = object.value.dictionary,
      kind.mayBeStream || (object.stream != nil) == kind.isStream
    else {
      throw PDFFormatError(.unsupported, "\(step.place) (object \(number)) is not \(kind.rawValue)")
    }
    kinds[number] = kind
    try keys(dictionary, kind, "\(step.place) (object \(number))", step.depth)
  }

  private mutating func keys(
    _ dictionary: PDFDictionary, _ kind: PDFKind, _ place: String, _ depth: Int
  ) throws(PDFFormatError) {
    guard depth <= 64 else { throw PDFFormatError(.malformed, "\(place) lies too deep") }
    for key in kind.required where dictionary[key] == nil {
      throw PDFFormatError(.malformed, "\(place) has no /\(key)")
    }
    if kind == .external, dictionary["Subtype"]?.name == "Form", dictionary["Filter"]?.name == "DCTDecode" {
      throw PDFFormatError(.unsupported, "\(place) is a form in JPEG, which is not supported")
    }
    for entry in dictionary.entries {
      guard let shape = kind.keys[entry.key], stage >= Self.stage(of: entry.key, kind) else {
        if let danger = PDFKind.dangers[entry.key] {
          throw PDFFormatError(.malformed, "\(place) has /\(entry.key): \(danger)")
        }
        throw PDFFormatError(.unsupported, "\(place) has /\(entry.key), which is not supported")
      }
      // Long chains of forms would make long names.
      let inner = place.utf8.count > 120 ? "…/\(entry.key)" : "\(place)/\(entry.key)"
      push(entry.value, shape, inner, depth + 1)
    }
  }

  private static func stage(of key: String, _ kind: PDFKind) -> Stage {
    switch (kind, key) {
    case (.catalog, "AcroForm"), (.catalog, "Perms"), (.page, "Annots"): .sealed
    case (.catalog, "DSS"): .kept
    default: .plain
    }
  }
}
