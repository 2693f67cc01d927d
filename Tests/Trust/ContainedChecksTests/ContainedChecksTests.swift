import ChildProcess
import DocumentSeals
import Foundation
import PDFObjects
import Testing

@testable import ContainedChecks

private let binaries = URL(filePath: ProcessInfo.processInfo.arguments[0]).deletingLastPathComponent()
private let specimens = URL(filePath: #filePath).deletingLastPathComponent().appending(
  path: "../../../docs/specimen/seal")

private func specimen(_ name: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: specimens.appending(path: name)))
}

@Suite struct CheckTests {
  private let process = CheckProcess(program: binaries.appending(path: "guandu-dmz").path)
  private let trust: CheckTrust

  init() throws {
    trust = try CheckTrust(sealTrust: [specimens.appending(path: "trust.pem").path], revocationLists: [])
  }

  @Test(arguments: ["guandu-dmz", "guandu-intranet"])
  func `a sealed document is genuine, and says so from a process of its own`(program: String) throws {
    let report = try CheckProcess(program: binaries.appending(path: program).path).check(
      try specimen("sealed.ofd"), trust: trust)
    #expect(report.verdict == .genuine && report.kind == .ofd)
    #expect(report.signatures.map(\.name) == ["示例市档案科"])
    #expect(report.steps.map(\.code) == [.document, .sealed])
  }

  /// With a time stamp, whose check goes deeper into OpenSSL than others.
  @Test func `a sealed PDF is genuine, from a process of its own`() throws {
    let trust = try CheckTrust(sealTrust: [specimens.appending(path: "pdf-trust.pem").path], revocationLists: [])
    let report = try process.check(try specimen("sealed.pdf"), trust: trust)
    #expect(report.verdict == .genuine && report.kind == .pdf, "\(report.steps)")
    #expect(report.signatures.map(\.name) == ["示例市档案科"] && report.numbers.isEmpty)
    #expect(report.signatures.flatMap(\.steps).contains { $0.code == .time && $0.outcome == .holds })
  }

  @Test func `it says the same as a check within this process`() throws {
    for name in ["sealed.ofd", "plain.ofd", "seal.esl", "sealed.pdf", "plain.pdf"] {
      let bytes = try specimen(name)
      let own = CheckReport(checking: bytes, trust: try trust.sealTrust(), at: Date())
      #expect(try process.check(bytes, trust: trust) == own, "\(name)")
    }
  }

  @Test func `without trust, and without a seal, nothing is proven`() throws {
    let nobody = CheckTrust(certificates: [], lists: [])
    #expect(try process.check(try specimen("sealed.ofd"), trust: nobody).verdict == .unproven)
    #expect(try process.check(try specimen("plain.ofd"), trust: trust).verdict == .unproven)
  }

  @Test func `a changed byte is refused, wherever it lies`() throws {
    let whole = try specimen("sealed.ofd")
    // Behind the first file's date, which nothing signs.
    for place in stride(from: 60, to: whole.count, by: whole.count / 12) {
      var bytes = whole
      bytes[place] ^= 1
      #expect(try process.check(bytes, trust: trust).verdict != .genuine, "byte \(place)")
    }
  }

  @Test(arguments: [0, 1, 3, 100, 30_000]) func `what is no document is refused, at any length`(count: Int) throws {
    let bytes = [UInt8]((0..<count).map { _ in UInt8.random(in: 0...255) })
    #expect(try process.check(bytes, trust: trust).verdict == .refused)
  }

  @Test func `more than a document may have is not even begun`() {
    let bytes = [UInt8](repeating: 0, count: CheckLimits.documentMaxBytes + 1)
    #expect(throws: CheckFailure.tooLarge) { try process.check(bytes, trust: trust) }
  }

  @Test func `requests and reports come back as they went, and nothing else is read as one`() throws {
    let request = CheckRequest(trust: CheckTrust(certificates: [[1], []], lists: [[2, 3]]), document: [4])
    let bytes = request.encoded()
    let again = try #require(CheckRequest.decode(bytes))
    #expect(again.trust.certificates == [[1], []] && again.trust.lists == [[2, 3]] && again.document == [4])
    for count in bytes.indices { #expect(CheckRequest.decode(Array(bytes.prefix(count))) == nil) }
    #expect(CheckRequest.decode(bytes + [0]) == nil)
    #expect(CheckRequest.decode([UInt8](repeating: 255, count: 64)) == nil)
    let report = CheckReport(
      kind: .ofd, steps: [CheckStep(.document, .holds)],
      signatures: [.init(name: "章", sealer: "人", steps: [CheckStep(.chain, .unknown, "x")])], numbers: ["号"])
    #expect(CheckReport(json: report.json) == report)
    let none = CheckReport(kind: .ofd, steps: [], signatures: [], numbers: [])
    #expect(CheckReport(json: none.json) == nil, "a report without a step would be genuine")
    let many = CheckReport(
      kind: .ofd, steps: (0...CheckLimits.stepsMost).map { _ in CheckStep(.document, .holds) }, signatures: [],
      numbers: [])
    #expect(CheckReport(json: many.json) == nil)
  }
}

@Suite struct ProcessTests {
  private let trust = CheckTrust(certificates: [], lists: [])

