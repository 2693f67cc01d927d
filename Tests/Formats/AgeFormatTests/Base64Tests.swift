import Cryptography
import Testing

@Suite struct Base64Tests {
  @Test("of all bytes, the 64 digits alone are taken", arguments: [true, false])
  func foreignBytes(padded: Bool) {
    let taken = (UInt8.min...UInt8.max).filter { Base64.decode([0x41, 0x41, $0, 0x41], padded: padded) != nil }
    let digits = "+/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    #expect(taken == Array(digits.utf8))
  }

  @Test("what is not canonical is refused")
  func notCanonical() {
    #expect(Base64.decode("QQ==") == [0x41])
    #expect(Base64.decode("QQ", padded: false) == [0x41])
    for text in ["QQ", "QQ=", "QR==", "QQ==\n", " QQ==", "QQ==QQ==", "Q", "====", "QQ==="] {
      #expect(Base64.decode(text) == nil, "\(text)")
    }
    for text in ["QQ==", "QR", "QQ ", "Q"] { #expect(Base64.decode(text, padded: false) == nil, "\(text)") }
  }
}
