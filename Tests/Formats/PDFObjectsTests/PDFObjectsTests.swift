import Testing

@testable import PDFObjects

@Suite struct PDFFiles {
  private static let picture = PDFPicture(width: 1, height: 1, colours: [255, 0, 0], opacity: [255])
  private static let words = PDFSealWords(name: "示例市", reason: "本件", time: "20261128093000Z")

  private static func sealing(
    _ bytes: [UInt8], page: Int = 1, x: Double = 10, width: Double = 42, picture: PDFPicture = picture
  ) throws(PDFFormatError) -> PDFSealing {
    try PDFSealing(
      bytes, pageNumber: page, box: PDFBox(x: x, y: 10, width: width, height: 42), picture: picture, words: words,
      valueMaxBytes: 64)
  }

  /// Why a file is not read, or not what it should be; nil for one that is.
  private static func refusal(_ bytes: [UInt8]) -> PDFFormatError? {
    do throws(PDFFormatError) {
      let sealed = PDFSealedFile(try PDFFile(bytes))
      if case .fails(let error) = sealed.content { return error }
      return nil
    } catch { return error }
  }

  @Test func `a sealed file is read as it was sealed`() throws {
    let plain = SmallPDF(pages: 2).bytes
    let sealing = try Self.sealing(plain, page: 2)
    let whole = try sealing.finish([0x30, 0x03, 1, 2, 3])
    #expect(whole.starts(with: plain))
    let sealed = PDFSealedFile(try PDFFile(whole))
    guard case .holds("page 2") = sealed.seal, case .holds = sealed.coverage, case .holds = sealed.additions,
      case .holds = sealed.content, let signature = sealed.signature
    else {
      Issue.record("\(sealed)")
      return
    }
    #expect(signature.value == [0x30, 0x03, 1, 2, 3] && signature.signedBytes == sealing.signedBytes)
    #expect(signature.name == "示例市" && signature.reason == "本件" && signature.date == "D:20261128093000Z")
    #expect(signature.signedBytes.count == whole.count - 130)
  }

  @Test func `a document without a seal has none`() throws {
    #expect(!PDFSealedFile(try PDFFile(SmallPDF().bytes)).isSealed)
  }

  @Test func `a seal stands on its page, in room that suffices`() throws {
    let plain = SmallPDF().bytes
    #expect(throws: PDFFormatError.self) { try Self.sealing(plain, page: 2) }
    #expect(throws: PDFFormatError.self) { try Self.sealing(plain, page: 0) }
    #expect(throws: PDFFormatError.self) { try Self.sealing(plain, x: 180) }
    #expect(throws: PDFFormatError.self) { try Self.sealing(plain, width: 0) }
    let sealing = try Self.sealing(plain)
    #expect(throws: PDFFormatError.self) { try sealing.finish([UInt8](repeating: 1, count: 65)) }
    let whole = try sealing.finish([0x30, 0])
    #expect(throws: PDFFormatError.self) { try Self.sealing(whole) }
    #expect(throws: PDFFormatError.self) { try Self.sealing(SmallPDF.adding(to: plain)) }
  }

  @Test(arguments: [
    ("/OpenAction << >> ", PDFFormatError.Code.malformed), ("/Names << >> ", .malformed),
    ("/OCProperties << >> ", .malformed),
    ("/AcroForm << >> ", .malformed), ("/AA << >> ", .malformed), ("/Metadata 2 0 R ", .unsupported),
    ("/StructTreeRoot 2 0 R ", .unsupported), ("/Type /Catalog ", .malformed), ("/Lang#20 (a) ", .unsupported),
    ("/Lang 9 0 R ", .unsupported), ("/Lang << >> ", .unsupported),
  ])
  func `a catalogue that says more is not read`(key: String, code: PDFFormatError.Code) {
    #expect(Self.refusal(SmallPDF(key: key).bytes)?.code == code)
  }

