public import Certificates
import Cryptography
import Foundation
import Links
import Storage
public import Zones

/// The revocation lists in force in a zone, by the authorities that it trusts.
public struct RevocationReport: Sendable {
  public let authority: Certificate
  /// Nil if there is none of this authority.
  public let list: RevocationList?

  /// Reads the zone's database beside its running daemon.
  ///
  /// - Throws: `TrustError` if the authorities cannot be read, or the database's error.
  public static func read(_ zone: ZoneConfiguration) throws -> [RevocationReport] {
    let queue = try LinkReport.openReadOnly(zone)
    defer { try? queue.close() }
    let kept = try queue.read { db in
      try db.all("SELECT authority, der FROM revocation_list").map { row in
        try (row["authority"] as String, row["der"] as [UInt8])
      }
    }
    var lists: [String: RevocationList] = [:]
    for (authority, der) in kept { lists[authority] = try RevocationList(der: der) }
    return try TrustStore(files: zone.trust).authorities.map { authority in
      RevocationReport(authority: authority, list: lists[authority.fingerprint.hex])
    }
  }
}
