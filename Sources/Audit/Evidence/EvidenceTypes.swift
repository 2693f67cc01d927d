/// An entry's place: a zone's log by its number, and the entry's index in it.
public struct EvidencePlace: Hashable, Sendable {
  public let zone: String
  public let log: Int
  public let index: Int

  public init(zone: String, log: Int, index: Int) {
    (self.zone, self.log, self.index) = (zone, log, index)
  }
}

/// What the evidence is about, for its report.
public struct EvidenceTitle: Equatable, Sendable {
  public let chinese: String
  public let english: String

  public init(chinese: String, english: String) {
    self.chinese = chinese
    self.english = english
  }

  /// - Parameter number: the public one.
  public static func letter(_ number: String) -> EvidenceTitle {
    EvidenceTitle(chinese: "信件 \(number) 全程记录", english: "The trail of letter \(number)")
  }
}

/// A file of an evidence folder.
public struct EvidenceFile: Equatable, Sendable {
  /// Relative, its parts joined by slashes; letters, digits, dots, hyphens and underscores.
  public let path: String
  public let bytes: [UInt8]

  init(_ path: String, _ bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  init(_ path: String, _ text: String) { self.init(path, Array(text.utf8)) }
}

/// Why there is no evidence.
public struct EvidenceError: Error, Equatable, Sendable, CustomStringConvertible {
  /// For the operator: lowercase, no full stop.
  public let reason: String
  init(_ reason: String) { self.reason = reason }
  public var description: String { reason }
}
