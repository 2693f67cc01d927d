import COpenSSL

/// The kinds of keys that zones, handlers and authorities use.
public enum KeyKind: String, Sendable {
  case p256 = "P-256"
  case ed25519 = "Ed25519"
  case x25519 = "X25519"
  /// For electronic seals alone (GB/T 32918).
  case sm2 = "SM2"
}

/// An OpenSSL key's kind, and its 32 bytes if the kind has raw bytes.
struct PublicKeyFacts {
  let kind: KeyKind?
  let raw: [UInt8]

  init(_ key: OpaquePointer?) {
    guard let key else {
      kind = nil
      raw = []
      return
    }
    kind = Self.kind(of: key)
    raw = kind == .ed25519 || kind == .x25519 ? Self.rawPublicKey(of: key) : []
  }

  private static func kind(of key: OpaquePointer) -> KeyKind? {
    if EVP_PKEY_is_a(key, "SM2") == 1 { return .sm2 }
    return switch EVP_PKEY_get_base_id(key) {
    case EVP_PKEY_ED25519: .ed25519
    case EVP_PKEY_X25519: .x25519
    case EVP_PKEY_EC: groupName(of: key) == "prime256v1" ? .p256 : nil
    default: nil
    }
  }

  private static func groupName(of key: OpaquePointer) -> String {
    var name = [CChar](repeating: 0, count: 80)
    var count = 0
    guard EVP_PKEY_get_group_name(key, &name, name.count, &count) == 1, count < name.count else { return "" }
    return String(decoding: name.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func rawPublicKey(of key: OpaquePointer) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 32)
    var count = bytes.count
    guard EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1, count == 32 else { return [] }
    return bytes
  }
}
