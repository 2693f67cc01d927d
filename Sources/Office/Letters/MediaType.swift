import Zones

/// Tells a file's kind by its first bytes; neither its name nor the browser's word counts.
enum MediaType {
  /// How much of a file is looked at: age's first chunk, so that the intranet opens no more of it than that.
  static let headBytes = 65_536

  private static let signatures: [(offset: Int, bytes: [UInt8], kind: FileKind)] = [
    (0, [0xFF, 0xD8, 0xFF], .jpeg),
    (0, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], .png),
    (0, Array("GIF87a".utf8), .gif),
    (0, Array("GIF89a".utf8), .gif),
    (0, [0x49, 0x49, 0x2A, 0x00], .tiff),
    (0, [0x4D, 0x4D, 0x00, 0x2A], .tiff),
    (0, Array("ID3".utf8), .mp3),
    (0, Array("#!AMR".utf8), .amr),
    (0, Array("%PDF-".utf8), .pdf),
    (0, [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], .ole),
    (0, Array("Rar!\u{1A}\u{07}".utf8), .rar),
    (0, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], .sevenZip),
  ]

  /// - Parameters:
  ///   - head: the file's first `headBytes` bytes, or all of it where it is shorter.
  static func kind(of head: [UInt8]) -> FileKind {
    if let known = signatures.first(where: { head.dropFirst($0.offset).starts(with: $0.bytes) }) { return known.kind }
    if head.starts(with: [0x50, 0x4B, 0x03, 0x04]) { return ZipHead.kind(of: head) }
    if head.starts(with: "RIFF".utf8) { return riffKind(head) }
    if head.dropFirst(4).starts(with: "ftyp".utf8) { return movieKind(head) }
    if isBitmap(head) { return .bmp }
    return isText(head) ? .text : .other
  }

  private static func riffKind(_ head: [UInt8]) -> FileKind {
    if head.dropFirst(8).starts(with: "WEBP".utf8) { return .webp }
    return head.dropFirst(8).starts(with: "WAVE".utf8) ? .wav : .other
  }

  /// The brand of an ISO base media file.
  private static func movieKind(_ head: [UInt8]) -> FileKind {
    switch String(decoding: head.dropFirst(8).prefix(4), as: UTF8.self) {
    case "heic", "heix", "heim", "heis", "hevc", "mif1", "msf1": .heic
    case "qt  ": .quickTime
    case "M4A ", "M4B ": .mp4Audio
    default: .mp4
    }
  }

  /// Two letters are little to go by: the four reserved bytes behind the size are zeroes too.
  private static func isBitmap(_ head: [UInt8]) -> Bool {
    head.starts(with: "BM".utf8) && head.count > 26 && head[6..<10].allSatisfy { $0 == 0 }
  }

  /// Markup and scripts are text too, but not what anybody calls a text file, and a browser or a shell would run them.
  private static func isText(_ head: [UInt8]) -> Bool {
    var text = head[...]
    if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
    // The last character may go on behind the head.
    if head.count >= headBytes, let start = text.lastIndex(where: { $0 & 0xC0 != 0x80 }), start >= text.endIndex - 3 {
      text = text[..<start]
    }
    guard let first = text.first(where: { !isSpace($0) }), first != UInt8(ascii: "<"), !text.starts(with: "#!".utf8),
      text.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || isSpace($0) })
    else { return false }
    return String(validating: text, as: UTF8.self) != nil
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) && byte != 0x0B }
}

/// The names of a ZIP archive's first files, which tell office documents apart.
private enum ZipHead {
  private static let fixedBytes = 30

  static func kind(of head: [UInt8]) -> FileKind {
    if let kind = openDocument(head) { return kind }
    let names = names(in: head)
    if names.contains("OFD.xml") { return .ofd }
    guard names.contains(where: { $0 == "[Content_Types].xml" || $0 == "_rels/.rels" || $0.hasPrefix("docProps/") })
    else { return .zip }
    for name in names {
      if name.hasPrefix("word/") { return .docx }
      if name.hasPrefix("xl/") { return .xlsx }
      if name.hasPrefix("ppt/") { return .pptx }
    }
    return .zip
  }

  /// OpenDocument's first file is called `mimetype`, and its content stands there as it is.
  private static func openDocument(_ head: [UInt8]) -> FileKind? {
    let rest = head.dropFirst(fixedBytes)
    // The longer names first: one may be the beginning of another.
    return [FileKind.odp, .ods, .odt].first { rest.starts(with: ("mimetype" + $0.rawValue + "PK").utf8) }
  }

  private static func names(in head: [UInt8]) -> [String] {
    var names: [String] = []
    var index = 0
    while index + fixedBytes <= head.count {
      guard head[index] == 0x50, head[index + 1] == 0x4B, head[index + 2] == 0x03, head[index + 3] == 0x04 else {
        index += 1
        continue
      }
      let count = Int(head[index + 26]) | Int(head[index + 27]) << 8
      let start = index + fixedBytes
      guard start + count <= head.count else { break }
      names.append(String(decoding: head[start..<start + count], as: UTF8.self))
      index = start + count
    }
    return names
  }
}