  private func failure(_ script: String, seconds: Int = 20) -> CheckFailure? {
    let process = CheckProcess(program: "/bin/sh", arguments: ["-c", script], wallSeconds: seconds)
    do { _ = try process.check([1], trust: trust) } catch { return error }
    return nil
  }

  @Test func `a process that crashes, fails, hangs or floods has confirmed nothing`() {
    #expect(failure("kill -SEGV $$") == .ended)
    #expect(failure("kill -KILL $$") == .ended)
    #expect(failure("exit 1") == .ended)
    #expect(failure("exit 0") == .notUnderstood)
    #expect(failure("echo '{}'") == .notUnderstood)
    #expect(failure("exec sleep 1000", seconds: 1) == .tooLong)
    #expect(failure("exec cat /dev/zero") == .notUnderstood)
    #expect(failure("printf '{\"kind\":\"ofd\"'; exec sleep 1000", seconds: 1) == .tooLong)
  }

  @Test func `one that closes its output and lives on is ended in time`() {
    #expect(failure("exec 1>&-; exec sleep 1000", seconds: 1) == .tooLong)
    let report = #"{"kind":"ofd","steps":[["document","holds",""]],"signatures":[],"numbers":[]}"#
    #expect(failure("echo '\(report)'; exec 1>&-; exec sleep 1000", seconds: 1) == .tooLong)
  }

  @Test func `a right answer and a wrong end count for nothing`() {
    let report = #"{"kind":"ofd","steps":[["document","holds",""]],"signatures":[],"numbers":[]}"#
    #expect(failure("echo '\(report)'") == nil)
    #expect(failure("echo '\(report)'; exit 1") == .ended)
    #expect(failure("echo '\(report)'; kill -SEGV $$") == .ended)
  }

  @Test func `a program that is not there is this machine's fault`() {
    let process = CheckProcess(program: "/nowhere", arguments: [], wallSeconds: 1)
    #expect(throws: CheckFailure.notStarted) { try process.check([1], trust: trust) }
  }

  @Test func `it has no environment and no descriptor beside its two`() {
    #expect(
      failure("[ -z \"$(env | grep -v '^PWD=\\|^_=\\|^SHLVL=\\|^OLDPWD=')\" ] || exit 9; exit 0") == .notUnderstood)
    #expect(
      failure("for fd in /proc/$$/fd/*; do case $fd in */[0-3]|*/10) ;; *) exit 9;; esac; done") == .notUnderstood)
  }
}

@Suite struct ContainmentTests {
  /// - Returns: 0 let, 2 refused, 31 (SIGSYS) killed.
  private func outcome(of attempt: String, _ more: [String] = []) throws -> Int32 {
    try ChildProcess(binaries.appending(path: "contained-specimen").path, [attempt] + more).waitUntilExit()
  }

  @Test(arguments: ["nothing", "thread", "memory", "library", "execute", "code"])
  func `another program is let what it needs`(attempt: String) throws {
    #expect(try outcome(of: attempt, ["program"]) == 0)
  }

  @Test(arguments: [
    "read", "write", "remove", "process", "limits", "truncate", "mode", "owner", "priority", "attribute",
  ])
  func `another program has no other file, and no other process`(attempt: String) throws {
    #expect(try outcome(of: attempt, ["program"]) == 2)
  }

  @Test(arguments: ["socket", "fork", "ptrace", "signal"])
  func `network and other processes end another program`(attempt: String) throws {
    #expect(try outcome(of: attempt, ["program"]) == SIGSYS)
  }

  @Test(arguments: ["nothing", "thread", "memory"]) func `what a check needs is let`(attempt: String) throws {
    #expect(try outcome(of: attempt) == 0)
  }

  @Test(arguments: ["read", "write", "remove", "code"]) func `files and code are out of reach`(attempt: String) throws {
    #expect(try outcome(of: attempt) == 2)
  }

  @Test(arguments: ["socket", "fork", "ptrace", "execute", "signal"])
  func `network, other programs and other processes end it`(attempt: String) throws {
    #expect(try outcome(of: attempt) == SIGSYS)
  }
}

@Suite struct Printing {
  private let printer = PaperPrinter(program: binaries.appending(path: "guandu-intranet").path)

