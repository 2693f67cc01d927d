import Layout
import QRCodes
import Testing

@Suite struct ACodeOfAnAddress {
  @Test func `has finders in three of its corners`() throws {
    let code = try #require(QRCode.matrix(of: "https://an.example.cn/check/12"))
    // Version 3: 29 modules, for up to 42 characters at level M.
    #expect(code.side == 29)
    for (row, column) in [(0, 0), (0, code.side - 7), (code.side - 7, 0)] {
      #expect((0..<7).allSatisfy { code.isDark(row: row, column: column + $0) })
      #expect(!(1..<6).contains { code.isDark(row: row + 1, column: column + $0) })
      #expect(code.isDark(row: row + 3, column: column + 3))
    }
  }

  @Test func `grows with the text, up to 57 modules`() throws {
    let long = "https://" + String(repeating: "a", count: QRCode.textMaxBytes - 8)
    #expect(QRCode.matrix(of: long)?.side == 57)
    #expect(QRCode.matrix(of: long) == QRCode.matrix(of: long))
  }

  @Test(arguments: ["", "https://市政府.cn", "a\nb", String(repeating: "a", count: 201)]) func `is not made of`(
    text: String
  ) { #expect(QRCode.matrix(of: text) == nil) }
}