  @Test func `an object belongs to something, and to one thing`() {
    var file = SmallPDF()
    file.objects.append("<< /Length 1 >>\nstream\nx\nendstream")
    #expect(Self.refusal(file.bytes)?.reason.contains("belongs to nothing") == true)
    file = SmallPDF()
    file.objects[4] = file.objects[4].replacing("/Contents 2 0 R", with: "/Contents 1 0 R")
    #expect(Self.refusal(file.bytes) != nil)
    file.objects[4] = file.objects[4].replacing("/Contents 1 0 R", with: "/Contents 9 0 R")
    #expect(Self.refusal(file.bytes)?.reason.contains("not there") == true)
  }

  @Test func `every byte belongs to an object or a table`() {
    let bytes = SmallPDF().bytes
    #expect(Self.refusal(bytes) == nil)
    for place in bytes.indices.dropFirst(15) where bytes[place] == 0x0A {
      var longer = bytes
      longer.insert(UInt8(ascii: "x"), at: place)
      #expect(Self.refusal(longer) != nil, "a letter at \(place)")
    }
    // But for the end of the last line, which some writers leave out.
    for place in 0..<bytes.count - 1 { #expect(Self.refusal(Array(bytes[..<place])) != nil, "cut at \(place)") }
    #expect(Self.refusal(bytes + [0x0A])?.reason.contains("follow") == true)
    #expect(Self.refusal([0x0A] + bytes)?.reason.contains("before %PDF") == true)
  }

  @Test func `no byte that is changed ends the reader`() throws {
    let whole = try Self.sealing(SmallPDF().bytes).finish([0x30, 0])
    for place in whole.indices {
      for byte: UInt8 in [0, 0x20, 0x28, 0x39, 0x3C, 0x5B, 0xFF] {
        var changed = whole
        changed[place] = byte
        if let file = try? PDFFile(changed) { _ = PDFSealedFile(file) }
      }
    }
  }

  @Test func `what is too large is refused`() {
    let head = Array("%PDF-1.5\n".utf8)
    #expect(
      Self.refusal(head + [UInt8](repeating: 0x20, count: PDFLimits.fileMaxBytes))?.reason.contains("bytes") == true)
    var file = SmallPDF()
    file.objects += [String](repeating: "0", count: PDFLimits.objectsMost)
    #expect(Self.refusal(file.bytes)?.reason.contains("objects") == true)
    var bytes = SmallPDF().bytes
    for _ in 1..<PDFLimits.revisionsMost { bytes = SmallPDF.adding(to: bytes) }
    #expect((try? PDFFile(bytes))?.revisions.count == PDFLimits.revisionsMost)
    #expect(Self.refusal(SmallPDF.adding(to: bytes))?.reason.contains("revisions") == true)
    let pages = SmallPDF(pages: PDFLimits.pagesMost + 1).bytes
    #expect(Self.refusal(pages)?.reason.contains("pages") == true)
    #expect(Self.refusal(SmallPDF(side: "14401").bytes)?.reason.contains("size") == true)
    #expect(Self.refusal(SmallPDF(side: "14400").bytes) == nil)
  }

  @Test(arguments: [
    (String(repeating: "[", count: PDFLimits.nestingMost + 2), "levels"),
    ("/" + String(repeating: "a", count: PDFLimits.nameMaxBytes + 1), "name"),
    ("(" + String(repeating: "a", count: PDFLimits.textMaxBytes + 1) + ")", "text"),
    ("<" + String(repeating: "00", count: PDFLimits.textMaxBytes + 1) + ">", "text"),
    ("<< " + (0...PDFLimits.entriesMost).map { "/K\($0) 0 " }.joined() + ">>", "too many keys"),
    ("12345678901", "digits"), ("0.1.2", "number"), ("--1", "number"), ("(\\q)", "escape"), ("<0>", "hexadecimal"),
    ("<< /A >>", "a number that is none"), ("<< (A) 1 >>", "key"), ("tru", "missing"), ("9 1 R", "kind"),
  ])
  func `values have one spelling and an end`(text: String, words: String) {
    let reason = Self.refusal(SmallPDF(key: "/Lang \(text) ").bytes)?.reason ?? ""
    #expect(reason.contains(words) || reason.contains("generation") || reason.contains("key"), "\(reason)")
  }
}
