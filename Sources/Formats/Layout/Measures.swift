/// The measures of GB/T 9704-2012, in millimetres; the clauses stand beside them.
public enum Measures {
  static let point = 25.4 / 72

  // 5.1, 5.2.1: A4; the type area begins 28 from the left and 37 from the top.
  public static let (paperWidth, paperHeight) = (210.0, 297.0)
  static let (left, top, width, height) = (28.0, 37.0, 156.0, 225.0)
  static let (right, bottom) = (left + width, top + height)

  // 5.2.3: 22 lines of 28 characters fill the type area.
  static let (columns, rows) = (28, 22)
  static let pitch = width / Double(columns)
  static let line = height / Double(rows)

  // Sizes of type.
  static let size2 = 21 * point
  /// 15.75 points, less 0.004, so that a cell of the grid is 1.003 of it (`GlyphRun.step`).
  static let size3 = pitch / 1.003
  static let size4 = 14 * point

  /// How much of the em square lies above the baseline, in all faces for Chinese.
  static let ascent = 0.88

  // 7.2.4: the mark's upper edge, from the type area's. Its height is free; with this one the title, two lines below the
  // red rule, is in the eleventh of the page's lines.
  static let markTop = 35.0
  static let (markHeight, titleRow) = (15.4, 10)
  /// From character to character of a short mark; longer marks are narrowed.
  static let markMaxPitch = 20.0
  /// How much of that a character fills.
  static let markFill = 0.98

  // 7.2.5, 7.2.7: lines free above the number and the title; from the number to the red rule; its thickness is practice.
  static let freeLines = 2
  static let belowNumber = 4.0
  static let redRule = 0.5

  // 7.3.5.1: the middle of name and date lies this far below the seal's centre.
  static let belowSealCentre = 3.0
  /// And the seal keeps this from the text above it, and from being a line below it.
  static let aboveSeal = 0.4

  // 7.4.1
  static let (outerRule, innerRule) = (0.35, 0.25)

  // 7.5: the dash beside the page number, from the type area's lower edge.
  static let belowTypeArea = 7.0

  // 10.1: the letter. Heights within are practice.
  static let letterMarkTop = 30.0
  static let letterMarkHeight = 15.0
  static let letterRuleWidth = 170.0
  static let letterRuleBottom = 20.0
  static let (thickRule, thinRule, betweenRules) = (1.0, 0.35, 0.5)
  static let belowLetterRule = size3 * 7 / 8

  // The code with the address for checks: at most that wide, its modules at least that. Both are practice.
  static let codeSide = 23.0
  static let codeModuleMin = 0.33

  // Tables: in size 4, by practice.
  static let tableRule = 0.25
  static let tableLine = 7.0
  static let (cellSide, cellTop) = (1.8, 1.0)
}

/// How large a document may become.
public enum LayoutLimits {
  public static let maxPages = 500
}
