import Cryptography
import Testing

@Suite struct SM3 {
  /// GB/T 32905-2016, appendix A.
  @Test(arguments: [
    ("abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
    (String(repeating: "abcd", count: 16), "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
  ]) func `gives the standard's digests`(text: String, digest: String) {
    #expect(encodeHex(sm3(Array(text.utf8))) == digest)
  }

  @Test func `of nothing is a digest too`() {
    #expect(encodeHex(sm3([])) == "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b")
  }
}

@Suite struct SM2 {
  /// GB/T 32918.5-2017, appendix A.2: the key, the message and the signature of the example, under the standard identifier.
  private let point =
    "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    + "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
  private let numbers =
    "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    + "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
  private let message = Array("message digest".utf8)

  private func key() throws -> SM2PublicKey {
    let bytes = try #require(decodeHex(point))
    return try #require(SM2PublicKey(point: bytes))
  }

  private func signature() throws -> [UInt8] {
    let numbers = try #require(decodeHex(numbers))
    return [0x30, 0x46, 0x02, 0x21, 0x00] + numbers[..<32] + [0x02, 0x21, 0x00] + numbers[32...]
  }

  @Test func `verifies the standard's signature`() throws {
    #expect(try key().verifies(signature: try signature(), of: message))
  }

  @Test func `verifies no other message and no other signature`() throws {
    let (key, signature) = (try key(), try signature())
    #expect(!key.verifies(signature: signature, of: message + [0]))
    #expect(!key.verifies(signature: [], of: message))
    for index in signature.indices {
      var other = signature
      other[index] ^= 1
      #expect(!key.verifies(signature: other, of: message), "byte \(index)")
    }
    #expect(!key.verifies(signature: signature + [0], of: message))
  }

  @Test func `takes no point that is not on the curve, and no key of another one`() throws {
    var bytes = try #require(decodeHex(point))
    bytes[63] ^= 1
    #expect(SM2PublicKey(point: bytes) == nil)
    #expect(SM2PublicKey(point: Array(bytes.dropLast())) == nil)
    // The same bytes as a point of P-256.
    var spki = try key().spki
    spki.replaceSubrange(15..<23, with: [0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03])
    #expect(SM2PublicKey(spki: spki) == nil)
  }
}
