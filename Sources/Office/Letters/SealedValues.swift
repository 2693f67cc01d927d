import AgeFormat
import Cryptography
import Foundation
import Timestamps

/// JSON of a value, as an age file.
func sealJSON(_ value: some Encodable, for recipients: [X25519PublicKey]) throws -> [UInt8] {
  let encoder = JSONEncoder()
  encoder.dateEncodingStrategy = .millisecondsSince1970
  var bytes = Array(try encoder.encode(value))
  defer { wipe(&bytes) }
  return try AgeEncryptor.encrypt(bytes, to: recipients)
}

func openJSON<T: Decodable>(_ type: T.Type, _ sealed: [UInt8], with keys: [X25519PrivateKey]) throws -> T {
  var bytes = try AgeDecryptor.decrypt(sealed, with: keys)
  defer { wipe(&bytes) }
  return try decodeJSON(type, Data(bytes))
}

func encodeJSON(_ value: some Encodable) throws -> Data {
  let encoder = JSONEncoder()
  encoder.dateEncodingStrategy = .millisecondsSince1970
  return try encoder.encode(value)
}

/// - Throws: where the form is another, or a time lies outside the years 1970 to 9999.
func decodeJSON<T: Decodable>(_ type: T.Type, _ bytes: Data) throws -> T {
  let decoder = JSONDecoder()
  decoder.dateDecodingStrategy = .custom { decoder in
    let container = try decoder.singleValueContainer()
    let milliseconds = try container.decode(Double.self)
    guard (0...Double(lastUnixMilliseconds)).contains(milliseconds) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "a time outside 1970 to 9999")
    }
    return Date(timeIntervalSince1970: milliseconds / 1000)
  }
  return try decoder.decode(type, from: bytes)
}
