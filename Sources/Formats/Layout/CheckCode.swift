import DocumentNotation

/// The code with the address at which a document can be checked: at the right, above the imprint's first rule, or on the
/// type area's lower edge where there is no imprint. GB/T 9704-2012 has no place for it; there it touches nothing that has.
struct CheckCode {
  /// Modules that stay white around it (ISO/IEC 18004).
  private static let quietModules = 4.0

  private let matrix: ModuleMatrix
  /// A whole number of hundredths of a millimetre, so that PDF and OFD have the same edges.
  private let module: Double

  /// - Parameter encode: makes the code of a text.
  /// - Throws: where it makes none, or one whose modules would be too fine to print.
  init(_ address: NotedText, _ encode: DocumentLayout.CodeMaker?) throws(NotationError) {
    guard let matrix = encode?(address.text) else {
      throw NotationError(
        address, "no code can be made of this address here; take the line out",
        chinese: "此处不能为该地址生成二维码，请删去该行")
    }
    self.matrix = matrix
    module = (Measures.codeSide * 100 / Double(matrix.side)).rounded(.down) / 100
    guard module >= Measures.codeModuleMin else {
      throw NotationError(
        address,
        "the code of this address has \(matrix.side) modules a side, too fine to print; give a shorter one",
        chinese: "该地址的二维码每边有\(matrix.side)个模块，过密、难以识读，请缩短地址")
    }
  }

  private var side: Double { Double(matrix.side) * module }
  private var quiet: Double { Self.quietModules * module }

  /// Of the code and the white above and below it.
  var height: Double { side + 2 * quiet }

  /// - Parameter bottom: of the white below it.
  func place(page: Int, above bottom: Double) -> CodePlace {
    CodePlace(page: page, x: Measures.right - side, y: bottom - quiet - side, side: side)
  }

  /// Its dark modules: those beside each other in a row are one rectangle.
  func rules(_ place: CodePlace) -> [Rule] {
    var rules: [Rule] = []
    for row in 0..<matrix.side {
      var column = 0
      while column < matrix.side {
        guard matrix.isDark(row: row, column: column) else {
          column += 1
          continue
        }
        let start = column
        while column < matrix.side, matrix.isDark(row: row, column: column) { column += 1 }
        rules.append(
          Rule(
            x: place.x + Double(start) * module, y: place.y + Double(row) * module,
            width: Double(column - start) * module, height: module, colour: .black))
      }
    }
    return rules
  }
}
