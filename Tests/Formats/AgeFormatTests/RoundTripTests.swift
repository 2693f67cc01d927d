import AgeFormat
import Cryptography
import Testing

@Suite struct RoundTripTests {
  private let chunk = 64 * 1024

  @Test(
    "what was encrypted comes back, around every chunk boundary",
    arguments: [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000])
  func comesBack(_ count: Int) throws {
    let (key, other) = (X25519PrivateKey.generate(), X25519PrivateKey.generate())
    let text = randomBytes(count)
    let file = try AgeEncryptor.encrypt(text, to: [other.publicKey, key.publicKey])
    #expect(try AgeDecryptor.decrypt(file, with: [key]) == text)
    #expect(throws: AgeError.noMatch) { try AgeDecryptor.decrypt(file, with: [.generate()]) }
  }

  @Test("pieces of any size make the same file's contents")
  func piecesDoNotMatter() throws {
    let key = X25519PrivateKey.generate()
    let text = randomBytes(150_000)
    for step in [1, 511, 65_536, 100_000] where step > 1 || text.count < 1 << 20 {
      let encryptor = try AgeEncryptor(recipients: [key.publicKey])
      var file = encryptor.head
      for start in stride(from: 0, to: text.count, by: step) {
        encryptor.update(Array(text[start..<min(start + step, text.count)]), appendingTo: &file)
      }
      encryptor.finish(appendingTo: &file)
      #expect(try AgeDecryptor.decrypt(file, with: [key]) == text)
    }
  }

  @Test("a change of any one byte is noticed")
  func everyByteCounts() throws {
    let key = X25519PrivateKey.generate()
    let file = try AgeEncryptor.encrypt(Array("one letter".utf8), to: [key.publicKey])
    for index in file.indices {
      var changed = file
      changed[index] ^= 1
      #expect(throws: AgeError.self, "byte \(index)") { try AgeDecryptor.decrypt(changed, with: [key]) }
    }
    for count in file.indices {
      #expect(throws: AgeError.self, "cut at \(count)") { try AgeDecryptor.decrypt(Array(file[..<count]), with: [key]) }
    }
  }

  @Test("a header that has not ended after 64 KiB is refused, and one a little shorter is waited for")
  func endlessHeader() throws {
    let key = X25519PrivateKey.generate()
    let start = "age-encryption.org/v1\n"
    let stanzas = String(repeating: "-> a b\n\n", count: 8_192)
    for text in [start + stanzas, start + "-> a " + String(repeating: "b", count: 65_536)] {
      let bytes = Array(text.utf8)
      var output: [UInt8] = []
      let patient = AgeDecryptor(identities: [key])
      #expect(throws: Never.self) { try patient.update(Array(bytes[..<65_535]), appendingTo: &output) }
      #expect(throws: AgeError.header("longer than 65536 bytes")) {
        try AgeDecryptor(identities: [key]).update(Array(bytes[..<65_536]), appendingTo: &output)
      }
    }
  }

  @Test("no recipient, or one of low order, makes no file")
  func badRecipients() throws {
    #expect(throws: AgeError.self) { try AgeEncryptor(recipients: []) }
    let zero = try #require(X25519PublicKey(bytes: [UInt8](repeating: 0, count: 32)))
    #expect(throws: AgeError.self) { try AgeEncryptor(recipients: [zero]) }
  }

  @Test("keys survive age's own notation")
  func notation() throws {
    let key = X25519PrivateKey.generate()
    let identity = try #require(AgeKeyNotation.identity(parsing: AgeKeyNotation.identity(key)))
    #expect(identity.publicKey == key.publicKey)
    #expect(AgeKeyNotation.recipient(parsing: AgeKeyNotation.recipient(key.publicKey)) == key.publicKey)
    #expect(AgeKeyNotation.recipient(parsing: AgeKeyNotation.recipient(key.publicKey) + "q") == nil)
    #expect(AgeKeyNotation.identity(parsing: AgeKeyNotation.identity(key).lowercased()) == nil)
  }
}
