import HTTPTypes
import HummingbirdCore
import NIOCore
import Testing

@testable import Web

@Suite struct AttachmentNameTests {
  @Test(arguments: [
    ("../../x", "x"), ("..\\..\\boot.ini", "boot.ini"), ("/etc/passwd", "passwd"), ("", "attachment"),
    ("...", "attachment"), ("dir/", "dir"), ("photo\u{202E}gpj.exe", "photogpj.exe"), ("a\u{0}b\u{7F}\n.txt", "ab.txt"),
    ("CON", "_CON"), ("nul.txt", "_nul.txt"), ("COM1.a.b", "_COM1.a.b"), ("console.txt", "console.txt"),
    ("a<b>:\"c\"|?*.txt", "a_b___c____.txt"), (" 路灯 照片.jpg ", "路灯 照片.jpg"), ("e\u{301}.txt", "\u{E9}.txt"),
    ("\u{200B}\u{FEFF}", "attachment"), ("name. . ", "name"),
  ])
  func `a name becomes a harmless label`(sent: String, label: String) {
    #expect(AttachmentName.clean(sent) == label)
  }

  @Test func `no name at all becomes a name`() { #expect(AttachmentName.clean(nil) == "attachment") }

  @Test func `a long name keeps its ending and fits a file system`() {
    for letter in ["a", "长", "👨‍👩‍👧‍👦"] {
      let label = AttachmentName.clean(String(repeating: letter, count: 300) + ".pdf")
      #expect(label.hasSuffix(".pdf") && label.utf8.count <= 200 && label.count <= 100)
    }
  }
}

@Suite struct PhoneNumberTests {
  @Test(arguments: [
    "13812345678", "１３８１２３４５６７８", " 138 1234 5678", "+86 138-1234-5678", "0086 13812345678", "8613812345678",
    "＋８６　１３８１２３４５６７８",
  ])
  func `a number is taken however it is typed`(typed: String) {
    #expect(PhoneNumber(typed: typed)?.digits == "13812345678")
  }

  @Test(arguments: [
    "", "1381234567", "138123456789", "12812345678", "02112345678", "+1 13812345678", "1381234567a", "13812345+78",
    "٠١٣٨١٢٣٤٥٦٧", String(repeating: "1", count: 500),
  ])
  func `what is no mobile number of mainland China is refused`(typed: String) {
    #expect(PhoneNumber(typed: typed) == nil)
  }

  @Test func `a shown number hides its middle`() {
    #expect(PhoneNumber(typed: "13812345678")?.masked == "138****5678")
  }

  @Test func `typed digits may be full-width and spaced, and nothing else`() {
    #expect(typedDigits(" １２3 456 ") == "123456")
    #expect(typedDigits("12345a") == nil)
  }
}

@Suite struct WrittenTextTests {
  @Test func `line ends become one kind`() {
    #expect(WrittenText.lines("a\r\nb\rc\u{2028}d\n") == "a\nb\nc\nd")
    #expect(WrittenText.line("a\r\nb\tc") == "a b c")
  }

  @Test func `control characters and direction marks go, and text is composed`() {
    #expect(WrittenText.lines("a\u{0}\u{1B}[31m\u{202E}b") == "a[31mb")
    #expect(WrittenText.line("e\u{301}").unicodeScalars.count == 1)
  }

  /// Marks of two classes by turns: what normalisation has to sort.
  private static let pile = String(repeating: "\u{301}\u{327}", count: 64_000)

  @Test(.timeLimit(.minutes(10))) func `piles of marks keep eight, before anything normalises them`() {
    for text in ["a" + Self.pile, Self.pile, Self.pile + "\n" + Self.pile, "字" + Self.pile + "字" + Self.pile] {
      let (lines, line) = (WrittenText.lines(text), WrittenText.line(text))
      #expect(lines.unicodeScalars.count <= 2 * (WrittenText.marksMax + 1) && line.unicodeScalars.count <= 19)
      #expect(WrittenText.withoutPiledMarks(text).unicodeScalars.count <= 19)
    }
  }

  @Test func `eight marks stay, and the ninth goes, also where something between them goes`() {
    let marks = String(repeating: "\u{327}", count: 8)
    #expect(WrittenText.withoutPiledMarks("x" + marks) == "x" + marks)
    #expect(WrittenText.withoutPiledMarks("x" + marks + "\u{327}y").unicodeScalars.count == 10)
    #expect(WrittenText.line("x" + marks + "\u{202E}" + marks).unicodeScalars.count == 9)
    #expect(WrittenText.withoutPiledMarks("👩" + String(repeating: "\u{200D}", count: 20)).unicodeScalars.count == 9)
  }

