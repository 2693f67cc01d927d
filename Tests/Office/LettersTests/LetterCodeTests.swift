import Letters
import Testing

@Suite struct LetterCodeTests {
  @Test("a code is read as people type it")
  func typed() throws {
    let code = LetterCode.generate()
    #expect(code.display.count == 24)
    let wide = String(code.symbols.unicodeScalars.map { Character(Unicode.Scalar($0.value + 0xFEE0) ?? $0) })
    for text in [code.display, code.symbols, code.display.lowercased(), " \(code.symbols) \n", wide] {
      #expect(LetterCode(typed: text) == code, "\(text)")
    }
  }

  @Test("each wrong symbol is noticed, and what is no code is none")
  func wrong() {
    let code = LetterCode.generate()
    for index in code.symbols.indices {
      for symbol in "23456789ABCDEFGHJKLMNPQRSTUVWXYZ" where symbol != code.symbols[index] {
        var changed = code.symbols
        changed.replaceSubrange(index...index, with: [symbol])
        #expect(LetterCode(typed: changed) == nil, "\(changed)")
      }
    }
    for text in [
      "", "ABCD", code.symbols + "A", String(code.symbols.dropLast()), code.symbols.replacing("A", with: "0") + "0",
      "官渡",
    ] {
      #expect(LetterCode(typed: text) == nil, "\(text)")
    }
  }

  @Test("codes and passwords do not repeat, and passwords have six digits")
  func random() {
    let made = (0..<500).map { _ in LetterCredentials.generate() }
    #expect(Set(made.map(\.code)).count == 500)
    #expect(made.allSatisfy { $0.password.count == 6 && $0.password.allSatisfy(\.isASCII) && Int($0.password) != nil })
    #expect(Set(made.map(\.password)).count > 450)
  }
}
