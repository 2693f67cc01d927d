import Testing
import Web

@testable import Desk

@Suite struct DownloadTests {
  @Test(arguments: [
    ("a.pdf", #"attachment; filename="a.pdf"; filename*=UTF-8''a.pdf"#),
    ("照片 1.jpg", #"attachment; filename="__ 1.jpg"; filename*=UTF-8''%E7%85%A7%E7%89%87%201.jpg"#),
    ("a\";x=\r\n%.txt", #"attachment; filename="a__x=___.txt"; filename*=UTF-8''a%22%3Bx%3D%0D%0A%25.txt"#),
  ])
  func `a download keeps its name and nothing escapes the header`(name: String, header: String) {
    #expect(contentDisposition(fileName: name) == header)
  }
}
