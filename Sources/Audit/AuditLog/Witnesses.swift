public import Foundation
public import TransparencyLog

/// Whose cosignatures count for a log: those of other zones, which whoever controls the log's own zone does not have.
public struct Witnesses: Sendable {
  /// Clocks differ: a cosignature may be so many seconds ahead.
  public static let aheadSeconds = 60

  /// A cosignature with a key that was given.
  public struct Word: Equatable, Sendable {
    public enum Worth: Equatable, Sendable {
      case counts
      /// By the log's own zone, which can always sign itself.
      case own
      /// Dated later than now.
      case ahead
    }

    public let name: String
    /// Since 1970.
    public let seconds: Int
    public let worth: Worth
  }

  private let keys: [NoteVerifier]
  private let log: NoteVerifier
  private let now: @Sendable () -> Date

  /// - Parameters:
  ///   - keys: all that were given.
  ///   - log: the log's key.
  public init(_ keys: [NoteVerifier], of log: NoteVerifier, now: @escaping @Sendable () -> Date = { Date() }) {
    self.keys = keys.filter { $0.kind == .cosignature }
    self.log = log
    self.now = now
  }

  /// - Throws: `NoteError` for a cosignature that its own key did not make.
  public func words(on note: SignedNote) throws -> [Word] {
    try keys.compactMap { key in
      guard let seconds = try note.time(signedBy: key) else { return nil }
      return Word(name: key.name, seconds: seconds, worth: worth(key, seconds))
    }
  }

  private func worth(_ key: NoteVerifier, _ seconds: Int) -> Word.Worth {
    if Self.zone(of: key.name) == Self.zone(of: log.name) || key.publicKey == log.publicKey { return .own }
    return Double(seconds) > now().timeIntervalSince1970 + Double(Self.aheadSeconds) ? .ahead : .counts
  }

  /// The zone of a log or witness: the first part of its name.
  public static func zone(of name: String) -> String { String(name.prefix { $0 != "/" }) }
}
