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
    var cell = isFormula ? "'" : ""
    // By scalars: a mark that joins a quotation mark would hide it from a look at characters.
    for scalar in value.unicodeScalars {
      if scalar == "\"" { cell += "\"" }
      cell.unicodeScalars.append(scalar)
    }
    return "\"\(cell)\""
  }
}
