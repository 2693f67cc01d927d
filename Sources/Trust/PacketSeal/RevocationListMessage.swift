public import Certificates
import Cryptography
public import JSON
public import PacketFormat

/// A message that carries a revocation list: `{"crl": base64 of DER}`.
public enum RevocationListMessage {
  public static let type = "trust.crl"

  public static func body(_ list: RevocationList) -> JSONValue {
    .object(["crl": .string(Base64.encode(list.der))])
  }

  /// - Throws: `malformed` if the message carries none.
  public static func list(in message: Message) throws(TrustError) -> RevocationList {
    guard message.type == type, message.body.members?.count == 1, let text = message.body["crl"]?.text,
      let der = Base64.decode(Array(text.utf8))
    else { throw TrustError(.malformed, "the message holds no list of revocations") }
    return try RevocationList(der: der)
  }
}
