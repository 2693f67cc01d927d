public import Cryptography
import Foundation
import JSON
public import Storage

/// The contents of an entry of the record.
public struct RecordedAct: Sendable {
  public let number: Int
  /// Milliseconds since 1970.
  public let at: Int
  public let what: String
  public let object: String
  public let detail: String
  /// Empty for the zone's operator.
  public let name: String
  public let person: String
  /// Empty if in nobody's stead.
  public let inSteadOf: String
  /// 64 hex digits; empty if there was none.
  public let certificate: String
  public let proof: String
  /// SHA-256 of the answer or reason, hex; empty if there was none.
  public let content: String
  /// What was signed, the signature (DER, base64) and the key's fingerprint; empty if nothing was signed.
  public let statement: String
  public let signature: String
  public let key: String
  /// Base64; empty unless the act enrols a key.
  public let publicKey: String

  /// Nil for a line that is not an entry.
  public init?(_ entry: [UInt8]) {
    guard let json = try? JSONValue.parse(entry), let number = json["number"]?.number, let at = json["at"]?.number,
      let what = json["act"]?.text, let object = json["object"]?.text, let proof = json["proof"]?.text
    else { return nil }
    func text(_ key: String) -> String { json[key]?.text ?? "" }
    (self.number, self.at, self.what, self.object, self.proof) = (number, at, what, object, proof)
    (detail, name, person) = (text("detail"), text("name"), text("person"))
    (inSteadOf, certificate) = (text("inSteadOf"), text("certificate"))
    (content, statement, signature) = (text("content"), text("statement"), text("signature"))
    (key, publicKey) = (text("key"), text("publicKey"))
  }

  /// The newest first.
  public static func read(limit: Int, offset: Int, _ db: Transaction) throws -> (acts: [RecordedAct], total: Int) {
    let total = try db.one(Int.self, "SELECT COUNT(*) FROM act") ?? 0
    let entries = try db.all([UInt8].self, "SELECT entry FROM act ORDER BY number DESC LIMIT ? OFFSET ?", limit, offset)
    return (entries.compactMap { RecordedAct($0) }, total)
  }
}

/// The whole record, exported: files that can be checked without the zone.
public struct ActExport: Sendable {
  /// `acts.jsonl`: the entries as they were written, one a line.
  public let lines: [UInt8]
  /// `salts`: for each act that has one, its number and 32 hex digits, one a line. With it the audit log's digest of
  /// the act can be computed again.
  public let salts: [UInt8]
  /// The certificates that acts were done with, DER.
  public let certificates: [[UInt8]]
  public let count: Int
  /// Of the last entry.
  public let digest: Digest

  /// Reads the record from a zone's database, beside its daemon.
  public static func read(dataDirectory: String) async throws -> ActExport {
    let queue = try SQLiteFile(path: dataDirectory + "/zone.sqlite", .readOnly)
    defer { try? queue.close() }
    return try await queue.read { db in
      var (lines, salts, count, digest) = ([UInt8](), [UInt8](), 0, Digest.zero)
      try db.each("SELECT number, entry, digest, salt FROM act ORDER BY number") { row in
        let number: Int = try row["number"]
        lines += try row["entry"] as [UInt8] + [UInt8(ascii: "\n")]
        if let salt = try row["salt"] as [UInt8]? { salts += Array("\(number) \(encodeHex(salt))\n".utf8) }
        digest = try Digest(bytes: row["digest"]) ?? .zero
        count += 1
        return true
      }
      let certificates = try db.all([UInt8].self, "SELECT der FROM act_certificate ORDER BY fingerprint")
      return ActExport(lines: lines, salts: salts, certificates: certificates, count: count, digest: digest)
    }
  }

  /// `head`, which the zone signs.
  public func head(zone: String, at: String) -> [UInt8] {
    Array("guandu acts 1\nzone \(zone)\nentries \(count)\ndigest \(digest.hex)\nat \(at)\n".utf8)
  }
}

/// Follows the chain of an exported record.
public struct ActChainCheck: Sendable {
  public private(set) var count = 0
  public private(set) var digest = Digest.zero

  public init() {}

  /// Takes the next line. Nil if it does not follow the one before, or is not an entry.
  public mutating func take(_ line: [UInt8]) -> RecordedAct? {
    guard let act = RecordedAct(line), act.number == count + 1,
      (try? JSONValue.parse(line))?["previous"]?.text == digest.hex
    else { return nil }
    count += 1
    digest = ActChain.digest(digest.bytes, line)
    return act
  }
}