  @Test func `gives the same pages, in the form that is sealed`() throws {
    let printed = try printer.print(try specimen("plain.pdf"))
    #expect(try PDFPaper(printed).pages.count == PDFPaper(try specimen("plain.pdf")).pages.count)
    #expect(try printer.picture(ofPage: 1, of: printed).count > 1_000)
  }

  /// A form with a script: what comes out has neither.
  @Test func `takes out whatever is not to be seen`() throws {
    let objects = [
      "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] >> /OpenAction 5 0 R >>",
      "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Annots [4 0 R] >>",
      "<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (Zhang) /Rect [50 700 200 720] /P 3 0 R >>",
      "<< /S /JavaScript /JS (app.alert\\(1\\)) >>",
    ]
    let paper = pdf(objects)
    #expect(throws: PDFFormatError.self) { try PDFPaper(paper) }
    let printed = try printer.print(paper)
    #expect(try PDFPaper(printed).pages.count == 1)
    #expect(!String(decoding: printed, as: UTF8.self).contains("JavaScript"))
  }

  /// A shading, a tiled pattern, a soft mask and a glyph that is drawn: what people's programs write, and the typesetter does
  /// not.
  @Test func `keeps shadings, patterns, masks and drawn glyphs in the form that is sealed`() throws {
    func stream(_ keys: String, _ text: String) -> String {
      "<< \(keys) /Length \(text.utf8.count) >>\nstream\n\(text)\nendstream"
    }
    let printed = try printer.print(
      pdf([
        "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        """
        << /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 9 0 R >>
          /ExtGState << /G << /SMask << /S /Luminosity /G 8 0 R >> >> >>
          /Pattern << /T 5 0 R /S << /PatternType 2 /Shading 6 0 R >> >> >> >>
        """,
        stream(
          "",
          "/Pattern cs /T scn 50 50 200 200 re f /S scn 300 50 200 200 re f "
            + "BT /F 40 Tf 50 500 Td (a) Tj ET /G gs 1 0 0 rg 50 300 200 100 re f"),
        stream(
          "/PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 10 10] /XStep 10 /YStep 10 /Resources << >>",
          "0 0 1 rg 0 0 5 5 re f"),
        "<< /ShadingType 2 /ColorSpace /DeviceRGB /Coords [300 0 500 0] /Function 7 0 R >>",
        "<< /FunctionType 2 /Domain [0 1] /C0 [1 0 0] /C1 [0 0 1] /N 1 >>",
        stream(
          "/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Group << /S /Transparency /CS /DeviceGray >>",
          "0.5 g 0 0 595 842 re f"),
        """
        << /Type /Font /Subtype /Type3 /FontBBox [0 0 1000 1000] /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 97
          /LastChar 97 /Widths [1000] /Encoding << /Differences [97 /square] >> /CharProcs << /square 10 0 R >> >>
        """, stream("", "1000 0 0 0 1000 1000 d1 0 0 800 800 re f"),
      ]))
    #expect(try PDFPaper(printed).pages.count == 1)
    let text = String(decoding: printed, as: UTF8.self)
    #expect(text.contains("/ShadingType 2") && text.contains("/SMask"), "else it was drawn some other way")
  }

  private func pdf(_ objects: [String]) -> [UInt8] {
    var (text, offsets): (String, [Int]) = ("%PDF-1.7\n", [])
    for (index, object) in objects.enumerated() {
      offsets.append(text.utf8.count)
      text += "\(index + 1) 0 obj\n\(object)\nendobj\n"
    }
    let table = text.utf8.count
    text += "xref\n0 \(objects.count + 1)\n0000000000 65535 f \n"
    for offset in offsets { text += String(repeating: "0", count: 10 - "\(offset)".count) + "\(offset) 00000 n \n" }
    return Array((text + "trailer\n<< /Size \(objects.count + 1) /Root 1 0 R >>\nstartxref\n\(table)\n%%EOF\n").utf8)
  }

  @Test(arguments: ["", "%PDF-1.7", "%PDF-1.7\n%%EOF\n", "no PDF"]) func `says that it cannot print`(text: String) {
    #expect(throws: CheckFailure.ended) { try printer.print(Array(text.utf8)) }
  }

  @Test func `is of no page that is not there, and of nothing too large`() throws {
    #expect(throws: CheckFailure.self) { try printer.picture(ofPage: 0, of: try specimen("plain.pdf")) }
    #expect(throws: CheckFailure.self) { try printer.picture(ofPage: 99, of: try specimen("plain.pdf")) }
    let bytes = [UInt8](repeating: 0, count: PrintLimits.paperMaxBytes + 1)
    #expect(throws: CheckFailure.tooLarge) { try printer.print(bytes) }
  }
}
