/// Text from outside as a terminal may show it: control characters, and those that turn the writing's direction, are
/// written as `\u{1b}`.
func printable(_ text: String) -> String {
  var shown = ""
  for scalar in text.unicodeScalars {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned:
      shown += "\\u{\(String(scalar.value, radix: 16))}"
    default: shown.unicodeScalars.append(scalar)
    }
  }
  return shown
}

/// `12 B`, `3.4 KiB`, …
func size(_ bytes: Int) -> String {
  if bytes < 1024 { return "\(bytes) B" }
  var (value, unit) = (Double(bytes) / 1024, 0)
  let units = ["KiB", "MiB", "GiB", "TiB"]
  while value >= 1024 && unit < units.count - 1 { (value, unit) = (value / 1024, unit + 1) }
  return "\((value * 10).rounded() / 10) \(units[unit])"
}

/// `1 packet`, `2 packets`.
func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

/// Lines whose columns stand under each other, two spaces apart.
func aligned(_ rows: [[String]]) -> [String] {
  var widths: [Int] = []
  for row in rows {
    for (index, cell) in row.enumerated() {
      if index == widths.count { widths.append(0) }
      widths[index] = max(widths[index], cell.count)
    }
  }
  return rows.map { row in
    let cells = row.enumerated().map { index, cell in
      index == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[index] - cell.count)
    }
    return cells.joined(separator: "  ")
  }
}
