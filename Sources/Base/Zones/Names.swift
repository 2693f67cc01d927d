/// A zone's name as packets and folders carry it: `[a-z][a-z0-9-]{0,31}`.
public struct ZoneName: Hashable, Sendable, CustomStringConvertible {
  /// What the one node of a zone is called.
  public static let firstNode = ZoneName(unchecked: "a")

  public let text: String

  /// Nil where `text` breaks the pattern.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard (1...32).contains(bytes.count), bytes[0].isLowercaseLetter,
      bytes.allSatisfy({ $0.isLowercaseLetter || $0.isDigit || $0 == UInt8(ascii: "-") })
    else { return nil }
    self.text = text
  }

  private init(unchecked text: String) { self.text = text }

  public var description: String { text }
}

/// How widely a thing may be read (密级), lowest first.
public enum Classification: String, CaseIterable, Comparable, Sendable {
  case `public`
  case `internal`
  case confidential
  case secret
  case topSecret = "top-secret"

  public static func < (left: Classification, right: Classification) -> Bool { left.rank < right.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// The two roles that a zone can have.
public enum ZoneRole: String, CaseIterable, Sendable {
  case dmz
  case intranet

  public var other: ZoneRole { self == .dmz ? .intranet : .dmz }
}

extension UInt8 {
  var isLowercaseLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
