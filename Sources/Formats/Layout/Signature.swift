import DocumentNotation

/// The issuer's name, the date, the note below, and the place of the seal (7.3.5.1, 7.3.5.2, 7.3.6).
struct Signature {
  /// Between the text and the name.
  private(set) var freeLines = 1
  private(set) var lines: [FlowLine] = []
  /// Counted from the end of the text; its page is not known yet.
  private(set) var seal: SealPlace?

  /// Of all, the seal's lower edge included.
  var height: Double {
    let text = Double(freeLines + lines.count) * Measures.line
    return max(text, seal.map { $0.y + $0.diameter / 2 } ?? 0)
  }

  init(_ document: OfficialDocument, _ finder: GlyphFinder) throws(NotationError) {
    let name = LineBreaker().line(
      try finder.items(document.issuer, .fangSong, size: Measures.size3))
    let date = LineBreaker().line(
      try finder.items(document.date.chinese, .fangSong, size: Measures.size3))
    guard name.end <= Measures.width else {
      throw NotationError(
        document.issuer, "the issuer's name is longer than a line; use the standard short name",
        chinese: "发文机关署名超过一行，请用规范化简称")
    }
    let places =
      document.isSealed
      ? Self.sealed(name: name.end, date: date.end) : Self.unsealed(name: name.end, date: date.end)
    if document.isSealed { placeSeal(document.sealMillimetres, over: places.date + date.end / 2) }
    lines = [FlowLine(name, x: places.name), FlowLine(date, x: places.date)]
    if let note = document.note {
      let indent = 2 * Measures.pitch
      lines += LineBreaker(firstIndent: indent).lines(
        try finder.items(note, .fangSong, size: Measures.size3)
      ).map {
        FlowLine($0)
      }
    }
  }

  /// The date 4 characters from the right, the name centred on it, as far as the type area goes.
  private static func sealed(name: Double, date: Double) -> (name: Double, date: Double) {
    let right = Measures.right - 4 * Measures.pitch
    let centre = min(right - date / 2, Measures.right - max(name, date) / 2)
    return (centre - name / 2, centre - date / 2)
  }

  /// The name 2 characters from the right and the date 2 further right than it; the longer of both decides.
  private static func unsealed(name: Double, date: Double) -> (name: Double, date: Double) {
    let two = 2 * Measures.pitch
    if date > name {
      let start = Measures.right - two - date
      return (start - two, start)
    }
    let start = Measures.right - two - name
    return (start, start + two)
  }

  /// As near to the text as the seal can be without touching it; where that is not within a line, a little higher.
  private mutating func placeSeal(_ diameter: Double, over x: Double) {
    let radius = diameter / 2
    // Below the last line's characters, down to where that line ends.
    let white = (Measures.line - Measures.size3) / 2
    var middle = Double(freeLines + 1) * Measures.line
    while middle - Measures.belowSealCentre - radius < Measures.aboveSeal - white {
      freeLines += 1
      middle += Measures.line
    }
    let lowest = radius + Measures.line - white - Measures.aboveSeal
    seal = SealPlace(
      page: 1, x: x, y: min(middle - Measures.belowSealCentre, lowest), diameter: diameter)
  }
}
