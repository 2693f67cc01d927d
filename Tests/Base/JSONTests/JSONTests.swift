import JSON
import Testing

@Suite struct JSONTests {
  @Test("a value survives being written and read")
  func roundTrip() throws {
    let value = JSONValue.object([
      "text": .string("官渡 \"\\\u{0}\n😀"), "number": .integer(Int.min),
      "list": .array([.null, .bool(true), .array([])]),
      "empty": .object([]),
    ])
    #expect(try JSONValue.parse(value.encoded()) == value)
    #expect(!value.encoded().contains(UInt8(ascii: "\n")))
  }

  @Test(
    "what two readers could read differently is refused",
    arguments: [
      #"{"a":1,"a":2}"#, #"{"é":1,"é":2}"#, "1.0", "1e3", "01", "-", "9223372036854775808", "NaN", "'a'", "[1,]", "{,}",
      #"{"a":1,}"#, #""\x""#, #""\ud800""#, #""\udc00\ud800""#, "\"\t\"", "\"a", "", " ", "[1] 2", "tru", "+1", "[1 2]",
      #"{"a" 1}"#, #"{a:1}"#, #""\u12g4""#, "\u{FEFF}1",
    ])
  func refused(_ text: String) {
    #expect(throws: JSONError.self) { try JSONValue.parse(Array(text.utf8)) }
  }

  @Test(
    "bytes that are no UTF-8 are refused in a string",
    arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE4, 0xBD]])
  func notUTF8(_ bytes: [UInt8]) {
    #expect(throws: JSONError.self) { try JSONValue.parse([0x22] + bytes + [0x22]) }
  }

  @Test("surrogate pairs and escapes are read")
  func escapes() throws {
    #expect(try JSONValue.parse(Array(#""\ud83d\ude00\/\b\f\n\r\t\u0041""#.utf8)) == .string("😀/\u{8}\u{C}\n\r\tA"))
  }

  @Test("deep nesting is refused before the stack is in danger")
  func nesting() {
    let deep = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
    #expect(throws: JSONError.self) { try JSONValue.parse(deep) }
    let fine = String(repeating: "[", count: 31) + String(repeating: "]", count: 31)
    #expect(throws: Never.self) { try JSONValue.parse(Array(fine.utf8)) }
  }
}
