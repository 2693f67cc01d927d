import AgeFormat
import Cryptography
import Foundation

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

func decodeJSON<T: Decodable>(_ type: T.Type, _ bytes: Data) throws -> T {
  let decoder = JSONDecoder()
  decoder.dateDecodingStrategy = .millisecondsSince1970
  return try decoder.decode(type, from: bytes)
}
