/// The few types of ASN.1 that seals are made of, by their tags in DER (X.690).
enum DERTag: UInt8 {
  case integer = 0x02
  case bitString = 0x03
  case octetString = 0x04
  case objectIdentifier = 0x06
  case utf8String = 0x0C
  case sequence = 0x30
  case printableString = 0x13
  case ia5String = 0x16
  case generalizedTime = 0x18
  case boolean = 0x01
  case null = 0x05
  case set = 0x31
  /// [0], of several parts.
  case context0 = 0xA0
  /// [1], of several parts.
  case context1 = 0xA1
}

/// Reads values one after the other, never deeper than the caller asks. Lengths are definite and as short as they can be.
struct DERReader {
  private let bytes: [UInt8]
  private var position: Int
  private let end: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = 0
    end = bytes.count
  }

  private init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  var isAtEnd: Bool { position == end }
  /// The next value's tag; nil at the end.
  var nextTag: UInt8? { isAtEnd ? nil : bytes[position] }

  func next(is tag: DERTag) -> Bool { nextTag == tag.rawValue }

  func finish(_ what: String) throws(SealFormatError) {
    guard isAtEnd else { throw SealFormatError(.malformed, "\(what): something follows that does not belong there") }
  }

  /// The next value's place: whole, and its content.
  private mutating func take(_ tag: DERTag, _ what: String) throws(SealFormatError) -> (Range<Int>, Range<Int>) {
    guard position < end, bytes[position] == tag.rawValue else {
      throw SealFormatError(.malformed, "\(what): \(tag) expected")
    }
    let start = position
    let content = try length(after: start + 1, what)
    position = content.upperBound
    return (start..<position, content)
  }

  private func length(after place: Int, _ what: String) throws(SealFormatError) -> Range<Int> {
    let broken = SealFormatError(.malformed, "\(what): its length is wrong")
    guard place < end else { throw broken }
    let first = Int(bytes[place])
    if first < 0x80 {
      guard first <= end - place - 1 else { throw broken }
      return place + 1..<place + 1 + first
    }
    // Four octets reach 4 GiB, more than any file here.
    let octets = first & 0x7F
    guard (1...4).contains(octets), octets <= end - place - 1 else { throw broken }
    let count = bytes[place + 1..<place + 1 + octets].reduce(0) { $0 << 8 | Int($1) }
    let start = place + 1 + octets
    guard count >= 0x80, count >> ((octets - 1) * 8) != 0, count <= end - start else { throw broken }
    return start..<start + count
  }

  mutating func sequence(_ what: String) throws(SealFormatError) -> DERReader {
    DERReader(bytes, try take(.sequence, what).1)
  }

  /// What a value of several parts consists of.
  mutating func inside(_ tag: DERTag, _ what: String) throws(SealFormatError) -> DERReader {
    DERReader(bytes, try take(tag, what).1)
  }

  /// A value as it stands.
  mutating func whole(_ tag: DERTag, _ what: String) throws(SealFormatError) -> [UInt8] {
    Array(bytes[try take(tag, what).0])
  }

  /// A sequence as it stands, for signatures over it.
  mutating func wholeSequence(_ what: String) throws(SealFormatError) -> [UInt8] {
    Array(bytes[try take(.sequence, what).0])
  }

  mutating func explicit0(_ what: String) throws(SealFormatError) -> DERReader {
    DERReader(bytes, try take(.context0, what).1)
  }

  /// A whole number from 0 to 2³¹ - 1, as short as it can be.
  mutating func integer(_ what: String) throws(SealFormatError) -> Int {
    let content = bytes[try take(.integer, what).1]
    guard let first = content.first, first < 0x80, content.count <= 5,
      content.count == 1 || first != 0 || content[content.startIndex + 1] >= 0x80
    else { throw SealFormatError(.malformed, "\(what): not a number from 0 on") }
    let number = content.reduce(0) { $0 << 8 | Int($1) }
    guard number <= Int(Int32.max) else { throw SealFormatError(.malformed, "\(what): the number is too large") }
    return number
  }

  mutating func boolean(_ what: String) throws(SealFormatError) -> Bool {
    let content = bytes[try take(.boolean, what).1]
    guard content.count == 1, let byte = content.first, byte == 0 || byte == 0xFF else {
      throw SealFormatError(.malformed, "\(what): neither true nor false")
    }
    return byte == 0xFF
  }

  mutating func octets(_ what: String) throws(SealFormatError) -> [UInt8] {
    Array(bytes[try take(.octetString, what).1])
  }

  /// A bit string of whole bytes.
  mutating func bits(_ what: String) throws(SealFormatError) -> [UInt8] {
    let content = bytes[try take(.bitString, what).1]
    guard content.first == 0 else { throw SealFormatError(.malformed, "\(what): not whole bytes") }
    return Array(content.dropFirst())
  }

  /// An object identifier in dots.
  mutating func identifier(_ what: String) throws(SealFormatError) -> String {
    let content = Array(bytes[try take(.objectIdentifier, what).1])
    guard let text = ObjectIdentifier.text(content) else {
      throw SealFormatError(.malformed, "\(what): not an object identifier")
    }
    return text
  }

  /// - Parameter tag: `utf8String`, or one of ASCII.
  mutating func text(_ tag: DERTag, _ what: String) throws(SealFormatError) -> String {
    let content = bytes[try take(tag, what).1]
    guard content.count <= SealLimits.textMaxBytes, let text = String(validating: content, as: UTF8.self),
      tag == .utf8String || content.allSatisfy({ (0x20..<0x7F).contains($0) }), !content.contains(0)
    else { throw SealFormatError(.malformed, "\(what): not a text of at most \(SealLimits.textMaxBytes) bytes") }
    return text
  }

  mutating func time(_ what: String) throws(SealFormatError) -> SealTime {
    let content = bytes[try take(.generalizedTime, what).1]
    guard let time = SealTime(generalized: Array(content)) else {
      throw SealFormatError(.malformed, "\(what): not a time written YYYYMMDDhhmmssZ")
    }
    return time
  }
}