  @Test func `joined emoji stay joined`() { #expect(WrittenText.line("👨‍👩‍👧") == "👨‍👩‍👧") }

  @Test func `characters count as people count them`() {
    #expect(WrittenText.fits(String(repeating: "字", count: 100), 100))
    #expect(!WrittenText.fits(String(repeating: "字", count: 101), 100))
    #expect(WrittenText.fits("a\u{301}\u{302}", 1))
    #expect(!WrittenText.fits("a" + String(repeating: "\u{301}", count: 1_000), 1))
  }

  @Test(arguments: ["a@b.cn", "first.last+tag@mail.example.org"])
  func `a mail address is taken`(address: String) { #expect(WrittenText.isMailAddress(address)) }

  @Test(arguments: [
    "", "a", "a@b", "@b.cn", "a@b..cn", "a b@c.cn", "a@b.cn\nBcc: x@y.cn", "a@-b.cn", "<a@b.cn>", "a@b@c.cn",
  ])
  func `what is no mail address is refused`(address: String) { #expect(!WrittenText.isMailAddress(address)) }
}

@Suite struct URLEncodedFormTests {
  private func form(_ text: String) -> URLEncodedForm? { URLEncodedForm(Array(text.utf8)) }

  @Test func `fields are decoded, and the first of a name counts`() {
    let read = form("a=%E5%AD%97+b&c=&a=second&d")
    #expect(read?["a"] == "字 b")
    #expect(read?["c"] == "" && read?["d"] == "" && read?["none"] == "")
  }

  @Test(arguments: ["a=%", "a=%4", "a=%zz", "a=%FF", "%C0%80=x"])
  func `a broken escape and broken UTF-8 are refused`(text: String) { #expect(form(text) == nil) }

  @Test(.timeLimit(.minutes(10))) func `names and values of marks cost a pass, and no more`() throws {
    let pile = String(repeating: "%CC%81%CC%A7", count: 10_000)
    let read = try #require(form("a\(pile)=1&b=\(pile)&" + String(repeating: "\(pile)=\(pile)&", count: 1) + "c=d"))
    #expect(read["b"].unicodeScalars.count == 8)
    #expect(read["c"] == "d" && read.values.count == 2)
    #expect(read["a\u{301}"] == "", "names are bytes")
  }

  @Test func `names are the same bytes, not the same text`() {
    let read = form("e%CC%81=1&%C3%A9=2")
    #expect(read?["\u{E9}"] == "2" && read?["e\u{301}"] == "1")
  }

  @Test func `too many fields are refused`() {
    #expect(form(String(repeating: "a=b&", count: 1_001)) == nil)
  }
}

@Suite struct PlainRequests {
  private func request(_ path: String, _ fields: [(HTTPField.Name, String)] = []) -> Request {
    var head = HTTPRequest(method: .get, scheme: "https", authority: "x.example", path: path)
    for (name, value) in fields { head.headerFields.append(HTTPField(name: name, value: value)) }
    return Request(head: head, body: RequestBody(buffer: ByteBuffer()))
  }

  @Test func `have a target in ASCII`() {
    #expect(request("/a\u{301}").plain() == nil)
    #expect(request("/a?b=%CC%81").plain() != nil)
  }

  @Test func `lose header fields that are not ASCII, and keep their cookies`() {
    let plain = request(
      "/", [(.acceptLanguage, "e\u{301}"), (.userAgent, "a"), (.cookie, "name=x; other=é; __Host-a=1; __Host-a=2")]
    ).plain()
    #expect(plain?.headers[.acceptLanguage] == nil && plain?.headers[.userAgent] == "a")
    #expect(plain?.cookieValue("__Host-a") == "1" && plain?.cookieValue("other") == nil)
    #expect(plain?.cookieValue("__Host") == nil && plain?.cookieValue("x") == nil)
  }

  @Test func `have parameters that are found by their bytes`() {
    let asked = request("/x?a=1&b=%E5%AD%97+%2B&a=2&c&%61=3&d=%FF&e=%zz")
    #expect(asked.parameter("a") == "1" && asked.parameter("b") == "字 +" && asked.parameter("c") == "")
    #expect(asked.parameter("d") == nil && asked.parameter("e") == nil && asked.parameter("f") == nil)
    #expect(request("/x?a=" + String(repeating: "b", count: 9_000)).parameter("a") == nil)
  }
}
