public import Certificates
import Cryptography
import Foundation
public import JSON

/// A zone's statement of its own certificates, all of them. From then on peers seal for the first pair.
public struct KeyStatement: Equatable, Sendable {
  public static let type = "trust.certificates"
  /// More than two are never needed, except when one is replaced before it was used.
  static let maxPairs = 4

  public struct Pair: Equatable, Sendable {
    public let signing: Certificate
    public let encryption: Certificate

    public init(signing: Certificate, encryption: Certificate) {
      self.signing = signing
      self.encryption = encryption
    }
  }

  /// Milliseconds since 1970: a statement counts if it is newer than the one in force.
  public let number: Int
  public let pairs: [Pair]

  public init(number: Int, pairs: [Pair]) {
    self.number = number
    self.pairs = pairs
  }

  /// `{"number": 1795…, "pairs": [{"signing": …, "encryption": …}]}`, certificates as base64 of DER.
  public var body: JSONValue {
    .object([
      "number": .integer(number),
      "pairs": .array(
        pairs.map { pair in
          .object([
            "signing": .string(Base64.encode(pair.signing.der)),
            "encryption": .string(Base64.encode(pair.encryption.der)),
          ])
        }),
    ])
  }

  /// - Throws: `malformed`.
  public init(_ body: JSONValue) throws(TrustError) {
    guard body.members?.count == 2, let number = body["number"]?.number, number > 0,
      let list = body["pairs"]?.elements, (1...Self.maxPairs).contains(list.count)
    else { throw TrustError(.malformed, "not a statement of 1 to \(Self.maxPairs) pairs") }
    self.number = number
    var pairs: [Pair] = []
    for pair in list {
      guard pair.members?.count == 2 else { throw TrustError(.malformed, "a pair has two certificates") }
      pairs.append(
        Pair(signing: try Self.certificate(pair["signing"]), encryption: try Self.certificate(pair["encryption"])))
    }
    self.pairs = pairs
  }

  static func certificate(_ value: JSONValue?) throws(TrustError) -> Certificate {
    guard let der = value?.text.flatMap({ Base64.decode(Array($0.utf8)) }) else {
      throw TrustError(.malformed, "a certificate is not base64")
    }
    return try Certificate(der: der)
  }
}
