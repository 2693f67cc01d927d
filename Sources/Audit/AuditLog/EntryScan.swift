import JSON

/// Checks a zone's entries. An entry in the form that `AuditEntry` writes is read in one pass without a tree of values;
/// all others, and all that fail, go to `AuditEntry.check`, which decides. So this accepts nothing that the other
/// refuses, and is only faster.
struct EntryScan: Sendable {
  struct Facts: Equatable, Sendable {
    let kind: AuditEntry.Kind
    /// Milliseconds since 1970.
    let at: Int
  }

  private struct Form: Sendable {
    let kind: AuditEntry.Kind
    /// Up to the quotation mark before the time.
    let beginning: [UInt8]
    let members: [(key: [UInt8], shape: AuditEntry.Shape)]
  }

  let zone: String
  private let forms: [Form]

  init(zone: String) {
    self.zone = zone
    let middle = Array(",\"zone\":".utf8) + JSONValue.string(zone).encoded() + Array(",\"at\":\"".utf8)
    forms = AuditEntry.Kind.allCases.map { kind in
      Form(
        kind: kind, beginning: AuditEntry.beginning(of: kind) + middle,
        members: kind.shape.map { (Array("\"\($0.key)\":".utf8), $0.value) })
    }
  }

  /// - Throws: `AuditError` for what is not an entry of the zone.
  func check(_ entry: UnsafeRawBufferPointer) throws(AuditError) -> Facts {
    if let facts = quickly(entry) { return facts }
    let bytes = Array(entry)
    let kind = try AuditEntry.check(bytes, zone: zone)
    guard let time = (try? JSONValue.parse(bytes))?["at"]?.text, let at = entryTime(Array(time.utf8)[...]) else {
      throw AuditError("an entry without a time")
    }
    return Facts(kind: kind, at: at)
  }

  /// Nil if it needs the full check.
  func quickly(_ entry: UnsafeRawBufferPointer) -> Facts? {
    guard let form = forms.first(where: { entry.starts(with: $0.beginning) }) else { return nil }
    var text = PlainText(bytes: entry, position: form.beginning.count)
    let start = text.position
    guard text.restOfString(), let at = entryTime(entry[start..<text.position - 1]) else { return nil }
    var seen = 0
    while text.take(",") {
      guard let index = form.members.firstIndex(where: { text.isNext($0.key) }), seen & 1 << index == 0 else {
        return nil
      }
      seen |= 1 << index
      text.position += form.members[index].key.count
      guard text.value(form.members[index].shape) else { return nil }
    }
    guard text.take("}"), text.position == entry.count, seen == 1 << form.members.count - 1 else { return nil }
    return Facts(kind: form.kind, at: at)
  }
}

/// JSON without white space, escapes or anything but ASCII.
private struct PlainText {
  /// With so many digits any number fits into 64 bits.
  private static let digitsMax = 18

  let bytes: UnsafeRawBufferPointer
  var position: Int

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  func isNext(_ expected: [UInt8]) -> Bool {
    bytes.count - position >= expected.count && bytes[position..<position + expected.count].elementsEqual(expected)
  }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func value(_ shape: AuditEntry.Shape) -> Bool {
    switch shape {
    case .text: string()
    case .number: number()
    case .texts: list { $0.string() }
    case .messages:
      list { $0.take("[") && $0.string() && $0.take(",") && $0.string() && $0.take(",") && $0.string() && $0.take("]") }
    default: false
    }
  }

  private mutating func string() -> Bool { take("\"") && restOfString() }

  /// Up to and including the closing quotation mark.
  mutating func restOfString() -> Bool {
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "\"") { return true }
      guard byte >= 0x20, byte < 0x80, byte != UInt8(ascii: "\\") else { return false }
    }
    return false
  }

  private mutating func number() -> Bool {
    _ = take("-")
    let start = position
    while let byte = next, byte &- 0x30 <= 9 { position += 1 }
    let count = position - start
    return count == 1 || 1...Self.digitsMax ~= count && bytes[start] != UInt8(ascii: "0")
  }

  private mutating func list(_ element: (inout PlainText) -> Bool) -> Bool {
    guard take("[") else { return false }
    if take("]") { return true }
    repeat {
      guard element(&self) else { return false }
    } while take(",")
    return take("]")
  }
}
