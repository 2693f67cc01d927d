/// A table as programs for tables read it: RFC 4180, in UTF-8 with a byte order mark, without which some take it for another
/// encoding.
struct CSVTable {
  private(set) var text: String

  init(_ columns: [String]) {
    text = "\u{FEFF}"
    add(columns)
  }

  mutating func add(_ cells: [String]) { text += cells.map(Self.cell).joined(separator: ",") + "\r\n" }

  /// A cell in quotes. What begins as a formula does gets an apostrophe before it, so that no program runs it.
  private static func cell(_ value: String) -> String {
    let isFormula = value.unicodeScalars.first.map { "=+-@\t\r＝＋－＠".unicodeScalars.contains($0) } ?? false
    return "\"" + (isFormula ? "'" : "")
      + value.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }
}
