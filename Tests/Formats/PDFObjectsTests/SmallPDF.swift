/// A PDF as the typesetter writes it, of as few objects as may be; and what is wrong with others.
struct SmallPDF {
  /// By their numbers, from 1 on.
  var objects: [String]
  var root = 3
  var trailer = ""

  init(pages: Int = 1, side: String = "595", key: String = "") {
    let kids = (0..<pages).map { "\($0 + 5) 0 R" }.joined(separator: " ")
    objects = [
      "<< /Type /Pages /Kids [ \(kids) ] /Count \(pages) >>",
      "<< /Length 12 >>\nstream\n0 0 9 9 re f\nendstream",
      "<< /Type /Catalog /Pages 1 0 R \(key)>>",
      "<< /Producer (test) >>",
    ]
    for _ in 0..<pages {
      objects.append("<< /Type /Page /Parent 1 0 R /MediaBox [ 0 0 \(side) 842 ] /Contents 2 0 R >>")
    }
    trailer = "/Info 4 0 R"
  }

  var bytes: [UInt8] {
    var text = Array("%PDF-1.5\n%".utf8) + [0xB5, 0xED, 0xAE, 0xFB, 0x0A]
    var table = "0000000000 65535 f \n"
    for (index, object) in objects.enumerated() {
      table += Self.line(text.count)
      text += Array("\(index + 1) 0 obj\n\(object)\nendobj\n".utf8)
    }
    let end = """
      xref
      0 \(objects.count + 1)
      \(table)trailer
      << /Size \(objects.count + 1) /Root \(root) 0 R \(trailer) >>
      startxref
      \(text.count)
      %%EOF

      """
    return text + Array(end.utf8)
  }

  /// A file with an addition of no objects.
  static func adding(to bytes: [UInt8]) -> [UInt8] {
    let text = String(decoding: bytes, as: UTF8.self)
    let place = text.split(separator: "\n").dropLast().last ?? ""
    let size = text.components(before: "/Size ").last ?? ""
    return bytes
      + Array(
        "xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size \(size) /Root 3 0 R /Info 4 0 R /Prev \(place) >>\nstartxref\n\(bytes.count)\n%%EOF\n"
          .utf8)
  }

  private static func line(_ place: Int) -> String {
    let digits = String(place)
    return String(repeating: "0", count: 10 - digits.utf8.count) + digits + " 00000 n \n"
  }
}

extension String {
  /// The words that stand behind each `mark`.
  fileprivate func components(before mark: String) -> [Substring] {
    split(separator: mark).dropFirst().map { $0.prefix { $0 != " " } }
  }
}
