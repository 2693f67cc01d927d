public import AuditLog
import Cryptography
import Foundation
public import Storage

/// The record of acts, for comparison with the audit log.
public struct ActDigests: Sendable {
  private static let actsAtOnce = 1_000

  /// Those that wait to be written to the log.
  private let pending: Set<Int>
  /// The last act when the comparison began.
  private let last: Int

  /// Begins a comparison. To be called before the log is read: every act up to here is then in it, or waits for it.
  public init(_ db: Transaction) throws {
    pending = try AuditTrail.pendingActs(db)
    last = try db.one(Int.self, "SELECT MAX(number) FROM act") ?? 0
  }

  /// The next acts after `number`; empty if there are none. Acts after the beginning may or may not be in the log.
  ///
  /// - Returns: each with its number.
  public func next(after number: Int, _ db: Transaction) throws -> [(number: Int, act: RecordComparison.Act)] {
    let rows = try db.all(
      "SELECT number, entry, salt FROM act WHERE number > ? ORDER BY number LIMIT ?", number, Self.actsAtOnce)
    return try rows.map { row in
      let (number, entry, salt): (Int, Data, Data?) = try (row["number"], row["entry"], row["salt"])
      let act = RecordComparison.Act(
        number: number, digest: salt.map { Digest.of(Array($0) + Array(entry)) },
        isPending: number > last || pending.contains(number))
      return (number, act)
    }
  }
}
