public import Layout
public import Typefaces

/// Why a PDF could not be made.
public struct PDFError: Error, Equatable, CustomStringConvertible, Sendable {
  public let reason: String

  init(_ reason: String) { self.reason = reason }

  public var description: String { reason }
}

/// Pages as PDF, by Cairo: text that can be selected, fonts of the glyphs that are used, the same bytes for the same pages.
public enum PDFWriter {
  /// - Parameter typefaces: those that the pages were laid out with.
  public static func write(_ document: LaidOutDocument, in typefaces: Typefaces) throws(PDFError) -> [UInt8] {
    let canvas = try PDFCanvas(title: document.title, date: document.date, typefaces)
    for page in document.pages { try canvas.draw(page) }
    return try canvas.finish()
  }
}
