import DocumentNotation
import Foundation
import Layout
import OFD
import PDF
import Typefaces

/// Official documents, typeset: pages a second in both formats, from the notation to the bytes, and what a long one takes.
struct DocumentBench {
  private static let rounds = 5
  private static let head = """
    form: general
    mark: 安澜市人民政府文件
    number: 安政发〔2026〕12号
    title: 关于进一步规范来信办理工作的通知
    to: 各镇人民政府，各街道办事处
    issuer: 安澜市人民政府
    date: 2026-11-28
    printer: 安澜市人民政府办公室


    """

  func run() throws -> [Figure] {
    let (short, long) = (Self.notation(pages: 5), Self.notation(pages: 300))
    let before = try Self.memory { _ = try Self.pages(short, as: Self.pdf) }
    let after = try Self.memory {
      _ = try Self.pages(long, as: Self.pdf)
      _ = try Self.pages(long, as: Self.ofd)
    }
    return [
      try Self.figure("pdf", long, Self.pdf), try Self.figure("ofd", long, Self.ofd),
      Figure(
        name: "document.memory", value: after, unit: "MiB RssAnon at most, 300 pages, PDF and OFD",
        peer: "5 pages, PDF", peerValue: before, ratio: before / after),
    ]
  }

  /// A document of so many pages, in both formats.
  static func document(pages: Int) throws -> (ofd: [UInt8], pdf: [UInt8]) {
    let typefaces = try Typefaces(folders: []) { FileManager.default.fileExists(atPath: $0) }
    let document = try DocumentLayout.setting(OfficialDocument(notation: notation(pages: pages)), in: typefaces)
    return (try ofd(document, typefaces), try pdf(document, typefaces))
  }

  private static func figure(
    _ kind: String, _ notation: [UInt8], _ write: (LaidOutDocument, Typefaces) throws -> [UInt8]
  ) throws -> Figure {
    var rates: [Double] = []
    for _ in 0..<rounds {
      var count = 0
      let time = try seconds { count = try pages(notation, as: write) }
      rates.append(Double(count) / time)
    }
    let rate = median(rates)
    return Figure(
      name: "document.pages.\(kind)", value: rate, unit: "pages/s, median of \(rounds), 300 pages, fonts opened anew",
      peer: "wanted", peerValue: 100, ratio: rate / 100)
  }

  /// - Returns: how many they were.
  private static func pages(
    _ notation: [UInt8], as write: (LaidOutDocument, Typefaces) throws -> [UInt8]
  ) throws -> Int {
    let typefaces = try Typefaces(folders: []) { FileManager.default.fileExists(atPath: $0) }
    let document = try DocumentLayout.setting(OfficialDocument(notation: notation), in: typefaces)
    guard try write(document, typefaces).count > 1_000 else { throw CommandFailed(description: "an empty file") }
    return document.pages.count
  }

  private static func pdf(_ document: LaidOutDocument, _ typefaces: Typefaces) throws -> [UInt8] {
    try PDFWriter(typefaces).write(document)
  }

  private static func ofd(_ document: LaidOutDocument, _ typefaces: Typefaces) throws -> [UInt8] {
    try OFDWriter.write(document, identifier: [UInt8](repeating: 0, count: 16), in: typefaces)
  }

  /// Paragraphs of three lines, 22 lines a page.
  private static func notation(pages: Int) -> [UInt8] {
    let paragraphs = (0..<(pages * 22 / 3)).map { number in
      "第\(number)条　来信人姓名中有“𠮷”“䶮”等字的，应当照原字答复。承办单位收到转办件后，应当在1个工作日内签收；"
        + "认为不属于本单位职责的，应当说明依据（见附件）。"
    }
    return Array((head + paragraphs.joined(separator: "\n")).utf8)
  }

  private static func memory(_ body: () throws -> Void) rethrows -> Double {
    let memory = MemoryWatch()
    try body()
    return memory.mebibytes
  }
}
