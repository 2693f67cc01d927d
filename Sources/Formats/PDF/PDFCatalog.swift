/// The catalogue of a PDF as Cairo writes it: the last object, and behind it the table of places.
enum PDFCatalog {
  private static let catalogue = Array("<< /Type /Catalog\n".utf8)
  private static let table = Array("endobj\nxref\n".utf8)
  private static let place = Array("startxref\n".utf8)
  /// Of the catalogue: a longer one would hold more than its own object.
  private static let longest = 200

  /// Adds what Cairo 1.16 has no call for: the language, for whoever reads aloud or searches; and that windows bear the
  /// title. No object but the last one moves, so that only the table's own place changes.
  /// - Returns: the same bytes where they have another form.
  static func adding(language: String, to pdf: [UInt8]) -> [UInt8] {
    guard let table = last(table, in: pdf), let catalogue = last(catalogue, in: pdf), let place = last(place, in: pdf),
      catalogue < table, table < place, table - catalogue <= longest
    else { return pdf }
    let added = Array("   /Lang (\(language))\n   /ViewerPreferences << /DisplayDocTitle true >>\n".utf8)
    let behind = catalogue + Self.catalogue.count
    let xref = table + Self.table.count - "xref\n".utf8.count + added.count
    return Array(pdf[..<behind]) + added + pdf[behind..<(place + Self.place.count)] + Array("\(xref)\n%%EOF\n".utf8)
  }

  private static func last(_ text: [UInt8], in bytes: [UInt8]) -> Int? {
    var start = bytes.count - text.count
    while start >= 0 {
      if bytes[start...].starts(with: text) { return start }
      start -= 1
    }
    return nil
  }
}