/// Writes DER; what it writes, `DERReader` reads.
enum DER {
  static func value(_ tag: DERTag, _ content: [UInt8]) -> [UInt8] { [tag.rawValue] + length(content.count) + content }

  static func sequence(_ parts: [[UInt8]]) -> [UInt8] { value(.sequence, Array(parts.joined())) }

  /// - Parameter number: from 0 on.
  static func integer(_ number: Int) -> [UInt8] {
    var digits: [UInt8] = []
    var rest = max(number, 0)
    repeat {
      digits.insert(UInt8(rest & 0xFF), at: 0)
      rest >>= 8
    } while rest > 0
    return value(.integer, digits[0] >= 0x80 ? [0] + digits : digits)
  }

  /// - Parameter parts: in the order of their bytes, as DER has it.
  static func set(_ parts: [[UInt8]]) -> [UInt8] { value(.set, Array(parts.joined())) }

  static func bits(_ bytes: [UInt8]) -> [UInt8] { value(.bitString, [0] + bytes) }

  static func text(_ tag: DERTag, _ text: String) -> [UInt8] { value(tag, Array(text.utf8)) }

  static func time(_ time: SealTime) -> [UInt8] { value(.generalizedTime, Array(time.generalized.utf8)) }

  static func identifier(_ dotted: String) -> [UInt8] {
    value(.objectIdentifier, ObjectIdentifier.bytes(dotted) ?? [])
  }

  private static func length(_ count: Int) -> [UInt8] {
    if count < 0x80 { return [UInt8(count)] }
    var octets: [UInt8] = []
    var rest = count
    while rest > 0 {
      octets.insert(UInt8(rest & 0xFF), at: 0)
      rest >>= 8
    }
    return [0x80 | UInt8(octets.count)] + octets
  }
}

/// Object identifiers, in dots and in bytes.
enum ObjectIdentifier {
  static func text(_ content: [UInt8]) -> String? {
    guard let last = content.last, last < 0x80, content.count <= 32 else { return nil }
    var arcs: [UInt64] = []
    var (arc, isFirst): (UInt64, Bool) = (0, true)
    for byte in content {
      guard !(isFirst && byte == 0x80), arc < 1 << 56 else { return nil }
      arc = arc << 7 | UInt64(byte & 0x7F)
      isFirst = byte < 0x80
      if isFirst {
        arcs.append(arc)
        arc = 0
      }
    }
    let root = min(arcs[0] / 40, 2)
    return ([root, arcs[0] - root * 40] + arcs.dropFirst()).map(String.init).joined(separator: ".")
  }

  static func bytes(_ dotted: String) -> [UInt8]? {
    let arcs = dotted.split(separator: ".").compactMap { UInt64($0) }
    guard arcs.count >= 2, arcs[0] <= 2, arcs[1] < 40 || arcs[0] == 2, arcs.allSatisfy({ $0 < 1 << 56 }) else {
      return nil
    }
    return ([arcs[0] * 40 + arcs[1]] + arcs.dropFirst(2)).flatMap { arc -> [UInt8] in
      var (digits, rest) = ([UInt8(arc & 0x7F)], arc >> 7)
      while rest > 0 {
        digits.insert(UInt8(rest & 0x7F) | 0x80, at: 0)
        rest >>= 7
      }
      return digits
    }
  }
}
