import PDFObjects
import Testing

@Suite struct PDFFiles {
  @Test func `a file that is no PDF is refused`() {
    #expect(throws: PDFFormatError.self) { try PDFFile([]) }
    #expect(throws: PDFFormatError.self) { try PDFFile(Array("%PDF-1.5\n".utf8)) }
  }
}
